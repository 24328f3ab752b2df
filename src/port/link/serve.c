/* serve.c - one request for a link, from its path to its answer. */

#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "dir/link.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "port/link/limit.h"
#include "port/link/serve.h"
#include "port/link/shape.h"
#include "store/linked.h"
#include "wire/mime.h"
#include "wire/sipbody.h"

#define DECODED_MAX	((size_t)64 << 20)	/* bytes of a content */
#define TEXT_MAX	((size_t)1 << 20)
#define GUESS		20	/* requests that a wrong token counts as */
#define OPENED		1024	/* legs whose first opening is remembered */
#define BODY_MAX	1024	/* nobody has to send us anything */

enum { OK, GONE, UNKNOWN, LIMITED, BROKEN, REFUSED, COUNTED };
static struct metric metrics[COUNTED] = {
	[OK] = COUNTER("parley_link_requests_total", "result=\"ok\"",
	    "Requests for the content behind a link."),
	[GONE] = COUNTER("parley_link_requests_total", "result=\"gone\"", ""),
	[UNKNOWN] = COUNTER("parley_link_requests_total",
	    "result=\"unknown\"", ""),
	[LIMITED] = COUNTER("parley_link_requests_total",
	    "result=\"limited\"", ""),
	[BROKEN] = COUNTER("parley_link_requests_total",
	    "result=\"broken\"", ""),
	[REFUSED] = COUNTER("parley_link_requests_total",
	    "result=\"refused\"", ""),
};

static struct limit limit;
static _Atomic uint32_t rate = 300;

/* --- pages ---------------------------------------------------------------- */

/* Nothing of it runs, loads or sends anything. */
#define POLICY	"default-src 'none'; img-src 'self'; media-src 'self'; " \
		"form-action 'none'; base-uri 'none'; " \
		"frame-ancestors 'none'; sandbox"

static void safe(struct httpd_request *r)
{
	httpd_reply_header(r, "Content-Security-Policy", STRV(POLICY));
	httpd_reply_header(r, "X-Robots-Tag", STRV("noindex, nofollow"));
}

static void page(struct httpd_request *r, unsigned status, int counted,
    const char *title, struct strv html)
{
	struct buf b;

	metric_inc(&metrics[counted]);
	safe(r);
	buf_init(&b, BUF_NO_LIMIT);
	buf_addf(&b, "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\">"
	    "<meta name=\"viewport\" content=\"width=device-width\">"
	    "<title>%s</title><h1>%s</h1>", title, title);
	buf_adds(&b, html);
	httpd_reply(r, status, "text/html; charset=utf-8", buf_strv(&b));
	buf_deinit(&b);
}

static void unknown(struct httpd_request *r)
{
	(void)limit_take(&limit, httpd_peer(r), GUESS - 1, atomic_load(&rate));
	page(r, 404, UNKNOWN, "Nothing here", STRV("<p>There is nothing under "
	    "this address.  Links from messages must be opened whole."));
}

static void gone(struct httpd_request *r)
{
	page(r, 410, GONE, "This link has ended", STRV("<p>The content of "
	    "this message is not kept here any more.  Ask the sender to send "
	    "it again."));
}

static void broken(struct httpd_request *r)
{
	page(r, 500, BROKEN, "This cannot be shown", STRV("<p>The content of "
	    "this message is there, but it cannot be read."));
}

/* --- who opened it -------------------------------------------------------- */

/* In the core.  Robots that look at links cannot be told from people, so
 * this changes nothing and reports nothing. */
static void opened(void *arg)
{
	static uint64_t legs[OPENED];
	static size_t at;
	uint64_t leg = *(const uint64_t *)arg;

	free(arg);
	for (size_t i = 0; i < OPENED; i++) {
		if (legs[i] == leg)
			return;
	}
	legs[at] = leg;
	at = (at + 1) % OPENED;
	trace_step(id_message_of(leg), LANE_FAR, LANE_STORE,
	    "GET link of leg %u: opened", (unsigned)(leg & 255));
}

static void note_opening(const struct httpd_request *r, uint64_t leg,
    uint64_t from)
{
	uint64_t *copy;

	if (from > 0 || !strv_eq(httpd_method(r), STRV("GET")))
		return;
	copy = xalloc(sizeof(*copy));
	*copy = leg;
	loop_post(opened, copy);
}

