/* cpim.c - decode CPIM messages (RFC 3862) and the IMDN headers in them. */

#include "wire/cpim.h"

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

struct reader {
	struct cpim *out;
	struct strv left;
	unsigned line;		/* number of the line taken last */
	struct binding ns[CPIM_HEADERS];
	size_t n_ns;
};

static enum err fail(struct reader *r, const char *why)
{
	r->out->why = why;
	r->out->line = r->line;
	return ERR_BAD_SYNTAX;
}

static bool blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool line_end(char c)
{
	return c == '\r' || c == '\n';
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static struct strv trim(struct strv s)
{
	while (s.n && (blank(s.p[0]) || line_end(s.p[0])))
		s = after(s, 1);
	while (s.n && (blank(s.p[s.n - 1]) || line_end(s.p[s.n - 1])))
		s.n--;
	return s;
}

/* Up to LF; a CR before it belongs to the end. */
static struct strv take_line(struct strv *left)
{
	struct strv rest, line = strv_split(*left, '\n', &rest);

	*left = rest.p ? rest : after(*left, left->n);
	if (line.n && line.p[line.n - 1] == '\r')
		line.n--;
	return line;
}

/* --- one header ------------------------------------------------------- */

static bool name_char(char c)
{
	return (uint8_t)c > ' ' && (uint8_t)c < 0x7f &&
	    !strchr("()<>@,;:\\\"/[]?={}", c);
}

/* false: the line is no header. */
static bool split_header(struct strv line, struct cpim_header *h)
{
	struct strv value, name = strv_split(line, ':', &value), rest;

	if (!value.p)
		return false;
	while (name.n && blank(name.p[name.n - 1]))
		name.n--;
	for (size_t i = 0; i < name.n; i++) {
		if (!name_char(name.p[i]))
			return false;
	}
	if (name.n == 0)
		return false;
	*h = (struct cpim_header){ .name = name, .value = trim(value),
	    .line = line };
	h->prefix = strv_split(name, '.', &rest);
	if (rest.p)
		h->name = rest;
	else
		h->prefix = (struct strv){ name.p, 0 };
	return h->name.n > 0;
}

/* Parameters come between colon and value: "Subject:;lang=de Hallo". */
static struct strv without_params(struct strv value)
{
	size_t n = 0;

	if (value.n == 0 || value.p[0] != ';')
		return value;
	while (n < value.n && !blank(value.p[n]))
		n++;
	return trim(after(value, n));
}

static bool is_mime(const struct cpim_header *h)
{
	static const char *const starts[] = { "content-", "mime-version" };

	for (size_t i = 0; i < 2; i++) {
		size_t n = strlen(starts[i]);

		if (h->prefix.n == 0 && h->name.n >= n &&
		    strncasecmp(h->name.p, starts[i], n) == 0)
			return true;
	}
	return false;
}

static enum err check_line(struct reader *r, struct strv line)
{
	if (line.n > CPIM_LINE)
		return fail(r, "header line too long");
	for (size_t i = 0; i < line.n; i++) {
		if (((uint8_t)line.p[i] < ' ' && line.p[i] != '\t') ||
		    line.p[i] == 0x7f)
			return fail(r, "control character in a header");
	}
	return ERR_OK;
}

static enum err add(struct reader *r, const struct cpim_header *h)
{
	if (r->out->n_headers == CPIM_HEADERS)
		return fail(r, "too many headers");
	r->out->headers[r->out->n_headers++] = *h;
	return ERR_OK;
}

/* --- namespaces ------------------------------------------------------- */

static bool is_ns(const struct cpim_header *h)
{
	return h->prefix.n == 0 && strv_caseeq(h->name, STRV("NS"));
}

static enum err bind_prefix(struct reader *r, const struct cpim_header *h)
{
	struct strv uri, end, prefix = strv_split(h->value, '<', &uri);

	uri = strv_split(uri, '>', &end);
	if (!end.p || uri.n == 0)
		return fail(r, "NS without a URI in <>");
	r->ns[r->n_ns++] = (struct binding){ trim(prefix), uri,
	    r->out->n_headers };
	return ERR_OK;
}

/*
 * The last binding before the header; else, for a named prefix, a later one,
 * or what everybody means by it.  A prefix nobody explains stands for itself.
 */
static struct strv namespace_of(const struct reader *r,
    const struct cpim_header *h, size_t at)
{
	struct strv ns = STRV_NONE;

	for (size_t i = 0; i < r->n_ns; i++) {
		bool before = r->ns[i].at < at;

		if (strv_caseeq(r->ns[i].prefix, h->prefix) &&
		    (before || (!ns.p && h->prefix.n)))
			ns = r->ns[i].uri;
	}
	for (size_t i = 0; !ns.p && i < sizeof(usual) / sizeof(usual[0]); i++) {
		if (strv_caseeq(h->prefix, strv(usual[i].prefix)))
			ns = *usual[i].ns;
	}
	if (!ns.p)
		ns = h->prefix;
	return strv_caseeq(ns, STRV(NS_CPIM)) ? STRV("") : ns;
}

/* --- the message headers ---------------------------------------------- */

static enum err message_line(struct reader *r, struct strv line)
{
	struct cpim_header h;
	enum err e = check_line(r, line);

	if (e != ERR_OK)
		return e;
	if (blank(line.p[0]))
		return fail(r, "folded header");
	if (!split_header(line, &h))
		return fail(r, "not a header");
	h.value = without_params(h.value);
	if (is_ns(&h))
		e = bind_prefix(r, &h);
	return e == ERR_OK ? add(r, &h) : e;
}

/* Up to a blank line, or to the first MIME header if that is missing. */
static enum err message_headers(struct reader *r)
{
	struct cpim_header h;
	enum err e = ERR_OK;

	while (r->left.n && e == ERR_OK) {
		struct strv rest = r->left, line = take_line(&rest);
		bool done = line.n == 0;

		if (!done && split_header(line, &h) && is_mime(&h))
			break;
		if (r->out->n_headers == 0 &&
		    (done || !split_header(line, &h))) {
			r->line = 1;
			return fail(r, "no CPIM headers");
		}
		r->left = rest;
		r->line++;
		if (done)
			break;
		e = message_line(r, line);
	}
	if (e == ERR_OK && r->out->n_headers == 0) {
		r->line = 1;
		return fail(r, "no CPIM headers");
	}
	return e;
}

/* --- the content ------------------------------------------------------ */

/* Whether the text begins with headers and a blank line behind them. */
static bool header_block(struct strv s)
{
	struct cpim_header h;

	for (bool first = true; s.n; first = false) {
		struct strv line = take_line(&s);

		if (line.n == 0)
			return true;
		if (!split_header(line, &h) && (first || !blank(line.p[0])))
			return false;
	}
	return false;
}

/* A folded line goes to the header before it. */
static enum err unfold(struct reader *r, struct strv line)
{
	struct cpim_header *h = &r->out->headers[r->out->n_headers - 1];

	h->line.n = (size_t)(line.p + line.n - h->line.p);
	h->value.n = (size_t)(line.p + line.n - h->value.p);
	h->value = trim(h->value);
	if (h->line.n > CPIM_LINE)
		return fail(r, "header line too long");
	return ERR_OK;
}

/* Without a blank line only what is surely a MIME header is one. */
static bool take_mime(struct strv line, bool block, bool first,
    const struct cpim_header *last)
{
	struct cpim_header h;

	if (line.n && blank(line.p[0]))
		return !first && (block || (last->value.n &&
		    last->value.p[last->value.n - 1] == ';'));
	return split_header(line, &h) && (block || is_mime(&h));
}

static enum err mime_line(struct reader *r, struct strv line)
{
	struct cpim_header h;
	enum err e = check_line(r, line);

	if (e != ERR_OK)
		return e;
	if (blank(line.p[0]))
		return unfold(r, line);
	(void)split_header(line, &h);
	h.mime = true;
	return add(r, &h);
}

static enum err mime_headers(struct reader *r)
{
	bool block = header_block(r->left), first = true;
	enum err e = ERR_OK;

	while (r->left.n && e == ERR_OK) {
		struct strv rest = r->left, line = take_line(&rest);

		if (line.n && !take_mime(line, block, first,
		    &r->out->headers[r->out->n_headers - 1]))
			break;
		r->left = rest;
		r->line++;
		if (line.n == 0)
			break;
		e = mime_line(r, line);
		first = false;
	}
	return e;
}

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
		if (!line_end(left.p[i]))
			return left;
	}
	return n < left.n ? (struct strv){ left.p, n } : left;
}

