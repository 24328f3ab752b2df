/* query.c - look at messages, queues and registrations; changes nothing. */

#include "base/id.h"
#include "store/blob.h"
#include "store/query.h"

#define COLUMNS \
	"leg.id, leg.state, leg.why, leg.tries, leg.due, leg.expires, " \
	"leg.port, leg.recipient, leg.hop, leg.device, leg.reached, " \
	"leg.ref, leg.role, message.kind, message.wants, message.sender, " \
	"message.recipient, message.conversation, message.contribution, " \
	"message.imdn_id, message.service, message.port, message.in_ref, " \
	"message.type, message.size, message.received, message.report_of"

static void read_leg(struct stmt *s, struct query_leg *l)
{
	l->leg = (uint64_t)col_int(s);
	l->state = (enum leg_state)col_int(s);
	l->why = col_text(s);
	l->tries = (uint32_t)col_int(s);
	l->due = col_int(s);
	l->expires = col_int(s);
	l->port = col_text(s);
	l->recipient = col_text(s);
	l->hop = col_text(s);
	l->device = col_text(s);
	l->reached = col_text(s);
	l->ref = col_text(s);
	l->role = (enum leg_role)col_int(s);
	l->kind = (enum message_kind)col_int(s);
	l->wants = (unsigned)col_int(s);
	l->from = col_text(s);
	l->to = col_text(s);
	l->conversation = col_text(s);
	l->contribution = col_text(s);
	l->imdn_id = col_text(s);
	l->service = col_text(s);
	l->in = col_text(s);
	l->in_ref = col_text(s);
	l->type = col_text(s);
	l->size = col_int(s);
	l->received = col_int(s);
	l->report_of = (uint64_t)col_int(s);
}

static enum err give_legs(struct stmt *s, query_leg_fn *fn, void *arg)
{
	struct query_leg l;

	while (stmt_row(s)) {
		read_leg(s, &l);
		if (!fn(&l, arg))
			break;
	}
	return stmt_stop(s);
}

/* --- messages ------------------------------------------------------------- */

/*
 * What waits for one hop has an index, and so has spam; all else goes back in
 * time.  SQLite
 * looks at a column only when the ones before it fit, so the rare ones stand
 * first.
 */
#define FILTERS(sign) \
	"WHERE leg.id " sign " ?1 AND leg.id >= ?2 AND (?3 < 0 OR leg.state = ?3) " \
	"AND (?4 IS NULL OR leg.why = ?4) AND (?5 IS NULL OR leg.hop = ?5) " \
	"AND (?6 IS NULL OR leg.recipient = ?6 OR message.recipient = ?6) " \
	"AND (?7 IS NULL OR message.sender = ?7) "

static void bind_filter(struct stmt *s, const struct query_filter *f)
{
	stmt_int(s, f->before ? (int64_t)f->before : f->up ? 0 : INT64_MAX);
	stmt_int(s, f->since > 0 ? (int64_t)id_leg(id_at(f->since), 0) : 0);
	stmt_int(s, f->state);
	stmt_text(s, f->why);
	stmt_text(s, f->hop);
	stmt_text(s, f->to);
	stmt_text(s, f->from);
}

#define WAITING(sign, way) \
	"SELECT " COLUMNS " FROM leg INDEXED BY leg_waiting JOIN message " \
	"ON message.id = leg.id >> 8 " FILTERS(sign) \
	"AND leg.hop = ?5 AND leg.state <= 1 ORDER BY leg.id" way
#define SPAM(sign, way) \
	"SELECT " COLUMNS " FROM leg INDEXED BY leg_spam CROSS JOIN message " \
	"ON message.id = leg.id >> 8 " FILTERS(sign) \
	"AND leg.state = 9 ORDER BY leg.id" way
#define ALL(sign, way) \
	"SELECT " COLUMNS " FROM leg CROSS JOIN message " \
	"ON message.id = leg.id >> 8 " FILTERS(sign) "ORDER BY leg.id" way
#define BOTH(list) { list("<", " DESC"), list(">", "") }

enum err query_legs(const struct query_filter *f, query_leg_fn *fn,
    void *arg)
{
	static const char *const lists[][2] = { BOTH(WAITING), BOTH(SPAM),
		BOTH(ALL) };
	bool waits = f->hop.p && (f->state == LEG_READY ||
	    f->state == LEG_HELD);
	struct stmt *s = stmt(db_reader(DB_STORE), lists[waits ? 0 :
	    f->state == LEG_SPAM ? 1 : 2][f->up]);

	bind_filter(s, f);
	return give_legs(s, fn, arg);
}

enum err query_message(uint64_t message, query_leg_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT " COLUMNS
	    " FROM leg CROSS JOIN message ON message.id = leg.id >> 8 "
	    "WHERE leg.id BETWEEN ? AND ? ORDER BY leg.id");

	stmt_int(s, (int64_t)id_leg(message, 0));
	stmt_int(s, (int64_t)id_leg(message, 255));
	return give_legs(s, fn, arg);
}

/* --- what it says --------------------------------------------------------- */

static enum err give_content(struct query_content *k, struct strv file,
    query_content_fn *fn, void *arg)
{
	struct buf b;
	enum err e = ERR_OK;

	buf_init(&b, BUF_NO_LIMIT);
	if (file.p) {
		e = blob_get(file, &b);
		k->body = buf_strv(&b);
	}
	if (e == ERR_OK)
		fn(k, arg);
	if (b.size)
		explicit_bzero(b.p, b.size);
	buf_deinit(&b);
	return e;
}

