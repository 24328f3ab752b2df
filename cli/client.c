/* client.c - requests to the daemon, over its socket or HTTPS. */

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/now.h"
#include "cli/link.h"
#include "cli/remote.h"

#define HEAD_MAX	((size_t)64 << 10)
#define BODY_MAX	((size_t)80 << 20)

void answer_free(struct answer *a)
{
	buf_deinit(&a->body);
}

void client_escape(struct buf *out, struct strv s)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (c >= '0' && c <= '9') || (c && strchr("-._~", c)))
			buf_addc(out, (char)c);
		else
			buf_addf(out, "%%%02X", c);
	}
}

/* --- the answer ---------------------------------------------------------- */

static bool header(struct strv line, const char *name, struct strv *value)
{
	struct strv rest, key = strv_split(line, ':', &rest);

	if (!rest.p || !strv_caseeq(key, strv(name)))
		return false;
	while (rest.n && rest.p[0] == ' ')
		rest = (struct strv){ rest.p + 1, rest.n - 1 };
	*value = rest;
	return true;
}

static bool length_of(struct strv s, size_t *n)
{
	*n = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || *n > BODY_MAX)
			return false;
		*n = *n * 10 + (size_t)(s.p[i] - '0');
	}
	return s.n > 0 && *n <= BODY_MAX;
}

/* "HTTP/1.1 200 OK" */
static bool status_of(struct strv line, int *status)
{
	*status = 0;
	if (line.n < 12 || memcmp(line.p, "HTTP/1.", 7) != 0 ||
	    line.p[8] != ' ')
		return false;
	for (int i = 9; i < 12; i++) {
		if (line.p[i] < '0' || line.p[i] > '9')
			return false;
		*status = *status * 10 + (line.p[i] - '0');
	}
	return *status >= 100;
}

enum reply_state reply_read(struct strv all, bool closed, int *status,
    struct strv *body)
{
	const char *end = all.n ? memmem(all.p, all.n, "\r\n\r\n", 4) : NULL;
	struct strv rest, line, value;
	size_t n = 0;
	bool known = false;

	if (!end)
		return closed || all.n > HEAD_MAX ? REPLY_BAD : REPLY_MORE;
	rest = (struct strv){ all.p, (size_t)(end - all.p) };
	if (!status_of(strv_split(rest, '\n', &rest), status))
		return REPLY_BAD;
	if (*status == 100) {	/* continue: the answer proper follows */
		end += 4;
		return reply_read((struct strv){ end,
		    all.n - (size_t)(end - all.p) }, closed, status, body);
	}
	while (rest.p) {
		line = strv_split(rest, '\n', &rest);
		if (line.n && line.p[line.n - 1] == '\r')
			line.n--;
		if (header(line, "Content-Length", &value)) {
			if (!length_of(value, &n))
				return REPLY_BAD;
			known = true;
		}
		if (header(line, "Transfer-Encoding", &value))
			return REPLY_BAD;	/* ours never does */
	}
	*body = (struct strv){ end + 4, all.n - (size_t)(end + 4 - all.p) };
	if (!known)
		return closed ? REPLY_DONE : REPLY_MORE;
	if (body->n < n)
		return closed ? REPLY_BAD : REPLY_MORE;
	body->n = n;
	return REPLY_DONE;
}

/* --- the connection ------------------------------------------------------ */

/* A daemon that refuses early stops reading: its answer still counts. */
static void send_all(struct link *l, struct strv s, int64_t deadline)
{
	while (s.n && link_wait(l, POLLOUT, deadline)) {
		ssize_t n = link_send(l, s.p, s.n);

		if (n < 0 && errno != EAGAIN && errno != EINTR)
			return;
		if (n > 0)
			s = (struct strv){ s.p + n, s.n - (size_t)n };
	}
}

static bool receive(struct link *l, struct answer *a, int64_t deadline,
    struct buf *why)
{
	enum reply_state state = REPLY_MORE;
	struct strv body = STRV_NONE;
	struct buf all;
	char part[65536];
	ssize_t n = 1;

	buf_init(&all, HEAD_MAX + BODY_MAX);
	while (state == REPLY_MORE && n > 0 && !all.full) {
		if (!link_wait(l, POLLIN, deadline)) {
			buf_addz(why, "the daemon did not answer in time");
			break;
		}
		n = link_recv(l, part, sizeof(part));
		if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
			n = 1;
			continue;
		}
		if (n > 0)
			buf_add(&all, part, (size_t)n);
		state = reply_read(buf_strv(&all), n <= 0, &a->status, &body);
	}
	if (state == REPLY_DONE)
		buf_adds(&a->body, body);
	else if (why->n == 0)
		buf_addz(why, "the daemon closed the connection without an "
		    "answer");
	buf_deinit(&all);
	return state == REPLY_DONE;
}

/* A change by a token must say which state it is about: any. */
void client_head(const struct client *c, const char *method, struct buf *out)
{
	if (!c->remote) {
		buf_addz(out, "Host: localhost\r\n");
		return;
	}
	buf_addf(out, "Host: %s\r\nAuthorization: Bearer %s\r\n",
	    c->remote->place, c->remote->token);
	if (strcmp(method, "GET") != 0 && strcmp(method, "POST") != 0)
		buf_addz(out, "If-Match: *\r\n");
}

bool client_call(const struct client *c, const char *method,
    const char *target, const char *type, struct strv body, struct answer *a,
    struct buf *why)
{
	int64_t deadline = now_mono() + (int64_t)c->timeout_s * 1000;
	struct link l;
	struct buf head;
	bool ok;

	*a = (struct answer){ 0 };
	buf_init(&a->body, BODY_MAX);
	if (!link_open(&l, c, deadline, NULL, why))
		return false;
	buf_init(&head, BUF_NO_LIMIT);
	buf_addf(&head, "%s %s HTTP/1.1\r\nConnection: close\r\n", method,
	    target);
	client_head(c, method, &head);
	if (type)
		buf_addf(&head, "Content-Type: %s\r\nContent-Length: %zu\r\n",
		    type, body.n);
	buf_addz(&head, "\r\n");
	send_all(&l, buf_strv(&head), deadline);
	if (type)
		send_all(&l, body, deadline);
	ok = receive(&l, a, deadline, why);
	explicit_bzero(head.p, head.size);
	buf_deinit(&head);
	link_close(&l);
	return ok;
}
