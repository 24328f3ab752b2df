/* audit.c - who changed what: rows, their chain, and what is refused. */

#include <inttypes.h>
#include <openssl/evp.h>
#include <pthread.h>
#include <stdlib.h>

#define LOG_UNIT "audit"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/hex.h"
#include "base/log.h"
#include "base/now.h"
#include "loop/loop.h"
#include "op/op.h"
#include "store/audit.h"
#include "store/db_priv.h"
#include "store/writer.h"

#define COLUMNS \
	"id, time, actor, via, credential, peer, action, object, detail, " \
	"result, request, former, hash"

/* --- the chain ---------------------------------------------------------------- */

static void add_part(struct buf *b, struct strv s)
{
	buf_u32(b, (uint32_t)s.n);
	buf_adds(b, s);
}

/*
 * The SHA-256 of: the hash of the row before (32 bytes, zeroes before the
 * first), id and time (8 bytes each, big endian), then the texts in the order
 * of struct audit_row, each with its length in 4 bytes before it.
 */
static void row_hash(const struct audit_row *r, uint8_t hash[AUDIT_HASH])
{
	const struct strv parts[] = { r->actor, r->via, r->credential,
		r->peer, r->action, r->object, r->detail, r->result,
		r->request };
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	buf_adds(&b, r->former);
	buf_u32(&b, (uint32_t)((uint64_t)r->id >> 32));
	buf_u32(&b, (uint32_t)r->id);
	buf_u32(&b, (uint32_t)((uint64_t)r->time >> 32));
	buf_u32(&b, (uint32_t)r->time);
	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		add_part(&b, parts[i]);
	if (EVP_Digest(b.p, b.n, hash, NULL, EVP_sha256(), NULL) != 1)
		abort();
	buf_deinit(&b);
}

static void read_row(struct stmt *s, struct audit_row *r)
{
	struct strv *const texts[] = { &r->actor, &r->via, &r->credential,
		&r->peer, &r->action, &r->object, &r->detail, &r->result,
		&r->request, &r->former, &r->hash };

	r->id = col_int(s);
	r->time = col_int(s);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = col_text(s);
}

/* Id and hash of the newest row; zeroes before the first. */
static enum err newest(struct db *db, int64_t *id, uint8_t hash[AUDIT_HASH])
{
	struct stmt *s = stmt(db, "SELECT id, hash FROM audit "
	    "ORDER BY id DESC LIMIT 1");
	struct strv h;

	*id = 0;
	memset(hash, 0, AUDIT_HASH);
	if (stmt_row(s)) {
		*id = col_int(s);
		h = col_text(s);
		if (h.n == AUDIT_HASH)
			memcpy(hash, h.p, AUDIT_HASH);
	}
	return stmt_stop(s);
}

/* --- the log -------------------------------------------------------------------- */

/* Lines of the open transaction; the writer's thread. */
static struct line {
	struct line *next;
	char *text;
} *lines;

static void lines_end(bool committed)
{
	struct line *in_order = NULL;

	while (lines) {
		struct line *l = lines;

		lines = l->next;
		l->next = in_order;
		in_order = l;
	}
	while (in_order) {
		struct line *l = in_order;

		in_order = l->next;
		if (committed)
			log_info("%s", l->text);
		free(l->text);
		free(l);
	}
}

static void line_add(const struct audit_row *r)
{
	struct line *l = xalloc(sizeof(*l));
	char hash[2 * AUDIT_HASH + 1];
	struct buf b;

	hex_encode(r->hash.p, AUDIT_HASH, hash);
	buf_init(&b, 1000);
	buf_addf(&b, "row=%" PRId64 " actor=%.*s via=%.*s result=%.*s "
	    "hash=%s action=\"%.*s\" object=\"%.*s\"", r->id,
	    STRV_ARG(r->actor), STRV_ARG(r->via), STRV_ARG(r->result), hash,
	    STRV_ARG(r->action), STRV_ARG(r->object));
	l->text = buf_steal(&b);
	l->next = lines;
	lines = l;
}

