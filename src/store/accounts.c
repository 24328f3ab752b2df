/* accounts.c - subscribers on disk. */

#include "store/accounts.h"

/* The state behind a sequence of address rows, joined to accounts. */
struct joiner {
	struct account a;
	struct buf bytes;	/* of its texts; pointers are set at the end */
	size_t at[2 * ACCOUNT_ADDRESSES + 4], n[2 * ACCOUNT_ADDRESSES + 4];
	size_t parts;
	bool has_secrets;
};

/* The buffer moves while it grows: places first, pointers in the end. */
static void keep(struct joiner *j, struct strv s)
{
	j->at[j->parts] = j->bytes.n;
	j->n[j->parts++] = s.n;
	buf_adds(&j->bytes, s);
}

static struct strv part(const struct joiner *j, size_t i)
{
	return (struct strv){ j->bytes.p + j->at[i], j->n[i] };
}

static void begin(struct joiner *j, uint64_t id, struct stmt *s)
{
	struct strv secrets;

	buf_clear(&j->bytes);
	j->parts = 0;
	j->a = (struct account){ .id = id };
	keep(j, col_text(s));
	keep(j, col_text(s));
	j->a.state = (int)col_int(s);
	secrets = col_text(s);
	j->has_secrets = secrets.p != NULL;
	keep(j, secrets);
	j->a.created = col_int(s);
	j->a.changed = col_int(s);
	j->a.reads_private = col_int(s) != 0;
	keep(j, col_text(s));
}

static const struct account *whole(struct joiner *j)
{
	struct account *a = &j->a;

	a->name = part(j, 0);
	a->klass = part(j, 1);
	a->language = part(j, 3);
	if (j->has_secrets && j->n[2] == a->n * ACCOUNT_SECRETS)
		a->secrets = part(j, 2);
	for (size_t i = 0; i < a->n; i++) {
		a->keys[i] = part(j, 4 + 2 * i);
		a->written[i] = part(j, 5 + 2 * i);
	}
	return a;
}

static void add_address(struct joiner *j, struct strv key,
    struct strv written)
{
	if (j->a.n == ACCOUNT_ADDRESSES)
		return;
	j->a.n++;
	keep(j, key);
	keep(j, written);
}

enum err accounts_each(account_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT address.key, "
	    "address.written, subscriber.id, subscriber.name, "
	    "subscriber.class, subscriber.state, subscriber.secrets, "
	    "subscriber.created, subscriber.changed, "
	    "subscriber.reads_private, subscriber.language "
	    "FROM subscriber CROSS JOIN address INDEXED BY address_place "
	    "ON address.subscriber = subscriber.id "
	    "ORDER BY subscriber.id, address.place");
	struct joiner j = { .parts = 0 };

	buf_init(&j.bytes, BUF_NO_LIMIT);
	while (stmt_row(s)) {
		struct strv key = col_text(s), written = col_text(s);
		uint64_t id = (uint64_t)col_int(s);

		if (j.a.n > 0 && j.a.id != id)
			fn(whole(&j), arg);
		if (j.a.n == 0 || j.a.id != id)
			begin(&j, id, s);
		add_address(&j, key, written);
	}
	if (j.a.n > 0)
		fn(whole(&j), arg);
	buf_deinit(&j.bytes);
	return stmt_end(s);
}

/* --- lists ---------------------------------------------------------------- */

static void add_aliases(struct account *a, struct joiner *j)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT key, written "
	    "FROM address WHERE subscriber = ? AND place > 0 ORDER BY place");

	stmt_int(s, (int64_t)a->id);
	while (stmt_row(s)) {
		struct strv key = col_text(s);

		add_address(j, key, col_text(s));
	}
	(void)stmt_end(s);
}

/* Greater than every text that is one. */
#define END "\xef\xbf\xbf"
#define COLUMNS \
	"SELECT address.key, address.written, subscriber.id, " \
	"subscriber.name, subscriber.class, subscriber.state, " \
	"subscriber.secrets, subscriber.created, subscriber.changed, " \
	"subscriber.reads_private, subscriber.language "
#define BY_KEY(sign, way) COLUMNS \
	"FROM address JOIN subscriber ON subscriber.id = address.subscriber " \
	WANTED "AND address.key " sign " ?5 AND ?6 IS NOT NULL " \
	"ORDER BY address.key" way