enum err query_content(uint64_t message, size_t max, query_content_fn *fn,
    void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT sender, recipient, "
	    "type, encoding, coalesce(size, 0), file, body FROM message "
	    "WHERE id = ? AND (file IS NOT NULL OR body IS NOT NULL)");
	struct query_content k;
	struct strv file;
	enum err e = ERR_NO_USER, end;

	stmt_int(s, (int64_t)message);
	if (stmt_row(s)) {
		k.from = col_text(s);
		k.to = col_text(s);
		k.type = col_text(s);
		k.encoding = col_text(s);
		k.size = col_int(s);
		file = col_text(s);
		k.body = col_text(s);
		e = (uint64_t)k.size > max ? ERR_TOO_BIG :
		    give_content(&k, file, fn, arg);
	}
	end = stmt_stop(s);
	return end != ERR_OK ? end : e;
}

/* --- one message ---------------------------------------------------------- */

static enum err one_id(struct stmt *s, uint64_t *id)
{
	*id = stmt_row(s) ? (uint64_t)col_int(s) : 0;
	return stmt_stop(s);
}

static enum err find_id(struct strv text, uint64_t *message)
{
	struct stmt *s;
	uint64_t id;

	if (!id_parse(text, &id) || id > INT64_MAX)
		return ERR_OK;
	s = stmt(db_reader(DB_STORE), "SELECT id FROM message WHERE id = ?");
	stmt_int(s, (int64_t)id);
	return one_id(s, message);
}

/* What was sent to a group rather than (origin 2) what its members got. */
static enum err find_message(struct strv text, uint64_t *message)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT id FROM (SELECT "
	    "id, origin, imdn_id, in_ref, contribution FROM message "
	    "ORDER BY id DESC LIMIT ?2) WHERE imdn_id = ?1 OR in_ref = ?1 "
	    "OR contribution = ?1 ORDER BY origin = 2, id DESC LIMIT 1");

	stmt_text(s, text);
	stmt_int(s, QUERY_RECENT);
	return one_id(s, message);
}

static enum err find_ref(struct strv text, uint64_t *message)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT id >> 8 FROM "
	    "(SELECT id, ref FROM leg ORDER BY id DESC LIMIT ?2) "
	    "WHERE ref = ?1 LIMIT 1");

	stmt_text(s, text);
	stmt_int(s, QUERY_RECENT);
	return one_id(s, message);
}

enum err query_find(struct strv text, uint64_t *message)
{
	enum err e;

	*message = 0;
	if (!text.n)
		return ERR_NO_USER;
	e = find_id(text, message);
	if (e == ERR_OK && *message == 0)
		e = find_message(text, message);
	if (e == ERR_OK && *message == 0)
		e = find_ref(text, message);
	return e == ERR_OK && *message == 0 ? ERR_NO_USER : e;
}

/* --- queues --------------------------------------------------------------- */

enum err query_queues(int64_t limit, query_queue_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT hop, count(*), "
	    "min(id) FROM leg INDEXED BY leg_waiting WHERE state <= 1 "
	    "GROUP BY hop ORDER BY count(*) DESC, hop LIMIT ?");
	struct query_queue q;

	stmt_int(s, limit);
	while (stmt_row(s)) {
		q.hop = col_text(s);
		q.waiting = col_int(s);
		q.oldest = id_ms(id_message_of((uint64_t)col_int(s)));
		fn(&q, arg);
	}
	return stmt_end(s);
}

/* --- devices -------------------------------------------------------------- */

enum err query_apart(query_apart_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT DISTINCT hop, "
	    "device FROM leg INDEXED BY leg_waiting "
	    "WHERE state <= 1 AND role = 0 AND device IS NOT NULL");

	while (stmt_row(s)) {
		struct strv hop = col_text(s);

		fn(hop, col_text(s), arg);
	}
	return stmt_end(s);
}

static enum err subscriber_of(struct strv address, uint64_t *id)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT subscriber FROM address WHERE key = ?");

	stmt_text(s, address);
	return one_id(s, id);
}

/* "" when it was deleted just now */
static struct strv address_of(uint64_t subscriber, struct buf *out)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT key FROM address WHERE subscriber = ? AND place = 0");

	buf_clear(out);
	stmt_int(s, (int64_t)subscriber);
	if (stmt_row(s))
		buf_adds(out, col_text(s));
	(void)stmt_end(s);
	return buf_strv(out);
}

static void read_device(struct stmt *s, struct query_device *d)
{
	d->contact = col_text(s);
	d->instance = col_text(s);
	d->source = col_text(s);
	d->agent = col_text(s);
	d->features = col_text(s);
	d->expires = col_int(s);
	d->seen = col_int(s);
}

enum err query_devices(struct strv address, uint64_t after, int64_t now,
    query_device_fn *fn, void *arg)
{
	struct stmt *s;
	struct buf key;
	uint64_t subscriber = 0;
	enum err e = address.p ? subscriber_of(address, &subscriber) : ERR_OK;

	if (e != ERR_OK || (address.p && subscriber == 0))
		return e;
	s = stmt(db_reader(DB_STORE), "SELECT id, subscriber, contact, "
	    "instance, source, agent, features, expires, seen "
	    "FROM registration WHERE id > ?1 AND expires > ?2 "
	    "AND (?3 = 0 OR subscriber = ?3) ORDER BY id");
	stmt_int(s, (int64_t)after);
	stmt_int(s, now);
	stmt_int(s, (int64_t)subscriber);
	buf_init(&key, BUF_NO_LIMIT);
	while (stmt_row(s)) {
		struct query_device d = { .id = (uint64_t)col_int(s) };

		d.address = address_of((uint64_t)col_int(s), &key);
		read_device(s, &d);
		if (!fn(&d, arg))
			break;
	}
	buf_deinit(&key);
	return stmt_stop(s);
}
