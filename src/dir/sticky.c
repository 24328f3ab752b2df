/* sticky.c - which service a user's peer last wrote by (CSI memory). */

#include <stdlib.h>

#define LOG_UNIT "sticky"
#include "base/alloc.h"
#include "base/log.h"
#include "base/list.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/sticky.h"
#include "loop/timer.h"
#include "store/registrations.h"
#include "store/writer.h"

#define KEEP_MS		(INT64_C(7) * 24 * 3600 * 1000)
#define WRITE_MS	1000	/* between two writes of what is new */
#define WRITE_ROWS	1000	/* in one write */

/* One allocation with its texts; the key is "user peer". */
struct note {
	struct list age;	/* of all; the oldest first */
	struct list dirty;	/* of those not yet written */
	struct sticky_row row;
	struct strv key;
};

static struct map notes;
static struct list by_age, dirty;
static struct timer timer;
static int64_t keep_ms = KEEP_MS;

/* --- memory ------------------------------------------------------------- */

static struct strv put_str(char **at, struct strv s)
{
	struct strv copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

static struct note *note_new(const struct sticky_row *r)
{
	struct note *n = xalloc(sizeof(*n) + r->user.n + 1 + r->peer.n +
	    r->service.n + r->contribution.n);
	char *at = (char *)(n + 1), *key = at;

	list_init(&n->dirty);
	n->row.user = put_str(&at, r->user);
	*at++ = ' ';
	n->row.peer = put_str(&at, r->peer);
	n->key = (struct strv){ key, (size_t)(at - key) };
	n->row.service = put_str(&at, r->service);
	n->row.contribution = put_str(&at, r->contribution);
	n->row.at = r->at;
	return n;
}

static void note_free(struct note *n)
{
	list_del(&n->age);
	list_del(&n->dirty);
	free(n);
}

static struct note *insert(const struct sticky_row *r)
{
	struct note *n = note_new(r), *was;

	was = map_del(&notes, n->key);
	if (was)
		note_free(was);
	if (notes.n >= STICKY_MAX) {
		was = LIST_ENTRY(by_age.next, struct note, age);
		(void)map_del(&notes, was->key);
		note_free(was);
	}
	(void)map_set(&notes, n->key, n);
	list_push(&by_age, &n->age);
	return n;
}

static const struct note *find(struct strv user, struct strv peer)
{
	struct note *n;
	struct buf key;

	buf_init(&key, BUF_NO_LIMIT);
	buf_adds(&key, user);
	buf_addc(&key, ' ');
	buf_adds(&key, peer);
	n = map_get(&notes, buf_strv(&key));
	buf_deinit(&key);
	return n && now_ms() - n->row.at <= keep_ms ? n : NULL;
}

struct strv sticky_find(struct strv user, struct strv peer)
{
	const struct note *n = find(user, peer);

	return n ? n->row.service : STRV_NONE;
}

struct strv sticky_contribution(struct strv user, struct strv peer)
{
	const struct note *n = find(user, peer);

	return n ? n->row.contribution : STRV_NONE;
}

void sticky_note(struct strv user, struct strv peer, struct strv service,
    struct strv contribution)
{
	struct sticky_row r = { user, peer, service, contribution, now_ms() };
	struct note *n = insert(&r);

	list_push(&dirty, &n->dirty);
	if (!timer_is_set(&timer))
		timer_set(&timer, WRITE_MS);
}

/* --- written behind ----------------------------------------------------- */

struct writing {
	struct write w;
	int64_t expire;		/* rows older than this go; 0: none */
	size_t n;
	struct note *rows[WRITE_ROWS];	/* copies */
};

static enum err run(struct write *w, struct db *db)
{
	const struct writing *b = (struct writing *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < b->n && e == ERR_OK; i++)
		e = sticky_put(db, &b->rows[i]->row);
	if (e == ERR_OK && b->expire > 0)
		e = stickies_expire(db, b->expire);
	return e;
}

/* What a full disk forgets, the next message notes again. */
static void done(struct write *w)
{
	struct writing *b = (struct writing *)(void *)w;

	for (size_t i = 0; i < b->n; i++)
		free(b->rows[i]);
	free(b);
}

static struct writing *writing_new(void)
{
	struct writing *b = xalloc(sizeof(*b));

	b->w = (struct write){ .db = DB_STORE, .run = run, .done = done };
	return b;
}

static void write_some(void *arg)
{
	struct writing *b = writing_new();

	(void)arg;
	while (!list_empty(&dirty) && b->n < WRITE_ROWS) {
		struct note *n = LIST_ENTRY(dirty.next, struct note, dirty);

		list_del(&n->dirty);
		b->rows[b->n] = note_new(&n->row);
		b->n++;
	}
	writer_put(&b->w);
	if (!list_empty(&dirty))
		timer_set(&timer, 1);
}

void sticky_stop(void)
{
	timer_cancel(&timer);
	while (!list_empty(&dirty))
		write_some(NULL);
	timer_cancel(&timer);
}

/* --- start -------------------------------------------------------------- */

static void load_one(const struct sticky_row *r, void *arg)
{
	(void)arg;
	(void)insert(r);
}

static void forget_all(void)
{
	struct note *n;
	size_t at = 0;

	while ((n = map_next(&notes, &at)) != NULL)
		free(n);
	map_deinit(&notes);
	list_init(&by_age);
	list_init(&dirty);
}

enum err sticky_load(void)
{
	struct writing *b = writing_new();
	enum err e;

	forget_all();
	timer_cancel(&timer);
	timer_init(&timer, "sticky", write_some, NULL);
	e = stickies_each(now_ms() - keep_ms, STICKY_MAX, load_one, NULL);
	log_info("services of peers loaded n=%zu", notes.n);
	b->expire = now_ms() - keep_ms;
	writer_put(&b->w);
	return e;
}

/* --- settings ----------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "time", .type = CONF_DURATION, .fallback = "7d",
	  .min = 60000, .max = INT64_C(90) * 24 * 3600 * 1000,
	  .help = "how long a reply leaves by the service that the peer last "
	  "wrote by" },
};

static void apply(const char *name, bool gone)
{
	(void)gone;
	keep_ms = conf_int("policy sticky", name, "time");
}

static const struct conf_section section = {
	.name = "policy sticky", .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "replies go back by the service a peer wrote by",
	.apply = apply
};

void sticky_register(void)
{
	conf_register(&section);
}
