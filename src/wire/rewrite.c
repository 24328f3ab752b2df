/* rewrite.c - take parts or links out of a content (RFC 2046, 3862). */

#include "base/arena.h"
#include "wire/mime.h"
#include "wire/rewrite.h"
#include "wire/sipbody.h"

#define TEXT	"text/plain; charset=UTF-8"

enum did { KEPT, CHANGED, GONE };

/* One content, as it came. */
struct part {
	struct strv type, encoding, transfer, body;
};

struct work {
	rewrite_fn *fn;
	void *arg;
	size_t max;
	struct arena arena;	/* of what was decoded */
	enum err err;		/* the first */
};

static enum did fail(struct work *w, enum err e)
{
	if (w->err == ERR_OK)
		w->err = e;
	return KEPT;
}

/* false: it failed */
static bool decode(struct work *w, const struct part *p,
    struct sipbody *body)
{
	const struct sipbody_in in = { .type = p->type,
		.encoding = p->encoding, .transfer = p->transfer,
		.body = p->body, .max_size = w->max };
	enum err e = sipbody_decode(&in, &w->arena, body);

	if (e != ERR_OK)
		(void)fail(w, e);
	return e == ERR_OK;
}

static bool begins(struct strv s, struct strv with)
{
	return s.n >= with.n &&
	    strncasecmp(s.p, with.p, with.n) == 0;
}

/* --- one that has no others inside ---------------------------------------- */

static bool is_utf16(struct strv type)
{
	return begins(sipbody_param(type, STRV("charset")), STRV("utf-16"));
}

static enum did links(struct work *w, const struct part *p, struct strv by,
    struct buf *type, struct buf *out)
{
	struct sipbody body;
	struct buf text;
	enum did did = KEPT;

	if (!decode(w, p, &body))
		return KEPT;
	buf_init(&text, w->max);
	if (!is_utf16(body.type))
		buf_adds(&text, body.content);
	else if (sipbody_text(&body, &text) != ERR_OK)
		(void)fail(w, ERR_BAD_CONTENT);
	if (rewrite_links(buf_strv(&text), by, out)) {
		did = CHANGED;
		buf_adds(type, is_utf16(body.type) || !body.type.n ?
		    STRV(TEXT) : body.type);
	}
	buf_deinit(&text);
	return did;
}

static enum did leaf(struct work *w, const struct part *p, struct buf *type,
    struct buf *out)
{
	struct strv known = p->type.n ? p->type : STRV("text/plain");
	struct rewrite_how how = w->fn(known, p->body.n, w->arg);

	switch (how.what) {
	case REWRITE_KEEP:
		break;
	case REWRITE_STRIP:
		return GONE;
	case REWRITE_REPLACE:
		buf_addz(type, TEXT);
		buf_adds(out, how.text);
		return CHANGED;
	case REWRITE_LINKS:
		if (begins(known, STRV("text/")))
			return links(w, p, how.text, type, out);
		break;
	}
	return KEPT;
}

/* --- those that have ------------------------------------------------------ */

static enum did entity(struct work *w, const struct part *p, unsigned depth,
    struct buf *type, struct buf *out);

/* What describes the content is written anew. */
static bool is_kept(const struct cpim_header *h)
{
	static const char *const ours[] = { "Content-Type", "Content-Length",
		"Content-Transfer-Encoding", "Content-Encoding" };

	for (size_t i = 0; h->mime && i < sizeof(ours) / sizeof(*ours); i++)
		if (strv_caseeq(h->name, strv(ours[i])))
			return false;
	return !strv_eq(h->ns, cpim_ns_cpm) ||
	    !strv_caseeq(h->name, STRV("Payload-Type"));
}

static void add_headers(const struct cpim *c, bool mime, struct buf *out)
{
	for (size_t i = 0; i < c->n_headers; i++)
		if (c->headers[i].mime == mime && is_kept(&c->headers[i])) {
			buf_adds(out, c->headers[i].line);
			buf_addz(out, "\r\n");
		}
}

static enum did cpim(struct work *w, const struct part *p, unsigned depth,
    struct buf *type, struct buf *out)
{
	struct sipbody body;
	struct part inner;
	struct buf t, b;
	enum did did;

	if (!decode(w, p, &body))
		return KEPT;
	inner = (struct part){ .type = body.type, .body = body.content };
	buf_init(&t, 4096);
	buf_init(&b, w->max);
	did = entity(w, &inner, depth, &t, &b);
	if (did == CHANGED) {
		buf_adds(type, p->type);
		add_headers(&body.cpim, false, out);
		buf_addf(out, "\r\nContent-Type: %s\r\n", t.p);
		add_headers(&body.cpim, true, out);
		buf_addf(out, "Content-Length: %zu\r\n\r\n", b.n);
		buf_adds(out, buf_strv(&b));
	}
	if (t.full || b.full)
		(void)fail(w, ERR_TOO_BIG);
	buf_deinit(&t);
	buf_deinit(&b);
	return did;
}

