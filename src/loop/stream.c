/* stream.c - a TCP or TLS connection: one input buffer, one output queue. */

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "loop/loop.h"
#include "loop/stream_priv.h"
#include "loop/timer.h"
#include "loop/watch.h"

#define READ_CHUNK	16384
#define TURN_BYTES	(256 * 1024)	/* read in one turn of the loop */
#define SEALED_SLACK	(64 * 1024)	/* TLS records around max_out */

enum state {
	CONNECTING, HANDSHAKE, OPEN,
	FINISHING,	/* stream_finish(): only sends */
	ENDED		/* closed() was called, or will not be */
};

struct stream {
	enum state state;
	int fd;
	struct watch watch;
	struct timer timer;	/* connect, or finish */
	struct secure_session *tls;	/* or NULL */
	struct buf in, out;
	size_t max_out;
	bool flush_due;		/* flush_soon is posted */
	bool broken;		/* end_soon is posted */
	bool freed;
	char why[SECURE_WHY];
	const struct stream_handler *h;
	void *arg;
};

/* Freed after the posts that know it, which keep their order. */
static void release(void *arg)
{
	struct stream *s = arg;

	secure_close(s->tls);
	buf_deinit(&s->in);
	buf_deinit(&s->out);
	free(s);
}

static void shut(struct stream *s)
{
	s->state = ENDED;
	timer_cancel(&s->timer);
	watch_close(&s->watch);
	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
}

void stream_free(struct stream *s)
{
	if (!s || s->freed)
		return;
	shut(s);
	s->freed = true;
	loop_defer(release, s);
}

static void end(struct stream *s, const char *why)
{
	bool finishing = s->state == FINISHING;

	if (s->state == ENDED)
		return;
	shut(s);
	if (finishing)
		stream_free(s);
	else
		s->h->closed(why, s->arg);
}

static void end_soon(void *arg)
{
	struct stream *s = arg;

	if (!s->freed)
		end(s, s->why);
}

/* For failures inside a call of ours: closed() comes from the loop. */
static void broke(struct stream *s, const char *why)
{
	if (s->broken || s->state == ENDED)
		return;
	s->broken = true;
	if (why != s->why)
		(void)snprintf(s->why, sizeof(s->why), "%s", why);
	loop_defer(end_soon, s);
}

/* --- output ---------------------------------------------------------------- */

static void wait_for(struct stream *s)
{
	int events = 0;

	if (s->state == CONNECTING || s->out.n)
		events |= WATCH_OUT;
	if (s->state == HANDSHAKE || s->state == OPEN)
		events |= WATCH_IN;
	if (s->state != ENDED)
		watch_mask(&s->watch, events);
}

static void flush(struct stream *s)
{
	size_t done = 0;

	while (done < s->out.n) {
		ssize_t n = send(s->fd, s->out.p + done, s->out.n - done,
		    MSG_NOSIGNAL);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) {
			broke(s, strerror(errno));
			return;
		}
		if (n < 0)
			break;
		done += (size_t)n;
	}
	buf_drop(&s->out, done);
	if (s->state == FINISHING && s->out.n == 0)
		stream_free(s);
	else
		wait_for(s);
}

static void flush_soon(void *arg)
{
	struct stream *s = arg;

	s->flush_due = false;
	if (s->state == OPEN || s->state == FINISHING)
		flush(s);
}

bool stream_write(struct stream *s, struct strv bytes)
{
	if (s->state != OPEN || s->broken ||
	    s->out.n + bytes.n > s->max_out)
		return false;
	if (!s->tls)
		buf_adds(&s->out, bytes);
	else if (!secure_write(s->tls, bytes, &s->out)) {
		broke(s, "TLS: cannot write");
		return false;
	}
	if (!s->flush_due) {
		s->flush_due = true;
		loop_defer(flush_soon, s);
	}
	return true;
}

size_t stream_waiting(const struct stream *s)
{
	return s->out.n;
}

static void finish_over(void *arg)
{
	stream_free(arg);
}

void stream_finish(struct stream *s, int64_t ms)
{
	if (s->state != OPEN || s->broken) {
		stream_free(s);
		return;
	}
	if (s->tls)
		secure_goodbye(s->tls, &s->out);
	s->state = FINISHING;
	timer_init(&s->timer, "stream finish", finish_over, s);
	timer_set(&s->timer, ms);
	flush(s);
}

/* --- input ----------------------------------------------------------------- */

/* false: the stream has ended, or the reader freed it. */
static bool give(struct stream *s)
{
	size_t n;

	if (s->in.n == 0)
		return true;
	n = s->h->input(buf_strv(&s->in), s->arg);
	if (s->state != OPEN)
		return false;
	buf_drop(&s->in, n);
	if (s->in.n < s->in.limit)
		return true;
	end(s, "the peer sends more than fits");
	return false;
}

