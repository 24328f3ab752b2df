/* charging_fact.c - chargeable facts, noted while a batch is written. */

#include <stdatomic.h>

#include "base/id.h"
#include "base/now.h"
#include "core/leg.h"
#include "core/message.h"
#include "store/charging_fact.h"
#include "store/db_priv.h"

/* Of the transaction that is open; the writer's. */
static struct buf noted = { .limit = BUF_NO_LIMIT };
static bool noting;
static atomic_bool wanted;

/* --- as text ----------------------------------------------------------------------- */

static void add_hex(char *s, unsigned digits, uint64_t v)
{
	static const char hex[] = "0123456789abcdef";

	while (digits > 0) {
		s[--digits] = hex[v & 15];
		v >>= 4;
	}
}

/* Of the digits as we write them; *bad is set by any other. */
static uint64_t read_hex(const char *s, unsigned digits, unsigned *bad)
{
	uint64_t v = 0;

	for (; digits > 0; digits--, s++) {
		unsigned d = (unsigned)*s - '0';

		if (d > 9)
			d = *s >= 'a' && *s <= 'f' ?
			    (unsigned)(*s - 'a' + 10) : 16;
		*bad |= d & 16;
		v = v << 4 | (d & 15);
	}
	return v;
}

static void write_fact(char s[CHARGING_FACT_SIZE],
    const struct charging_fact *f)
{
	add_hex(s, 16, f->leg);
	add_hex(s + 16, 1, f->was);
	add_hex(s + 17, 1, f->state);
	add_hex(s + 18, 11, (uint64_t)f->at);
	s[CHARGING_FACT_SIZE - 1] = '\n';
}

bool charging_fact_read(const char s[CHARGING_FACT_SIZE],
    struct charging_fact *f)
{
	unsigned bad = 0;

	f->leg = read_hex(s, 16, &bad);
	f->was = (unsigned)read_hex(s + 16, 1, &bad);
	f->state = (unsigned)read_hex(s + 17, 1, &bad);
	f->at = (int64_t)read_hex(s + 18, 11, &bad);
	return !bad && s[CHARGING_FACT_SIZE - 1] == '\n';
}

/* --- noting ------------------------------------------------------------------------- */

static void note(uint64_t leg, unsigned was, unsigned state)
{
	const struct charging_fact f = { .leg = leg, .was = was,
		.state = state, .at = now_ms() };
	char text[CHARGING_FACT_SIZE];

	write_fact(text, &f);
	buf_add(&noted, text, sizeof(text));
}

/* The end of the way to the next hop, and what is heard afterwards. */
static bool is_chargeable(unsigned was, unsigned state)
{
	if (was <= LEG_SENDING)
		return state >= LEG_SENT && state <= LEG_CANCELLED;
	return was == LEG_SENT && (state == LEG_DELIVERED ||
	    state == LEG_FAILED || state == LEG_EXPIRED);
}

void charging_note_message(const struct message *m)
{
	if (noting && m->kind != MESSAGE_REPORT)
		note(id_leg(m->id, 0), LEG_READY, LEG_READY);
}

void charging_note_move(uint64_t leg, unsigned was, unsigned state)
{
	if (noting && leg && is_chargeable(was, state))
		note(leg, was, state);
}

uint64_t charging_leg(const struct message *m, const struct leg *l)
{
	return m->kind == MESSAGE_REPORT ||
	    strv_eq(strv(l->port), STRV("group")) ? 0 : l->id;
}

/* charge_move(leg, was, state) */
static void moved(sqlite3_context *c, int n, sqlite3_value **v)
{
	(void)n;
	charging_note_move((uint64_t)sqlite3_value_int64(v[0]),
	    (unsigned)sqlite3_value_int(v[1]),
	    (unsigned)sqlite3_value_int(v[2]));
	sqlite3_result_value(c, v[2]);
}

bool charging_facts_open(struct db *db)
{
	return sqlite3_create_function_v2(db->h, "charge_move", 3,
	    SQLITE_UTF8 | SQLITE_DIRECTONLY, NULL, moved, NULL, NULL,
	    NULL) == SQLITE_OK;
}

/* --- a transaction ------------------------------------------------------------------ */

void charging_facts_want(bool on)
{
	atomic_store(&wanted, on);
}

void charging_facts_begin(void)
{
	noting = atomic_load(&wanted);
	noted.n = 0;
}

size_t charging_facts_noted(void)
{
	return noted.n;
}

void charging_facts_cut(size_t n)
{
	noted.n = n;
}

enum err charging_facts_put(struct db *db)
{
	struct stmt *s;

	if (noted.n == 0)
		return ERR_OK;
	s = stmt(db, "INSERT INTO charge (seq, n, facts) SELECT 1 + max(seq, "
	    "coalesce((SELECT seq + n - 1 FROM charge ORDER BY seq DESC "
	    "LIMIT 1), 0)), ?, ? FROM charge_position");
	stmt_int(s, (int64_t)(noted.n / CHARGING_FACT_SIZE));
	stmt_text(s, buf_strv(&noted));
	noted.n = 0;
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}