#define BY(column, sign, way) COLUMNS \
	"FROM subscriber INDEXED BY subscriber_" column " CROSS JOIN address " \
	"ON address.subscriber = subscriber.id " \
	WANTED "AND (subscriber." column ", subscriber.id) " sign " (?5, ?6) " \
	"ORDER BY subscriber." column way ", subscriber.id" way
#define WANTED \
	"WHERE address.place = 0 AND address.key >= ?1 AND address.key < ?2 " \
	"AND (?3 = '' OR subscriber.class = ?3) " \
	"AND (?4 < 0 OR subscriber.state = ?4) "

/*
 * The few that fit are looked up and sorted by what the order needs, and the
 * first of them read: none is far to walk to.
 */
#define FEW(index, which, place, order) COLUMNS \
	"FROM (SELECT subscriber.id AS id, address.key AS key " \
	"FROM subscriber INDEXED BY subscriber_" index " CROSS JOIN address " \
	"INDEXED BY address_place ON address.subscriber = subscriber.id " \
	WANTED "AND " which " AND " place " ORDER BY " order " LIMIT ?7) " \
	"AS few CROSS JOIN subscriber ON subscriber.id = few.id " \
	"CROSS JOIN address ON address.key = few.key ORDER BY " order
#define FEW_BY(index, which, column) { \
	FEW(index, which, "(subscriber." column ", subscriber.id) > (?5, ?6)", \
	    "subscriber." column ", subscriber.id"), \
	FEW(index, which, "(subscriber." column ", subscriber.id) < (?5, ?6)", \
	    "subscriber." column " DESC, subscriber.id DESC") }
#define FEW_OF(index, which) { \
	[ACCOUNT_BY_KEY] = { \
		FEW(index, which, "address.key > ?5 AND ?6 IS NOT NULL", \
		    "address.key"), \
		FEW(index, which, "address.key < ?5 AND ?6 IS NOT NULL", \
		    "address.key DESC") }, \
	[ACCOUNT_BY_NAME] = FEW_BY(index, which, "name"), \
	[ACCOUNT_BY_CREATED] = FEW_BY(index, which, "created") }

enum plan { WALK, OF_CLASS, SUSPENDED };

static const char *const lists[][3][2] = {
	[WALK] = {
		[ACCOUNT_BY_KEY] = { BY_KEY(">", ""), BY_KEY("<", " DESC") },
		[ACCOUNT_BY_NAME] = { BY("name", ">", ""),
			BY("name", "<", " DESC") },
		[ACCOUNT_BY_CREATED] = { BY("created", ">", ""),
			BY("created", "<", " DESC") },
	},
	[OF_CLASS] = FEW_OF("class", "subscriber.class = ?3"),
	[SUSPENDED] = FEW_OF("suspended", "subscriber.state = 1"),
};

#define MANY	20000	/* so many are not sorted, but walked to */

static bool is_few(struct stmt *s)
{
	bool few = stmt_row(s) && col_int(s) < MANY;

	return stmt_stop(s) == ERR_OK && few;
}

static enum plan plan_of(const struct account_query *q)
{
	struct db *db = db_reader(DB_CONFIG);
	struct stmt *s;

	if (q->klass.n) {
		s = stmt(db, "SELECT count(*) FROM (SELECT 1 FROM subscriber "
		    "INDEXED BY subscriber_class WHERE class = ? AND "
		    "(?2 < 0 OR state = ?2) LIMIT ?3)");
		stmt_text(s, q->klass);
		stmt_int(s, q->state);
		stmt_int(s, MANY);
		return is_few(s) ? OF_CLASS : WALK;
	}
	if (q->state != 1)
		return WALK;
	s = stmt(db, "SELECT count(*) FROM (SELECT 1 FROM subscriber "
	    "INDEXED BY subscriber_suspended WHERE state = 1 LIMIT ?)");
	stmt_int(s, MANY);
	return is_few(s) ? SUSPENDED : WALK;
}

