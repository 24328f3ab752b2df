/* sipmsg.c - reading SIP messages (RFC 3261 7, 25); views into the input. */

#include "sipmsg.h"

/* RFC 3261 7.3.3 and the registry of compact forms */
static const struct {
	char compact;
	const char *name;
} forms[] = {
	{ 'i', "Call-ID" }, { 'm', "Contact" }, { 'e', "Content-Encoding" },
	{ 'l', "Content-Length" }, { 'c', "Content-Type" }, { 'f', "From" },
	{ 's', "Subject" }, { 'k', "Supported" }, { 't', "To" },
	{ 'v', "Via" }, { 'a', "Accept-Contact" }, { 'o', "Event" },
	{ 'b', "Referred-By" }, { 'r', "Refer-To" },
};

struct strv strv_trim(struct strv s)
{
	while (s.n > 0 && strchr(" \t\r\n", s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && strchr(" \t\r\n", s.p[s.n - 1]))
		s.n--;
	return s;
}

long strv_number(struct strv s, long otherwise)
{
	long v = 0;

	s = strv_trim(s);
	if (s.n == 0 || s.n > 10)
		return otherwise;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return otherwise;
		v = 10 * v + (s.p[i] - '0');
	}
	return v;
}

static const char *long_name(struct strv name, char own[2])
{
	if (name.n != 1)
		return NULL;
	own[0] = (char)(name.p[0] | 0x20);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].compact == own[0])
			return forms[i].name;
	return NULL;
}

static bool is_name(struct strv have, const char *want)
{
	char own[2] = "";
	const char *full = long_name(have, own);

	return strv_caseeq(have, strv(want)) ||
	    (full && strcasecmp(full, want) == 0);
}

struct strv sipmsg_nth(const struct sipmsg *m, const char *name, int i)
{
	for (int k = 0; k < m->n; k++)
		if (is_name(m->h[k].name, name) && i-- == 0)
			return m->h[k].value;
	return STRV_NONE;
}

struct strv sipmsg_get(const struct sipmsg *m, const char *name)
{
	return sipmsg_nth(m, name, 0);
}

struct strv sipmsg_cseq_method(const struct sipmsg *m)
{
	struct strv rest;

	strv_split(strv_trim(sipmsg_get(m, "CSeq")), ' ', &rest);
	return strv_trim(rest);
}

/* 7.1, 7.2 */
static bool start_line(struct strv line, struct sipmsg *m)
{
	struct strv rest, first = strv_split(line, ' ', &rest), second;

	second = strv_split(rest, ' ', &rest);
	if (strv_caseeq(first, STRV("SIP/2.0"))) {
		m->status = (int)strv_number(second, 0);
		m->reason = rest;
		return m->status >= 100 && m->status <= 699;
	}
	m->method = first;
	m->uri = second;
	return first.n > 0 && second.n > 0 &&
	    strv_caseeq(rest, STRV("SIP/2.0"));
}

static bool header_line(struct strv line, struct sipmsg *m)
{
	struct strv value, name = strv_split(line, ':', &value);

	if (!value.p || strv_trim(name).n == 0)
		return false;
	if (m->n < SIPMSG_HEADERS)
		m->h[m->n++] = (struct sip_header){ strv_trim(name),
		    strv_trim(value) };
	return true;
}

/* A line that begins with a blank belongs to the one before (7.3.1). */
static void unfold(char *p, size_t n)
{
	for (size_t i = 0; i + 2 < n; i++)
		if (p[i] == '\r' && p[i + 1] == '\n' &&
		    (p[i + 2] == ' ' || p[i + 2] == '\t'))
			p[i] = p[i + 1] = ' ';
}

static bool head(struct strv s, struct sipmsg *m)
{
	bool first = true;

	while (s.n > 0) {
		const char *end = memmem(s.p, s.n, "\r\n", 2);
		size_t n = end ? (size_t)(end - s.p) : s.n;
		struct strv line = { s.p, n };

		if (!(first ? start_line(line, m) : header_line(line, m)))
			return false;
		first = false;
		n += end ? 2 : 0;
		s = (struct strv){ s.p + n, s.n - n };
	}
	return !first;
}

