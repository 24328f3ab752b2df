/* cpim_field.c - what the headers of a CPIM message mean (RFC 3862, 5438). */

#include "wire/cpim_priv.h"

const struct strv cpim_ns_imdn = { "urn:ietf:params:imdn", 20 };
const struct strv cpim_ns_cpm = { "http://www.openmobilealliance.org/cpm/",
    38 };
const struct strv cpim_ns_iw = { "urn:x-cpm:iw", 12 };

/* RFC 3862 3.4: the namespace of its own headers, when it is named */
#define NS_CPIM	"urn:ietf:params:cpim-headers:"

/* prefixes that clients use without declaring them */
static const struct {
	const char *prefix;
	const struct strv *ns;
} usual[] = {
	{ "imdn", &cpim_ns_imdn },
	{ "cpm", &cpim_ns_cpm },
	{ "iw", &cpim_ns_iw },
};

/* NS: prefix <uri>, in force for the headers behind it. */
struct binding {
	struct strv prefix, uri;
	size_t at;	/* index of the NS header */
};

struct bindings {
	struct binding b[CPIM_HEADERS];
	size_t n;
};

static enum err fail(struct cpim *c, size_t at, const char *why)
{
	/* message headers come first, and none of them is folded */
	c->why = why;
	c->line = (unsigned)at + 1;
	return ERR_BAD_SYNTAX;
}

static bool space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

struct strv cpim_trim(struct strv s)
{
	while (s.n && space(s.p[0]))
		s = after(s, 1);
	while (s.n && space(s.p[s.n - 1]))
		s.n--;
	return s;
}

/* --- namespaces ------------------------------------------------------- */

static bool is_ns(const struct cpim_header *h)
{
	return !h->mime && h->prefix.n == 0 &&
	    strv_caseeq(h->name, STRV("NS"));
}

static enum err bind_prefix(struct cpim *c, size_t at, struct bindings *ns)
{
	struct strv uri, end;
	struct strv prefix = strv_split(c->headers[at].value, '<', &uri);

	uri = strv_split(uri, '>', &end);
	if (!end.p || uri.n == 0)
		return fail(c, at, "NS without a URI in <>");
	ns->b[ns->n++] = (struct binding){ cpim_trim(prefix), uri, at };
	return ERR_OK;
}

static enum err bind_all(struct cpim *c, struct bindings *ns)
{
	enum err e = ERR_OK;

	ns->n = 0;
	for (size_t i = 0; i < c->n_headers && e == ERR_OK; i++) {
		if (is_ns(&c->headers[i]))
			e = bind_prefix(c, i, ns);
	}
	return e;
}

/*
 * The last binding before the header; else, for a named prefix, a later one,
 * or what everybody means by it.  A prefix nobody explains stands for itself.
 */
static struct strv namespace_of(const struct bindings *all,
    const struct cpim_header *h, size_t at)
{
	struct strv ns = STRV_NONE;

	for (size_t i = 0; i < all->n; i++) {
		const struct binding *b = &all->b[i];

		if (strv_caseeq(b->prefix, h->prefix) &&
		    (b->at < at || (!ns.p && h->prefix.n)))
			ns = b->uri;
	}
	for (size_t i = 0; !ns.p && i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strv_caseeq(h->prefix, strv(usual[i].prefix)))
			ns = *usual[i].ns;
	}
	if (!ns.p)
		ns = h->prefix;
	return strv_caseeq(ns, STRV(NS_CPIM)) ? STRV("") : ns;
}

/* --- message headers -------------------------------------------------- */

/* "Name" <uri>, Name <uri>, <uri>, or the URI alone. */
static void address(struct strv value, struct strv *name, struct strv *uri)
{
	struct strv rest, end;

	if (value.n && value.p[0] == '"') {
		for (size_t i = 1; i < value.n; i++) {
			if (value.p[i] == '\\') {
				i++;
			} else if (value.p[i] == '"') {
				*name = (struct strv){ value.p + 1, i - 1 };
				value = cpim_trim(after(value, i + 1));
				break;
			}
		}
	}
	if (value.n && !memchr(value.p, '<', value.n)) {
		*uri = value;
		return;
	}
	rest = cpim_trim(strv_split(value, '<', &value));
	if (rest.n)
		*name = rest;
	rest = strv_split(value, '>', &end);
	if (end.p && rest.n)
		*uri = cpim_trim(rest);
}

static const struct {
	const char *word;
	unsigned bit;
} dispositions[] = {
	{ "positive-delivery", CPIM_DELIVERY },
	{ "negative-delivery", CPIM_NEGATIVE },
	{ "display", CPIM_DISPLAY },
	{ "processing", CPIM_PROCESSING },
	{ "interworking", CPIM_INTERWORKING },
	{ "none", CPIM_NONE },
};

