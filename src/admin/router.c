/* router.c - which operation, page or figure a request means. */

#include <stdio.h>

#include "admin/errand.h"
#include "admin/pace.h"
#include "admin/people.h"
#include "admin/reports.h"
#include "base/metric.h"

#define LIMIT		((size_t)1 << 20)
#define PAGE_MAX	((size_t)4 << 20)

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
static bool must_prove(const struct errand *x, const struct op *op)
{
	return op->need == CAP_SECURITY && strcmp(op->method, "GET") != 0 &&
	    x->who.via == VIA_SESSION &&
	    !session_is_fresh(&x->who.session);
}

static void api(struct errand *x, struct strv path)
{
	struct strv params[OP_PARAMS] = { STRV_NONE };
	bool known, stranger = x->who.via == VIA_NOBODY;
	const struct op *op = op_match(method_of(x->r), path, params,
	    OP_PARAMS, &known);

	if (stranger && !people_any() && !is_for_setup(path))
		errand_refuse(x, 503, "not-set-up", "Not set up", STRV("this system "
		    "is not set up: run \"parley setup token\" on the "
		    "machine itself"));
	else if (stranger && (!op || op->need != CAP_ANYONE))
		errand_refuse(x, 401, "unauthenticated", "Not logged in",
		    STRV("log in first, or send a token"));
	else if (op && must_prove(x, op))
		errand_refuse(x, 401, "reauth-required", "Password needed again",
		    STRV("this needs your password again: POST " API
		    "/auth/reauth"));
	else if (op)
		errand_run(x, op, params);
	else if (known)
		errand_refuse(x, 405, "method-not-allowed", "Wrong method",
		    STRV("this path is there, but not for this method; "
		    "GET " API "/operations lists what is"));
	else
		errand_refuse(x, 404, "not-found", "Not found", STRV("there is no "
		    "such path; GET " API "/operations lists what is there"));
}

/* --- metrics and pages --------------------------------------------------- */

static void process_text(const char *name, const char *kind,
    const char *help, double value, void *arg)
{
	buf_addf(arg, "# HELP %s %s\n# TYPE %s %s\n%s %.15g\n", name, help,
	    name, kind, name, value);
}

static void metrics_page(struct errand *x)
{
	struct buf b;

	x->kind = REQUEST_METRICS;
	if (!guard_metrics(x->r) && !role_may(x->who.roles, CAP_VIEW)) {
		errand_refuse(x, 401, "unauthenticated", "Not logged in",
		    STRV("this address may not read the metrics without a "
		    "token; set admin metrics-from"));
		return;
	}
	buf_init(&b, BUF_NO_LIMIT);
	metric_text(&b);
	process_each(process_text, &b);
	errand_reply(x, 200, "text/plain; version=0.0.4; charset=utf-8",
	    buf_strv(&b));
	buf_deinit(&b);
}

static void page(struct errand *x, struct strv path)
{
	const char *type = NULL;
	struct buf body;

	x->kind = REQUEST_PAGE;
	buf_init(&body, PAGE_MAX);
	if (strv_eq(method_of(x->r), STRV("GET")))
		type = page_take(x->r, path, &body);
	if (type) {
		errand_reply(x, 200, type, buf_strv(&body));
	} else {
		errand_refuse(x, 404, "not-found", "Not found",
		    STRV("there is no such page"));
	}
	buf_deinit(&body);
}

/* One who is known by what he showed does not pay for his neighbours. */
static bool too_many(const struct errand *x)
{
	struct strv client = who_client(&x->who);

	return httpd_from(x->r) != HTTPD_SOCKET &&
	    !pace_take(client.n ? client : httpd_peer(x->r), 1);
}

static void slow_down(struct errand *x)
{
	httpd_reply_header(x->r, "Retry-After", STRV("1"));
	errand_refuse(x, 429, "rate-limited", "Too many requests",
	    STRV("more than one client may make; wait a second (setting: "
	    "admin requests-per-second)"));
}

void route(struct httpd_request *r)
{
	struct strv path = httpd_path(r), prefix = STRV(API "/");
	bool report = strv_eq(path, STRV(REPORTS_PATH));
	struct errand *x = errand_new(r);
	struct problem p = { 0 };

	buf_init(&p.detail, 4096);
	guard_headers(r);
	if (report)	/* no credentials come with it */
		(void)guard_stranger(r, &p);
	else
		guard(r, &x->who, &p);
	if (too_many(x))
		slow_down(x);
	else if (p.status)
		errand_refuse(x, p.status, p.code, p.title, buf_strv(&p.detail));
	else if (report)
		reports_take(x);
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

static const struct op *op_of(const struct httpd_request *r)
{
	struct strv params[OP_PARAMS], path = httpd_path(r);
	struct strv prefix = STRV(API "/");
	bool known;

	if (path.n < prefix.n || memcmp(path.p, prefix.p, prefix.n) != 0)
		return NULL;
	return op_match(httpd_method(r), (struct strv){ path.p + prefix.n - 1,
	    path.n - prefix.n + 1 }, params, OP_PARAMS, &known);
}

static bool takes_file(const struct op *op)
{
	for (const struct op_arg *a = op->args; a && a->name; a++)
		if (a->flags & ARG_FILE)
			return true;
	return false;
}

/* Large bodies fill the memory or the disk: not from just anybody. */
static bool may_send(const struct httpd_request *r, const struct op *op)
{
	struct problem p = { 0 };
	struct who who;
	bool may;

	buf_init(&p.detail, 4096);
	guard(r, &who, &p);
	may = !p.status && role_may(who.roles, op->need);
	buf_deinit(&p.detail);
	explicit_bzero(&who, sizeof(who));
	return may;
}

size_t route_limit(const struct httpd_request *r)
{
	const struct op *op = op_of(r);

	if (strv_eq(httpd_path(r), STRV(REPORTS_PATH)))
		return REPORTS_BODY;
	return op && takes_file(op) && may_send(r, op) ? (size_t)OP_FILE_MAX : LIMIT;
}

int route_file(const struct httpd_request *r, uint64_t *limit)
{
	const struct op *op = op_of(r);

	return op && upload_is(op) && may_send(r, op) ?
	    upload_file(limit) : -1;
}
