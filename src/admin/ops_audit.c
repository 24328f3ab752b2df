/* ops_audit.c - who did what: show, verify, export; and what was refused. */

#define LOG_UNIT "audit"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/admin_priv.h"
#include "admin/page.h"
#include "base/alloc.h"
#include "base/csvw.h"
#include "base/hex.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "op/health.h"
#include "store/audit.h"
#include "store/writer.h"

#define EXPORT_MAX ((size_t)32 << 20)	/* bytes of one export */
#define VERIFY_MS (24 * 3600000)
#define PRUNE_MS 3600000	/* between two looks for rows too old */
#define PRUNE_MORE_MS 1000	/* there were more of them */
#define KEEP_LEAST (INT64_C(30) * 86400000)	/* ms */

/* --- show ---------------------------------------------------------------------- */

static void filter_of(struct op_call *c, struct audit_filter *f)
{
	bool down;

	*f = (struct audit_filter){ .actor = op_text(c, "actor"),
		.action = op_text(c, "action"),
		.object = op_text(c, "object"),
		.result = op_text(c, "result") };
	f->up = op_sort(c, &down).p && !down;
	f->since = op_when(c, "since");
	f->until = op_when(c, "until");
}

static bool show_one(const struct audit_row *row, void *arg)
{
	struct paging *p = arg;

	if (!paging_row(p, row->id))
		return false;
	op_field_int(p->c, "id", row->id);
	op_field_time(p->c, "time", row->time);
	op_field(p->c, "actor", row->actor);
	op_field(p->c, "via", row->via);
	op_field(p->c, "action", row->action);
	op_field(p->c, "object", row->object);
	op_field(p->c, "result", row->result);
	op_field(p->c, "detail", row->detail);
	op_field(p->c, "credential", row->credential);
	op_field(p->c, "peer", row->peer);
	op_field(p->c, "request", row->request);
	return true;
}

static void unreadable(struct op_call *c)
{
	op_fail(c, OP_FAILED, "the database could not be read; see the log "
	    "of the daemon");
}

static void show_run(struct op_call *c)
{
	struct audit_filter f;
	struct paging p;
	int64_t before;

	filter_of(c, &f);
	paging_start(c, &p, &before);
	paging_end(&p, audit_each(&f, before, show_one, &p));
}

/* --- export --------------------------------------------------------------------- */

static void hash_text(struct strv hash, char text[2 * AUDIT_HASH + 1])
{
	text[0] = 0;
	if (hash.n == AUDIT_HASH)
		hex_encode(hash.p, AUDIT_HASH, text);
}

struct fields {
	const char *name;
	struct strv value;
};

/* A row as texts, without its id, in the order of its columns. */
#define FIELDS 12
struct texts {
	char time[NOW_TEXT], former[2 * AUDIT_HASH + 1];
	char hash[2 * AUDIT_HASH + 1];
};

static void fields_of(const struct audit_row *r, struct texts *t,
    struct fields f[FIELDS])
{
	now_text(r->time, t->time);
	hash_text(r->former, t->former);
	hash_text(r->hash, t->hash);
	memcpy(f, (const struct fields[FIELDS]){
		{ "time", strv(t->time) }, { "actor", r->actor },
		{ "via", r->via }, { "credential", r->credential },
		{ "peer", r->peer }, { "action", r->action },
		{ "object", r->object }, { "detail", r->detail },
		{ "result", r->result }, { "request", r->request },
		{ "former", strv(t->former) }, { "hash", strv(t->hash) },
	}, FIELDS * sizeof(*f));
}

struct export {
	struct buf out;
	bool csv, header;
};

static void export_csv(struct export *x, const struct audit_row *row,
    const struct fields *f)
{
	struct csvw w = { &x->out, false };

	if (!x->header) {
		csvw_field(&w, STRV("id"));
		for (size_t i = 0; i < FIELDS; i++)
			csvw_field(&w, strv(f[i].name));
		csvw_end(&w);
		x->header = true;
	}
	csvw_int(&w, row->id);
	for (size_t i = 0; i < FIELDS; i++)
		csvw_field(&w, f[i].value);
	csvw_end(&w);
}

static void export_json(struct export *x, const struct audit_row *row,
    const struct fields *f)
{
	struct jsonw w;

	jsonw_init(&w, &x->out);
	jsonw_object(&w, NULL);
	jsonw_int(&w, "id", row->id);
	for (size_t i = 0; i < FIELDS; i++)
		jsonw_str(&w, f[i].name, f[i].value);
	jsonw_end(&w);
	buf_addc(&x->out, '\n');
}

static bool export_one(const struct audit_row *row, void *arg)
{
	struct fields f[FIELDS];
	struct export *x = arg;
	struct texts t;

	fields_of(row, &t, f);
	(x->csv ? export_csv : export_json)(x, row, f);
	return !x->out.full;
}