static void bind_place(struct stmt *s, const struct account_query *q)
{
	struct strv text = q->order == ACCOUNT_BY_KEY ? q->key : q->name;

	if (q->order == ACCOUNT_BY_CREATED)
		stmt_int(s, q->behind ? q->created : q->down ? INT64_MAX :
		    INT64_MIN);
	else
		stmt_text(s, q->behind ? text : q->down ? STRV(END) :
		    STRV(""));
	stmt_int(s, q->behind ? (int64_t)q->id : q->down ? INT64_MAX :
	    INT64_MIN);
}

static void bind_query(struct stmt *s, const struct account_query *q,
    struct buf *end)
{
	buf_adds(end, q->prefix);
	buf_addz(end, END);
	stmt_text(s, q->prefix.p ? q->prefix : STRV(""));
	stmt_text(s, buf_strv(end));
	stmt_text(s, q->klass.p ? q->klass : STRV(""));
	stmt_int(s, q->state);
	bind_place(s, q);
}

enum err accounts_list(const struct account_query *q, account_list_fn *fn,
    void *arg)
{
	enum plan plan = plan_of(q);
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    lists[plan][q->order][q->down]);
	struct joiner j = { .parts = 0 };
	bool more = true;
	struct buf end;

	buf_init(&end, BUF_NO_LIMIT);
	buf_init(&j.bytes, BUF_NO_LIMIT);
	bind_query(s, q, &end);
	if (plan != WALK)
		stmt_int(s, q->most);
	while (more && stmt_row(s)) {
		struct strv key = col_text(s), written = col_text(s);

		begin(&j, (uint64_t)col_int(s), s);
		add_address(&j, key, written);
		add_aliases(&j.a, &j);
		more = fn(whole(&j), arg);
	}
	buf_deinit(&j.bytes);
	buf_deinit(&end);
	return stmt_stop(s);
}

/* --- writes --------------------------------------------------------------- */

static enum err end(struct stmt *s)
{
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static enum err put_addresses(struct db *db, const struct account *a)
{
	enum err e = ERR_OK;

	for (size_t i = 0; i < a->n && e == ERR_OK; i++) {
		struct stmt *s = stmt(db, "INSERT INTO address "
		    "(key, subscriber, place, written) VALUES (?, ?, ?, ?)");

		stmt_text(s, a->keys[i]);
		stmt_int(s, (int64_t)a->id);
		stmt_int(s, (int64_t)i);
		stmt_text(s, a->written[i]);
		e = end(s);
	}
	return e;
}

enum err account_add(struct db *db, const struct account *a)
{
	struct stmt *s = stmt(db, "INSERT INTO subscriber (id, name, class, "
	    "state, secrets, created, changed, reads_private, "
	    "language) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)");
	enum err e;

	stmt_int(s, (int64_t)a->id);
	stmt_text(s, a->name.p ? a->name : STRV(""));
	stmt_text(s, a->klass.p ? a->klass : STRV(""));
	stmt_int(s, a->state);
	stmt_blob(s, a->secrets);
	stmt_int(s, a->created);
	stmt_int(s, a->changed);
	stmt_int(s, a->reads_private);
	stmt_text(s, a->language.p ? a->language : STRV(""));
	e = end(s);
	return e == ERR_OK ? put_addresses(db, a) : e;
}

enum err account_set(struct db *db, const struct account *a)
{
	struct stmt *s = stmt(db, "UPDATE subscriber SET name = ?, class = ?, "
	    "state = ?, secrets = ?, changed = ?, reads_private = ?, "
	    "language = ? WHERE id = ?");
	enum err e;

	stmt_text(s, a->name.p ? a->name : STRV(""));
	stmt_text(s, a->klass.p ? a->klass : STRV(""));
	stmt_int(s, a->state);
	stmt_blob(s, a->secrets);
	stmt_int(s, a->changed);
	stmt_int(s, a->reads_private);
	stmt_text(s, a->language.p ? a->language : STRV(""));
	stmt_int(s, (int64_t)a->id);
	e = end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "DELETE FROM address WHERE subscriber = ?");
	stmt_int(s, (int64_t)a->id);
	e = end(s);
	return e == ERR_OK ? put_addresses(db, a) : e;
}

/* its addresses go with it */
enum err account_delete(struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "DELETE FROM subscriber WHERE id = ?");

	stmt_int(s, (int64_t)id);
	return end(s);
}
