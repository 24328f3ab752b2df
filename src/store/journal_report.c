/* journal_report.c - reports: one of each kind for a message and recipient. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "core/content.h"
#include "store/charging_fact.h"
#include "store/journal_priv.h"
#include "store/recent.h"

#define REF_TRIES	20	/* legs with the same ref that we look at */

struct reporting {
	struct write w;
	struct arena arena;		/* of what ask points to */
	struct journal_report ask;	/* our copy; form: one reference */
	journal_reported_fn *done;
	void *arg;

	/* found in the writer */
	struct leg leg;			/* strings in the arena */
	struct message *of;		/* without content */
	bool moved;
	struct message *made[2];	/* content: borrowed from the form */
	size_t nmade;
	struct journal_reported result;
};

/* --- find the leg --------------------------------------------------------- */

static enum err find_leg(struct reporting *r, struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS
	    " FROM leg WHERE id = ?");

	stmt_int(s, (int64_t)id);
	if (stmt_row(s))
		row_leg(s, &r->arena, &r->leg);
	return stmt_end(s);
}

static bool is_asked(const struct reporting *r, const struct leg *l)
{
	return (!r->ask.port || strv_eq(strv(l->port), strv(r->ask.port))) &&
	    (!r->ask.recipient.p || strv_eq(l->recipient, r->ask.recipient));
}

/* The newest: a service centre may count from the start again. */
static enum err find_ref(struct reporting *r, struct db *db, struct strv ref)
{
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS
	    " FROM leg INDEXED BY leg_ref WHERE hop = ? AND ref = ? "
	    "ORDER BY id DESC LIMIT ?");

	stmt_text(s, r->ask.hop.p ? r->ask.hop : STRV(""));
	stmt_text(s, ref);
	stmt_int(s, REF_TRIES);
	while (r->leg.id == 0 && stmt_row(s)) {
		struct leg l = { .id = 0 };

		row_leg(s, &r->arena, &l);
		if (is_asked(r, &l))
			r->leg = l;
	}
	return stmt_stop(s);
}

/*
 * Of several legs to the recipient the one that left by the port that
 * reports, then one that is on its way or there.
 */
static unsigned rank(const struct reporting *r, const struct leg *l)
{
	bool port = strv_eq(strv(l->port), strv(r->ask.port));
	bool sent = l->state >= LEG_SENDING && l->state <= LEG_DELIVERED;

	return 1u + 2u * port + sent;
}

/* Chosen here: an ORDER BY would cost a temporary table. */
static enum err find_leg_to(struct reporting *r, struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "SELECT " LEG_COLUMNS
	    " FROM leg WHERE id BETWEEN ? AND ? AND recipient = ?");
	unsigned best = 0;

	stmt_int(s, (int64_t)id_leg(id, 0));
	stmt_int(s, (int64_t)id_leg(id, 255));
	stmt_text(s, r->ask.recipient);
	while (stmt_row(s)) {
		struct leg l = { .id = 0 };

		row_leg(s, &r->arena, &l);
		if (rank(r, &l) <= best)
			continue;
		best = rank(r, &l);
		r->leg = l;
	}
	return stmt_end(s);
}

static enum err find_imdn(struct reporting *r, struct db *db)
{
	struct stmt *s = stmt(db, "SELECT id, sender, imdn_id FROM message "
	    "INDEXED BY message_twin WHERE twin = ? ORDER BY id DESC");
	enum err e = ERR_OK, end;

	stmt_int(s, twin_hash(r->ask.sender, r->ask.imdn_id,
	    r->ask.recipient));
	while (e == ERR_OK && r->leg.id == 0 && stmt_row(s)) {
		uint64_t id = (uint64_t)col_int(s);
		bool same = strv_eq(col_text(s), r->ask.sender);

		if (same && strv_eq(col_text(s), r->ask.imdn_id))
			e = find_leg_to(r, db, id);
	}
	end = stmt_stop(s);
	return e == ERR_OK ? end : e;
}

static enum err find(struct reporting *r, struct db *db)
{
	enum err e = ERR_OK;