/* --- the end of the chain -------------------------------------------------------- */

/* Without it a chain whose newest rows were taken out would be whole. */
struct tail {
	int64_t id;		/* 0: none */
	uint8_t hash[AUDIT_HASH];
};

static struct tail written;	/* in the open transaction; the writer's thread */
static struct {
	pthread_mutex_t lock;
	struct tail tail;	/* committed by this process; under lock */
	int64_t lost;		/* such a row was gone later; 0; under lock */
} known = { .lock = PTHREAD_MUTEX_INITIALIZER };

/* SQLite's own hook comes before the disk has taken it. */
void audit_ended(bool committed)
{
	lines_end(committed);
	if (committed && written.id) {
		pthread_mutex_lock(&known.lock);
		known.tail = written;
		pthread_mutex_unlock(&known.lock);
	}
	written.id = 0;
}

static bool is_there(struct db *db, const struct tail *t)
{
	struct stmt *s = stmt(db, "SELECT count(*) FROM audit "
	    "WHERE id = ? AND hash = ?");
	bool none;

	stmt_int(s, t->id);
	stmt_blob(s, (struct strv){ (const char *)t->hash, AUDIT_HASH });
	none = stmt_row(s) && col_int(s) == 0;
	return stmt_stop(s) != ERR_OK || !none;
}

/* The first row that this process committed and that is gone; 0: none is. */
static int64_t tail_lost(struct db *db)
{
	struct tail tail;
	int64_t lost;

	pthread_mutex_lock(&known.lock);
	tail = known.tail;
	lost = known.lost;
	pthread_mutex_unlock(&known.lock);
	if (lost || tail.id == 0 || is_there(db, &tail))
		return lost;
	log_err("row %" PRId64 " is gone: somebody wrote to config.db past "
	    "the daemon", tail.id);
	pthread_mutex_lock(&known.lock);
	known.lost = tail.id;
	pthread_mutex_unlock(&known.lock);
	return tail.id;
}

static void tail_forget(void)
{
	pthread_mutex_lock(&known.lock);
	known.tail.id = known.lost = 0;
	pthread_mutex_unlock(&known.lock);
	written.id = 0;
}

enum err audit_start(void)
{
	struct db *db = db_writer(DB_CONFIG);
	struct stmt *s = stmt(db, "SELECT " COLUMNS " FROM audit "
	    "WHERE NOT EXISTS (SELECT 1 FROM audit WHERE hash IS NOT NULL) "
	    "ORDER BY id");
	uint8_t former[AUDIT_HASH] = { 0 }, hash[AUDIT_HASH];
	enum err e = db_exec(db, "BEGIN IMMEDIATE");
	struct audit_row r;

	lines_end(true);	/* of a restore */
	tail_forget();
	while (e == ERR_OK && stmt_row(s)) {
		struct stmt *set = stmt(db, "UPDATE audit SET former = ?, "
		    "hash = ? WHERE id = ?");

		read_row(s, &r);
		r.former = (struct strv){ (char *)former, AUDIT_HASH };
		row_hash(&r, hash);
		stmt_blob(set, r.former);
		stmt_blob(set, (struct strv){ (char *)hash, AUDIT_HASH });
		stmt_int(set, r.id);
		e = stmt_end(set);
		memcpy(former, hash, AUDIT_HASH);
	}
	if (stmt_stop(s) != ERR_OK)
		e = ERR_STORAGE;
	if (e == ERR_OK)
		e = db_exec(db, "COMMIT");
	if (e != ERR_OK)
		(void)db_exec(db, "ROLLBACK");
	return e;
}