/* --- contents ------------------------------------------------------------- */

/* What shall be sent, and where it lies. */
struct sending {
	struct httpd_request *r;
	const struct linked *l;
	uint64_t leg;
	unsigned part;
	const struct shape *shape;
	struct strv bytes;
};

static void add_tag(const struct sending *s, struct buf *out)
{
	buf_addf(out, "\"%016" PRIx64 "-%u\"", s->leg, s->part);
}

/* RFC 9110 13.1.5: a part only of the content that the client has begun. */
static struct strv range_header(const struct sending *s)
{
	struct strv if_range = httpd_header(s->r, "If-Range");
	struct buf tag;
	bool same;

	if (!if_range.p)
		return httpd_header(s->r, "Range");
	buf_init(&tag, 64);
	add_tag(s, &tag);
	same = strv_eq(if_range, buf_strv(&tag));
	buf_deinit(&tag);
	return same ? httpd_header(s->r, "Range") : STRV_NONE;
}

static void reply_headers(const struct sending *s)
{
	struct buf b;

	safe(s->r);
	httpd_reply_header(s->r, "Accept-Ranges", STRV("bytes"));
	buf_init(&b, 256);
	add_tag(s, &b);
	httpd_reply_header(s->r, "ETag", buf_strv(&b));
	buf_clear(&b);
	buf_addf(&b, "%s; filename=\"%s\"", s->shape->inside ? "inline" :
	    "attachment", s->shape->name);
	httpd_reply_header(s->r, "Content-Disposition", buf_strv(&b));
	buf_deinit(&b);
}

/* From the file where the bytes lie in it as they are. */
static void reply_bytes(const struct sending *s, unsigned status,
    uint64_t from, uint64_t n)
{
	const char *start = s->l->bytes.p, *p = s->bytes.p + from;
	int fd = -1;

	if (s->l->fd >= 0 && p >= start && p + n <= start + s->l->bytes.n)
		fd = dup(s->l->fd);
	if (fd >= 0)
		httpd_reply_file(s->r, status, s->shape->type, fd,
		    (uint64_t)(p - start), n);
	else
		httpd_reply(s->r, status, s->shape->type, (struct strv){ p,
		    (size_t)n });
}

static void send_bytes(const struct sending *s)
{
	uint64_t from, n;
	enum range range = shape_range(range_header(s), s->bytes.n, &from,
	    &n);
	struct buf b;

	metric_inc(&metrics[OK]);
	reply_headers(s);
	buf_init(&b, 128);
	if (range == RANGE_PART)
		buf_addf(&b, "bytes %" PRIu64 "-%" PRIu64 "/%zu", from,
		    from + n - 1, s->bytes.n);
	else if (range == RANGE_OUTSIDE)
		buf_addf(&b, "bytes */%zu", s->bytes.n);
	if (b.n)
		httpd_reply_header(s->r, "Content-Range", buf_strv(&b));
	buf_deinit(&b);
	if (range == RANGE_OUTSIDE) {
		httpd_reply(s->r, 416, s->shape->type, STRV(""));
		return;
	}
	note_opening(s->r, s->leg, from);
	reply_bytes(s, range == RANGE_PART ? 206 : 200, from, n);
}

/* false: a charset we cannot read, or very much: a file, then. */
static bool send_text(struct sending *s, const struct sipbody *body)
{
	struct buf b;
	bool ok;

	buf_init(&b, TEXT_MAX);
	ok = sipbody_text(body, &b) == ERR_OK;
	if (ok) {
		s->bytes = buf_strv(&b);
		send_bytes(s);
	}
	buf_deinit(&b);
	return ok;
}

static void send_body(struct sending *s, const struct sipbody *body)
{
	s->shape = shape_of(body->type);
	s->bytes = body->content;
	if (shape_is_text(s->shape)) {
		if (send_text(s, body))
			return;
		s->shape = shape_of(STRV("application/octet-stream"));
	}
	send_bytes(s);
}

/* --- parts ---------------------------------------------------------------- */