	switch (r->ask.find) {
	case FIND_LEG:
		return find_leg(r, db, r->ask.leg);
	case FIND_IMDN:
		return find_imdn(r, db);
	case FIND_REF:
		for (size_t i = 0; i < r->ask.nrefs && e == ERR_OK &&
		    r->leg.id == 0; i++)
			e = find_ref(r, db, r->ask.refs[i]);
		return e;
	}
	return ERR_STORAGE;
}

static enum err load_message(struct reporting *r, struct db *db)
{
	/* the content is of no use here: NULL for type to body */
	struct stmt *s = stmt(db, "SELECT id, kind, origin, wants, sender, "
	    "recipient, device, subject, conversation, contribution, imdn_id, "
	    "replies_to, service, headers, received, expires, port, in_ref, "
	    "hops, text_chars, anonymous, report_of, report_kind, "
	    "report_status, report_imdn_id, report_recipient, "
	    "report_sent, NULL, NULL, NULL, NULL "
	    "FROM message WHERE id = ?");
	bool lost;

	stmt_int(s, (int64_t)id_message_of(r->leg.id));
	if (stmt_row(s)) {
		r->of = message_new();
		row_message(s, r->of, &lost);
	}
	return stmt_end(s);
}

/* --- what is owed --------------------------------------------------------- */

static enum report_kind kind_of(const struct journal_report *a)
{
	switch (a->status) {
	case STATUS_DISPLAYED:
		return REPORT_DISPLAY;
	case STATUS_INTERWORKED:
		return REPORT_INTERWORKING;
	case STATUS_FORBIDDEN:
	case STATUS_ERROR:	/* of either: the form knows */
		return a->form && a->form->kind == MESSAGE_REPORT ?
		    a->form->report.kind : REPORT_DELIVERY;
	case STATUS_DELIVERED:
	case STATUS_FAILED:
		break;
	}
	return REPORT_DELIVERY;
}

static bool is_failure(enum report_kind kind, enum report_status status)
{
	return kind == REPORT_DELIVERY && status != STATUS_DELIVERED;
}

static bool is_wanted(const struct message *of, enum report_kind kind,
    enum report_status status)
{
	if (kind == REPORT_DISPLAY)
		return (of->wants & WANTS_DISPLAYED) != 0;
	if (kind == REPORT_INTERWORKING)
		return (of->wants & WANTS_INTERWORKED) != 0;
	return (of->wants & (is_failure(kind, status) ? WANTS_FAILED :
	    WANTS_DELIVERED)) != 0;
}

/* READY to DISPLAYED are 0 to 5 in their order. */
static enum err may_succeed(struct reporting *r, struct db *db, bool *may)
{
	struct stmt *s = stmt(db, "SELECT 1 FROM leg WHERE id BETWEEN ? AND ? "
	    "AND recipient = ? AND (state IN (4, 5) OR "
	    "(state IN (0, 1, 2, 3) AND id <> ?)) LIMIT 1");

	stmt_int(s, (int64_t)id_leg(r->of->id, 0));
	stmt_int(s, (int64_t)id_leg(r->of->id, 255));
	stmt_text(s, r->leg.recipient);
	stmt_int(s, (int64_t)r->leg.id);
	*may = stmt_row(s);
	return stmt_end(s);
}

/* The phone did not get the SMS: the message waits for its IP. */
static bool is_again(const struct reporting *r)
{
	return r->leg.role == LEG_COPY && r->leg.device.n > 0 &&
	    r->leg.state == LEG_SENT && r->ask.state == LEG_FAILED &&
	    r->ask.user_port && r->leg.expires > r->ask.now;
}

static enum err go_back(struct reporting *r, struct db *db)
{
	struct stmt *s = stmt(db, "UPDATE leg SET state = ?, role = 0, "
	    "why = ?, due = 0, port = ?, hop = recipient, ref = NULL "
	    "WHERE id = ?");

	stmt_int(s, LEG_HELD);
	stmt_text(s, strv(err_info(r->ask.why)->name));
	stmt_text(s, strv(r->ask.user_port));
	stmt_int(s, (int64_t)r->leg.id);
	r->moved = r->result.again = true;
	return stmt_end(s);
}

static enum err move_leg(struct reporting *r, struct db *db)
{
	struct stmt *s;

