/* conn.c - a stream connection with buffers on both sides. */

#include <errno.h>
#include <unistd.h>

#include "conn.h"

enum { CHUNK = 65536 };	/* read at once, bytes */

void conn_stop(struct conn *c)
{
	int fd = c->w.fd;

	if (!c->w.on)
		return;
	watch_stop(&c->w);
	close(fd);
	buf_deinit(&c->in);
	buf_deinit(&c->out);
}

static void want(struct conn *c)
{
	uint32_t mask = (c->deaf ? 0u : (uint32_t)EPOLLIN) |
	    (c->out.n > 0 ? (uint32_t)EPOLLOUT : 0u);

	if (mask != c->mask)
		watch_want(&c->w, mask);
	c->mask = mask;
}

/* Errors are left to the next read, which reports them. */
static void flush(struct conn *c)
{
	size_t done = 0;

	while (done < c->out.n) {
		ssize_t n = write(c->w.fd, c->out.p + done, c->out.n - done);

		if (n < 0)
			break;
		done += (size_t)n;
	}
	if (done > 0)
		buf_drop(&c->out, done);
	want(c);
}

static void lost(struct conn *c)
{
	conn_stop(c);
	c->h->closed(c->arg);
}

static void ready(void *arg, uint32_t events)
{
	struct conn *c = arg;
	ssize_t n;

	if (events & EPOLLOUT)
		flush(c);
	if (!(events & (EPOLLIN | EPOLLHUP | EPOLLERR)))
		return;
	n = read(c->w.fd, buf_room(&c->in, CHUNK), CHUNK);
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		lost(c);
		return;
	}
	buf_wrote(&c->in, (size_t)n);
	c->corked = true;
	if (!c->h->data(c->arg))
		return;
	c->corked = false;
	flush(c);
}

void conn_start(struct conn *c, int fd, const struct conn_handler *h,
	void *arg)
{
	*c = (struct conn){ .h = h, .arg = arg, .mask = EPOLLIN,
	    .in = BUF_EMPTY, .out = BUF_EMPTY };
	watch_start(&c->w, fd, EPOLLIN, ready, c);
}

void conn_send(struct conn *c, struct strv data)
{
	if (!c->w.on)
		return;
	buf_adds(&c->out, data);
	if (!c->corked)
		flush(c);
}

void conn_deaf(struct conn *c, bool deaf)
{
	c->deaf = deaf;
	if (c->w.on)
		want(c);
}