static bool plain_read(struct stream *s, const char *chunk, size_t n)
{
	while (n) {
		size_t room = s->in.limit - s->in.n;
		size_t part = n < room ? n : room;

		buf_add(&s->in, chunk, part);
		chunk += part;
		n -= part;
		if (!give(s))
			return false;
	}
	return true;
}

/* The session may hold more than in has room for: until it gives no more. */
static bool sealed_read(struct stream *s)
{
	enum secure_result r;
	bool more;

	do {
		size_t before = s->in.n;

		r = secure_read(s->tls, &s->in, &s->out, s->why);
		more = s->in.n > before;
		if (more && !give(s))
			return false;
	} while (r == SECURE_WAIT && more);
	if (r == SECURE_WAIT)
		return true;
	end(s, r == SECURE_ENDED ? "closed by the peer" : s->why);
	return false;
}

static bool shake_hands(struct stream *s)
{
	enum secure_result r = secure_handshake(s->tls, &s->out, s->why);

	if (s->out.n)
		flush(s);
	if (r == SECURE_WAIT)
		return false;
	if (r != SECURE_DONE) {
		end(s, r == SECURE_ENDED ? "closed by the peer" : s->why);
		return false;
	}
	timer_cancel(&s->timer);
	s->state = OPEN;
	s->h->opened(s->arg);
	return s->state == OPEN;
}

static bool took(struct stream *s, const char *chunk, size_t n)
{
	if (!s->tls)
		return plain_read(s, chunk, n);
	secure_feed(s->tls, chunk, n);
	if (s->state == HANDSHAKE && !shake_hands(s))
		return s->state == HANDSHAKE;
	return sealed_read(s);
}

static void readable(struct stream *s)
{
	char chunk[READ_CHUNK];

	for (size_t total = 0; total < TURN_BYTES; ) {
		ssize_t n = recv(s->fd, chunk, sizeof(chunk), 0);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno == EAGAIN)
			break;
		if (n <= 0) {
			end(s, n ? strerror(errno) : "closed by the peer");
			return;
		}
		if (!took(s, chunk, (size_t)n))
			return;
		total += (size_t)n;
		if ((size_t)n < sizeof(chunk))
			break;
	}
	if (s->state != ENDED && s->out.n)
		flush(s);
}

/* --- connecting ------------------------------------------------------------ */

static void connected(struct stream *s)
{
	int error = 0;
	socklen_t n = sizeof(error);

	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &error, &n) != 0 || error) {
		end(s, strerror(error ? error : errno));
		return;
	}
	if (s->tls) {
		s->state = HANDSHAKE;
		wait_for(s);
		(void)shake_hands(s);
		return;
	}
	timer_cancel(&s->timer);
	s->state = OPEN;
	wait_for(s);
	s->h->opened(s->arg);
}

static void ready(int fd, int events, void *arg)
{
	struct stream *s = arg;

	(void)fd;
	if (s->state == CONNECTING) {
		connected(s);
		return;
	}
	if (events & WATCH_OUT)
		flush(s);
	if (s->state == FINISHING && (events & WATCH_ERR))
		stream_free(s);
	if (s->state == HANDSHAKE || s->state == OPEN) {
		if (events & (WATCH_IN | WATCH_ERR))
			readable(s);
	}
}

static void connect_over(void *arg)
{
	struct stream *s = arg;

	end(s, s->state == HANDSHAKE ? "TLS handshake timed out" :
	    "connection timed out");
}

static struct stream *new_stream(int fd, const struct stream_opt *opt,
    const struct stream_handler *h, void *arg)
{
	struct stream *s = xalloc(sizeof(*s));
	int on = 1;

	s->fd = fd;
	s->h = h;
	s->arg = arg;
	s->max_out = opt->max_out;
	buf_init(&s->in, opt->max_in);
	buf_init(&s->out, opt->max_out + SEALED_SLACK);
	if (opt->secure)
		s->tls = secure_open(opt->secure, opt->host);
	timer_init(&s->timer, "connect", connect_over, s);
	if (fd < 0)
		return s;
	(void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
	(void)setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
	(void)watch_open(&s->watch, fd, WATCH_OUT, ready, s);
	return s;
}

struct stream *stream_connect(const struct sockaddr *to, socklen_t n,
    const struct stream_opt *opt, const struct stream_handler *h, void *arg)
{
	int fd = socket(to->sa_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	struct stream *s = new_stream(fd, opt, h, arg);

	s->state = CONNECTING;
	if (fd < 0 || (connect(fd, to, n) != 0 && errno != EINPROGRESS))
		broke(s, strerror(errno));
	else
		timer_set(&s->timer, opt->connect_ms);
	return s;
}

struct stream *stream_adopt(int fd, const struct stream_opt *opt,
    const struct stream_handler *h, void *arg)
{
	struct stream *s = new_stream(fd, opt, h, arg);

	s->state = CONNECTING;	/* writable at once: opened() comes soon */
	timer_set(&s->timer, opt->connect_ms);
	return s;
}