	if (is_again(r))
		return go_back(r, db);
	if (!leg_may(r->leg.state, r->ask.state))
		return ERR_OK;
	s = stmt(db, "UPDATE leg SET state = ?, why = ? WHERE id = ?");
	stmt_int(s, r->ask.state);
	stmt_text(s, strv(err_info(r->ask.why)->name));
	stmt_int(s, (int64_t)r->leg.id);
	charging_note_move(charging_leg(r->of, &r->leg), r->leg.state,
	    r->ask.state);
	r->leg.state = r->ask.state;
	r->moved = true;
	return stmt_end(s);
}

/* The unique row: *first is true for exactly one of all who come here. */
static enum err claim(struct reporting *r, struct db *db,
    enum report_kind kind, enum report_status status, bool *first)
{
	struct stmt *s = stmt(db, "INSERT INTO report (message, recipient, "
	    "kind, status, at, sent_as) VALUES (?, ?, ?, ?, ?, ?) "
	    "ON CONFLICT (message, recipient, kind) DO NOTHING");
	enum err e;

	stmt_int(s, (int64_t)r->of->id);
	stmt_text(s, r->leg.recipient);
	stmt_int(s, kind);
	stmt_int(s, status);
	stmt_int(s, r->ask.now);
	stmt_int(s, (int64_t)r->ask.ids[r->nmade]);
	e = stmt_end(s);
	*first = e == ERR_OK && db_changes(db) > 0;
	return e;
}

/* --- the report as a message ---------------------------------------------- */

/* "smsc1" of "sms;via=smsc1"; absent without one. */
static struct strv via_of(struct strv service)
{
	struct strv one, value;

	while (service.p) {
		one = strv_split(service, ';', &service);
		one = strv_split(one, '=', &value);
		if (strv_caseeq(one, STRV("via")))
			return value;
	}
	return STRV_NONE;
}

static void copy_form(struct message *m, const struct message *form)
{
	struct strv *const to[] = {
		&m->conversation, &m->contribution, &m->imdn_id,
		&m->replies_to, &m->subject, &m->headers, &m->device,
		&m->in_ref
	};
	const struct strv from[] = {
		form->conversation, form->contribution, form->imdn_id,
		form->replies_to, form->subject, form->headers, form->device,
		form->in_ref
	};

	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		if (from[i].p)
			*to[i] = message_str(m, from[i]);
	}
	m->hops = form->hops;
	m->content = form->content;	/* counted in the core */
}

static struct message *make_report(struct reporting *r,
    enum report_kind kind, enum report_status status)
{
	const struct message *of = r->of, *form = r->ask.form;
	struct message *m = message_new();

	m->id = r->ask.ids[r->nmade];
	m->kind = MESSAGE_REPORT;
	m->origin = FROM_SYSTEM;
	m->from = message_str(m, r->ask.recipient.p ? r->ask.recipient :
	    r->leg.recipient);
	m->to = message_str(m, of->from);
	m->in = message_str(m, strv(of->in)).p;
	m->conversation = message_str(m, of->conversation);
	m->service = message_str(m, of->service);
	m->received = r->ask.now;
	m->expires = r->ask.now + r->ask.hold;
	m->report = (struct report){ .of = of->id, .kind = kind,
		.status = status, .imdn_id = message_str(m, of->imdn_id),
		.recipient = message_str(m, r->leg.recipient),
		.sent = of->received };
	if (form && kind == kind_of(&r->ask))
		copy_form(m, form);
	return m;
}

/*
 * Back to where the message came from: its sender's devices, or the gateway
 * it came by.
 */
static struct leg *make_leg(struct reporting *r, struct message *m)
{
	struct leg *l = leg_new(m, 1);
	struct strv via = r->of->origin == FROM_USER ? STRV_NONE :
	    via_of(r->of->service);

	l->state = LEG_READY;
	l->expires = m->expires;
	l->port = m->in;
	l->recipient = m->to;
	l->hop = via.p ? message_str(m, via) : m->to;
	l->device = message_str(m, r->of->device);
	/* a second one waits for the first */
	l->early = r->ask.early && !via.p && r->nmade == 0;
	return l;
}

static enum err put_report(struct reporting *r, struct db *db,
    enum report_kind kind, enum report_status status)
{
	struct message *m = make_report(r, kind, status);
	struct leg *l = make_leg(r, m);
	enum err e = row_put_message(db, m, l->recipient);