/* --- what the headers mean -------------------------------------------- */

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
				value = trim(after(value, i + 1));
				break;
			}
		}
	}
	if (value.n && !memchr(value.p, '<', value.n)) {
		*uri = value;
		return;
	}
	rest = trim(strv_split(value, '<', &value));
	if (rest.n)
		*name = rest;
	rest = strv_split(value, '>', &end);
	if (end.p && rest.n)
		*uri = trim(rest);
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

		word = trim(strv_split(word, ';', &params));
		for (size_t i = 0;
		    i < sizeof(dispositions) / sizeof(dispositions[0]); i++) {
			if (strv_caseeq(word, strv(dispositions[i].word)))
				out->wants |= dispositions[i].bit;
		}
	}
}

static enum err message_id(struct reader *r, struct strv value)
{
	if (r->out->message_id.p)
		return fail(r, "imdn.Message-ID twice");
	if (value.n == 0 || value.n > CPIM_ID)
		return fail(r, "imdn.Message-ID is no token");
	for (size_t i = 0; i < value.n; i++) {
		if ((uint8_t)value.p[i] <= ' ' || (uint8_t)value.p[i] >= 0x7f)
			return fail(r, "imdn.Message-ID is no token");
	}
	r->out->message_id = value;
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

static enum err meaning(struct reader *r, const struct cpim_header *h)
{
	struct cpim *out = r->out;
	struct strv core = STRV(""), none;

	if (named(h, cpim_ns_imdn, "Message-ID"))
		return message_id(r, h->value);
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
	return ERR_OK;
}

enum err cpim_decode(struct strv body, struct cpim *out)
{
	struct reader r;
	enum err e;

	/* the arrays are large, and only what is counted is read */
	memset(out, 0, offsetof(struct cpim, headers));
	r.out = out;
	r.left = body;
	r.line = 0;
	r.n_ns = 0;
	e = message_headers(&r);
	if (e == ERR_OK)
		e = mime_headers(&r);
	out->content = r.left;
	for (size_t i = 0; e == ERR_OK && i < out->n_headers; i++) {
		struct cpim_header *h = &out->headers[i];

		r.line = (unsigned)i + 1;
		h->ns = h->mime ? STRV("") : namespace_of(&r, h, i);
		if (h->mime)
			mime_meaning(h, out);
		else
			e = meaning(&r, h);
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
