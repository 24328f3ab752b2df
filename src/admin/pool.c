/* pool.c - threads for requests that read the databases. */

#include "admin/pool.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"

#define THREADS		2
#define MAX_WAITING	256

struct job {
	struct job *next;
	loop_fn *fn;
	void *arg;
};

static pthread_t threads[THREADS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
/* under lock */
static struct job *first, **end = &first;
static unsigned waiting;
static bool running;

static struct job *take(void)
{
	struct job *j;

	pthread_mutex_lock(&lock);
	while (!first && running)
		pthread_cond_wait(&more, &lock);
	j = first;
	if (j) {
		first = j->next;
		if (!first)
			end = &first;
		waiting--;
	}
	pthread_mutex_unlock(&lock);
	return j;
}

static void *turn(void *arg)
{
	struct job *j;

	(void)arg;
	loop_give_way();
	while ((j = take()) != NULL) {
		j->fn(j->arg);
		free(j);
	}
	return NULL;
}

void pool_start(void)
{
	running = true;
	for (size_t i = 0; i < THREADS; i++)
		if (pthread_create(&threads[i], NULL, turn, NULL) != 0)
			abort();
}

void pool_stop(void)
{
	pthread_mutex_lock(&lock);
	if (!running) {
		pthread_mutex_unlock(&lock);
		return;
	}
	running = false;
	pthread_cond_broadcast(&more);
	pthread_mutex_unlock(&lock);
	for (size_t i = 0; i < THREADS; i++)
		pthread_join(threads[i], NULL);
}

bool pool_run(loop_fn *fn, void *arg)
{
	struct job *j = xalloc(sizeof(*j));
	bool fits;

	*j = (struct job){ NULL, fn, arg };
	pthread_mutex_lock(&lock);
	fits = running && waiting < MAX_WAITING;
	if (fits) {
		*end = j;
		end = &j->next;
		waiting++;
		pthread_cond_signal(&more);
	}
	pthread_mutex_unlock(&lock);
	if (!fits)
		free(j);
	return fits;
}
