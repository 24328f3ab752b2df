/* xcap.c - the address of an XCAP resource (RFC 4825 6). */

#include "base/buf.h"
#include "base/hex.h"
#include "base/utf8.h"
#include "wire/xcap.h"

struct binding {
	struct strv prefix, ns;
};

struct reader {
	struct arena *a;
	struct xcap_uri *out;
	struct binding binding[XCAP_BINDINGS];
	size_t nbindings;
	struct strv rest;	/* of the node selector */
};

static enum err fail(struct reader *r, enum err e, const char *why)
{
	r->out->why = why;
	return e;
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static bool begins(struct strv s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

/* Escapes undone; false: a broken one, a NUL, or no UTF-8. */
static bool unescape(struct arena *a, struct strv s, struct strv *out)
{
	struct buf b;
	bool good = true;

	buf_init(&b, XCAP_URI_MAX);
	for (size_t i = 0; i < s.n && good; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%') {
			good = s.n - i >= 3 && hex_decode((struct strv){
			    s.p + i + 1, 2 }, &c, 1);
			i += 2;
		}
		good = good && c != 0;
		buf_addc(&b, (char)c);
	}
	good = good && utf8_valid(buf_strv(&b));
	if (good)
		*out = arena_str(a, buf_strv(&b));
	buf_deinit(&b);
	return good;
}

/* --- the query ------------------------------------------------------------ */

/* xmlns(prefix=uri) once or more often. */
static enum err read_query(struct reader *r, struct strv query)
{
	while (query.n) {
		struct binding *b = &r->binding[r->nbindings];
		struct strv body, rest, ns;

		if (!begins(query, "xmlns("))
			return fail(r, ERR_BAD_SYNTAX, "a query that binds no "
			    "prefix: xmlns(p=uri)");
		body = strv_split(after(query, 6), ')', &rest);
		if (!rest.p)
			return fail(r, ERR_BAD_SYNTAX, "a binding without )");
		if (r->nbindings == XCAP_BINDINGS)
			return fail(r, ERR_TOO_BIG, "too many bindings");
		b->prefix = strv_split(body, '=', &ns);
		if (!ns.n || !b->prefix.n)
			return fail(r, ERR_BAD_SYNTAX, "a binding without "
			    "prefix or namespace");
		b->ns = ns;
		r->nbindings++;
		query = rest;
	}
	return ERR_OK;
}

/* --- names ---------------------------------------------------------------- */

/* XML 1.0 2.3, what lies beyond ASCII in one. */
static bool is_name_char(char c, bool first)
{
	unsigned char u = (unsigned char)c;

	if ((u >= 'a' && u <= 'z') || (u >= 'A' && u <= 'Z') || u == '_' ||
	    u >= 0x80)
		return true;
	return !first && ((u >= '0' && u <= '9') || u == '-' || u == '.');
}

static struct strv take_ncname(struct strv *s)
{
	struct strv name = { s->p, 0 };

	while (name.n < s->n && is_name_char(s->p[name.n], name.n == 0))
		name.n++;
	*s = after(*s, name.n);
	return name;
}

static enum err take_name(struct reader *r, struct xcap_name *out)
{
	struct strv prefix = take_ncname(&r->rest);

	*out = (struct xcap_name){ .local = prefix };
	if (!prefix.n)
		return fail(r, ERR_BAD_SYNTAX, "a step without a name");
	if (!begins(r->rest, ":"))
		return ERR_OK;
	r->rest = after(r->rest, 1);
	out->local = take_ncname(&r->rest);
	if (!out->local.n)
		return fail(r, ERR_BAD_SYNTAX, "a prefix without a name");
	for (size_t i = 0; i < r->nbindings; i++)
		if (strv_eq(r->binding[i].prefix, prefix))
			out->ns = r->binding[i].ns;
	return out->ns.p ? ERR_OK : fail(r, ERR_BAD_SYNTAX, "a prefix that "
	    "the query does not bind");
}

/* --- steps ---------------------------------------------------------------- */

/* The text of an attribute as XML writes it; false: another entity, a <. */
static bool undo_entities(struct reader *r, struct strv s, struct strv *out)
{
	static const struct { const char *name; char c; } known[] = {
		{ "&amp;", '&' }, { "&lt;", '<' }, { "&gt;", '>' },
		{ "&quot;", '"' }, { "&apos;", '\'' },
	};
	struct buf b;
	bool good = true;

	buf_init(&b, XCAP_URI_MAX);
	while (s.n && good) {
		size_t i = 0;

		if (s.p[0] != '&') {
			good = s.p[0] != '<';
			buf_addc(&b, s.p[0]);
			s = after(s, 1);
			continue;
		}
		while (i < 5 && !begins(s, known[i].name))
			i++;
		good = i < 5;
		if (!good)
			continue;
		buf_addc(&b, known[i].c);
		s = after(s, strlen(known[i].name));
	}
	if (good)
		*out = arena_str(r->a, buf_strv(&b));
	buf_deinit(&b);
	return good;
}

/* Behind the [: digits and ]. */
static enum err take_position(struct reader *r, struct xcap_step *s)
{
	unsigned n = 0;
	size_t i = 0;

	for (; i < r->rest.n && i < 6; i++) {
		char c = r->rest.p[i];

		if (c < '0' || c > '9')
			break;
		n = n * 10 + (unsigned)(c - '0');
	}
	r->rest = after(r->rest, i);
	if (n == 0 || !begins(r->rest, "]"))
		return fail(r, ERR_BAD_SYNTAX, "a position that is none");
	r->rest = after(r->rest, 1);
	s->position = n;
	return ERR_OK;
}

/* Behind the [@: name="value"]. */
static enum err take_attr(struct reader *r, struct xcap_step *s)
{
	enum err e = take_name(r, &s->attr);
	struct strv value;
	char quote;

