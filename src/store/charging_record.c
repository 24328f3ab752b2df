/* charging_record.c - facts of the table charge as records of 24 fields. */

#include <stddef.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/csvw.h"
#include "base/id.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "core/leg.h"
#include "core/message.h"
#include "store/charging_look.h"
#include "store/charging_record.h"

/* In the order of the columns; files of years have it. */
enum field {
	RECORD_ID, SEQ, EVENT, TS_START, TS_END, SERVED, OTHER, GROUP,
	DIRECTION, SERVICE, TECH, GATEWAY, CONTENT, BYTES, SEGMENTS, RESULT,
	REASON, CONVERSATION, CONTRIBUTION, IMDN_ID, CORRELATION,
	INTERWORK, CLASS, REV
};

/* As a name, and as what stands before its value in a line of JSON. */
#define N(s) { s, ",\"" s "\":", sizeof(",\"" s "\":") - 1 }
static const struct {
	const char *name, *json;
	size_t n;
} names[CHARGING_FIELDS] = {
	N("record_id"), N("seq"), N("event"), N("ts_start"), N("ts_end"),
	N("served_party"), N("other_party"), N("group"), N("direction"),
	N("service"), N("tech"), N("gateway"), N("content_type_class"),
	N("bytes"), N("segments"), N("result"), N("reason"),
	N("conversation_id"), N("contribution_id"), N("imdn_id"),
	N("charging_correlation"), N("interwork_service_id"), N("class"),
	N("rev"),
};
#undef N

/* A fact with its message, and its leg or NULL. */
struct row {
	int64_t seq;
	const struct charging_fact *fact;
	const struct charging_message *m;
	const struct charging_leg *l;
};

/* --- what a fact means ----------------------------------------------------------- */

static bool is_receipt(const struct row *r)
{
	return r->l && r->fact->was > LEG_SENDING;
}

static const char *event(const struct row *r)
{
	static const char *const by_role[] = {
		[LEG_WHOLE] = "delivery", [LEG_COPY] = "copy",
		[LEG_UCN] = "ucn", [LEG_UCN_REPLACED] = "ucn",
	};

	if (is_receipt(r))
		return "receipt";
	if (r->l)
		return by_role[r->l->role & 3];
	return r->m->origin == FROM_GROUP ? "fanout" :
	    r->m->kind == MESSAGE_NOTICE ? "notification" : "submission";
}

static const char *service(const struct row *r)
{
	if (r->m->origin == FROM_GROUP)
		return "group";
	switch (r->m->kind) {
	case MESSAGE_CHAT:
		return "chat";
	case MESSAGE_FILE:
		return "ft";
	case MESSAGE_NOTICE:
		return "notification";
	default:
		return "standalone";
	}
}

static const char *result(const struct row *r)
{
	return r->l ? leg_state_name((enum leg_state)r->fact->state) :
	    "accepted";
}

static struct strv tech(struct strv port)
{
	return strv_eq(port, STRV("sip")) ? STRV("ip") : port;
}

/* Addresses have a colon, names of gateways have none. */
static struct strv gateway(const struct row *r)
{
	struct strv rest, via = STRV("via=");

	if (r->l)
		return r->l->hop.n && !memchr(r->l->hop.p, ':', r->l->hop.n) ?
		    r->l->hop : STRV_NONE;
	if (r->m->origin != FROM_NETWORK || !r->m->service.n)
		return STRV_NONE;
	(void)strv_split(r->m->service, ';', &rest);
	if (rest.n < via.n || memcmp(rest.p, via.p, via.n) != 0)
		return STRV_NONE;
	return (struct strv){ rest.p + via.n, rest.n - via.n };
}

/* Whose service it was: who sends to a network, or who gets it. */
static bool is_originating(const struct row *r)
{
	if (r->l)
		return !strv_eq(r->l->port, STRV("sip"));
	return r->m->origin == FROM_USER || r->m->origin == FROM_GROUP;
}

/* "text" of "text/plain" */
static struct strv type_class(struct strv type)
{
	struct strv rest;

	return type.n ? strv_split(type, '/', &rest) : STRV_NONE;
}

/* --- what it takes from elsewhere -------------------------------------------------- */

/* A time as text; most are in the second of the one before. */
struct when {
	int64_t second;
	char text[NOW_TEXT];
};

static struct strv when_text(struct when *w, int64_t ms)
{
	if (ms / 1000 != w->second || !w->text[0]) {
		w->second = ms / 1000;
		now_text(ms, w->text);
	}
	for (int i = 22, n = (int)(ms % 1000); i >= 20; i--, n /= 10)
		w->text[i] = (char)('0' + n % 10);
	return strv(w->text);
}

