/* search.c - messages by any of the names they have. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/id.h"
#include "base/now.h"
#include "store/recent.h"
#include "store/search.h"

#define CHUNK 4000	/* messages between two looks at the clock */
#define NEAR 2		/* chunks behind one with a name that is one's own */

/* The columns in which a name can be, and what it is called there. */
static const char *const names[] = {
	"id", "Message-ID", "Call-ID", "Conversation-ID", "Contribution-ID",
	"reply to", "report of", "sender", "recipient", "next hop's id",
	"recipient",
};

/* An SMSC may show its ids in hex and give them in decimal, or both ways. */
static struct strv other_base(struct strv text, char out[24])
{
	uint64_t n = 0;
	bool decimal = true;

	out[0] = 0;
	if (text.n == 0 || text.n > 16)
		return STRV_NONE;
	for (size_t i = 0; i < text.n; i++) {
		if (!strchr("0123456789abcdefABCDEF", text.p[i]) ||
		    !text.p[i])
			return STRV_NONE;
		decimal &= text.p[i] >= '0' && text.p[i] <= '9';
	}
	(void)snprintf(out, 24, "%.*s", STRV_ARG(text));
	n = strtoull(out, NULL, decimal ? 10 : 16);
	(void)snprintf(out, 24, decimal ? "%" PRIx64 : "%" PRIu64, n);
	return strv(out);
}

/* What is looked for, and how far that has come. */
struct hunt {
	struct db *db;
	const struct search *q;
	search_fn *fn;
	void *arg;
	uint64_t before;	/* all else was looked at */
	bool more;		/* fn has not enough yet */
	bool own;		/* one had it as a name of its own */
};

/* Where CHUNK messages below before end; 0: there are none. */
static enum err chunk_end(struct db *db, uint64_t before, uint64_t *end)
{
	struct stmt *s = stmt(db, "SELECT min(id) FROM (SELECT id FROM "
	    "message WHERE id < ? ORDER BY id DESC LIMIT ?)");

	stmt_int(s, (int64_t)before);
	stmt_int(s, CHUNK);
	*end = stmt_row(s) ? (uint64_t)col_int(s) : 0;
	return stmt_stop(s);
}

/* Message-ID, Call-ID, and what an SMSC gave: others with it are near. */
static bool is_own(size_t by)
{
	return by == 1 || by == 2 || by == 9;
}

/* From before on down to end. */
static enum err look(struct hunt *h, uint64_t before, uint64_t end)
{
	struct stmt *s = stmt(h->db, "SELECT id, min(by) FROM ("
	    "SELECT id, CASE WHEN imdn_id = ?3 THEN 1 WHEN in_ref = ?3 "
	    "THEN 2 WHEN conversation = ?3 THEN 3 WHEN contribution = ?3 "
	    "THEN 4 WHEN replies_to = ?3 THEN 5 WHEN report_imdn_id = ?3 "
	    "THEN 6 WHEN sender = ?4 THEN 7 ELSE 8 END AS by FROM message "
	    "WHERE id < ?1 AND id >= ?2 AND (imdn_id = ?3 OR in_ref = ?3 OR "
	    "conversation = ?3 OR contribution = ?3 OR replies_to = ?3 OR "
	    "report_imdn_id = ?3 OR sender = ?4 OR recipient = ?4) "
	    "UNION ALL SELECT id >> 8, CASE WHEN ref = ?3 OR ref = ?5 "
	    "THEN 9 ELSE 10 END FROM leg WHERE id < ?1 << 8 AND "
	    "id >= ?2 << 8 AND (ref = ?3 OR ref = ?5 OR recipient = ?4)) "
	    "GROUP BY id ORDER BY id DESC");
	char other[24];

	stmt_int(s, (int64_t)before);
	stmt_int(s, (int64_t)end);
	stmt_text(s, h->q->text);
	stmt_text(s, h->q->key);
	stmt_text(s, other_base(h->q->text, other));
	while (h->more && stmt_row(s)) {
		uint64_t id = (uint64_t)col_int(s);
		size_t by = (size_t)col_int(s);

		h->own |= is_own(by);
		h->more = h->fn(id, names[by < sizeof(names) /
		    sizeof(*names) ? by : 0], h->arg);
	}
	return stmt_stop(s);
}

/* Our own id needs no looking around. */
static enum err by_id(struct hunt *h)
{
	struct stmt *s;
	uint64_t id;

	if (h->q->before || !id_parse(h->q->text, &id) || id > INT64_MAX)
		return ERR_OK;
	s = stmt(h->db, "SELECT 1 FROM message WHERE id = ?");
	stmt_int(s, (int64_t)id);
	if (stmt_row(s))
		h->more = h->fn(id, names[0], h->arg) && false;
	return stmt_stop(s);
}

/* One page of hints, each looked at on disk; false in *pages: the last. */
static enum err near_page(struct hunt *h, bool *pages)
{
	uint64_t ids[RECENT_MAX], from;
	char other[24];
	enum err e = ERR_OK;
	size_t n = recent_find(h->q->text, h->q->key,
	    other_base(h->q->text, other), h->before, ids, &from);

	for (size_t i = 0; i < n && e == ERR_OK && h->more; i++)
		e = look(h, ids[i] + 1, ids[i]);
	*pages = n == RECENT_MAX && h->more;
	if (*pages)
		h->before = ids[n - 1];
	else if (from < h->before)
		h->before = from;
	return e;
}

/* What is in memory. */
static enum err near(struct hunt *h)
{
	enum err e = by_id(h);
	bool pages = h->more;

	while (pages && e == ERR_OK)
		e = near_page(h, &pages);
	return e;
}

/* What only the disk knows. */
static enum err far(struct hunt *h, uint64_t *stopped)
{
	int64_t until = now_us() + h->q->budget_ms * 1000;
	unsigned behind = 0;
	uint64_t end = 0;
	enum err e = ERR_OK;

	while (e == ERR_OK && h->more) {
		e = chunk_end(h->db, h->before, &end);
		if (e != ERR_OK || end == 0)
			break;
		e = look(h, h->before, end);
		h->before = end;
		if (h->more && (now_us() > until ||
		    (h->own && behind++ == NEAR))) {
			*stopped = end;
			break;
		}
	}
	return e;
}

static struct hunt hunt(const struct search *q, search_fn *fn, void *arg)
{
	return (struct hunt){ db_reader(DB_STORE), q, fn, arg,
		q->before ? q->before : (uint64_t)INT64_MAX >> 8, true,
		false };
}

static enum err is_any(struct hunt *h, uint64_t *rest)
{
	struct stmt *s = stmt(h->db, "SELECT 1 FROM message WHERE id < ? "
	    "LIMIT 1");

	stmt_int(s, (int64_t)h->before);
	*rest = stmt_row(s) ? h->before : 0;
	return stmt_stop(s);
}

enum err search_recent(const struct search *q, search_fn *fn, void *arg,
    uint64_t *rest, bool *own)
{
	struct hunt h = hunt(q, fn, arg);
	enum err e = near(&h);

	*own = h.own;
	*rest = 0;
	return e == ERR_OK && h.more ? is_any(&h, rest) : e;
}

enum err search_messages(const struct search *q, search_fn *fn, void *arg,
    uint64_t *stopped)
{
	struct hunt h = hunt(q, fn, arg);
	enum err e = near(&h);

	*stopped = 0;
	return e == ERR_OK && h.more ? far(&h, stopped) : e;
}