	if (e != ERR_OK)
		return e;
	if (!begins(r->rest, "=\"") && !begins(r->rest, "='"))
		return fail(r, ERR_BAD_SYNTAX, "an attribute without a value "
		    "in quotes");
	quote = r->rest.p[1];
	value = strv_split(after(r->rest, 2), quote, &r->rest);
	if (!begins(r->rest, "]"))
		return fail(r, ERR_BAD_SYNTAX, "an attribute test without "
		    "its end");
	r->rest = after(r->rest, 1);
	if (!undo_entities(r, value, &s->value))
		return fail(r, ERR_BAD_SYNTAX, "a value that is no XML");
	s->has_attr = true;
	return ERR_OK;
}

static enum err take_step(struct reader *r)
{
	struct xcap_step *s = &r->out->step[r->out->nsteps];
	enum err e = ERR_OK;

	if (r->out->nsteps == XCAP_STEPS)
		return fail(r, ERR_TOO_BIG, "too many steps");
	*s = (struct xcap_step){ .any = begins(r->rest, "*") };
	if (s->any)
		r->rest = after(r->rest, 1);
	else
		e = take_name(r, &s->name);
	while (e == ERR_OK && begins(r->rest, "[") && !s->has_attr) {
		r->rest = after(r->rest, 1);
		if (begins(r->rest, "@")) {
			r->rest = after(r->rest, 1);
			e = take_attr(r, s);
		} else if (s->position) {
			e = fail(r, ERR_BAD_SYNTAX, "two positions");
		} else {
			e = take_position(r, s);
		}
	}
	r->out->nsteps++;
	return e;
}

/* Behind the steps, if one of them is no element. */
static enum err take_end(struct reader *r)
{
	if (begins(r->rest, "@")) {
		r->rest = after(r->rest, 1);
		r->out->what = XCAP_ATTRIBUTE;
		return take_name(r, &r->out->attr);
	}
	r->rest = after(r->rest, strlen("namespace::*"));
	r->out->what = XCAP_NAMESPACES;
	return ERR_OK;
}

static bool is_end(const struct reader *r)
{
	return begins(r->rest, "@") || begins(r->rest, "namespace::*");
}

static enum err read_selector(struct reader *r, struct strv raw)
{
	enum err e;

	if (!unescape(r->a, raw, &r->rest))
		return fail(r, ERR_BAD_SYNTAX, "a broken escape");
	r->out->what = XCAP_ELEMENT;
	e = take_step(r);
	while (e == ERR_OK && r->rest.n && r->out->what == XCAP_ELEMENT) {
		if (!begins(r->rest, "/"))
			return fail(r, ERR_BAD_SYNTAX, "a step that is none");
		r->rest = after(r->rest, 1);
		e = is_end(r) ? take_end(r) : take_step(r);
	}
	if (e == ERR_OK && r->rest.n)
		return fail(r, ERR_BAD_SYNTAX, "more behind the selector");
	return e;
}

/* --- the path ------------------------------------------------------------- */

static enum err nothing(struct reader *r)
{
	return fail(r, ERR_NO_USER, "no document is named");
}

/* Below the root: AUID/users/XUI/document or AUID/global/document. */
static enum err read_document(struct reader *r, struct strv path)
{
	struct xcap_uri *u = r->out;
	struct strv auid = strv_split(path, '/', &path);
	struct strv tree = strv_split(path, '/', &path), user = STRV_NONE;

	u->global = strv_eq(tree, STRV("global"));
	if (!u->global) {
		if (!strv_eq(tree, STRV("users")))
			return nothing(r);
		user = strv_split(path, '/', &path);
	}
	if (!auid.n || (!u->global && !user.n) || !path.n)
		return nothing(r);
	if (!unescape(r->a, auid, &u->auid) ||
	    !unescape(r->a, path, &u->document) ||
	    (!u->global && !unescape(r->a, user, &u->user)))
		return fail(r, ERR_BAD_SYNTAX, "a broken escape");
	return ERR_OK;
}

/* What lies below the root; false: it does not. */
static bool below(struct strv root, struct strv *path)
{
	while (root.n && root.p[root.n - 1] == '/')
		root.n--;
	if (path->n <= root.n || path->p[root.n] != '/' ||
	    (root.n && memcmp(path->p, root.p, root.n) != 0))
		return false;
	*path = after(*path, root.n + 1);
	return true;
}

enum err xcap_uri_decode(struct strv root, struct strv path,
    struct strv query, struct arena *a, struct xcap_uri *out)
{
	struct reader r = { .a = a, .out = out };
	const char *mark;
	struct strv selector = STRV_NONE;
	enum err e;

	*out = (struct xcap_uri){ .what = XCAP_DOCUMENT };
	if (path.n > XCAP_URI_MAX || query.n > XCAP_URI_MAX)
		return fail(&r, ERR_TOO_BIG, "address too long");
	if (!below(root, &path))
		return nothing(&r);
	if (!unescape(a, query, &query))
		return fail(&r, ERR_BAD_SYNTAX, "a broken escape");
	mark = memmem(path.p, path.n, "/~~/", 4);
	if (mark) {
		selector = after(path, (size_t)(mark - path.p) + 4);
		path.n = (size_t)(mark - path.p);
	}
	e = read_document(&r, path);
	if (e == ERR_OK)
		e = read_query(&r, query);
	if (e == ERR_OK && mark)
		e = read_selector(&r, selector);
	return e;
}