/* Of the records of one batch. */
struct more {
	struct buf id;
	uint64_t parent;		/* whose group it is; 0: none yet */
	struct buf group;
	int64_t rev;
	struct when start, end;
	char message[ID_MESSAGE_TEXT];
};

static struct strv find_group(const struct row *r, struct more *m)
{
	struct stmt *s;
	uint64_t parent;

	if (r->m->origin != FROM_GROUP || !id_parse(r->m->in_ref, &parent))
		return STRV_NONE;
	if (parent == m->parent)
		return buf_strv(&m->group);
	m->parent = parent;
	buf_clear(&m->group);
	s = stmt(db_reader(DB_STORE), "SELECT recipient FROM message "
	    "WHERE id = ?");
	stmt_int(s, (int64_t)parent);
	if (stmt_row(s))
		buf_adds(&m->group, col_text(s));
	(void)stmt_end(s);
	return buf_strv(&m->group);
}

/* The revision of the settings, to a batch. */
static int64_t find_rev(void)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG),
	    "SELECT coalesce(max(id), 0) FROM revision");
	int64_t rev = stmt_row(s) ? col_int(s) : 0;

	(void)stmt_stop(s);
	return rev;
}

/* --- the record -------------------------------------------------------------------- */

static void text(struct charging_field *f, struct strv s)
{
	f->kind = s.n ? CHARGING_TEXT : CHARGING_NULL;
	f->text = s;
}

static void number(struct charging_field *f, int64_t n)
{
	f->kind = CHARGING_NUMBER;
	f->number = n;
}

static void parties(const struct row *r, struct charging_field *f)
{
	struct strv to = r->l ? r->l->recipient : r->m->recipient;
	bool originating = is_originating(r);

	text(&f[SERVED], originating ? r->m->sender : to);
	text(&f[OTHER], originating ? to : r->m->sender);
	text(&f[DIRECTION], originating ? STRV("originating") :
	    STRV("terminating"));
}

static void times(const struct row *r, struct charging_field *f,
    struct more *m)
{
	int64_t end = r->fact->at;

	text(&f[TS_START], when_text(&m->start,
	    r->m->received ? r->m->received : end));
	text(&f[TS_END], when_text(&m->end, end));
}

static void ids(const struct row *r, const char *site,
    struct charging_field *f, struct more *m)
{
	buf_clear(&m->id);
	buf_addz(&m->id, site);
	buf_addc(&m->id, '-');
	buf_addi(&m->id, r->seq);
	text(&f[RECORD_ID], buf_strv(&m->id));
	number(&f[SEQ], r->seq);
	/* the copies of a group have the id of what was sent to it */
	id_message_text(id_message_of(r->fact->leg), m->message);
	text(&f[CORRELATION], r->m->origin == FROM_GROUP ? r->m->in_ref :
	    strv(m->message));
	text(&f[CONVERSATION], r->m->conversation);
	text(&f[CONTRIBUTION], r->m->contribution);
	text(&f[IMDN_ID], r->m->imdn_id);
}

static void fill(const struct row *r, const char *site,
    struct charging_field *f, struct more *m)
{
	bool failed = r->l && r->fact->state >= LEG_FAILED;

	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		f[i] = (struct charging_field){ .name = names[i].name };
	ids(r, site, f, m);
	times(r, f, m);
	parties(r, f);
	text(&f[EVENT], strv(event(r)));
	text(&f[GROUP], find_group(r, m));
	text(&f[SERVICE], strv(service(r)));
	text(&f[TECH], tech(r->l ? r->l->port : r->m->port));
	text(&f[GATEWAY], gateway(r));
	text(&f[CONTENT], type_class(r->m->type));
	number(&f[BYTES], r->m->size);
	/* once: the receipt of what was submitted submits nothing */
	if (r->l && strv_eq(r->l->port, STRV("sms")) && !is_receipt(r))
		number(&f[SEGMENTS], r->l->segments);
	text(&f[RESULT], strv(result(r)));
	text(&f[REASON], failed ? r->l->why : STRV_NONE);
	text(&f[INTERWORK], r->m->service);
	text(&f[CLASS], charging_class(f[SERVED].text));
	number(&f[REV], m->rev);
}

/* --- all of them ------------------------------------------------------------------- */