static void wants(struct strv value, struct cpim *out)
{
	out->has_wants = true;
	while (value.p) {
		struct strv params, word = strv_split(value, ',', &value);

		word = cpim_trim(strv_split(word, ';', &params));
		for (size_t i = 0;
		    i < sizeof(dispositions) / sizeof(dispositions[0]); i++) {
			if (strv_caseeq(word, strv(dispositions[i].word)))
				out->wants |= dispositions[i].bit;
		}
	}
}

static bool is_id(struct strv s)
{
	for (size_t i = 0; i < s.n; i++) {
		if ((uint8_t)s.p[i] <= ' ' || (uint8_t)s.p[i] >= 0x7f)
			return false;
	}
	return s.n > 0 && s.n <= CPIM_ID;
}

static enum err message_id(struct cpim *c, size_t at)
{
	if (c->message_id.p)
		return fail(c, at, "imdn.Message-ID twice");
	if (!is_id(c->headers[at].value))
		return fail(c, at, "imdn.Message-ID is no token");
	c->message_id = c->headers[at].value;
	return ERR_OK;
}

static bool named(const struct cpim_header *h, struct strv ns,
    const char *name)
{
	return strv_caseeq(h->ns, ns) && strv_caseeq(h->name, strv(name));
}

static void set_once(struct strv *field, struct strv value)
{
	if (!field->p)
		*field = value;
}

static void meaning(const struct cpim_header *h, struct cpim *out)
{
	struct strv core = STRV(""), none;

	if (named(h, cpim_ns_imdn, "Disposition-Notification"))
		wants(h->value, out);
	else if (named(h, cpim_ns_imdn, "Original-To") && !out->original_to.p)
		address(h->value, &none, &out->original_to);
	else if (named(h, cpim_ns_cpm, "Payload-Type"))
		set_once(&out->payload_type, h->value);
	else if (named(h, cpim_ns_iw, "Service"))
		set_once(&out->service, h->value);
	else if (named(h, core, "From") && !out->from.p)
		address(h->value, &out->from_name, &out->from);
	else if (named(h, core, "To") && !out->to.p)
		address(h->value, &out->to_name, &out->to);
	else if (named(h, core, "Subject"))
		set_once(&out->subject, h->value);
	else if (named(h, core, "DateTime") && !out->has_datetime)
		out->has_datetime = cpim_time(h->value, &out->datetime);
}

/* --- content headers -------------------------------------------------- */

/* What an inner Content-Length counts, if only line ends follow that. */
static struct strv content(struct strv left, struct strv length)
{
	size_t n = 0;

	if (length.n == 0 || length.n > 9)
		return left;
	for (size_t i = 0; i < length.n; i++) {
		if (length.p[i] < '0' || length.p[i] > '9')
			return left;
		n = n * 10 + (size_t)(length.p[i] - '0');
	}
	for (size_t i = n; i < left.n; i++) {
		if (left.p[i] != '\r' && left.p[i] != '\n')
			return left;
	}
	return n < left.n ? (struct strv){ left.p, n } : left;
}

static void mime_meaning(const struct cpim_header *h, struct cpim *out)
{
	if (strv_caseeq(h->name, STRV("Content-Type")))
		set_once(&out->type, h->value);
	else if (strv_caseeq(h->name, STRV("Content-Disposition")))
		set_once(&out->disposition, h->value);
	else if (strv_caseeq(h->name, STRV("Content-Transfer-Encoding")))
		set_once(&out->transfer, h->value);
	else if (strv_caseeq(h->name, STRV("Content-Encoding")))
		set_once(&out->encoding, h->value);
	else if (strv_caseeq(h->name, STRV("Content-Length")))
		out->content = content(out->content, h->value);
}

enum err cpim_fields(struct cpim *c)
{
	struct bindings ns;
	enum err e = bind_all(c, &ns);

	for (size_t i = 0; e == ERR_OK && i < c->n_headers; i++) {
		struct cpim_header *h = &c->headers[i];

		h->ns = h->mime ? STRV("") : namespace_of(&ns, h, i);
		if (h->mime)
			mime_meaning(h, c);
		else if (named(h, cpim_ns_imdn, "Message-ID"))
			e = message_id(c, i);
		else
			meaning(h, c);
	}
	return e;
}

const struct cpim_header *cpim_find(const struct cpim *c, struct strv ns,
    struct strv name)
{
	for (size_t i = 0; i < c->n_headers; i++) {
		const struct cpim_header *h = &c->headers[i];

		if (!h->mime && strv_caseeq(h->ns, ns) &&
		    strv_caseeq(h->name, name))
			return h;
	}
	return NULL;
}
