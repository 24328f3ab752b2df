/* errand.c - calls for requests: conditions, repetitions, answers. */

#include "admin/errand.h"

#include <stdio.h>
#include <stdlib.h>

#include "admin/pace.h"
#include "admin/replay.h"
#include "admin/share.h"
#include "base/alloc.h"
#include "base/hex.h"
#include "base/jsonw.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "base/rand.h"
#include "loop/loop.h"
#include "loop/work.h"

#define TAGGED	((size_t)64 << 10)	/* a longer answer has no ETag */
#define NOTE_COST	50	/* requests that a refusal in the audit counts for */
#define TAG	35			/* bytes of one with quotes and NUL */

static struct metric metrics[] = {
	COUNTER("parley_admin_requests_total", "code_class=\"2xx\"",
	    "Requests to the API and the console."),
	COUNTER("parley_admin_requests_total", "code_class=\"4xx\"", ""),
	COUNTER("parley_admin_requests_total", "code_class=\"5xx\"", ""),
	COUNTER("parley_admin_unnoted_total", NULL,
	    "Refusals of one client that were too many for the audit."),
};
enum { UNNOTED = 3 };

void errand_register(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(metrics[0]));
}

static void keep(char *to, size_t size, struct strv s)
{
	(void)snprintf(to, size, "%.*s", (int)s.n, s.p ? s.p : "");
}

static void some_query(struct strv name, struct strv value, void *arg)
{
	bool *any = arg;

	(void)name;
	(void)value;
	*any = true;
}

struct errand *errand_new(struct httpd_request *r)
{
	struct errand *x = xalloc(sizeof(*x));
	bool query = false;

	x->r = r;
	x->began = now_us();
	list_init(&x->hook);
	rand_hex(x->id, sizeof(x->id) - 1);
	keep(x->last_event, sizeof(x->last_event), httpd_header(r,
	    "Last-Event-ID"));
	keep(x->if_match, sizeof(x->if_match), httpd_header(r, "If-Match"));
	keep(x->if_none, sizeof(x->if_none), httpd_header(r,
	    "If-None-Match"));
	httpd_query(r, some_query, &query);
	x->whole = strv_eq(httpd_method(r), STRV("GET")) && !query;
	httpd_reply_header(r, "X-Request-Id", strv(x->id));
	return x;
}

void errand_free(struct errand *x)
{
	list_del(&x->hook);
	op_call_free(x->twin);
	explicit_bzero(&x->who, sizeof(x->who));
	free(x);
}

/* --- answers -------------------------------------------------------------- */

void errand_reply(struct errand *x, unsigned status, const char *type,
    struct strv body)
{
	metric_inc(&metrics[status < 400 ? 0 : status < 500 ? 1 : 2]);
	figures_request(x->kind, status, now_us() - x->began);
	httpd_reply(x->r, status, type, body);
	errand_free(x);
}

/* current: JSON of the object as it is, or absent. */
static void refuse_with(struct errand *x, unsigned status, const char *code,
    const char *title, struct strv detail, struct strv current)
{
	struct jsonw w;
	struct buf b, type;

	buf_init(&b, BUF_NO_LIMIT);
	buf_init(&type, 256);
	buf_addf(&type, "urn:parley:problem:%s", code);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "type", buf_strv(&type));
	jsonw_str(&w, "title", strv(title));
	jsonw_int(&w, "status", status);
	jsonw_str(&w, "code", strv(code));
	jsonw_str(&w, "detail", detail);
	jsonw_str(&w, "request_id", strv(x->id));
	if (current.p)
		jsonw_raw(&w, "current", current);
	jsonw_end(&w);
	errand_reply(x, status, "application/problem+json", buf_strv(&b));
	buf_deinit(&type);
	buf_deinit(&b);
}

void errand_refuse(struct errand *x, unsigned status, const char *code,
    const char *title, struct strv detail)
{
	refuse_with(x, status, code, title, detail, STRV_NONE);
}

static void tag_of(struct strv body, char tag[TAG])
{
	unsigned char hash[SECRET_HASH];
	char hex[33];

	secret_hash(body, hash);
	hex_encode(hash, 16, hex);
	(void)snprintf(tag, TAG, "\"%s\"", hex);
}