static void list_parts(const struct sending *s, const struct mime *m,
    struct strv token)
{
	struct buf b;

	note_opening(s->r, s->leg, 0);
	buf_init(&b, BUF_NO_LIMIT);
	buf_addz(&b, "<ol>");
	for (size_t i = 0; i < m->n; i++)
		buf_addf(&b, "<li><a href=\"%.*s/%zu\">%s</a>",
		    STRV_ARG(token), i + 1, shape_of(m->part[i].type)->called);
	buf_addz(&b, "</ol>");
	page(s->r, 200, OK, "Message", buf_strv(&b));
	buf_deinit(&b);
}

static void send_part(struct sending *s, const struct mime_part *p)
{
	struct sipbody_in in = { .type = p->type, .encoding = p->encoding,
		.transfer = p->transfer, .body = p->body,
		.max_size = DECODED_MAX };
	struct sipbody body;
	struct arena a;

	arena_init(&a);
	if (sipbody_decode(&in, &a, &body) == ERR_OK)
		send_body(s, &body);
	else
		broken(s->r);
	arena_deinit(&a);
}

/* false: it is not of several parts, or they cannot be told apart. */
static bool send_parts(struct sending *s, const struct sipbody *body,
    struct strv token)
{
	struct mime m;

	if (mime_split(body->type, body->content, &m) != ERR_OK)
		return false;
	if (s->part > m.n)
		unknown(s->r);
	else if (s->part > 0)
		send_part(s, &m.part[s->part - 1]);
	else
		list_parts(s, &m, token);
	return true;
}

static void send_linked(struct sending *s, struct strv token)
{
	struct sipbody_in in = { .type = s->l->type,
		.encoding = s->l->encoding, .body = s->l->bytes,
		.max_size = DECODED_MAX };
	struct sipbody body;
	struct arena a;

	arena_init(&a);
	if (sipbody_decode(&in, &a, &body) != ERR_OK)
		broken(s->r);
	else if (send_parts(s, &body, token))
		;
	else if (s->part > 0)
		unknown(s->r);
	else
		send_body(s, &body);
	arena_deinit(&a);
}

/* --- requests ------------------------------------------------------------- */

static bool has_ended(const struct linked *l)
{
	return l->state == LEG_EXPIRED || l->state == LEG_CANCELLED ||
	    l->state == LEG_SPAM ||
	    link_ends(l->received, l->expires) <= now_ms();
}

static void open_leg(struct httpd_request *r, uint64_t leg,
    const struct shape_path *path)
{
	struct sending s = { .r = r, .leg = leg, .part = path->part };
	struct linked l;
	enum err e = linked_open(leg, &l);

	s.l = &l;
	if (e == ERR_NO_USER) {
		gone(r);	/* the token is ours: it was there */
		return;
	}
	if (e != ERR_OK) {
		broken(r);
		return;
	}
	if (has_ended(&l))
		gone(r);
	else
		send_linked(&s, path->token);
	linked_close(&l);
}

static bool is_read(struct strv method)
{
	return strv_eq(method, STRV("GET")) || strv_eq(method, STRV("HEAD"));
}

void serve(struct httpd_request *r)
{
	struct shape_path path;
	uint64_t leg;

	if (!limit_take(&limit, httpd_peer(r), 1, atomic_load(&rate))) {
		httpd_reply_header(r, "Retry-After", STRV("60"));
		page(r, 429, LIMITED, "Too many requests",
		    STRV("<p>Try again in a minute."));
		return;
	}
	if (!is_read(httpd_method(r))) {
		httpd_reply_header(r, "Allow", STRV("GET, HEAD"));
		page(r, 405, REFUSED, "Not like this",
		    STRV("<p>This address can only be read."));
		return;
	}
	shape_path(httpd_path(r), &path);
	if (link_read(path.token, &leg))
		open_leg(r, leg, &path);
	else
		unknown(r);
}

size_t serve_limit(const struct httpd_request *r)
{
	(void)r;
	return BODY_MAX;
}

void serve_rate(uint32_t per_minute)
{
	atomic_store(&rate, per_minute);
}

void serve_register(void)
{
	metric_register(metrics, COUNTED);
}
