/* cpim.c - message/cpim (RFC 3862) and IMDN (RFC 5438) as clients use them. */

#include <stdio.h>
#include <time.h>

#include "cpim.h"

static struct strv line(struct strv *s)
{
	struct strv rest, l = strv_split(*s, '\n', &rest);

	*s = rest.p ? rest : (struct strv){ s->p + s->n, 0 };
	if (l.n > 0 && l.p[l.n - 1] == '\r')
		l.n--;
	return l;
}

/* Header lines up to the empty one; false if it is missing. */
static bool block(struct strv *s, struct sip_header *h, int *n)
{
	while (s->n > 0) {
		struct strv value, l = line(s), name;

		if (l.n == 0)
			return true;
		name = strv_split(l, ':', &value);
		if (!value.p)
			return false;
		if (*n < CPIM_HEADERS)
			h[(*n)++] = (struct sip_header){ strv_trim(name),
			    strv_trim(value) };
	}
	return false;
}

bool cpim_read(struct strv body, struct cpim *to)
{
	*to = (struct cpim){ 0 };
	if (!block(&body, to->h, &to->n) ||
	    !block(&body, to->mime, &to->mime_n))
		return false;
	to->content = body;
	return true;
}

static struct strv get(const struct sip_header *h, int n, const char *name)
{
	for (int i = 0; i < n; i++)
		if (strv_caseeq(h[i].name, strv(name)))
			return h[i].value;
	return STRV_NONE;
}

struct strv cpim_get(const struct cpim *c, const char *name)
{
	return get(c->h, c->n, name);
}

struct strv cpim_mime(const struct cpim *c, const char *name)
{
	return get(c->mime, c->mime_n, name);
}

/* RFC 3862 3.4: NS: prefix <uri> */
static struct strv imdn_prefix(const struct cpim *c)
{
	for (int i = 0; i < c->n; i++) {
		struct strv rest;

		if (strv_caseeq(c->h[i].name, STRV("NS")) &&
		    strv_eq(sip_uri(c->h[i].value),
		    STRV("urn:ietf:params:imdn")))
			return strv_trim(strv_split(c->h[i].value, '<', &rest));
	}
	return STRV("imdn");
}

struct strv cpim_imdn(const struct cpim *c, const char *name)
{
	struct strv prefix = imdn_prefix(c), v;
	struct buf full = BUF_EMPTY;

	buf_addf(&full, "%.*s.%s", STRV_ARG(prefix), name);
	v = cpim_get(c, full.p);
	buf_deinit(&full);
	return v;
}

void datetime_now(char to[32])
{
	time_t now = time(NULL);
	struct tm tm;

	gmtime_r(&now, &tm);
	strftime(to, 32, "%Y-%m-%dT%H:%M:%SZ", &tm);
}

void cpim_write(const struct cpim_out *c, struct buf *to)
{
	char now[32];

	datetime_now(now);
	buf_addf(to, "From: <%s>\r\nTo: <%s>\r\nDateTime: %s\r\n"
	    "NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: %s\r\n",
	    c->from, c->to, now, c->id);
	if (c->wants)
		buf_addf(to, "imdn.Disposition-Notification: %s\r\n",
		    c->wants);
	for (int i = 0; i < c->more_n; i++)
		buf_addf(to, "%s\r\n", c->more[i]);
	buf_addf(to, "\r\nContent-Type: %s\r\n", c->type);
	if (c->notification)
		buf_addz(to, "Content-Disposition: notification\r\n");
	buf_addf(to, "Content-Length: %zu\r\n\r\n", c->content.n);
	buf_adds(to, c->content);
}

/* --- IMDN --- */

/* The local name of the start tag at p, which is behind its '<'. */
static struct strv local_name(struct strv tag)
{
	struct strv rest, name = { tag.p, 0 }, local;

	while (name.n < tag.n && !strchr(" \t\r\n/>", tag.p[name.n]))
		name.n++;
	local = strv_split(name, ':', &rest);
	return rest.p ? rest : local;
}

/* The next start tag; *s then begins behind its '<'. */
static bool next_tag(struct strv *s, struct strv *name)
{
	for (;;) {
		struct strv rest;

		strv_split(*s, '<', &rest);
		if (!rest.p)
			return false;
		*s = rest;
		if (rest.n > 0 && strchr("?!/", rest.p[0]))
			continue;
		*name = local_name(rest);
		return true;
	}
}

static struct strv text_of(struct strv s)
{
	struct strv rest;

	strv_split(s, '>', &rest);
	return strv_trim(strv_split(rest, '<', &rest));
}

static bool ends_in(struct strv s, struct strv end)
{
	return s.n > end.n && memcmp(s.p + s.n - end.n, end.p, end.n) == 0;
}

bool imdn_read(struct strv xml, struct imdn *to)
{
	const struct strv suffix = STRV("-notification");
	struct strv name;

	*to = (struct imdn){ 0 };
	while (next_tag(&xml, &name)) {
		if (strv_eq(name, STRV("message-id"))) {
			to->id = text_of(xml);
		} else if (ends_in(name, suffix)) {
			to->kind = (struct strv){ name.p, name.n - suffix.n };
		} else if (strv_eq(name, STRV("status")) && to->kind.p) {
			if (next_tag(&xml, &name))
				to->status = name;
			break;
		}
	}
	return to->id.p && to->status.p;
}

static void escape(const char *s, struct buf *to)
{
	for (; *s; s++) {
		if (*s == '&')
			buf_addz(to, "&amp;");
		else if (*s == '<')
			buf_addz(to, "&lt;");
		else
			buf_add(to, s, 1);
	}
}

static void element(const char *name, const char *text, struct buf *to)
{
	buf_addf(to, "<%s>", name);
	escape(text, to);
	buf_addf(to, "</%s>\r\n", name);
}

void imdn_write(const char *id, struct strv datetime, const char *recipient,
	const char *kind, const char *status, struct buf *to)
{
	buf_addz(to, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\r\n"
	    "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\">\r\n");
	element("message-id", id, to);
	if (datetime.p)
		buf_addf(to, "<datetime>%.*s</datetime>\r\n",
		    STRV_ARG(datetime));
	element("recipient-uri", recipient, to);
	element("original-recipient-uri", recipient, to);
	buf_addf(to, "<%s-notification><status><%s/></status>"
	    "</%s-notification>\r\n</imdn>\r\n", kind, status, kind);
}