static void add_part(const struct mime_part *m, enum did did,
    struct strv boundary, const struct buf *type, const struct buf *body,
    struct buf *out)
{
	buf_addf(out, "--%.*s\r\n", STRV_ARG(boundary));
	if (did == KEPT) {
		buf_adds(out, m->whole);
		buf_addz(out, "\r\n");
		return;
	}
	buf_addf(out, "Content-Type: %s\r\n", type->p);
	if (m->disposition.n)
		buf_addf(out, "Content-Disposition: %.*s\r\n",
		    STRV_ARG(m->disposition));
	buf_addz(out, "\r\n");
	buf_adds(out, buf_strv(body));
	buf_addz(out, "\r\n");
}

/* A text without its links must not make a boundary. */
static bool has_boundary(const struct buf *b, struct strv boundary)
{
	const char *p = b->p, *end = b->p + b->n;

	while ((p = memmem(p, (size_t)(end - p), "--", 2)) != NULL) {
		p++;
		if ((size_t)(end - p) > boundary.n &&
		    memcmp(p + 1, boundary.p, boundary.n) == 0)
			return true;
	}
	return false;
}

static enum did one_part(struct work *w, const struct mime_part *m,
    unsigned depth, struct strv boundary, struct buf *out)
{
	struct part p = { m->type, m->encoding, m->transfer, m->body };
	struct buf t, b;
	enum did did;

	buf_init(&t, 4096);
	buf_init(&b, w->max);
	did = entity(w, &p, depth, &t, &b);
	if (did == CHANGED && has_boundary(&b, boundary))
		(void)fail(w, ERR_BAD_CONTENT);
	if (t.full || b.full)
		(void)fail(w, ERR_TOO_BIG);
	if (did != GONE)
		add_part(m, did, boundary, &t, &b, out);
	buf_deinit(&t);
	buf_deinit(&b);
	return did;
}

static enum did multipart(struct work *w, const struct part *p,
    unsigned depth, struct buf *type, struct buf *out)
{
	struct strv boundary = sipbody_param(p->type, STRV("boundary"));
	struct sipbody body;
	struct mime m;
	size_t kept = 0, gone = 0;
	enum err e;

	if (!decode(w, p, &body))
		return KEPT;
	e = mime_split(p->type, body.content, &m);
	if (e != ERR_OK)
		return fail(w, e);
	for (size_t i = 0; i < m.n; i++) {
		enum did did = one_part(w, &m.part[i], depth, boundary, out);

		kept += did == KEPT;
		gone += did == GONE;
	}
	if (kept == m.n || gone == m.n) {
		buf_clear(out);
		return kept == m.n ? KEPT : GONE;
	}
	buf_addf(out, "--%.*s--\r\n", STRV_ARG(boundary));
	buf_adds(type, p->type);
	return CHANGED;
}

static enum did entity(struct work *w, const struct part *p, unsigned depth,
    struct buf *type, struct buf *out)
{
	bool is_cpim = sipbody_type_is(p->type, STRV("message/cpim"));

	if (!is_cpim && !begins(p->type, STRV("multipart/")))
		return leaf(w, p, type, out);
	if (depth == REWRITE_DEPTH)
		return fail(w, ERR_BAD_CONTENT);
	return is_cpim ? cpim(w, p, depth + 1, type, out) :
	    multipart(w, p, depth + 1, type, out);
}

/* --- all ------------------------------------------------------------------ */

enum err rewrite(const struct rewrite_in *in, rewrite_fn *fn, void *arg,
    struct rewritten *out)
{
	struct part p = { in->type, in->encoding, in->transfer, in->body };
	struct work w = { .fn = fn, .arg = arg, .max = in->max_size };
	enum did did;

	arena_init(&w.arena);
	buf_init(&out->type, 4096);
	buf_init(&out->body, in->max_size);
	did = entity(&w, &p, 0, &out->type, &out->body);
	if (out->type.full || out->body.full)
		(void)fail(&w, ERR_TOO_BIG);
	arena_deinit(&w.arena);
	out->changed = w.err == ERR_OK && did == CHANGED;
	out->nothing_left = w.err == ERR_OK && did == GONE;
	if (!out->changed) {
		buf_clear(&out->type);
		buf_clear(&out->body);
	}
	return w.err;
}

void rewritten_deinit(struct rewritten *r)
{
	buf_deinit(&r->type);
	buf_deinit(&r->body);
}