	if (e == ERR_OK)
		e = row_put_leg(db, l);
	if (e == ERR_OK) {
		recent_message(m);
		recent_leg(m, l);
	}
	r->made[r->nmade] = m;
	r->result.legs[r->nmade++] = l;
	return e;
}

static enum err owe(struct reporting *r, struct db *db,
    enum report_kind kind, enum report_status status)
{
	bool first;
	enum err e;

	if (!is_wanted(r->of, kind, status))
		return ERR_OK;
	e = claim(r, db, kind, status, &first);
	return first ? put_report(r, db, kind, status) : e;
}

static enum err owe_all(struct reporting *r, struct db *db)
{
	enum report_kind kind = kind_of(&r->ask);
	bool may = false;
	enum err e = ERR_OK;

	if (is_failure(kind, r->ask.status))
		e = may_succeed(r, db, &may);
	if (may || e != ERR_OK)
		return e;
	if (r->ask.status == STATUS_DISPLAYED)
		e = owe(r, db, REPORT_DELIVERY, STATUS_DELIVERED);
	if (e != ERR_OK || (kind == REPORT_DISPLAY && r->ask.private))
		return e;
	return owe(r, db, kind, r->ask.status);
}

/* --- the write ------------------------------------------------------------ */

static enum err report_run(struct write *w, struct db *db)
{
	struct reporting *r = (struct reporting *)(void *)w;
	enum err e = find(r, db);

	if (e == ERR_OK && r->leg.id != 0)
		e = load_message(r, db);
	if (e != ERR_OK)
		return ERR_STORAGE;
	if (!r->of)
		return ERR_OK;
	e = move_leg(r, db);
	if (e == ERR_OK && !r->result.again)
		e = owe_all(r, db);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static enum journal_verdict verdict(const struct reporting *r)
{
	if (!r->of)
		return REPORT_UNKNOWN;
	if (r->nmade > 0)
		return REPORT_OWED;
	return r->moved ? REPORT_NOTED : REPORT_REPEATED;
}

static void hand_over(struct reporting *r, bool ok)
{
	for (size_t i = 0; i < r->nmade; i++) {
		struct message *m = r->made[i];

		if (m->content)
			(void)content_ref(m->content);
		if (!ok)
			leg_free(r->result.legs[i]);
		message_unref(m);	/* the leg has its own reference */
	}
	r->result.n = ok ? r->nmade : 0;
}

static void report_done(struct write *w)
{
	struct reporting *r = (struct reporting *)(void *)w;

	hand_over(r, w->err == ERR_OK);
	r->result.verdict = verdict(r);
	r->result.leg = r->leg.id;
	r->result.recipient = r->leg.recipient;
	r->result.role = r->leg.role;
	r->result.kind = r->of ? r->of->kind : MESSAGE_TEXT;
	r->done(w->err, &r->result, r->arg);
	message_unref(r->of);
	message_unref(r->ask.form);
	arena_deinit(&r->arena);
	free(r);
}

static const struct strv *copy_refs(struct arena *a, const struct strv *refs,
    size_t n)
{
	struct strv *copy = arena_alloc(a, n * sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = arena_str(a, refs[i]);
	return copy;
}

void journal_report(const struct journal_report *ask,
    journal_reported_fn *done, void *arg)
{
	struct reporting *r = xalloc(sizeof(*r));
	struct arena *a = &r->arena;

	r->w = (struct write){ .db = DB_STORE, .run = report_run,
		.done = report_done };
	arena_init(a);
	r->ask = *ask;
	r->ask.port = arena_str(a, strv(ask->port)).p;
	r->ask.hop = arena_str(a, ask->hop);
	r->ask.user_port = arena_str(a, strv(ask->user_port)).p;
	r->ask.refs = copy_refs(a, ask->refs, ask->nrefs);
	r->ask.recipient = arena_str(a, ask->recipient);
	r->ask.sender = arena_str(a, ask->sender);
	r->ask.imdn_id = arena_str(a, ask->imdn_id);
	if (ask->form)
		(void)message_ref(ask->form);
	r->done = done;
	r->arg = arg;
	writer_put(&r->w);
}