/* What is wrong with the row behind the last one of v, or NULL. */
static const char *fault(const struct audit_verdict *v,
    const struct audit_row *r, uint8_t hash[AUDIT_HASH])
{
	if (r->former.n != AUDIT_HASH || r->hash.n != AUDIT_HASH)
		return "it has no hash";
	if (v->rows && memcmp(r->former.p, v->hash, AUDIT_HASH) != 0)
		return "what was before it was changed or taken out";
	row_hash(r, hash);
	if (memcmp(hash, r->hash.p, AUDIT_HASH) != 0)
		return "it was changed after it was written";
	return NULL;
}

static void begin_at(struct audit_verdict *v, const struct audit_row *r)
{
	static const uint8_t none[AUDIT_HASH];

	v->first = r->id;
	memcpy(v->before, r->former.p, AUDIT_HASH);
	v->anchored = memcmp(v->before, none, AUDIT_HASH) == 0;
}

enum err audit_verify_in(struct db *db, struct audit_verdict *v)
{
	struct stmt *s = stmt(db, "SELECT " COLUMNS
	    " FROM audit ORDER BY id");
	uint8_t hash[AUDIT_HASH];
	struct audit_row r;

	*v = (struct audit_verdict){ .rows = 0 };
	while (stmt_row(s)) {
		read_row(s, &r);
		v->why = fault(v, &r, hash);
		if (v->why) {
			v->broken = r.id;
			break;
		}
		if (v->rows++ == 0)
			begin_at(v, &r);
		v->anchored = v->anchored || audit_is_anchor(&r,
		    v->first - 1, v->before);
		v->last = r.id;
		memcpy(v->hash, hash, AUDIT_HASH);
	}
	if (v->rows && !v->broken && !v->anchored) {
		v->broken = v->first;
		v->why = "what was before it was taken out";
	}
	return stmt_stop(s);
}

enum err audit_verify(struct audit_verdict *v)
{
	struct db *db = db_reader(DB_CONFIG);
	enum err e = audit_verify_in(db, v);

	if (e == ERR_OK && !v->broken) {
		v->broken = tail_lost(db);
		v->why = v->broken ? "it was taken out, or replaced" : NULL;
	}
	return e;
}

/* --- rows ----------------------------------------------------------------------- */

static struct strv some(struct strv s)
{
	return s.p ? s : STRV("");
}

static enum err insert(struct db *db, struct audit_row *r)
{
	uint8_t former[AUDIT_HASH], hash[AUDIT_HASH];
	struct stmt *s;
	enum err e = newest(db, &r->id, former);

	if (e != ERR_OK)
		return e;
	if (!written.id)	/* before another row has the place of that */
		(void)tail_lost(db);
	r->id++;
	r->time = now_ms();
	r->former = (struct strv){ (char *)former, AUDIT_HASH };
	row_hash(r, hash);
	r->hash = (struct strv){ (char *)hash, AUDIT_HASH };
	s = stmt(db, "INSERT INTO audit (" COLUMNS ") "
	    "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
	stmt_int(s, r->id);
	stmt_int(s, r->time);
	stmt_text(s, r->actor);
	stmt_text(s, r->via);
	stmt_text(s, r->credential);
	stmt_text(s, r->peer);
	stmt_text(s, r->action);
	stmt_text(s, r->object);
	stmt_text(s, r->detail);
	stmt_text(s, r->result);
	stmt_text(s, r->request);
	stmt_blob(s, r->former);
	stmt_blob(s, r->hash);
	e = stmt_end(s);
	if (e == ERR_OK) {
		line_add(r);
		written.id = r->id;
		memcpy(written.hash, hash, AUDIT_HASH);
	}
	return e;
}

/* A name, or what op_who() packed. */
static void put_actor(struct audit_row *r, struct strv who)
{
	struct strv *const parts[] = { &r->actor, &r->via, &r->credential,
		&r->peer, &r->request };

	for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		*parts[i] = who.p ? strv_split(who, OP_WHO_SEPARATOR, &who) :
		    STRV("");
}

struct strv audit_name(struct strv actor)
{
	return strv_split(actor, OP_WHO_SEPARATOR, &actor);
}

enum err audit_put(struct db *db, struct strv actor, struct strv action,
    struct strv object, struct strv detail)
{
	struct audit_row r = { .action = some(action),
		.object = some(object), .detail = some(detail),
		.result = STRV("ok") };