enum sip_got sipmsg_read(char *p, size_t n, bool datagram, struct sipmsg *m,
	size_t *used)
{
	size_t skip = 0, head_n;
	struct strv length;
	char *end;
	long body;

	*m = (struct sipmsg){ 0 };
	while (skip + 2 <= n && memcmp(p + skip, "\r\n", 2) == 0)
		skip += 2;		/* keep-alive, 7.5 */
	*used = skip;
	if (skip == n)
		return SIP_MORE;
	p += skip;
	n -= skip;
	end = memmem(p, n, "\r\n\r\n", 4);
	if (!end)
		return datagram || n > SIPMSG_MAX ? SIP_BAD : SIP_MORE;
	head_n = (size_t)(end - p);
	unfold(p, head_n + 2);
	if (!head((struct strv){ p, head_n }, m))
		return SIP_BAD;
	length = sipmsg_get(m, "Content-Length");
	n -= head_n + 4;
	body = strv_number(length, length.p ? -1 : datagram ? (long)n : 0);
	if (body < 0 || body > SIPMSG_MAX)
		return SIP_BAD;
	if ((size_t)body > n)
		return datagram ? SIP_BAD : SIP_MORE;
	m->body = (struct strv){ end + 4, (size_t)body };
	*used += head_n + 4 + (size_t)body;
	return SIP_OK;
}

/* What follows the < that begins the address, or absent (25.1 name-addr). */
static struct strv behind_angle(struct strv value)
{
	bool quoted = false;

	for (size_t i = 0; i < value.n; i++) {
		if (value.p[i] == '\\' && quoted)
			i++;
		else if (value.p[i] == '"')
			quoted = !quoted;
		else if (value.p[i] == '<' && !quoted)
			return (struct strv){ value.p + i + 1,
			    value.n - i - 1 };
		else if (value.p[i] == ';' && !quoted)
			break;
	}
	return STRV_NONE;
}

struct strv sip_uri(struct strv value)
{
	struct strv rest = behind_angle(value), uri;

	if (rest.p)
		return strv_split(rest, '>', &uri);
	return strv_trim(strv_split(value, ';', &rest));
}

bool sip_element(struct strv *list, struct strv *element)
{
	bool quoted = false, angle = false;
	size_t i;

	*list = strv_trim(*list);
	if (list->n == 0)
		return false;
	for (i = 0; i < list->n; i++) {
		char c = list->p[i];

		if (c == '"')
			quoted = !quoted;
		else if (!quoted && (c == '<' || c == '>'))
			angle = c == '<';
		else if (!quoted && !angle && c == ',')
			break;
	}
	*element = strv_trim((struct strv){ list->p, i });
	i += i < list->n;
	*list = (struct strv){ list->p + i, list->n - i };
	return true;
}

/* Up to the next ; or the end, quoted strings kept whole. */
static struct strv parameter(struct strv *s)
{
	bool quoted = false;
	size_t i;
	struct strv p;

	for (i = 0; i < s->n && (quoted || s->p[i] != ';'); i++)
		quoted ^= s->p[i] == '"';
	p = (struct strv){ s->p, i };
	i += i < s->n;
	*s = (struct strv){ s->p + i, s->n - i };
	return p;
}

struct strv sip_param(struct strv value, const char *name)
{
	struct strv rest = behind_angle(value);

	if (rest.p)
		strv_split(rest, '>', &rest);
	else
		rest = value;
	while (rest.n > 0) {
		struct strv v, p = parameter(&rest);
		struct strv n = strv_trim(strv_split(p, '=', &v));

		if (!strv_caseeq(n, strv(name)))
			continue;
		v = v.p ? strv_trim(v) : (struct strv){ n.p, 0 };
		if (v.n >= 2 && v.p[0] == '"')
			v = (struct strv){ v.p + 1, v.n - 2 };
		return v;
	}
	return STRV_NONE;
}
