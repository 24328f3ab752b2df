/* blast_http.c - clients of an HTTP interface: to SMS, or our API. */

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "blast.h"

enum { MAX_ANSWER = 1 << 18, MAX_GET = 2048 };

struct connection {
	int fd;
	struct tls *tls;	/* or NULL */
	struct strv token;	/* or absent */
	bool idle;		/* until due_us */
	int64_t sent_us, due_us;
	size_t n;
	char in[MAX_ANSWER];
};

struct http {
	const struct options *o;
	struct result *r;
	int epoll;
	unsigned open;
	uint64_t number, answers;
	bool counting, ending;
};

static volatile sig_atomic_t enough;

static void on_term(int number)
{
	(void)number;
	enough = 1;
}

/* The one whose turn it is, of those with blanks between. */
static struct strv in_turn(const char *p, uint64_t number)
{
	size_t n = 1, turn;

	for (const char *c = p; *c; c++)
		n += *c == ' ';
	turn = number % n;
	while (turn-- > 0)
		p = strchr(p, ' ') + 1;
	return (struct strv){ p, strcspn(p, " ") };
}

static void headers(const struct http *h, const struct connection *c,
    char *out, size_t size)
{
	int n = 0;

	if (c->token.p)
		n = snprintf(out, size, "Authorization: Bearer %.*s\r\n",
		    STRV_ARG(c->token));
	if (h->o->change)
		n += snprintf(out + n, size - (size_t)n, "If-Match: *\r\n"
		    "Content-Type: application/json\r\n"
		    "Content-Length: %zu\r\n", strlen(h->o->change));
	out[n] = 0;
}

static bool ask(struct http *h, struct connection *c)
{
	char path[1024], get[MAX_GET], more[512];
	struct strv to = in_turn(h->o->path, h->number);
	const char *mark = memmem(to.p, to.n, "%u", 2);
	int n;

	h->number++;
	if (mark)
		snprintf(path, sizeof(path), "%.*s%06llu%.*s",
		    (int)(mark - to.p), to.p,
		    (unsigned long long)(h->number % h->o->users),
		    (int)(to.p + to.n - mark - 2), mark + 2);
	else
		snprintf(path, sizeof(path), "%.*s", STRV_ARG(to));
	headers(h, c, more, sizeof(more));
	n = snprintf(get, sizeof(get), "%s %s HTTP/1.1\r\nHost: %s\r\n"
	    "Connection: keep-alive\r\n%s\r\n%s", h->o->change ? "PATCH" :
	    "GET", path, h->o->server, more, h->o->change ? h->o->change :
	    "");
	c->n = 0;
	c->idle = false;
	c->sent_us = now_us();
	return (c->tls ? tls_write(c->tls, get, (size_t)n) :
	    write(c->fd, get, (size_t)n)) == n;
}

/* At once, or at the pace of o->rate over all connections. */
static bool ask_again(struct http *h, struct connection *c)
{
	if (h->o->rate <= 0)
		return ask(h, c);
	c->idle = true;
	c->due_us = c->sent_us + (int64_t)(1e6 * h->o->window / h->o->rate);
	return true;
}

static void stop(struct http *h, struct connection *c)
{
	tls_free(c->tls);
	c->tls = NULL;
	c->idle = false;
	close(c->fd);
	c->fd = -1;
	h->open--;
}

static bool start(struct http *h, struct connection *c)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

	c->fd = net_tcp(h->o->server);
	if (c->fd < 0)
		return false;
	epoll_ctl(h->epoll, EPOLL_CTL_ADD, c->fd, &e);
	h->open++;
	if (h->o->tls)
		c->tls = tls_new(c->fd);
	if (h->o->tls && !c->tls) {
		stop(h, c);
		return false;
	}
	return ask(h, c);
}

/* The whole answer has come: its status; 0 when there is more to come. */
static int complete(const struct connection *c)
{
	const char *body = memmem(c->in, c->n, "\r\n\r\n", 4);
	const char *length = strcasestr(c->in, "\r\nContent-Length:");
	size_t want;

	if (!body || c->n < 12)
		return 0;
	want = length && length < body ? strtoul(length + 17, NULL, 10) : 0;
	return c->n >= (size_t)(body + 4 - c->in) + want ?
	    atoi(c->in + 9) : 0;
}

static void answer(struct http *h, struct connection *c, int status)
{
	bool good = status >= 200 && status < 300;

	if (good)
		h->answers++;
	else if (status > 0 && status < 700)
		h->r->status[status]++;
	if (!h->counting)
		return;
	h->r->done += good;
	h->r->transactions++;
	if (good)	/* a refusal is quick */
		hist_add(&h->r->answer, now_us() - c->sent_us);
}

/* false: nothing is left to read, or c is closed. */
static bool read_some(struct http *h, struct connection *c)
{
	size_t room = sizeof(c->in) - 1 - c->n;
	ssize_t n = c->tls ? tls_read(c->tls, c->in + c->n, room) :
	    read(c->fd, c->in + c->n, room);
	int status;

	if (n < 0 && errno == EAGAIN)
		return false;
	if (n <= 0) {
		stop(h, c);
		if (!h->ending)
			start(h, c);
		return false;
	}
	c->n += (size_t)n;
	c->in[c->n] = 0;
	status = complete(c);
	if (!status)
		return true;
	answer(h, c, status);
	if (!h->ending && ask_again(h, c))
		return true;
	stop(h, c);
	return false;
}

static void readable(struct http *h, struct connection *c)
{
	while (c->fd >= 0 && read_some(h, c))
		;
}

static void ask_due(struct http *h, struct connection *c)
{
	int64_t now = now_us();

	for (unsigned i = 0; i < h->o->window; i++)
		if (c[i].idle && c[i].due_us <= now && !ask(h, &c[i]))
			stop(h, &c[i]);
}

static void turn(struct http *h)
{
	struct epoll_event e[64];
	int n = epoll_wait(h->epoll, e, 64, h->o->rate > 0 ? 1 : 20);

	for (int i = 0; i < n; i++)
		readable(h, e[i].data.ptr);
}

int http_run(const struct options *o, struct result *r)
{
	struct connection *c = calloc(o->window, sizeof(*c));
	struct http h = { .o = o, .r = r };
	int64_t now, mark, end;

	signal(SIGTERM, on_term);
	h.epoll = epoll_create1(EPOLL_CLOEXEC);
	/* takes a while: such servers listen with a short queue */
	for (unsigned i = 0; c && i < o->window; i++) {
		if (o->token)
			c[i].token = in_turn(o->token, i);
		start(&h, &c[i]);
	}
	now = now_us();
	mark = now + (int64_t)(o->warmup * 1e6);
	end = mark + (int64_t)(o->seconds * 1e6);
	for (; h.open && now < end && !enough; now = now_us()) {
		if (!h.counting && now >= mark) {
			*r = (struct result){ .lag_p99_ms = -1,
			    .lag_max_ms = -1 };
			r->before = usage_of(o->pids);
			h.counting = true;
		}
		turn(&h);
		ask_due(&h, c);
	}
	h.counting = false;
	h.ending = true;
	r->elapsed_s = (double)(now - mark) / 1e6;
	r->after = usage_of(o->pids);
	end = now + (int64_t)(o->drain * 1e6);
	for (unsigned i = 0; c && i < o->window; i++)
		if (c[i].idle)
			stop(&h, &c[i]);
	while (h.open && now_us() < end)
		turn(&h);
	r->lost = h.open;
	r->total = h.number;
	free(c);
	close(h.epoll);
	return h.answers == 0;
}
