/* answer.c - the question and the answer of a look-up, as texts: pure. */

#include "port/lookup/answer.h"
#include "wire/json.h"

#define NUMBER	"{number}"
#define DIGITS	"{digits}"
#define PLUS	"%2B"

/* --- the URL -------------------------------------------------------------- */

static bool begins(struct strv s, const char *with)
{
	size_t n = strlen(with);

	return s.n >= n && memcmp(s.p, with, n) == 0;
}

static struct strv behind(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static enum err refuse(struct buf *why, const char *what)
{
	buf_addz(why, what);
	return ERR_BAD_SYNTAX;
}

static bool read_port(struct strv s, uint16_t *port)
{
	unsigned n = 0;

	if (s.n == 0 || s.n > 5)
		return false;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (unsigned)(s.p[i] - '0');
	}
	*port = (uint16_t)n;
	return n > 0 && n < 65536;
}

/* HOST[:PORT] or [IPV6][:PORT]. */
static bool read_host(struct strv s, struct answer_server *to)
{
	struct strv host, port = STRV_NONE;

	if (s.n && s.p[0] == '[') {
		host = strv_split(behind(s, 1), ']', &s);
		if (!s.p || (s.n && s.p[0] != ':'))
			return false;
		if (s.n)
			port = behind(s, 1);
	} else {
		host = strv_split(s, ':', &port);
	}
	if (host.n == 0 || host.n >= sizeof(to->host) ||
	    (port.p && !read_port(port, &to->port)))
		return false;
	memcpy(to->host, host.p, host.n);
	to->host[host.n] = 0;
	return strspn(to->host, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-:_") == host.n;
}

static bool is_here(const char *host)
{
	return strcmp(host, "localhost") == 0 || strcmp(host, "::1") == 0 ||
	    strncmp(host, "127.", 4) == 0;
}

/* Each { begins one of the two; nothing needs to be escaped. */
static enum err check_path(struct strv s, struct buf *why)
{
	bool any = false;

	for (size_t i = 0; i < s.n; i++) {
		struct strv at = behind(s, i);
		bool known = begins(at, NUMBER) || begins(at, DIGITS);

		if ((unsigned char)s.p[i] <= ' ' ||
		    (unsigned char)s.p[i] > '~' || strchr("\"<>\\^`|#", s.p[i]))
			return refuse(why, "the address has a character that "
			    "must be escaped, as %20");
		if (s.p[i] == '{' && !known)
			return refuse(why, "only {number} and {digits} may "
			    "stand in { }");
		any |= known;
	}
	return any ? ERR_OK : refuse(why, "{number} or {digits} must be in "
	    "the address: https://hlr.example.net/{number}");
}

enum err answer_check(struct strv url, struct answer_server *server,
    struct buf *why)
{
	struct strv rest;
	size_t n = 0;

	*server = (struct answer_server){ .port = 80 };
	if (begins(url, "https://")) {
		*server = (struct answer_server){ .port = 443, .tls = true };
		rest = behind(url, 8);
	} else if (begins(url, "http://")) {
		rest = behind(url, 7);
	} else {
		return refuse(why, "the address must begin with https://");
	}
	while (n < rest.n && rest.p[n] != '/' && rest.p[n] != '?')
		n++;
	if (!read_host((struct strv){ rest.p, n }, server))
		return refuse(why, "the address has no host, or names a user");
	if (!server->tls && !is_here(server->host))
		return refuse(why, "numbers may leave this machine by "
		    "https:// only");
	return check_path(behind(rest, n), why);
}

bool answer_url(struct strv url, struct strv key, struct buf *out)
{
	struct strv digits;

	if (!begins(key, "tel:+") || key.n > 5 + 15)
		return false;
	digits = behind(key, 5);
	for (size_t i = 0; i < digits.n; i++) {
		if (digits.p[i] < '0' || digits.p[i] > '9')
			return false;
	}
	while (url.n && digits.n) {
		bool number = begins(url, NUMBER);

		if (!number && !begins(url, DIGITS)) {
			buf_addc(out, url.p[0]);
			url = behind(url, 1);
			continue;
		}
		if (number)
			buf_addz(out, PLUS);
		buf_adds(out, digits);
		url = behind(url, sizeof(NUMBER) - 1);
	}
	return digits.n > 0 && !out->full;
}

_Static_assert(sizeof(NUMBER) == sizeof(DIGITS), "they are cut alike");

/* --- the answer ----------------------------------------------------------- */

static const struct {
	const char *state;
	enum access_signal what;
} states[] = {
	{ "attached", HEARD_ATTACHED },
	{ "detached", HEARD_DETACHED },
	{ "unknown", HEARD_NOTHING },
};

enum err answer_read(struct strv json, enum access_signal *what,
    struct buf *why)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, ANSWER_MAX, &e);
	struct strv state;
	size_t i = 0, n = sizeof(states) / sizeof(*states);

	state = json_need_string(root, "state", 32, &e);
	(void)json_opt_string(root, "access", 64, &e);
	while (!e.bad && i < n && !strv_caseeq(state, strv(states[i].state)))
		i++;
	if (!e.bad && i == n)
		json_fail(&e, "member 'state': must be attached, detached or "
		    "unknown");
	if (!e.bad)
		*what = states[i].what;
	else
		buf_addz(why, e.why);
	json_free(root);
	return e.bad ? ERR_BAD_SYNTAX : ERR_OK;
}
