/* work.c - pools of threads for what may block, in lanes. */

#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
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

/*
 * Who puts a job takes no lock: the core must not wait for a thread that
 * gives way and is not running.  The lock is between the threads of a lane.
 */
struct lane {
	const unsigned threads;		/* 0: work_start() says */
	const unsigned most;		/* jobs that may wait */
	_Atomic(struct job *) put;	/* the newest first */
	atomic_uint waiting;
	atomic_bool open;
	sem_t more;			/* one for each job, and at the end */
	pthread_t ids[MAX_THREADS];	/* its owner's */
	unsigned running;		/* of them */
	pthread_mutex_t lock;
	struct job *first;		/* under lock; the oldest first */
};

#define LANE(n, max) { .threads = (n), .most = (max), \
	.lock = PTHREAD_MUTEX_INITIALIZER }

static struct lane lanes[WORK_LANES] = {
	[WORK_CORE] = LANE(0, 1000),
	[WORK_READ] = LANE(2, 256),
	[WORK_SLOW] = LANE(1, 32),
	[WORK_HASH] = LANE(1, 16),
};

static atomic_bool ending;

/* --- in the threads ------------------------------------------------------- */

static struct job *turned(struct job *newest)
{
	struct job *oldest = NULL;

	while (newest) {
		struct job *next = newest->next;

		newest->next = oldest;
		oldest = newest;
		newest = next;
	}
	return oldest;
}

static struct job *first_of(struct lane *l)
{
	struct job *j;

	pthread_mutex_lock(&l->lock);
	if (!l->first)
		l->first = turned(atomic_exchange(&l->put, NULL));
	j = l->first;
	if (j)
		l->first = j->next;
	pthread_mutex_unlock(&l->lock);
	if (j)
		l->waiting--;
	return j;
}

/* NULL: the lane is shut.  Then only what nobody would end is still run. */
static struct job *take(struct lane *l)
{
	struct job *j;

	do
		while (sem_wait(&l->more) < 0 && errno == EINTR)
			;
	while ((j = first_of(l)) == NULL && l->open);
	while (j && !l->open && j->done) {
		free(j);
		j = first_of(l);
	}
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
	if (sem_init(&l->more, 0, 0) < 0)
		abort();
	l->open = true;
	for (l->running = 0; l->running < n && l->running < MAX_THREADS;
	    l->running++)
		if (pthread_create(&l->ids[l->running], NULL, worker, l) != 0)
			abort();
}

static void stop(struct lane *l)
{
	l->open = false;
	for (unsigned i = 0; i < l->running; i++)
		(void)sem_post(&l->more);
	while (l->running)
		pthread_join(l->ids[--l->running], NULL);
	(void)sem_destroy(&l->more);
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
	struct lane *l = &lanes[lane];
	struct job *j;

	if (!l->open || l->waiting >= l->most)
		return false;
	j = xalloc(sizeof(*j));
	*j = (struct job){ atomic_load(&l->put), fn, done, arg };
	l->waiting++;
	while (!atomic_compare_exchange_weak(&l->put, &j->next, j))
		;
	(void)sem_post(&l->more);
	return true;
}
