/* charging_record.c - facts of the table charge as records of 24 fields. */

#include "base/csvw.h"
#include "base/id.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "core/leg.h"
#include "core/message.h"
#include "store/charging_fact.h"
#include "store/charging_record.h"

/* In the order of the columns; files of years have it. */
enum field {
	RECORD_ID, SEQ, EVENT, TS_START, TS_END, SERVED, OTHER, GROUP,
	DIRECTION, SERVICE, TECH, GATEWAY, CONTENT, BYTES, SEGMENTS, RESULT,
	REASON, CONVERSATION, CONTRIBUTION, IMDN_ID, CORRELATION,
	INTERWORK, CLASS, REV
};

static const char *const names[CHARGING_FIELDS] = {
	"record_id", "seq", "event", "ts_start", "ts_end", "served_party",
	"other_party", "group", "direction", "service", "tech", "gateway",
	"content_type_class", "bytes", "segments", "result", "reason",
	"conversation_id", "contribution_id", "imdn_id",
	"charging_correlation", "interwork_service_id", "class",
	"rev",
};

/* What a message has, and what its leg has. */
#define COLUMNS \
	"m.kind, m.origin, m.sender, m.recipient, m.conversation, " \
	"m.contribution, m.imdn_id, m.service, m.received, m.port, " \
	"m.in_ref, m.type, m.size, l.port, l.recipient, l.hop, l.why, " \
	"l.role, l.segments"

struct row {
	int64_t seq;
	struct charging_fact fact;
	bool leg;			/* it is about one */
	int64_t kind, origin;
	struct strv sender, recipient, conversation, contribution, imdn_id;
	struct strv service;
	int64_t received;
	struct strv port, in_ref, type;
	int64_t size;
	struct strv leg_port, leg_recipient, hop, why;
	int64_t role, segments;
};

/* Nothing but the fact is known of a message that was deleted since. */
static void read_row(struct stmt *s, struct row *r)
{
	struct strv *const parties[] = { &r->sender, &r->recipient,
		&r->conversation, &r->contribution, &r->imdn_id,
		&r->service };

	r->kind = col_int(s);
	r->origin = col_int(s);
	for (size_t i = 0; i < sizeof(parties) / sizeof(*parties); i++)
		*parties[i] = col_text(s);
	r->received = col_int(s);
	r->port = col_text(s);
	r->in_ref = col_text(s);
	r->type = col_text(s);
	r->size = col_int(s);
	r->leg_port = col_text(s);
	r->leg_recipient = col_text(s);
	r->hop = col_text(s);
	r->why = col_text(s);
	r->role = col_int(s);
	r->segments = col_int(s);
}

/* --- what a row means ------------------------------------------------------------ */

static bool is_receipt(const struct row *r)
{
	return r->leg && r->fact.was > LEG_SENDING;
}

static const char *event(const struct row *r)
{
	static const char *const by_role[] = {
		[LEG_WHOLE] = "delivery", [LEG_COPY] = "copy",
		[LEG_UCN] = "ucn", [LEG_UCN_REPLACED] = "ucn",
	};

	if (is_receipt(r))
		return "receipt";
	if (r->leg)
		return by_role[r->role & 3];
	return r->origin == FROM_GROUP ? "fanout" :
	    r->kind == MESSAGE_NOTICE ? "notification" : "submission";
}

static const char *service(const struct row *r)
{
	if (r->origin == FROM_GROUP)
		return "group";
	switch (r->kind) {
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
	return r->leg ? leg_state_name((enum leg_state)r->fact.state) :
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

	if (r->leg)
		return r->hop.n && !memchr(r->hop.p, ':', r->hop.n) ?
		    r->hop : STRV_NONE;
	if (r->origin != FROM_NETWORK || !r->service.n)
		return STRV_NONE;
	(void)strv_split(r->service, ';', &rest);
	if (rest.n < via.n || memcmp(rest.p, via.p, via.n) != 0)
		return STRV_NONE;
	return (struct strv){ rest.p + via.n, rest.n - via.n };
}

/* Whose service it was: who sends to a network, or who gets it. */
static bool is_originating(const struct row *r)
{
	if (r->leg)
		return !strv_eq(r->leg_port, STRV("sip"));
	return r->origin == FROM_USER || r->origin == FROM_GROUP;
}

/* "text" of "text/plain" */
static struct strv type_class(struct strv type)
{
	struct strv rest;

	return type.n ? strv_split(type, '/', &rest) : STRV_NONE;
}

/* --- what it takes from elsewhere -------------------------------------------------- */

/* Texts that outlive the statement they come from. */
struct more {
	struct buf id, group, class;
	int64_t rev;
	char start[NOW_TEXT], end[NOW_TEXT], message[ID_MESSAGE_TEXT];
};

static void find_group(const struct row *r, struct buf *out)
{
	struct stmt *s;
	uint64_t parent;

	buf_clear(out);
	if (r->origin != FROM_GROUP || !id_parse(r->in_ref, &parent))
		return;
	s = stmt(db_reader(DB_STORE), "SELECT recipient FROM message "
	    "WHERE id = ?");
	stmt_int(s, (int64_t)parent);
	if (stmt_row(s))
		buf_adds(out, col_text(s));
	(void)stmt_end(s);
}

static void find_class(struct strv key, struct buf *out)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), "SELECT class FROM "
	    "subscriber JOIN address ON address.subscriber = subscriber.id "
	    "WHERE address.key = ?");

	buf_clear(out);
	stmt_text(s, key.p ? key : STRV(""));
	if (stmt_row(s))
		buf_adds(out, col_text(s));
	(void)stmt_end(s);
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
	struct strv to = r->leg ? r->leg_recipient : r->recipient;
	bool originating = is_originating(r);

	text(&f[SERVED], originating ? r->sender : to);
	text(&f[OTHER], originating ? to : r->sender);
	text(&f[DIRECTION], originating ? STRV("originating") :
	    STRV("terminating"));
}