/* Whether a list of tags has this one; "*" has any. */
static bool tag_listed(const char *list, const char *tag)
{
	return strcmp(list, "*") == 0 || strstr(list, tag) != NULL;
}

static void give_header(const char *name, struct strv value, void *arg)
{
	httpd_reply_header(arg, name, value);
}

/* Only what is certain is repeated: a refusal for today may pass tomorrow. */
static void settle(const struct errand *x, unsigned status,
    struct strv body)
{
	if (!x->key[0])
		return;
	if (status < 400 || status == 422)
		replay_keep(strv(x->who.actor), strv(x->key), status, body);
	else
		replay_drop(strv(x->who.actor), strv(x->key));
}

static void give_answer(void *arg)
{
	struct errand *x = arg;
	struct op_call *c = x->call;
	unsigned status = (unsigned)op_call_status(c);
	struct strv body = op_call_body(c);
	char tag[TAG];

	settle(x, status, body);
	op_call_headers(c, give_header, x->r);
	if (x->whole && status == 200 && body.n <= TAGGED) {
		tag_of(body, tag);
		httpd_reply_header(x->r, "ETag", strv(tag));
		if (x->if_none[0] && tag_listed(x->if_none, tag)) {
			status = 304;
			body = STRV("");
		}
	}
	errand_reply(x, status, status < 400 ? "application/json" :
	    "application/problem+json", body);
	op_call_free(c);
}

/* One row in the audit each, but no flood of them. */
static void note(const struct errand *x, const struct op_call *c)
{
	struct buf client;

	if (!refusal_counts(c))
		return;
	buf_init(&client, BUF_NO_LIMIT);
	buf_addc(&client, '!');
	buf_adds(&client, who_client(&x->who));
	if (pace_take(buf_strv(&client), NOTE_COST))
		refusal_note(c);
	else
		metric_inc(&metrics[UNNOTED]);
	buf_deinit(&client);
}

/* Not in the core, which has more to do than to hash and copy answers. */
static void answered(struct op_call *c, void *arg)
{
	struct errand *x = arg;

	note(x, c);
	list_del(&x->hook);
	if (!loop_is_core() || !work_put(WORK_READ, give_answer, NULL, x))
		give_answer(x);
}

/* --- running -------------------------------------------------------------- */

static void origin(struct errand *x)
{
	static const char *const vias[] = {
		[VIA_NOBODY] = "https", [VIA_SOCKET] = "socket",
		[VIA_SESSION] = "https", [VIA_TOKEN] = "token",
	};
	const struct who *w = &x->who;

	op_call_request(x->call, strv(x->id));
	op_call_origin(x->call, &(struct op_origin){
		.via = strv(vias[w->via]), .credential = strv(w->credential),
		.peer = strv(w->peer), .request = strv(x->id),
		.accepted = httpd_accepted(x->r) });
}

static void run_call(void *arg)
{
	op_call_run(arg);
}

static void drop_call(struct errand *x)
{
	op_call_free(x->call);
	x->call = NULL;
	if (x->key[0])
		replay_drop(strv(x->who.actor), strv(x->key));
}

/* --- If-Match --------------------------------------------------------------- */

/* Changes that are not on disk yet.  Core. */
static struct list changing = { &changing, &changing };

static bool is_changing(const struct errand *x)
{
	LIST_FOR(h, &changing)
		if (LIST_ENTRY(h, struct errand, hook)->subject == x->subject)
			return true;
	return false;
}

static void change(struct errand *x)
{
	list_push(&changing, &x->hook);
	op_call_run(x->call);
}

static void run_change(void *arg)
{
	change(arg);
}

/* false: it is answered. */
static bool is_alone(struct errand *x)
{
	if (strcmp(x->if_match, "*") == 0 || !is_changing(x))
		return true;
	drop_call(x);
	errand_refuse(x, 409, "conflict", "Conflict", STRV("somebody else is "
	    "changing this: look at it again"));
	return false;
}

