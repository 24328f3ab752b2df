/* hasher.c - one thread for passwords, so that they cost one processor. */

#include <pthread.h>
#include <stdlib.h>

#include "admin/password.h"
#include "base/alloc.h"
#include "loop/loop.h"

#define MAX_WAITING 16

static pthread_t thread;
static bool running;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t more = PTHREAD_COND_INITIALIZER;
/* under lock */
static struct hash_job *first, **end = &first;
static unsigned waiting;
static bool stopping;

static void finished(void *arg)
{
	struct hash_job *j = arg;

	j->done(j);
}

static void work(struct hash_job *j)
{
	char *password = xstrndup(j->password.p, j->password.n);

	if (j->make)
		(void)password_hash(password, j->fresh);
	else
		j->matches = password_matches(password, j->hash);
	if (j->matches && password_is_old(j->hash))
		(void)password_hash(password, j->fresh);
	explicit_bzero(password, j->password.n);
	free(password);
	loop_post(finished, j);
}

static void *turn(void *arg)
{
	struct hash_job *j;

	(void)arg;
	pthread_mutex_lock(&lock);
	while (!stopping) {
		j = first;
		if (!j) {
			pthread_cond_wait(&more, &lock);
			continue;
		}
		first = j->next;
		if (!first)
			end = &first;
		waiting--;
		pthread_mutex_unlock(&lock);
		work(j);
		pthread_mutex_lock(&lock);
	}
	pthread_mutex_unlock(&lock);
	return NULL;
}

void hasher_start(void)
{
	stopping = false;
	first = NULL;
	end = &first;
	waiting = 0;
	if (pthread_create(&thread, NULL, turn, NULL) != 0)
		abort();
	running = true;
}

void hasher_stop(void)
{
	if (!running)
		return;
	pthread_mutex_lock(&lock);
	stopping = true;
	pthread_cond_signal(&more);
	pthread_mutex_unlock(&lock);
	pthread_join(thread, NULL);
	running = false;
}

bool hasher_put(struct hash_job *j)
{
	bool fits;

	j->next = NULL;
	pthread_mutex_lock(&lock);
	fits = waiting < MAX_WAITING && !stopping;
	if (fits) {
		*end = j;
		end = &j->next;
		waiting++;
		pthread_cond_signal(&more);
	}
	pthread_mutex_unlock(&lock);
	return fits;
}