/* At most limit facts with numbers above after; gives their number. */
static enum err read_facts(int64_t after, size_t limit,
    struct charging_fact *facts, int64_t *seqs, size_t *n)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT seq, facts "
	    "FROM charge WHERE seq >= coalesce((SELECT seq FROM charge "
	    "WHERE seq <= ? ORDER BY seq DESC LIMIT 1), 0) ORDER BY seq");
	bool good = true;
	enum err e;

	*n = 0;
	stmt_int(s, after + 1);
	while (good && *n < limit && stmt_row(s)) {
		int64_t seq = col_int(s);
		struct strv t = col_text(s);
		size_t had = seq > after ? 0 : (size_t)(after + 1 - seq) *
		    CHARGING_FACT_SIZE;

		for (; good && had + CHARGING_FACT_SIZE <= t.n && *n < limit;
		    had += CHARGING_FACT_SIZE) {
			seqs[*n] = seq + (int64_t)(had / CHARGING_FACT_SIZE);
			good = charging_fact_read(t.p + had, &facts[*n]);
			++*n;
		}
	}
	e = stmt_stop(s);
	return good ? e : ERR_STORAGE;
}

static enum err give(const char *site, const struct charging_fact *facts,
    const int64_t *seqs, size_t n, charging_record_fn *fn, void *arg)
{
	struct charging_field f[CHARGING_FIELDS];
	struct charging_look k;
	struct more m = { .rev = find_rev() };
	enum err e = charging_look_init(&k, facts, n);
	bool more = e == ERR_OK;

	buf_init(&m.id, BUF_NO_LIMIT);
	buf_init(&m.group, BUF_NO_LIMIT);
	for (size_t i = 0; i < n && more; i++) {
		struct row r = { seqs[i], &facts[i], charging_look_message(&k,
		    id_message_of(facts[i].leg)), NULL };

		if (facts[i].state != LEG_READY)
			r.l = charging_look_leg(&k, facts[i].leg);
		fill(&r, site, f, &m);
		more = fn(r.seq, f, arg);
	}
	buf_deinit(&m.id);
	buf_deinit(&m.group);
	charging_look_deinit(&k);
	return e;
}

enum err charging_records(const char *site, int64_t after, size_t limit,
    charging_record_fn *fn, void *arg)
{
	struct charging_fact *facts = xalloc((limit + 1) * sizeof(*facts));
	int64_t *seqs = xalloc((limit + 1) * sizeof(*seqs));
	enum err e;
	size_t n;

	/* one transaction for all that is looked up there */
	(void)db_exec(db_reader(DB_CONFIG), "BEGIN");
	charging_classes();
	e = read_facts(after, limit, facts, seqs, &n);
	if (e == ERR_OK && n > 0)
		e = give(site, facts, seqs, n, fn, arg);
	(void)db_exec(db_reader(DB_CONFIG), "COMMIT");
	free(facts);
	free(seqs);
	return e;
}

/* --- as lines ---------------------------------------------------------------------- */

/* Room for a line whose texts stand for themselves. */
static size_t room(const struct charging_field *f)
{
	size_t n = sizeof("{}\n");

	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		n += names[i].n + 22 + (f[i].kind == CHARGING_TEXT ?
		    f[i].text.n : 0);
	return n;
}

static char *put(char *at, const char *p, size_t n)
{
	memcpy(at, p, n);
	return at + n;
}

/* out has room(f) and will have it afterwards. */
static char *put_value(const struct charging_field *f, size_t left, char *at,
    struct buf *out)
{
	switch (f->kind) {
	case CHARGING_NULL:
		return put(at, "null", 4);
	case CHARGING_TEXT:
		if (jsonw_is_plain(f->text)) {
			*at++ = '"';
			at = put(at, f->text.p, f->text.n);
			*at++ = '"';
			return at;
		}
		out->n = (size_t)(at - out->p);
		jsonw_quote(out, f->text);
		break;
	case CHARGING_NUMBER:
		out->n = (size_t)(at - out->p);
		buf_addi(out, f->number);
		break;
	}
	return buf_reserve(out, left) ? out->p + out->n : NULL;
}

/* By hand: with jsonw it is most of what charging costs. */
void charging_jsonl(const struct charging_field *f, struct buf *out)
{
	size_t left = room(f);
	char *at = buf_reserve(out, left) ? out->p + out->n : NULL;

	for (size_t i = 0; i < CHARGING_FIELDS && at; i++) {
		at = put(at, names[i].json, names[i].n);
		if (i == 0)
			at[-(ptrdiff_t)names[i].n] = '{';
		at = put_value(&f[i], left, at, out);
	}
	if (!at)
		return;
	at = put(at, "}\n", 2);
	out->n = (size_t)(at - out->p);
	out->p[out->n] = 0;
}

void charging_csv(const struct charging_field *f, struct buf *out)
{
	struct csvw w = { out, false };

	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		if (f[i].kind == CHARGING_NUMBER)
			csvw_int(&w, f[i].number);
		else
			csvw_field(&w, f[i].kind == CHARGING_TEXT ?
			    f[i].text : STRV(""));
	csvw_end(&w);
}

void charging_csv_head(struct buf *out)
{
	struct csvw w = { out, false };

	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		csvw_field(&w, strv(names[i].name));
	csvw_end(&w);
}
