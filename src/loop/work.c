/* work.c - pools of threads for what may block, in lanes. */

#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "loop/loop.h"
#include "loop/work.h"

#define MAX_THREADS	8

struct job {
	struct job *next;
	work_fn *fn, *done;
	void *arg;
};

struct lane {
	const unsigned threads;		/* 0: work_start() says */
	const unsigned most;		/* jobs that may wait */
	pthread_mutex_t lock;
	pthread_cond_t more;
	pthread_t ids[MAX_THREADS];	/* its owner's */
	unsigned running;		/* of them */
	/* under lock */
	struct job *first, **end;
	unsigned waiting;
	bool open;
};

#define LANE(n, max) { .threads = (n), .most = (max), \
	.lock = PTHREAD_MUTEX_INITIALIZER, .more = PTHREAD_COND_INITIALIZER }

static struct lane lanes[WORK_LANES] = {
	[WORK_CORE] = LANE(0, 1000),
	[WORK_READ] = LANE(2, 256),
	[WORK_SLOW] = LANE(1, 32),
	[WORK_HASH] = LANE(1, 16),
};

static atomic_bool ending;

/* --- in the threads ------------------------------------------------------- */

/* Under lock. */
static struct job *first_of(struct lane *l)
{
	struct job *j = l->first;

	if (!j)
		return NULL;
	l->first = j->next;
	if (!l->first)
		l->end = &l->first;
	l->waiting--;
	return j;
}

/* NULL: the lane is shut.  Then only what nobody would end is still run. */
static struct job *take(struct lane *l)
{
	struct job *j;

	pthread_mutex_lock(&l->lock);
	while (!l->first && l->open)
		pthread_cond_wait(&l->more, &l->lock);
	j = first_of(l);
	while (j && !l->open && j->done) {
		free(j);
		j = first_of(l);
	}
	pthread_mutex_unlock(&l->lock);
	return j;
}

static void *worker(void *arg)
{
	struct lane *l = arg;
	struct job *j;

	if (l != &lanes[WORK_CORE])
		loop_give_way();
	while ((j = take(l)) != NULL) {
		j->fn(j->arg);
		if (j->done)
			loop_post(j->done, j->arg);
		free(j);
	}
	return NULL;
}

/* --- life ------------------------------------------------------------------ */

static void start(struct lane *l, unsigned n)
{
	l->end = &l->first;
	l->open = true;
	for (l->running = 0; l->running < n && l->running < MAX_THREADS;
	    l->running++)
		if (pthread_create(&l->ids[l->running], NULL, worker, l) != 0)
			abort();
}

static void stop(struct lane *l)
{
	pthread_mutex_lock(&l->lock);
	l->open = false;
	pthread_cond_broadcast(&l->more);
	pthread_mutex_unlock(&l->lock);
	while (l->running)
		pthread_join(l->ids[--l->running], NULL);
}

void work_start(unsigned threads)
{
	start(&lanes[WORK_CORE], threads);
}

void work_stop(void)
{
	stop(&lanes[WORK_CORE]);
}

void work_people_start(void)
{
	ending = false;
	for (size_t i = WORK_CORE + 1; i < WORK_LANES; i++)
		start(&lanes[i], lanes[i].threads);
}

void work_people_stop(void)
{
	ending = true;
	for (size_t i = WORK_CORE + 1; i < WORK_LANES; i++)
		stop(&lanes[i]);
}

bool work_is_stopping(void)
{
	return ending;
}

/* --- jobs ------------------------------------------------------------------ */

bool work_put(enum work_lane lane, work_fn *fn, work_fn *done, void *arg)
{
	struct job *j = xalloc(sizeof(*j));
	struct lane *l = &lanes[lane];
	bool fits;

	*j = (struct job){ NULL, fn, done, arg };
	pthread_mutex_lock(&l->lock);
	fits = l->open && l->waiting < l->most;
	if (fits) {
		*l->end = j;
		l->end = &j->next;
		l->waiting++;
	}
	pthread_mutex_unlock(&l->lock);
	if (fits)
		pthread_cond_signal(&l->more);
	else
		free(j);
	return fits;
}
