/* tokens.c - bearer tokens: found by their id, known by their hash. */

#include "admin/tokens.h"

#include <openssl/crypto.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/net.h"
#include "admin/secret.h"
#include "base/alloc.h"
#include "base/now.h"
#include "store/audit.h"
#include "store/writer.h"

#define PREFIX	STRV("parley_")

struct token {
	struct admin_token t;
	bool dirty;		/* used later than the disk says */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; in order of their making */
static struct token *tokens;
static size_t n_tokens, size;

/* Under lock. */
static struct token *with_id(struct strv id)
{
	for (size_t i = 0; i < n_tokens; i++)
		if (strv_eq(strv(tokens[i].t.id), id))
			return &tokens[i];
	return NULL;
}

static void know(const struct admin_token *t, void *arg)
{
	(void)arg;
	if (n_tokens == size) {
		size = size ? size * 2 : 8;
		tokens = xrealloc(tokens, size * sizeof(*tokens));
	}
	tokens[n_tokens++] = (struct token){ .t = *t };
}

static void forget(struct token *t)
{
	n_tokens--;
	memmove(t, t + 1, (size_t)(tokens + n_tokens - t) * sizeof(*t));
}

enum err tokens_load(void)
{
	enum err e;

	pthread_mutex_lock(&lock);
	e = admin_tokens_each(know, NULL);
	pthread_mutex_unlock(&lock);
	return e;
}

void tokens_unload(void)
{
	pthread_mutex_lock(&lock);
	free(tokens);
	tokens = NULL;
	n_tokens = size = 0;
	pthread_mutex_unlock(&lock);
}

void tokens_forget_of(int64_t admin)
{
	pthread_mutex_lock(&lock);
	for (size_t i = n_tokens; i-- > 0;)
		if (tokens[i].t.admin == admin)
			forget(&tokens[i]);
	pthread_mutex_unlock(&lock);
}

void tokens_each(admin_token_fn *fn, void *arg)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_tokens; i++)
		fn(&tokens[i].t, arg);
	pthread_mutex_unlock(&lock);
}

/* --- use ------------------------------------------------------------------ */

static bool fits(const struct admin_token *t, struct strv secret,
    struct strv peer)
{
	unsigned char hash[SECRET_HASH];

	secret_hash(secret, hash);
	return CRYPTO_memcmp(hash, t->hash, sizeof(hash)) == 0 &&
	    now_ms() < t->expires &&
	    (!t->source[0] || net_listed(strv(t->source), peer));
}

bool token_find(struct strv bearer, struct strv peer,
    struct admin_token *out)
{
	struct strv prefix = PREFIX, id, secret;
	struct token *t;
	bool yes;

	if (bearer.n < prefix.n || memcmp(bearer.p, prefix.p, prefix.n) != 0)
		return false;
	id = strv_split((struct strv){ bearer.p + prefix.n,
	    bearer.n - prefix.n }, '_', &secret);
	pthread_mutex_lock(&lock);
	t = with_id(id);
	yes = t && secret.p && fits(&t->t, secret, peer);
	if (yes) {
		t->t.used = now_ms();
		t->dirty = true;
		*out = t->t;
	}
	pthread_mutex_unlock(&lock);
	return yes;
}

/* --- changes -------------------------------------------------------------- */

struct saving {
	struct write write;	/* first: run() and done() get it back */
	struct admin_token t;
	bool remove, quiet;
	char *actor;
	token_done_fn *done;
	void *arg;
};

static enum err save_run(struct write *w, struct db *db)
{
	struct saving *s = (struct saving *)w;
	enum err e;

	if (s->quiet)	/* it may have been removed since */
		return admin_token_used(db, &s->t);
	e = s->remove ? admin_token_delete(db, s->t.id) :
	    admin_token_add(db, &s->t);
	if (e != ERR_OK)
		return e;
	return audit_put(db, strv(s->actor), s->remove ?
	    STRV("token delete") : STRV("token add"), strv(s->t.id),
	    strv(s->t.name));
}

static void save_done(struct write *w)
{
	struct saving *s = (struct saving *)w;
	struct token *t;

	pthread_mutex_lock(&lock);
	t = with_id(strv(s->t.id));
	if (w->err == ERR_OK && s->remove && t)
		forget(t);
	if (w->err == ERR_OK && !s->remove && !s->quiet)
		know(&s->t, NULL);
	pthread_mutex_unlock(&lock);
	if (s->done)
		s->done(w->err, s->arg);
	free(s->actor);
	free(s);
}

static struct saving *save_new(const struct admin_token *t,
    struct strv actor, token_done_fn *done, void *arg)
{
	struct saving *s = xalloc(sizeof(*s));

	s->write = (struct write){ .db = DB_CONFIG, .run = save_run,
		.done = save_done };
	s->t = *t;
	s->actor = xstrndup(actor.p ? actor.p : "", actor.n);
	s->done = done;
	s->arg = arg;
	return s;
}

void token_make(struct admin_token *t, char text[TOKEN_TEXT],
    struct strv actor, token_done_fn *done, void *arg)
{
	char secret[SECRET_TEXT];
	struct saving *s;

	secret_new(secret);
	memcpy(t->id, secret, sizeof(t->id) - 1);
	t->id[sizeof(t->id) - 1] = 0;
	secret_new(secret);
	secret_hash(strv(secret), t->hash);
	t->created = now_ms();
	(void)snprintf(text, TOKEN_TEXT, "parley_%s_%s", t->id, secret);
	explicit_bzero(secret, sizeof(secret));
	s = save_new(t, actor, done, arg);
	writer_put(&s->write);
}

bool token_remove(struct strv id, struct strv actor, token_done_fn *done,
    void *arg)
{
	struct saving *s = NULL;
	struct token *t;

	pthread_mutex_lock(&lock);
	t = with_id(id);
	if (t)
		s = save_new(&t->t, actor, done, arg);
	pthread_mutex_unlock(&lock);
	if (!s)
		return false;
	s->remove = true;
	writer_put(&s->write);
	return true;
}

void tokens_flush(void)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_tokens; i++) {
		struct saving *s;

		if (!tokens[i].dirty)
			continue;
		tokens[i].dirty = false;
		s = save_new(&tokens[i].t, STRV_NONE, NULL, NULL);
		s->quiet = true;
		writer_put(&s->write);
	}
	pthread_mutex_unlock(&lock);
}