static void times(const struct row *r, struct charging_field *f,
    struct more *m)
{
	now_text(r->received ? r->received : r->fact.at, m->start);
	now_text(r->fact.at, m->end);
	text(&f[TS_START], strv(m->start));
	text(&f[TS_END], strv(m->end));
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
	id_message_text(id_message_of(r->fact.leg), m->message);
	text(&f[CORRELATION], r->origin == FROM_GROUP ? r->in_ref :
	    strv(m->message));
	text(&f[CONVERSATION], r->conversation);
	text(&f[CONTRIBUTION], r->contribution);
	text(&f[IMDN_ID], r->imdn_id);
}

static void fill(const struct row *r, const char *site,
    struct charging_field *f, struct more *m)
{
	bool failed = r->leg && r->fact.state >= LEG_FAILED;

	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		f[i] = (struct charging_field){ .name = names[i] };
	ids(r, site, f, m);
	times(r, f, m);
	parties(r, f);
	text(&f[EVENT], strv(event(r)));
	find_group(r, &m->group);
	text(&f[GROUP], buf_strv(&m->group));
	text(&f[SERVICE], strv(service(r)));
	text(&f[TECH], tech(r->leg ? r->leg_port : r->port));
	text(&f[GATEWAY], gateway(r));
	text(&f[CONTENT], type_class(r->type));
	number(&f[BYTES], r->size);
	/* once: the receipt of what was submitted submits nothing */
	if (r->leg && strv_eq(r->leg_port, STRV("sms")) && !is_receipt(r))
		number(&f[SEGMENTS], r->segments);
	text(&f[RESULT], strv(result(r)));
	text(&f[REASON], failed ? r->why : STRV_NONE);
	text(&f[INTERWORK], r->service);
	find_class(f[SERVED].text, &m->class);
	text(&f[CLASS], buf_strv(&m->class));
	number(&f[REV], m->rev);
}

/* --- all of them ------------------------------------------------------------------- */

struct reading {
	const char *site;
	int64_t after, left;
	charging_record_fn *fn;
	void *arg;
	struct more more;
};

static enum err one(struct reading *x, struct row *r)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT " COLUMNS
	    " FROM (SELECT 1) LEFT JOIN message m ON m.id = ? "
	    "LEFT JOIN leg l ON l.id = ?");
	struct charging_field f[CHARGING_FIELDS];

	stmt_int(s, (int64_t)id_message_of(r->fact.leg));
	stmt_int(s, r->leg ? (int64_t)r->fact.leg : 0);
	if (stmt_row(s)) {
		read_row(s, r);
		fill(r, x->site, f, &x->more);
		x->left = x->fn(r->seq, f, x->arg) ? x->left - 1 : 0;
	}
	return stmt_stop(s);
}

/* Those of one transaction; what is no fact is our mistake, and no record. */
static enum err some(struct reading *x, int64_t seq, struct strv facts)
{
	struct row r;
	enum err e = ERR_OK;

	for (; facts.n >= CHARGING_FACT_SIZE && x->left > 0 && e == ERR_OK;
	    seq++, facts.p += CHARGING_FACT_SIZE,
	    facts.n -= CHARGING_FACT_SIZE) {
		if (seq <= x->after)
			continue;
		r.seq = seq;
		if (!charging_fact_read(facts.p, &r.fact))
			return ERR_STORAGE;
		r.leg = r.fact.state != LEG_READY;
		e = one(x, &r);
	}
	return e;
}

enum err charging_records(const char *site, int64_t after, int64_t limit,
    charging_record_fn *fn, void *arg)
{
	struct reading x = { .site = site, .after = after, .left = limit,
		.fn = fn, .arg = arg };
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT seq, facts "
	    "FROM charge WHERE seq + n - 1 > ? ORDER BY seq");
	enum err e = ERR_OK, end;

	x.more.rev = find_rev();
	buf_init(&x.more.id, BUF_NO_LIMIT);
	buf_init(&x.more.group, BUF_NO_LIMIT);
	buf_init(&x.more.class, BUF_NO_LIMIT);
	stmt_int(s, after);
	/* or each look-up of a class would be a transaction of its own */
	(void)db_exec(db_reader(DB_CONFIG), "BEGIN");
	while (e == ERR_OK && x.left > 0 && stmt_row(s)) {
		int64_t seq = col_int(s);

		e = some(&x, seq, col_text(s));
	}
	(void)db_exec(db_reader(DB_CONFIG), "COMMIT");
	buf_deinit(&x.more.id);
	buf_deinit(&x.more.group);
	buf_deinit(&x.more.class);
	end = stmt_stop(s);
	return e == ERR_OK ? end : e;
}

/* --- as lines ---------------------------------------------------------------------- */

void charging_jsonl(const struct charging_field *f, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	for (size_t i = 0; i < CHARGING_FIELDS; i++)
		if (f[i].kind == CHARGING_NUMBER)
			jsonw_int(&w, f[i].name, f[i].number);
		else
			jsonw_str(&w, f[i].name, f[i].kind == CHARGING_TEXT ?
			    f[i].text : STRV_NONE);
	jsonw_end(&w);
	buf_addc(out, '\n');
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
		csvw_field(&w, strv(names[i]));
	csvw_end(&w);
}
