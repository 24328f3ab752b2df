/* router.c - requests to operations, pages and metrics; and their answers. */

#include <stdio.h>
#include <stdlib.h>

#include "admin/exchange.h"
#include "admin/people.h"
#include "admin/pool.h"
#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/metric.h"
#include "base/rand.h"
#include "loop/loop.h"

#define LIMIT		((size_t)1 << 20)
#define LIMIT_FILE	((size_t)16 << 20)
#define PAGE_MAX	((size_t)4 << 20)

static struct metric metrics[] = {
	COUNTER("parley_admin_requests_total", "code_class=\"2xx\"",
	    "Requests to the API and the console."),
	COUNTER("parley_admin_requests_total", "code_class=\"4xx\"", ""),
	COUNTER("parley_admin_requests_total", "code_class=\"5xx\"", ""),
};

static struct exchange *exchange_new(struct httpd_request *r)
{
	struct exchange *x = xalloc(sizeof(*x));

	x->r = r;
	rand_hex(x->id, sizeof(x->id) - 1);
	(void)snprintf(x->last_event, sizeof(x->last_event), "%.*s",
	    STRV_ARG(httpd_header(r, "Last-Event-ID")));
	httpd_reply_header(r, "X-Request-Id", strv(x->id));
	return x;
}

void exchange_free(struct exchange *x)
{
	explicit_bzero(&x->who, sizeof(x->who));
	free(x);
}

static void reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body)
{
	metric_inc(&metrics[status < 400 ? 0 : status < 500 ? 1 : 2]);
	httpd_reply(r, status, type, body);
}

static void refuse(struct exchange *x, unsigned status, const char *code,
    const char *title, struct strv detail)
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
	jsonw_end(&w);
	reply(x->r, status, "application/problem+json", buf_strv(&b));
	buf_deinit(&type);
	buf_deinit(&b);
	exchange_free(x);
}

/* --- operations ---------------------------------------------------------- */

static void give_header(const char *name, struct strv value, void *arg)
{
	httpd_reply_header(arg, name, value);
}

static void finished(struct op_call *c, void *arg)
{
	struct exchange *x = arg;
	int status = op_call_status(c);

	refusal_note(c);
	op_call_headers(c, give_header, x->r);
	reply(x->r, (unsigned)status, status < 400 ? "application/json" :
	    "application/problem+json", op_call_body(c));
	op_call_free(c);
	exchange_free(x);
}

static void run_call(void *arg)
{
	op_call_run(arg);
}

static void origin(struct exchange *x)
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

static void run(struct exchange *x, const struct op *op,
    const struct strv *params)
{
	struct problem p = { 0 };

	x->call = op_call_new(op, strv(x->who.actor), x->who.roles, finished,
	    x);
	origin(x);
	buf_init(&p.detail, 4096);
	if (role_may(x->who.roles, op->need))
		arguments_take(x->call, op, x->r, params, &p);
	if (p.status) {
		op_call_free(x->call);
		refuse(x, p.status, p.code, p.title, buf_strv(&p.detail));
	} else if (op->where == OP_CORE) {
		loop_post(run_call, x->call);
	} else if (!pool_run(run_call, x->call)) {
		op_call_free(x->call);
		refuse(x, 503, "busy", "Busy",
		    STRV("too much is asked at this moment; try again"));
	}
	buf_deinit(&p.detail);
}

static struct strv method_of(const struct httpd_request *r)
{
	struct strv m = httpd_method(r);

	/* the server leaves the body out */
	return strv_eq(m, STRV("HEAD")) ? STRV("GET") : m;
}

/* Before the first administrator exists HTTPS is there to make him. */
static bool is_for_setup(struct strv path)
{
	return strv_eq(path, STRV("/setup")) ||
	    strv_eq(path, STRV("/health/live")) ||
	    strv_eq(path, STRV("/health/ready"));
}

/* Whoever found the browser open must not let others in for good. */
static bool must_prove(const struct exchange *x, const struct op *op)
{
	return op->need == CAP_SECURITY && strcmp(op->method, "GET") != 0 &&
	    x->who.via == VIA_SESSION &&
	    !session_is_fresh(&x->who.session);
}