/* The twin has answered. */
static void match(struct errand *x)
{
	struct strv body = op_call_body(x->twin);
	char tag[TAG];

	tag_of(body, tag);
	if (op_call_status(x->twin) == 200 && !tag_listed(x->if_match, tag)) {
		drop_call(x);
		httpd_reply_header(x->r, "ETag", strv(tag));
		refuse_with(x, 412, "precondition-failed", "Changed meanwhile",
		    STRV("somebody has changed this since you looked; "
		    "\"current\" is what it is now"), body);
		return;
	}
	change(x);
}

/* A look that takes its time, as of what is read from a disk. */
static void match_late(void *arg)
{
	if (is_alone(arg))
		match(arg);
}

static void twin_seen(struct op_call *c, void *arg)
{
	struct errand *x = arg;

	(void)c;
	x->twin_seen = true;
	if (x->twin_late)
		loop_post(match_late, x);
}

/*
 * In the core, where nothing comes between the look and the change, but a
 * change that is still being written: the tag would not show it.  The tag is
 * of what GET says, so every module has it without a word.
 */
static void match_and_run(void *arg)
{
	struct errand *x = arg;

	if (!is_alone(x))
		return;
	op_call_run(x->twin);
	if (x->twin_seen)
		match(x);
	else
		x->twin_late = true;
}

/*
 * A draft is its owner's own, and changes are added to it, not put over it.
 * A certificate is looked at in a worker, so its GET ends later.
 */
static bool is_blind(const struct op *op)
{
	return strcmp(op->path, "/config/drafts/{draft}") == 0 ||
	    strcmp(op->path, "/tls/certificates/{name}") == 0;
}

static const struct op *twin_of(const struct op *op)
{
	size_t n;
	const struct op *const *all = op_all(&n);

	if (strcmp(op->method, "PATCH") != 0 &&
	    strcmp(op->method, "DELETE") != 0)
		return NULL;
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i]->path, op->path) == 0 &&
		    strcmp(all[i]->method, "GET") == 0 &&
		    all[i]->where == OP_CORE)
			return is_blind(op) ? NULL : all[i];
	return NULL;
}

bool errand_needs_tag(const struct op *op)
{
	return twin_of(op) != NULL;
}

/* Segments of "/subscribers/{address}"; 0: sub is not it, nor below it. */
static size_t below(const char *sub, const char *path)
{
	size_t n = strlen(path), parts = 0;

	if (!strchr(path, '{') || strncmp(sub, path, n) != 0 ||
	    (sub[n] && sub[n] != '/'))
		return 0;
	while (*path)
		parts += *path++ == '/';
	return parts;
}

/* Of the path of that whose tag a change would make an old one; 0: none. */
static size_t subject_parts(const struct op *op)
{
	size_t n, most = 0;
	const struct op *const *all = op_all(&n);

	if (strcmp(op->method, "GET") == 0)
		return 0;
	for (size_t i = 0; i < n; i++) {
		size_t parts = twin_of(all[i]) ?
		    below(op->path, all[i]->path) : 0;

		most = parts > most ? parts : most;
	}
	return most;
}

/* "/api/v1/subscribers/x/suspend": all up to what is suspended. */
static uint64_t subject_of(struct strv path, const struct op *op)
{
	size_t left = subject_parts(op), at = sizeof(API);

	if (!left)
		return 0;
	while (at < path.n && (path.p[at] != '/' || --left > 0))
		at++;
	return map_hash((struct strv){ path.p, at });
}

static void take_twin(struct errand *x, const struct op *op)
{
	const struct op *twin = twin_of(op);

	if (!twin || !x->if_match[0])
		return;
	x->twin = op_call_new(twin, strv(x->who.actor), AS_ALL, twin_seen, x);
	for (const struct op_arg *a = twin->args; a && a->name; a++)
		if (a->flags & ARG_PATH)
			(void)op_call_arg(x->twin, a->name,
			    op_text(x->call, a->name));
}

/* --- Idempotency-Key -------------------------------------------------------- */

/* What has secrets in its answer is not kept. */
bool errand_is_repeatable(const struct op *op)
{
	return strcmp(op->method, "POST") == 0 && op->need != CAP_SECURITY &&
	    op->need != CAP_SELF && op->need != CAP_ANYONE;
}

static void query_print(struct strv name, struct strv value, void *arg)
{
	buf_addf(arg, "&%.*s=%.*s", STRV_ARG(name), (int)value.n,
	    value.p ? value.p : "");
}