static void export_run(struct op_call *c)
{
	struct export x = { .csv = strv_eq(op_meant(c, "format"),
	    STRV("csv")) };
	struct audit_filter f;

	filter_of(c, &f);
	buf_init(&x.out, EXPORT_MAX);
	if (audit_each(&f, 0, export_one, &x) != ERR_OK) {
		unreadable(c);
	} else if (x.out.full) {
		op_fail(c, OP_TOO_LARGE, "more than %zu MiB; ask for less "
		    "with --since and --until", EXPORT_MAX >> 20);
	} else {
		audit_event(op_who(c), STRV("audit export"),
		    x.csv ? STRV("csv") : STRV("jsonl"), STRV("ok"),
		    STRV_NONE);
		op_say(c, buf_strv(&x.out));
		op_done(c);
	}
	buf_deinit(&x.out);
}

/* --- verify --------------------------------------------------------------------- */

/* The newest verdict: the core's. */
static struct {
	struct audit_verdict verdict;
	enum err err;
	int64_t at;		/* ms; 0: none yet */
	struct timer timer;
} known;

struct verifying {
	struct op_call *c;	/* NULL: the daily one */
	struct audit_verdict verdict;
	enum err err;
};

static void verify_work(void *arg)
{
	struct verifying *v = arg;

	v->err = audit_verify(&v->verdict);
}

static void verdict_fields(struct op_call *c, const struct audit_verdict *v)
{
	char hash[2 * AUDIT_HASH + 1];

	hex_encode(v->hash, AUDIT_HASH, hash);
	op_field(c, "state", v->broken ? STRV("broken") : STRV("ok"));
	op_field_int(c, "rows", v->rows);
	op_field_int(c, "first", v->first);
	op_field_int(c, "removed", v->rows ? v->first - 1 : 0);
	op_field_int(c, "last", v->last);
	op_field(c, "hash", strv(hash));
	if (v->broken) {
		op_field_int(c, "broken", v->broken);
		op_field(c, "why", strv(v->why));
		op_exit(c, 11);
	}
	op_done(c);
}

static void verify_done(void *arg)
{
	struct verifying *v = arg;

	known.verdict = v->verdict;
	known.err = v->err;
	known.at = now_ms();
	if (v->c && v->err != ERR_OK)
		unreadable(v->c);
	else if (v->c)
		verdict_fields(v->c, &v->verdict);
	free(v);
}

static bool verify(struct op_call *c)
{
	struct verifying *v = xalloc(sizeof(*v));

	v->c = c;
	if (work_run(verify_work, verify_done, v))
		return true;
	free(v);
	return false;
}

static void verify_run(struct op_call *c)
{
	if (!verify(c))
		op_fail(c, OP_BUSY, "too much is being done; try again");
}

static void verify_daily(void *arg)
{
	(void)arg;
	(void)verify(NULL);
	timer_set(&known.timer, VERIFY_MS);
}

/* --- retention ------------------------------------------------------------------- */

struct pruning {
	struct write w;
	int64_t before, removed;
};

static struct timer prune_timer;
static bool watching;

static enum err prune_run(struct write *w, struct db *db)
{
	struct pruning *p = (struct pruning *)(void *)w;

	return audit_prune(db, p->before, &p->removed);
}

static void prune_done(struct write *w)
{
	struct pruning *p = (struct pruning *)(void *)w;

	if (watching)
		timer_set(&prune_timer, w->err == ERR_OK &&
		    p->removed == AUDIT_PRUNE ? PRUNE_MORE_MS : PRUNE_MS);
	if (w->err == ERR_OK && p->removed)
		log_info("retention removed rows=%" PRId64, p->removed);
	free(p);
}

static void prune_due(void *arg)
{
	int64_t keep = conf_int("audit", "", "keep");
	struct pruning *p;

	(void)arg;
	if (keep == 0) {
		timer_set(&prune_timer, PRUNE_MS);
		return;
	}
	p = xalloc(sizeof(*p));
	p->before = now_ms() - keep;
	p->w = (struct write){ .db = DB_CONFIG, .run = prune_run,
		.done = prune_done };
	writer_put(&p->w);
}

static enum err keep_check(const char *name, struct buf *why)
{
	int64_t keep = conf_int("audit", name, "keep");

	if (keep == 0 || keep >= KEEP_LEAST)
		return ERR_OK;
	buf_addz(why, "audit keep: 0 for ever, or at least 30d");
	return ERR_BAD_SYNTAX;
}

/* At the start it waits a moment, like the look at the chain. */
static void keep_apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	if (timer_is_set(&prune_timer))
		timer_set(&prune_timer, PRUNE_MORE_MS);
}

static void settings(void)
{
	static const struct conf_row rows[] = {
		{ .name = "keep", .type = CONF_DURATION, .fallback = "0",
		  .min = 0, .max = INT64_C(3650) * 86400000,
		  .help = "how long rows of the audit stay, at least 30d; 0: "
		  "for ever" },
	};
	static const struct conf_section section = {
		.name = "audit", .rows = rows,
		.n = sizeof(rows) / sizeof(*rows), .apply = keep_apply,
		.check = keep_check,
		.help = "the record of who did what",
	};

	conf_register(&section);
}

