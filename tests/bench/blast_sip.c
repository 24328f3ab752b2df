/* blast_sip.c - just enough SIP to read what a server sends us. */

#include <stdio.h>
#include <stdlib.h>

#include "blast.h"

static struct strv trim(struct strv s)
{
	while (s.n && (*s.p == ' ' || *s.p == '\t'))
		s = (struct strv){ s.p + 1, s.n - 1 };
	while (s.n && strchr(" \t\r", s.p[s.n - 1]))
		s.n--;
	return s;
}

/* One or several values in one line: proxies keep them apart or not. */
static void add_via(struct sip *s, struct strv value)
{
	if (s->vias < sizeof(s->via) / sizeof(s->via[0]))
		s->via[s->vias++] = value;
}

static void add_challenge(struct strv list[2], struct strv value)
{
	list[list[0].p ? 1 : 0] = value;
}

static void header(struct sip *s, struct strv name, struct strv value)
{
	const struct {
		struct strv name, compact;
		struct strv *to;
	} plain[] = {
		{ STRV("From"), STRV("f"), &s->from },
		{ STRV("To"), STRV("t"), &s->to },
		{ STRV("Call-ID"), STRV("i"), &s->call_id },
		{ STRV("CSeq"), STRV("CSeq"), &s->cseq },
	};

	if (strv_caseeq(name, STRV("Via")) || strv_caseeq(name, STRV("v"))) {
		add_via(s, value);
		return;
	}
	for (unsigned i = 0; i < sizeof(plain) / sizeof(plain[0]); i++) {
		if (strv_caseeq(name, plain[i].name) ||
		    strv_caseeq(name, plain[i].compact)) {
			*plain[i].to = value;
			return;
		}
	}
	if (strv_caseeq(name, STRV("WWW-Authenticate")))
		add_challenge(s->www, value);
	else if (strv_caseeq(name, STRV("Proxy-Authenticate")))
		add_challenge(s->proxy, value);
}

bool sip_parse(struct strv packet, struct sip *out)
{
	struct strv rest, line = strv_split(packet, '\n', &rest);

	*out = (struct sip){ 0 };
	if (line.n > 12 && memcmp(line.p, "SIP/2.0 ", 8) == 0)
		out->status = atoi(line.p + 8);
	else
		out->method = strv_split(line, ' ', &line);
	if (out->status > 699 || (!out->status && !out->method.n))
		return false;
	while (rest.n) {
		struct strv value, name;

		line = strv_split(rest, '\n', &rest);
		if (trim(line).n == 0) {
			out->body = rest;
			break;
		}
		name = strv_split(line, ':', &value);
		header(out, trim(name), trim(value));
	}
	return out->vias > 0 && out->call_id.n && out->cseq.n;
}

struct strv sip_branch(const struct sip *s)
{
	static const char magic[] = "branch=z9hG4bK-";
	struct strv via = s->via[0], rest;
	const char *p = memmem(via.p, via.n, magic, sizeof(magic) - 1);

	if (!p)
		return STRV_NONE;
	p += sizeof(magic) - 1;
	return strv_split((struct strv){ p, via.n - (size_t)(p - via.p) },
	    ';', &rest);
}

size_t sip_ok(const struct sip *s, char *out, size_t size)
{
	size_t n = (size_t)snprintf(out, size, "SIP/2.0 200 OK\r\n");
	bool tagged = memmem(s->to.p, s->to.n, ";tag=", 5) != NULL;
	int left;

	for (unsigned i = 0; i < s->vias && n < size; i++)
		n += (size_t)snprintf(out + n, size - n, "Via: %.*s\r\n",
		    STRV_ARG(s->via[i]));
	if (n >= size)
		return 0;
	left = snprintf(out + n, size - n, "From: %.*s\r\nTo: %.*s%s\r\n"
	    "Call-ID: %.*s\r\nCSeq: %.*s\r\nContent-Length: 0\r\n\r\n",
	    STRV_ARG(s->from), STRV_ARG(s->to), tagged ? "" : ";tag=b1a57",
	    STRV_ARG(s->call_id), STRV_ARG(s->cseq));
	n += (size_t)left;
	return n < size ? n : 0;
}