static void api(struct exchange *x, struct strv path)
{
	struct strv params[OP_PARAMS] = { STRV_NONE };
	bool known, stranger = x->who.via == VIA_NOBODY;
	const struct op *op = op_match(method_of(x->r), path, params,
	    OP_PARAMS, &known);

	if (stranger && !people_any() && !is_for_setup(path))
		refuse(x, 503, "not-set-up", "Not set up", STRV("this system "
		    "is not set up: run \"parley setup token\" on the "
		    "machine itself"));
	else if (stranger && (!op || op->need != CAP_ANYONE))
		refuse(x, 401, "unauthenticated", "Not logged in",
		    STRV("log in first, or send a token"));
	else if (op && must_prove(x, op))
		refuse(x, 401, "reauth-required", "Password needed again",
		    STRV("this needs your password again: POST " API
		    "/auth/reauth"));
	else if (op)
		run(x, op, params);
	else if (known)
		refuse(x, 405, "method-not-allowed", "Wrong method",
		    STRV("this path is there, but not for this method; "
		    "GET " API "/operations lists what is"));
	else
		refuse(x, 404, "not-found", "Not found", STRV("there is no "
		    "such path; GET " API "/operations lists what is there"));
}

/* --- metrics and pages --------------------------------------------------- */

static void process_text(const char *name, const char *kind,
    const char *help, double value, void *arg)
{
	buf_addf(arg, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help,
	    name, kind, name, value);
}

static void metrics_page(struct exchange *x)
{
	struct buf b;

	if (!guard_metrics(x->r) && !role_may(x->who.roles, CAP_VIEW)) {
		refuse(x, 401, "unauthenticated", "Not logged in",
		    STRV("this address may not read the metrics without a "
		    "token; set admin metrics-from"));
		return;
	}
	buf_init(&b, BUF_NO_LIMIT);
	metric_text(&b);
	process_each(process_text, &b);
	reply(x->r, 200, "text/plain; version=0.0.4; charset=utf-8",
	    buf_strv(&b));
	buf_deinit(&b);
	exchange_free(x);
}

static void page(struct exchange *x, struct strv path)
{
	const char *type = NULL;
	struct buf body;

	buf_init(&body, PAGE_MAX);
	if (strv_eq(method_of(x->r), STRV("GET")))
		type = page_take(x->r, path, &body);
	if (type) {
		reply(x->r, 200, type, buf_strv(&body));
		exchange_free(x);
	} else {
		refuse(x, 404, "not-found", "Not found",
		    STRV("there is no such page"));
	}
	buf_deinit(&body);
}

void route(struct httpd_request *r)
{
	struct strv path = httpd_path(r), prefix = STRV(API "/");
	struct exchange *x = exchange_new(r);
	struct problem p = { 0 };

	buf_init(&p.detail, 4096);
	guard(r, &x->who, &p);
	if (p.status)
		refuse(x, p.status, p.code, p.title, buf_strv(&p.detail));
	else if (strv_eq(path, STRV("/metrics")))
		metrics_page(x);
	else if (path.n >= prefix.n &&
	    memcmp(path.p, prefix.p, prefix.n) == 0)
		api(x, (struct strv){ path.p + prefix.n - 1,
		    path.n - prefix.n + 1 });
	else
		page(x, path);
	buf_deinit(&p.detail);
}

size_t route_limit(enum httpd_from from, struct strv method,
    struct strv path)
{
	struct strv params[OP_PARAMS], prefix = STRV(API "/");
	const struct op *op = NULL;
	bool known;

	(void)from;
	if (path.n >= prefix.n && memcmp(path.p, prefix.p, prefix.n) == 0)
		op = op_match(method, (struct strv){ path.p + prefix.n - 1,
		    path.n - prefix.n + 1 }, params, OP_PARAMS, &known);
	for (const struct op_arg *a = op ? op->args : NULL; a && a->name; a++)
		if (a->flags & ARG_FILE)
			return LIMIT_FILE;
	return LIMIT;
}

void route_register(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(metrics[0]));
}
