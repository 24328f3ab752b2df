/* blast_http.c - a client of an HTTP interface to SMS, for comparison. */

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "blast.h"

enum { MAX_ANSWER = 8192, MAX_GET = 2048 };

struct connection {
	int fd;
	int64_t sent_us;
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

static bool ask(struct http *h, struct connection *c)
{
	char path[1024], get[MAX_GET];
	const char *mark = strstr(h->o->path, "%u");
	int n;

	h->number++;
	if (mark)
		snprintf(path, sizeof(path), "%.*s%06llu%s",
		    (int)(mark - h->o->path), h->o->path,
		    (unsigned long long)(h->number % h->o->users),
		    mark + 2);
	else
		snprintf(path, sizeof(path), "%s", h->o->path);
	n = snprintf(get, sizeof(get), "GET %s HTTP/1.1\r\nHost: %s\r\n"
	    "Connection: keep-alive\r\n\r\n", path, h->o->server);
	c->n = 0;
	c->sent_us = now_us();
	return write(c->fd, get, (size_t)n) == n;
}

static bool start(struct http *h, struct connection *c)
{
	struct epoll_event e = { .events = EPOLLIN, .data.ptr = c };

	c->fd = net_tcp(h->o->server);
	if (c->fd < 0)
		return false;
	epoll_ctl(h->epoll, EPOLL_CTL_ADD, c->fd, &e);
	h->open++;
	return ask(h, c);
}

static void stop(struct http *h, struct connection *c)
{
	close(c->fd);
	c->fd = -1;
	h->open--;
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
	hist_add(&h->r->answer, now_us() - c->sent_us);
}

static void readable(struct http *h, struct connection *c)
{
	ssize_t n = read(c->fd, c->in + c->n, sizeof(c->in) - 1 - c->n);
	int status;

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0) {
		stop(h, c);
		if (!h->ending)
			start(h, c);
		return;
	}
	c->n += (size_t)n;
	c->in[c->n] = 0;
	status = complete(c);
	if (!status)
		return;
	answer(h, c, status);
	if (h->ending || !ask(h, c))
		stop(h, c);
}

static void turn(struct http *h)
{
	struct epoll_event e[64];
	int n = epoll_wait(h->epoll, e, 64, 20);

	for (int i = 0; i < n; i++)
		readable(h, e[i].data.ptr);
}

int http_run(const struct options *o, struct result *r)
{
	struct connection *c = calloc(o->window, sizeof(*c));
	struct http h = { .o = o, .r = r };
	int64_t now, mark, end;

	h.epoll = epoll_create1(EPOLL_CLOEXEC);
	/* takes a while: such servers listen with a short queue */
	for (unsigned i = 0; c && i < o->window; i++)
		start(&h, &c[i]);
	now = now_us();
	mark = now + (int64_t)(o->warmup * 1e6);
	end = mark + (int64_t)(o->seconds * 1e6);
	for (; h.open && now < end; now = now_us()) {
		if (!h.counting && now >= mark) {
			*r = (struct result){ .lag_p99_ms = -1 };
			r->before = usage_of(o->pids);
			h.counting = true;
		}
		turn(&h);
	}
	h.counting = false;
	h.ending = true;
	r->elapsed_s = (double)(now - mark) / 1e6;
	r->after = usage_of(o->pids);
	end = now + (int64_t)(o->drain * 1e6);
	while (h.open && now_us() < end)
		turn(&h);
	r->lost = h.open;
	r->total = h.number;
	free(c);
	close(h.epoll);
	return h.answers == 0;
}
