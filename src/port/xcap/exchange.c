/* exchange.c - the way of an XCAP request (RFC 4825 8). */

#include <stdlib.h>

#define LOG_UNIT "xcap"
#include "base/alloc.h"
#include "base/log.h"
#include "base/metric.h"
#include "dir/own_lists.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "port/xcap/xcap_priv.h"
#include "wire/sipbody.h"

#define DOC_MAX		OWN_LISTS_MAX	/* also what views add to it */

static struct list open_list = { &open_list, &open_list };
static size_t n_open;
static bool stopping;
static void (*on_empty)(void);

static struct metric metrics[] = {
	COUNTER("parley_xcap_requests_total", "code_class=\"2xx\"",
	    "Requests over XCAP."),
	COUNTER("parley_xcap_requests_total", "code_class=\"4xx\"", ""),
	COUNTER("parley_xcap_requests_total", "code_class=\"5xx\"", ""),
};

void exchanges_init(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

/* --- the end -------------------------------------------------------------- */

static void exchange_free(struct exchange *x)
{
	struct own_turn *turn = x->turn;

	timer_cancel(&x->pause);
	list_del(&x->hook);
	n_open--;
	buf_deinit(&x->doc);
	buf_deinit(&x->new);
	buf_deinit(&x->body);
	site_deinit(&x->site);
	arena_deinit(&x->arena);
	free(x);
	if (turn)
		own_end(turn);
	if (stopping && n_open == 0)
		on_empty();
}

static void add_etag(struct exchange *x, const struct buf *doc)
{
	char tag[XCAP_ETAG];

	xcap_etag(buf_strv(doc), tag);
	httpd_reply_header(x->r, "ETag", strv(tag));
}

static void answer(struct exchange *x)
{
	metric_inc(&metrics[x->status < 400 ? 0 : x->status < 500 ? 1 : 2]);
	log_debug("answer status=%u method=%.*s user=%.*s usage=%.*s",
	    x->status, STRV_ARG(x->method_name), STRV_ARG(x->who),
	    STRV_ARG(x->uri.auid));
	httpd_reply(x->r, x->status, x->body_type ? x->body_type :
	    "text/plain; charset=utf-8", buf_strv(&x->body));
	exchange_free(x);
}

static void set_refusal(struct exchange *x, unsigned status, const char *why)
{
	x->status = status;
	x->body_type = NULL;
	buf_clear(&x->body);
	if (why)
		buf_addf(&x->body, "%s\n", why);
}

void exchange_refuse(struct exchange *x, unsigned status, const char *why)
{
	set_refusal(x, status, why);
	answer(x);
}

void exchange_conflict(struct exchange *x, enum xcap_result r,
    const char *why)
{
	set_refusal(x, 409, NULL);
	x->body_type = "application/xcap-error+xml";
	xcap_error_write(r, why, &x->body);
}

void exchange_fail(struct exchange *x, enum xcap_result r, const char *why)
{
	exchange_conflict(x, r, why);
	answer(x);
}

/* --- conditions (RFC 9110 13) --------------------------------------------- */

/* there: what the request names; the tag is its document's. */
static bool matches(const struct exchange *x, struct strv list, bool there)
{
	char tag[XCAP_ETAG];
	struct strv one;

	if (!there)
		return false;
	xcap_etag(buf_strv(&x->doc), tag);
	while (list.p) {
		one = strv_split(list, ',', &list);
		while (one.n && one.p[0] == ' ')
			one = (struct strv){ one.p + 1, one.n - 1 };
		while (one.n && one.p[one.n - 1] == ' ')
			one.n--;
		if (strv_eq(one, STRV("*")) || strv_eq(one, strv(tag)))
			return true;
	}
	return false;
}

/* --- the worker's part ---------------------------------------------------- */

static bool is_part(const struct exchange *x)
{
	return x->uri.what != XCAP_DOCUMENT;
}

static enum xcap_result get_part(struct exchange *x, const struct buf *doc)
{
	buf_clear(&x->body);
	return xcap_get(buf_strv(doc), &x->uri, x->usage->ns, &x->body);
}

static void conflict(struct exchange *x)
{
	static const char *const whys[XCAP_RESULTS] = {
		[XCAP_NOT_WELL_FORMED] = "the document is not well-formed",
		[XCAP_BAD_FRAGMENT] = "the body is not one element",
		[XCAP_NO_PARENT] = "what it would stand in is not there",
		[XCAP_CANNOT_INSERT] = "it would not be where the address says",
		[XCAP_CANNOT_DELETE] = "something would still be there",
		[XCAP_NOT_UTF8] = "the body is not UTF-8",
		[XCAP_NOT_ATT_VALUE] = "the body is no value of an attribute",
	};
	const char *why = x->why ? x->why : whys[x->result];

	exchange_conflict(x, x->result, why ? why : "it cannot be so");
}

static void give(struct exchange *x)
{
	x->body_type = is_part(x) ? xcap_part_type(x->uri.what) :
	    x->usage->type;
	if (!is_part(x))
		buf_adds(&x->body, buf_strv(&x->doc));
	x->status = 200;
}

static bool is_type(const struct exchange *x)
{
	const char *want = is_part(x) ? xcap_part_type(x->uri.what) :
	    x->usage->type;

	return sipbody_type_is(x->type, strv(want));
}

/* The document as it would be, into new; result says what came of it. */
static void make_new(struct exchange *x)
{
	struct strv doc = buf_strv(&x->doc), body = httpd_body(x->r);
	const char *ns = x->usage->ns;

	x->result = XCAP_OK;
	if (x->method == XCAP_DELETE) {
		if (is_part(x))
			x->result = xcap_delete(doc, &x->uri, ns, &x->new);
	} else if (!is_part(x)) {
		buf_adds(&x->new, body);
	} else if (!x->exists) {
		x->result = XCAP_NO_PARENT;
	} else {
		x->result = xcap_put(doc, &x->uri, ns, body, &x->new);
	}
	if (x->result == XCAP_CREATED)
		x->result = XCAP_OK;
}

/* What was put must be there when the document is read again. */
static bool is_kept(struct exchange *x)
{
	enum xcap_result r;

	if (x->method != XCAP_PUT || !is_part(x))
		return true;
	r = get_part(x, &x->new);
	buf_clear(&x->body);
	return r == XCAP_OK;
}

static void change(struct exchange *x, bool there)
{
	x->created = !there;
	if (x->method == XCAP_DELETE && !there) {
		set_refusal(x, 404, "there is nothing to delete");
		return;
	}
	if (x->method == XCAP_PUT && !is_type(x)) {
		set_refusal(x, 415, is_part(x) ?
		    xcap_part_type(x->uri.what) : x->usage->type);
		return;
	}
	make_new(x);
	if (x->result == XCAP_OK)
		x->usage->check(x);
	if (x->result == XCAP_OK && !is_kept(x))
		x->result = XCAP_CANNOT_INSERT;
	if (x->new.full || x->result == XCAP_TOO_BIG)
		set_refusal(x, 413, "the document would be too large");
	else if (x->result != XCAP_OK)
		conflict(x);
}

static void evaluate(struct exchange *x)
{
	bool there = x->exists && (!is_part(x) ||
	    get_part(x, &x->doc) == XCAP_OK);

	if (x->doc.full) {
		set_refusal(x, 500, "the document is too large");
	} else if (x->method == XCAP_GET && !there) {
		set_refusal(x, 404, "there is no such resource");
	} else if (x->if_match.p && !matches(x, x->if_match, there)) {
		set_refusal(x, 412, "it is another version");
	} else if (x->if_none_match.p &&
	    matches(x, x->if_none_match, there)) {
		set_refusal(x, x->method == XCAP_GET ? 304 : 412,
		    x->method == XCAP_GET ? NULL : "it is there already");
	} else if (x->method == XCAP_GET) {
		give(x);
	} else {
		buf_clear(&x->body);
		change(x, there);
	}
}

static void work(void *arg)
{
	struct exchange *x = arg;

	if (x->usage->read)
		x->usage->read(x);
	if (!x->status)
		evaluate(x);
}

/* --- the core's part ------------------------------------------------------ */

static void worked(void *arg)
{
	struct exchange *x = arg;

	if (!x->status) {
		x->usage->write(x);
		return;
	}
	if (x->exists && (x->status == 200 || x->status == 304))
		add_etag(x, &x->doc);
	answer(x);
}

void exchange_written(struct exchange *x, enum err e)
{
	if (e != ERR_OK) {
		exchange_refuse(x, 503, "the store does not take it now");
		return;
	}
	set_refusal(x, x->created && x->method == XCAP_PUT ? 201 : 200, NULL);
	log_info("document changed by=%.*s usage=%s method=%.*s",
	    STRV_ARG(x->who), x->usage->auid, STRV_ARG(x->method_name));
	if (x->new.n)
		add_etag(x, &x->new);
	answer(x);
}

static void begin(void *arg)
{
	struct exchange *x = arg;

	if (!user_by_id(x->user)) {
		exchange_refuse(x, 403, "no such subscriber");
		return;
	}
	x->usage->begin(x);
	if (x->status)
		answer(x);
	else if (!work_run(work, worked, x))
		exchange_refuse(x, 503, "too much to do");
}

static const char *const allows[] = { "GET, HEAD, PUT, DELETE", "GET, HEAD" };

static bool is_allowed(struct exchange *x)
{
	bool reads = x->method == XCAP_GET, read_only = x->usage &&
	    (x->usage->only_read || x->uri.what == XCAP_NAMESPACES ||
	    (x->uri.global && !(x->usage->global_parts &&
	    x->uri.what == XCAP_ELEMENT)));

	if (x->method != XCAP_OTHER && (reads || !read_only))
		return true;
	httpd_reply_header(x->r, "Allow", strv(allows[read_only]));
	exchange_refuse(x, 405, "not this method");
	return false;
}

/* The tree is the user's own, or everybody's. */
static bool is_own(const struct exchange *x, const struct user *u)
{
	const struct user *owner = NULL;
	struct buf key;

	if (x->uri.global)
		return x->usage->global;
	buf_init(&key, ADDR_MAX);
	if (dir_key(x->uri.user, &key) == ERR_OK)
		owner = user_find(buf_strv(&key));
	buf_deinit(&key);
	return owner == u;
}

static void refuse_address(struct exchange *x)
{
	exchange_refuse(x, x->uri_err == ERR_NO_USER ? 404 :
	    x->uri_err == ERR_TOO_BIG ? 414 : 400, x->uri.why);
}

static void take(struct exchange *x, const struct user *u)
{
	if (x->uri_err != ERR_OK) {
		refuse_address(x);
		return;
	}
	x->usage = usage_find(x->uri.auid);
	if (!x->usage || (x->uri.global && !x->usage->global)) {
		exchange_refuse(x, 404, "no such application usage");
		return;
	}
	if (u->state != USER_ACTIVE || !is_own(x, u)) {
		exchange_refuse(x, 403, "this tree is not yours");
		return;
	}
	if (!is_allowed(x))
		return;
	x->user = u->id;
	x->who = arena_str(&x->arena, u->key);
	if (x->method == XCAP_GET)
		begin(x);
	else
		own_begin(&x->turn, begin, x);
}

static void arrived(void *arg)
{
	struct exchange *x = arg;
	const struct user *u;

	list_push(&open_list, &x->hook);
	n_open++;
	if (stopping) {
		exchange_refuse(x, 503, "stopping");
		return;
	}
	u = xcap_login(x);
	if (u)
		take(x, u);
}

/* --- arrival, in the HTTP thread ------------------------------------------ */

static enum xcap_method method_of(struct strv name)
{
	return strv_eq(name, STRV("GET")) || strv_eq(name, STRV("HEAD")) ?
	    XCAP_GET : strv_eq(name, STRV("PUT")) ? XCAP_PUT :
	    strv_eq(name, STRV("DELETE")) ? XCAP_DELETE : XCAP_OTHER;
}

/* The server has cut it at & and =. */
static void join_query(struct strv name, struct strv value, void *arg)
{
	struct buf *query = arg;

	if (query->n)
		buf_addc(query, '&');
	buf_adds(query, name);
	if (value.p) {
		buf_addc(query, '=');
		buf_adds(query, value);
	}
}

static void read_address(struct exchange *x)
{
	struct buf root, query;

	buf_init(&root, 256);
	buf_init(&query, XCAP_URI_MAX + 1);
	xcap_root(&root);
	httpd_query(x->r, join_query, &query);
	x->uri_err = query.full ? ERR_TOO_BIG : xcap_uri_decode(
	    buf_strv(&root), x->path, buf_strv(&query), &x->arena, &x->uri);
	if (query.full)
		x->uri.why = "query too long";
	buf_deinit(&root);
	buf_deinit(&query);
}

void exchange_new(struct httpd_request *r)
{
	struct exchange *x = xalloc(sizeof(*x));
	struct arena *a = &x->arena;

	x->r = r;
	arena_init(a);
	buf_init(&x->doc, DOC_MAX);
	buf_init(&x->new, DOC_MAX);
	buf_init(&x->body, DOC_MAX);
	list_init(&x->hook);
	x->method_name = httpd_method(r);
	x->method = method_of(x->method_name);
	x->path = httpd_path(r);
	x->authorization = arena_str(a, httpd_header(r, "Authorization"));
	x->if_match = arena_str(a, httpd_header(r, "If-Match"));
	x->if_none_match = arena_str(a, httpd_header(r, "If-None-Match"));
	x->type = arena_str(a, httpd_header(r, "Content-Type"));
	x->peer = httpd_peer(r);
	site_snapshot(&x->site);
	read_address(x);
	loop_post(arrived, x);
}

size_t exchange_limit(const struct httpd_request *r)
{
	return method_of(httpd_method(r)) == XCAP_PUT ? xcap_max_document() : 0;
}

/* --- stop ----------------------------------------------------------------- */

void exchanges_stop(void (*empty)(void))
{
	on_empty = empty;
	stopping = true;
	if (n_open == 0) {
		empty();
		return;
	}
	LIST_FOR(h, &open_list) {
		struct exchange *x = LIST_ENTRY(h, struct exchange, hook);

		if (timer_is_set(&x->pause))
			exchange_refuse(x, 503, "stopping");
	}
}
