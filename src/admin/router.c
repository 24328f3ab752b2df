/* router.c - requests to operations, pages and metrics; and their answers. */

#define LOG_UNIT "admin"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "admin/admin_priv.h"
#include "base/jsonw.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/rand.h"
#include "loop/loop.h"

#define LIMIT		((size_t)1 << 20)
#define LIMIT_FILE	((size_t)16 << 20)
#define LIMIT_STRANGER	((size_t)16 << 10)
#define PAGE_MAX	((size_t)4 << 20)

static struct metric metrics[] = {
	COUNTER("parley_admin_requests_total", "code_class=\"2xx\"",
	    "Requests to the API and the console."),
	COUNTER("parley_admin_requests_total", "code_class=\"4xx\"", ""),
	COUNTER("parley_admin_requests_total", "code_class=\"5xx\"", ""),
};

static void reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body)
{
	metric_inc(&metrics[status < 400 ? 0 : status < 500 ? 1 : 2]);
	httpd_reply(r, status, type, body);
}

static void refuse(struct httpd_request *r, unsigned status,
    const char *code, const char *title, struct strv detail)
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
	jsonw_end(&w);
	reply(r, status, "application/problem+json", buf_strv(&b));
	buf_deinit(&type);
	buf_deinit(&b);
}

static void not_logged_in(struct httpd_request *r)
{
	refuse(r, 401, "unauthenticated", "Not logged in", STRV("nobody can "
	    "log in here yet: use the shell, parley, on the machine itself"));
}

/* --- operations ---------------------------------------------------------- */

static void finished(struct op_call *c, void *arg)
{
	int status = op_call_status(c);

	refusal_note(c);
	reply(arg, (unsigned)status, status < 400 ? "application/json" :
	    "application/problem+json", op_call_body(c));
	op_call_free(c);
}

static void run_in_core(void *arg)
{
	op_call_run(arg);
}

/* root and the daemon's own user may do all; others may look. */
static unsigned roles_of(const struct httpd_request *r)
{
	uid_t uid = httpd_uid(r);

	if (httpd_from(r) != HTTPD_SOCKET)
		return 0;
	return uid == 0 || uid == geteuid() ? AS_ALL :
	    AS_VIEWER | AS_SOMEBODY;
}

static void origin(struct op_call *c, struct httpd_request *r)
{
	char request[17];
	struct op_origin from = { .peer = httpd_peer(r) };

	rand_hex(request, 16);
	from.request = strv(request);
	from.via = httpd_from(r) == HTTPD_SOCKET ? STRV("socket") :
	    STRV("https");
	op_call_origin(c, &from);
	httpd_reply_header(r, "X-Request-Id", from.request);
}

static void run(struct httpd_request *r, const struct op *op,
    const struct strv *params)
{
	struct problem p = { 0 };
	struct op_call *c;
	char actor[32] = "https";

	if (httpd_from(r) == HTTPD_SOCKET)
		(void)snprintf(actor, sizeof(actor), "uid:%ju",
		    (uintmax_t)httpd_uid(r));
	c = op_call_new(op, strv(actor), roles_of(r), finished, r);
	origin(c, r);
	buf_init(&p.detail, 4096);
	arguments_take(c, op, r, params, &p);
	if (p.status) {
		op_call_free(c);
		refuse(r, p.status, p.code, p.title, buf_strv(&p.detail));
	} else if (op->where == OP_CORE) {
		loop_post(run_in_core, c);
	} else {
		op_call_run(c);
	}
	buf_deinit(&p.detail);
}

static struct strv method_of(const struct httpd_request *r)
{
	struct strv m = httpd_method(r);

	/* the server leaves the body out */
	return strv_eq(m, STRV("HEAD")) ? STRV("GET") : m;
}

static void api(struct httpd_request *r, struct strv path)
{
	struct strv params[OP_PARAMS] = { STRV_NONE };
	bool known;
	const struct op *op = op_match(method_of(r), path, params, OP_PARAMS,
	    &known);

	if (httpd_from(r) != HTTPD_SOCKET && (!op || op->need != CAP_ANYONE))
		not_logged_in(r);
	else if (op)
		run(r, op, params);
	else if (known)
		refuse(r, 405, "method-not-allowed", "Wrong method",
		    STRV("this path is there, but not for this method; "
		    "GET " API "/operations lists what is"));
	else
		refuse(r, 404, "not-found", "Not found", STRV("there is no "
		    "such path; GET " API "/operations lists what is there"));
}

/* --- metrics and pages --------------------------------------------------- */

static void process_text(const char *name, const char *kind,
    const char *help, double value, void *arg)
{
	buf_addf(arg, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help,
	    name, kind, name, value);
}

static void metrics_page(struct httpd_request *r)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	metric_text(&b);
	process_each(process_text, &b);
	reply(r, 200, "text/plain; version=0.0.4; charset=utf-8",
	    buf_strv(&b));
	buf_deinit(&b);
}

static void page(struct httpd_request *r, struct strv path)
{
	const char *type = NULL;
	struct buf body;

	buf_init(&body, PAGE_MAX);
	if (strv_eq(method_of(r), STRV("GET")))
		type = page_take(r, path, &body);
	if (type)
		reply(r, 200, type, buf_strv(&body));
	else if (httpd_from(r) != HTTPD_SOCKET)
		not_logged_in(r);
	else
		refuse(r, 404, "not-found", "Not found",
		    STRV("there is no such page"));
	buf_deinit(&body);
}

void route(struct httpd_request *r)
{
	struct strv path = httpd_path(r), prefix = STRV(API "/");

	/* a page of some site must not reach the socket through a proxy */
	if (httpd_from(r) == HTTPD_SOCKET && httpd_header(r, "Origin").p)
		refuse(r, 403, "forbidden", "Not allowed",
		    STRV("browsers may not use this socket"));
	else if (strv_eq(path, STRV("/metrics")))
		metrics_page(r);
	else if (path.n >= prefix.n &&
	    memcmp(path.p, prefix.p, prefix.n) == 0)
		api(r, (struct strv){ path.p + prefix.n - 1,
		    path.n - prefix.n + 1 });
	else
		page(r, path);
}

size_t route_limit(enum httpd_from from, struct strv method,
    struct strv path)
{
	struct strv params[OP_PARAMS], prefix = STRV(API "/");
	const struct op *op = NULL;
	bool known;

	if (from != HTTPD_SOCKET)
		return LIMIT_STRANGER;
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
