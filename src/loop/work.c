/* work.c - a small pool of threads for what may block. */

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "loop/loop.h"
#include "loop/work.h"

#define MAX_THREADS	8
#define MAX_WAITING	1000

struct job {
	struct job *next;
	work_fn *fn, *done;
	void *arg;
};

static pthread_t threads[MAX_THREADS];
static unsigned nthreads;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
/* under lock */
static struct job *first, **end = &first;
static unsigned waiting;
static bool stopping;

static struct job *take(void)
{
	struct job *j;

	pthread_mutex_lock(&lock);
	while (!first && !stopping)
		pthread_cond_wait(&more, &lock);
	j = stopping ? NULL : first;
	if (j) {
		first = j->next;
		if (!first)
			end = &first;
		waiting--;
	}
	pthread_mutex_unlock(&lock);
	return j;
}

static void *worker(void *arg)
{
	struct job *j;

	(void)arg;
	while ((j = take()) != NULL) {
		j->fn(j->arg);
		loop_post(j->done, j->arg);
		free(j);
	}
	return NULL;
}

void work_start(unsigned n)
{
	stopping = false;
	for (nthreads = 0; nthreads < n && nthreads < MAX_THREADS; nthreads++)
		if (pthread_create(&threads[nthreads], NULL, worker, NULL) != 0)
			abort();
}

void work_stop(void)
{
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_broadcast(&more);
	pthread_mutex_unlock(&lock);
	while (nthreads)
		pthread_join(threads[--nthreads], NULL);
	while (first) {
		struct job *j = first;

		first = j->next;
		free(j);
	}
	end = &first;
	waiting = 0;
}

bool work_run(work_fn *fn, work_fn *done, void *arg)
{
	struct job *j = xalloc(sizeof(*j));
	bool full;

	*j = (struct job){ NULL, fn, done, arg };
	pthread_mutex_lock(&lock);
	full = waiting >= MAX_WAITING || stopping;
	if (!full) {
		*end = j;
		end = &j->next;
		waiting++;
		pthread_cond_signal(&more);
	}
	pthread_mutex_unlock(&lock);
	if (full)
		free(j);
	return !full;
}