	put_actor(&r, actor);
	return insert(db, &r);
}

#define EACH(sign, way) \
	"SELECT " COLUMNS " FROM audit WHERE id " sign " ?1 " \
	"AND (?2 IS NULL OR instr(actor, ?2)) " \
	"AND (?3 IS NULL OR instr(action, ?3)) " \
	"AND (?4 IS NULL OR instr(object, ?4)) " \
	"AND (?5 IS NULL OR substr(result, 1, length(?5)) = ?5) " \
	"AND time >= ?6 AND time < ?7 ORDER BY id" way

enum err audit_each(const struct audit_filter *f, int64_t before,
    audit_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), f->up ? EACH(">", "") :
	    EACH("<", " DESC"));
	struct audit_row row;

	stmt_int(s, before ? before : f->up ? 0 : INT64_MAX);
	stmt_text(s, f->actor);
	stmt_text(s, f->action);
	stmt_text(s, f->object);
	stmt_text(s, f->result);
	stmt_int(s, f->since);
	stmt_int(s, f->until ? f->until : INT64_MAX);
	while (stmt_row(s)) {
		read_row(s, &row);
		if (!fn(&row, arg))
			break;
	}
	return stmt_stop(s);
}

/* --- events --------------------------------------------------------------------- */

struct event {
	struct write w;
	struct arena arena;
	struct strv who;
	struct audit_row row;
};

static struct {
	int64_t minute;
	int64_t n, dropped;
} refusals;	/* core */

void audit_reset(void)
{
	memset(&refusals, 0, sizeof(refusals));
	tail_forget();
}

static enum err event_run(struct write *w, struct db *db)
{
	struct event *ev = (struct event *)(void *)w;

	put_actor(&ev->row, ev->who);
	return insert(db, &ev->row);
}

static void event_done(struct write *w)
{
	struct event *ev = (struct event *)(void *)w;

	if (w->err != ERR_OK)
		log_warn("row lost action=\"%.*s\"", STRV_ARG(ev->row.action));
	arena_deinit(&ev->arena);
	free(ev);
}

/* false: there were too many of them this minute */
static bool admit(struct event *ev)
{
	int64_t minute = now_mono() / 60000;
	struct buf more;

	if (strv_eq(ev->row.result, STRV("ok")))
		return true;
	if (minute != refusals.minute)
		refusals.n = 0;
	refusals.minute = minute;
	if (++refusals.n > AUDIT_REFUSALS) {
		refusals.dropped++;
		return false;
	}
	if (refusals.dropped == 0)
		return true;
	buf_init(&more, BUF_NO_LIMIT);
	buf_addf(&more, "%.*s (and %" PRId64 " refusals before, not written)",
	    STRV_ARG(ev->row.detail), refusals.dropped);
	ev->row.detail = arena_str(&ev->arena, buf_strv(&more));
	buf_deinit(&more);
	refusals.dropped = 0;
	return true;
}

static void event_put(void *arg)
{
	struct event *ev = arg;

	if (admit(ev)) {
		writer_put(&ev->w);
		return;
	}
	arena_deinit(&ev->arena);
	free(ev);
}

void audit_event(struct strv actor, struct strv action, struct strv object,
    struct strv result, struct strv detail)
{
	struct event *ev = xalloc(sizeof(*ev));

	ev->w = (struct write){ .db = DB_CONFIG, .run = event_run,
		.done = event_done };
	arena_init(&ev->arena);
	ev->who = arena_str(&ev->arena, actor);
	ev->row.action = arena_str(&ev->arena, some(action));
	ev->row.object = arena_str(&ev->arena, some(object));
	ev->row.result = arena_str(&ev->arena, result);
	ev->row.detail = arena_str(&ev->arena, some(detail));
	loop_post(event_put, ev);
}