/* --- start and stop -------------------------------------------------------------- */

void audit_watch_start(void)
{
	watching = true;
	timer_init(&prune_timer, "audit retention", prune_due, NULL);
	timer_set(&prune_timer, PRUNE_MORE_MS);
	timer_init(&known.timer, "audit", verify_daily, NULL);
	timer_set(&known.timer, 10000);
}

void audit_watch_stop(void)
{
	timer_cancel(&known.timer);
	watching = false;
	timer_cancel(&prune_timer);
}

static enum health check_audit(struct buf *says, struct buf *remedy)
{
	const struct audit_verdict *v = &known.verdict;

	if (known.at == 0) {
		buf_addz(says, "the chain of the audit was not looked at yet");
		return HEALTH_OK;
	}
	if (known.err != ERR_OK) {
		buf_addz(says, "the audit could not be read");
		buf_addz(remedy, "look for \"store\" in the log");
		return HEALTH_CRITICAL;
	}
	if (!v->broken) {
		buf_addf(says, "all %" PRId64 " rows of the audit are as "
		    "they were written", v->rows);
		return HEALTH_OK;
	}
	buf_addf(says, "row %" PRId64 " of the audit: %s", v->broken, v->why);
	buf_addz(remedy, "somebody wrote to config.db past the daemon: "
	    "compare with the log (\"audit: row=\") and the newest backup");
	return HEALTH_CRITICAL;
}

static const struct health_check checks[] = {
	{ .name = "audit", .run = check_audit },
};

/* --- what was refused ------------------------------------------------------------ */

/* The {name} of the path, or who was meant; never a secret. */
static struct strv object_of(const struct op_call *c, const struct op *op)
{
	static const char *const others[] = { "user", "name", "address" };

	for (const struct op_arg *a = op->args; a && a->name; a++)
		if (a->flags & ARG_PATH)
			return op_text(c, a->name);
	for (size_t i = 0; i < sizeof(others) / sizeof(*others); i++) {
		const struct op_arg *a = op_arg_find(op, strv(others[i]));

		if (a && !(a->flags & ARG_SECRET))
			return op_text(c, a->name);
	}
	return STRV_NONE;
}

bool refusal_counts(const struct op_call *c)
{
	int status = op_call_status(c);
	bool changes = strcmp(op_call_op(c)->method, "GET") != 0;

	return status == 401 || status == 403 || status == 429 ||
	    (changes && status >= 500);
}

void refusal_note(const struct op_call *c)
{
	const struct op *op = op_call_op(c);
	int status = op_call_status(c);
	struct buf action, result;

	buf_init(&action, 200);
	buf_init(&result, 40);
	if (*op->command)
		buf_addz(&action, op->command);
	else
		buf_addf(&action, "%s %s", op->method, op->path);
	buf_addf(&result, "%s %d", status >= 500 ? "failed" : "refused",
	    status);
	audit_event(op_who(c), buf_strv(&action), object_of(c, op),
	    buf_strv(&result), op_call_detail(c));
	buf_deinit(&action);
	buf_deinit(&result);
}

/* --- the table --------------------------------------------------------------------- */

#define FILTERS \
	{ "actor", 0, NULL, "only of those with this in their name", \
	  IS_TEXT(0, 200) }, \
	{ "action", 0, NULL, "only operations with this in their name", \
	  IS_TEXT(0, 200) }, \
	{ "object", 0, NULL, "only about what has this in its name", \
	  IS_TEXT(0, OP_ID_MAX) }, \
	{ "result", 0, "ok|refused|failed|begun|cancelled|interrupted", \
	  "only with this outcome", IS_CHOICE }, \
	{ "since", 0, NULL, "not older: 5m, 7d, 2026-11-20", IS_TIME }, \
	{ "until", 0, NULL, "older than this", IS_TIME }

static const struct op_arg show_args[] = {
	FILTERS,
	PAGING_ARGS,
	{ 0 }
};
static const struct op_arg export_args[] = {
	{ "format", 0, "jsonl|csv", "jsonl", IS_CHOICE, BY_DEFAULT("jsonl") },
	FILTERS,
	{ 0 }
};

static const struct op ops[] = {
	{ "show audit", "GET", "/audit", CAP_AUDIT, OP_READ, show_args,
	  "who did what, when, and who was refused", show_run,
	  "[id:int+ time:time+ actor via action object result detail "
	  "credential peer request]" },
	{ "audit export", "GET", "/audit/export", CAP_AUDIT, OP_READ,
	  export_args, "the rows with their hashes, as a file", export_run,
	  "text~" },
	{ "audit verify", "POST", "/audit/verify", CAP_AUDIT, OP_CORE, NULL,
	  "is every row as it was written, and none taken out", verify_run,
	  "state=ok|broken rows:int first:int removed:int last:int hash "
	  "broken:int~ why~ exit:int~" },
};

void ops_audit(void)
{
	settings();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