static void fingerprint(const struct errand *x,
    unsigned char print[SECRET_HASH])
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	buf_adds(&b, httpd_path(x->r));
	httpd_query(x->r, query_print, &b);
	buf_addc(&b, '\n');
	buf_adds(&b, httpd_body(x->r));
	secret_hash(buf_strv(&b), print);
	buf_deinit(&b);
}

static void replay(struct errand *x, unsigned status, struct strv body)
{
	x->key[0] = 0;
	httpd_reply_header(x->r, "Idempotent-Replayed", STRV("true"));
	errand_reply(x, status, status < 400 ? "application/json" :
	    "application/problem+json", body);
}

/* false: it is answered. */
static bool take_key(struct errand *x, const struct op *op)
{
	struct strv key = httpd_header(x->r, "Idempotency-Key");
	unsigned char print[SECRET_HASH];
	enum replay what;
	unsigned status = 0;
	struct buf body;

	if (!key.p || !errand_is_repeatable(op))
		return true;
	if (key.n == 0 || key.n >= sizeof(x->key)) {
		errand_refuse(x, 400, "invalid-request", "Bad request",
		    STRV("Idempotency-Key has 1 to 255 characters"));
		return false;
	}
	keep(x->key, sizeof(x->key), key);
	fingerprint(x, print);
	buf_init(&body, BUF_NO_LIMIT);
	what = replay_find(strv(x->who.actor), key, print, &status, &body);
	if (what == REPLAY_SAME)
		replay(x, status, buf_strv(&body));
	else if (what == REPLAY_BUSY)
		errand_refuse(x, 409, "conflict", "Conflict", STRV("the "
		    "first request with this Idempotency-Key is still at "
		    "work"));
	else if (what == REPLAY_OTHER)
		errand_refuse(x, 422, "validation-failed", "Not valid",
		    STRV("another request had this Idempotency-Key; take a "
		    "new one"));
	buf_deinit(&body);
	return what == REPLAY_NEW;
}

/* --- all of it ---------------------------------------------------------------- */

static void dispatch(struct errand *x, const struct op *op)
{
	take_twin(x, op);
	x->subject = subject_of(httpd_path(x->r), op);
	if (x->twin) {
		share_post(match_and_run, x);
	} else if (x->subject && op->where == OP_CORE) {
		share_post(run_change, x);
	} else if (op->where == OP_CORE) {
		share_post(run_call, x->call);
	} else if (!work_put(WORK_READ, run_call, NULL, x->call)) {
		drop_call(x);
		errand_refuse(x, 503, "busy", "Busy",
		    STRV("too much is asked at this moment; try again"));
	}
}

static enum request_kind kind_of(const struct op *op)
{
	static const char login[] = "/auth/";

	if (strncmp(op->path, login, sizeof(login) - 1) == 0)
		return REQUEST_LOGIN;
	return strcmp(op->method, "GET") == 0 ? REQUEST_READ : REQUEST_CHANGE;
}

void errand_run(struct errand *x, const struct op *op,
    const struct strv *params)
{
	struct problem p = { 0 };

	x->kind = kind_of(op);
	if (!role_may(x->who.roles, op->need)) {
		x->call = op_call_new(op, strv(x->who.actor), x->who.roles,
		    answered, x);
		origin(x);
		op_call_run(x->call);
		return;
	}
	if (x->who.via != VIA_SOCKET && !x->if_match[0] && twin_of(op)) {
		errand_refuse(x, 428, "precondition-required",
		    "Condition needed", STRV("send If-Match with the ETag "
		    "that GET gave for this path, or *"));
		return;
	}
	if (!take_key(x, op))
		return;
	x->call = op_call_new(op, strv(x->who.actor), x->who.roles, answered,
	    x);
	origin(x);
	buf_init(&p.detail, 4096);
	arguments_take(x->call, op, x->r, params, &p);
	if (p.status) {
		drop_call(x);
		errand_refuse(x, p.status, p.code, p.title,
		    buf_strv(&p.detail));
	} else {
		dispatch(x, op);
	}
	buf_deinit(&p.detail);
}
