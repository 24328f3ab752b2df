/* replay.c - answers kept for who asks the same again. */

#include "admin/replay.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"

#define MOST	1000
#define BODY	((size_t)64 << 10)	/* a longer answer is not kept */
#define KEPT_MS	((int64_t)24 * 60 * 60 * 1000)

struct kept {
	unsigned char who[SECRET_HASH];		/* of actor and key */
	unsigned char print[SECRET_HASH];	/* of the request */
	int64_t at;		/* ms, monotonic */
	unsigned status;	/* 0: at work */
	char *body;
	size_t n;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; the oldest first */
static struct kept *all[MOST];
static size_t n_all;

static void end(size_t i)
{
	free(all[i]->body);
	free(all[i]);
	n_all--;
	memmove(&all[i], &all[i + 1], (n_all - i) * sizeof(all[0]));
}

static void end_old(void)
{
	int64_t now = now_mono();

	while (n_all && now - all[0]->at > KEPT_MS)
		end(0);
}

static void identity(struct strv actor, struct strv key,
    unsigned char who[SECRET_HASH])
{
	struct buf b;

	buf_init(&b, 2048);
	buf_adds(&b, actor);
	buf_addc(&b, '\n');
	buf_adds(&b, key);
	secret_hash(buf_strv(&b), who);
	buf_deinit(&b);
}

static size_t place(struct strv actor, struct strv key)
{
	unsigned char who[SECRET_HASH];
	size_t i = 0;

	identity(actor, key, who);
	while (i < n_all && memcmp(all[i]->who, who, sizeof(who)) != 0)
		i++;
	return i;
}

static void add(struct strv actor, struct strv key,
    const unsigned char *print)
{
	struct kept *k = xalloc(sizeof(*k));

	if (n_all == MOST)
		end(0);
	identity(actor, key, k->who);
	memcpy(k->print, print, sizeof(k->print));
	k->at = now_mono();
	all[n_all++] = k;
}

enum replay replay_find(struct strv actor, struct strv key,
    const unsigned char print[SECRET_HASH], unsigned *status,
    struct buf *body)
{
	enum replay what = REPLAY_NEW;
	size_t i;

	pthread_mutex_lock(&lock);
	end_old();
	i = place(actor, key);
	if (i == n_all) {
		add(actor, key, print);
	} else if (memcmp(all[i]->print, print, SECRET_HASH) != 0) {
		what = REPLAY_OTHER;
	} else if (!all[i]->status) {
		what = REPLAY_BUSY;
	} else {
		what = REPLAY_SAME;
		*status = all[i]->status;
		buf_add(body, all[i]->body, all[i]->n);
	}
	pthread_mutex_unlock(&lock);
	return what;
}

void replay_keep(struct strv actor, struct strv key, unsigned status,
    struct strv body)
{
	size_t i;

	if (body.n > BODY) {
		replay_drop(actor, key);
		return;
	}
	pthread_mutex_lock(&lock);
	i = place(actor, key);
	if (i < n_all && !all[i]->status) {
		all[i]->status = status;
		all[i]->body = xstrndup(body.p, body.n);
		all[i]->n = body.n;
	}
	pthread_mutex_unlock(&lock);
}

void replay_drop(struct strv actor, struct strv key)
{
	size_t i;

	pthread_mutex_lock(&lock);
	i = place(actor, key);
	if (i < n_all && !all[i]->status)
		end(i);
	pthread_mutex_unlock(&lock);
}

void replay_reset(void)
{
	pthread_mutex_lock(&lock);
	while (n_all)
		end(0);
	pthread_mutex_unlock(&lock);
}
