/* feed.c - what happens in the daemon, as it happens (GET /events). */

#include <errno.h>
#include <string.h>

#include "base/now.h"
#include "cli/feed.h"

#define EVENT_MAX ((size_t)8 << 20)

void feed_close(struct feed *f)
{
	link_close(&f->link);
	if (f->in.limit)
		buf_deinit(&f->in);
	f->in = (struct buf){ 0 };
}

/* HTTP/1.0: the answer is not cut into chunks and has no length. */
bool feed_open(struct feed *f, const struct client *c, const char *topics,
    struct buf *why)
{
	int64_t deadline = now_mono() + (int64_t)c->timeout_s * 1000;
	struct buf head;
	bool ok;

	*f = (struct feed){ .status = 0 };
	if (!link_open(&f->link, c, deadline, NULL, why))
		return false;
	buf_init(&f->in, EVENT_MAX);
	buf_init(&head, BUF_NO_LIMIT);
	buf_addf(&head, "GET /api/v1/events?topics=%s HTTP/1.0\r\n",
	    topics);
	client_head(c, "GET", &head);
	buf_addz(&head, "\r\n");
	ok = link_send(&f->link, head.p, head.n) == (ssize_t)head.n;
	if (!ok) {
		buf_addz(why, "the daemon closed the connection");
		feed_close(f);
	}
	explicit_bzero(head.p, head.size);
	buf_deinit(&head);
	return ok;
}

bool feed_read(struct feed *f)
{
	char part[65536];
	ssize_t n;

	buf_drop(&f->in, f->used);
	f->used = 0;
	for (;;) {
		n = link_recv(&f->link, part, sizeof(part));
		if (n < 0)
			return errno == EAGAIN || errno == EINTR;
		buf_add(&f->in, part, (size_t)n);
		if (n == 0 || f->in.full)
			return false;
		if (!f->link.ssl)
			return true;
	}
}

/* --- the stream ---------------------------------------------------------- */

static bool field(struct strv line, const char *name, struct strv *value)
{
	size_t n = strlen(name);

	if (line.n < n + 1 || memcmp(line.p, name, n) != 0 ||
	    line.p[n] != ':')
		return false;
	*value = (struct strv){ line.p + n + 1, line.n - n - 1 };
	if (value->n && value->p[0] == ' ')
		*value = (struct strv){ value->p + 1, value->n - 1 };
	return true;
}

bool sse_next(struct strv all, size_t *used, struct strv *event,
    struct strv *data)
{
	const char *end = all.n ? memmem(all.p, all.n, "\n\n", 2) : NULL;
	struct strv rest;

	*event = *data = STRV_NONE;
	*used = 0;
	if (!end)
		return false;
	*used = (size_t)(end - all.p) + 2;
	rest = (struct strv){ all.p, (size_t)(end - all.p) };
	while (rest.n) {
		struct strv line = strv_split(rest, '\n', &rest);

		if (!field(line, "event", event))
			(void)field(line, "data", data);
	}
	return true;
}

/* The head of the answer is done with; its status is known then. */
static bool head_done(struct feed *f)
{
	struct strv body;

	if (f->status)
		return true;
	if (reply_read(buf_strv(&f->in), true, &f->status, &body) !=
	    REPLY_DONE) {
		f->status = 0;
		return false;
	}
	buf_drop(&f->in, (size_t)(body.p - f->in.p));
	return true;
}

bool feed_next(struct feed *f, struct strv *event, struct strv *data)
{
	size_t used;

	buf_drop(&f->in, f->used);
	f->used = 0;
	if (!head_done(f) || f->status != 200)
		return false;
	while (sse_next((struct strv){ f->in.p + f->used,
	    f->in.n - f->used }, &used, event, data)) {
		f->used += used;
		if (event->p && data->p)
			return true;
	}
	return false;
}
