/* notice.c - what an administrator at the prompt should know at once. */

#include "base/now.h"
#include "cli/notice.h"
#include "cli/session.h"

#define TOPICS		"pending,config,gateways,alerts"
#define RETRY_MS	2000
#define LINES		6	/* at once; more would hide what was there */

void notices_begin(struct notices *n, struct session *s)
{
	*n = (struct notices){ .s = s, .feed.link.fd = -1,
	    .lost = !s->have_grammar };
}

void notices_end(struct notices *n)
{
	feed_close(&n->feed);
	changes_free(&n->changes);
}

int notices_fd(const struct notices *n)
{
	return n->feed.link.fd;
}

static void line(struct strv text, void *arg)
{
	struct notices *n = arg;

	if (n->lines++ < LINES)
		buf_addf(n->out, "*** %.*s\n", STRV_ARG(text));
}

static void event(struct notices *n, struct strv topic, struct strv data)
{
	struct buf said, safe;
	struct strv rest;

	if (!strv_eq(topic, STRV("pending"))) {
		n->changes.known = n->s->own;
		changes_tell(&n->changes, topic, data, line, n);
		return;
	}
	buf_init(&said, 4096);
	buf_init(&safe, 8192);
	pending_event(n->s, data, &said);
	render_safe(&safe, buf_strv(&said), true);
	rest = buf_strv(&safe);
	buf_adds(n->out, rest);
	buf_deinit(&said);
	buf_deinit(&safe);
}

static void connect_again(struct notices *n)
{
	struct buf why;

	if (now_mono() < n->retry)
		return;
	n->retry = now_mono() + RETRY_MS;
	if (!n->seeded && !n->lost) {
		changes_seed(&n->changes, &n->s->client, TOPICS);
		n->seeded = true;
	}
	buf_init(&why, 4096);
	if (feed_open(&n->feed, &n->s->client, TOPICS, &why) && n->lost) {
		n->lost = false;
		buf_addz(n->out, "*** the daemon is back\n");
	}
	buf_deinit(&why);
}

/* Who may not watch, or is one too many, is told what can be asked for. */
static void closed(struct notices *n)
{
	bool refused = n->feed.status != 0 && n->feed.status != 200;

	feed_close(&n->feed);
	n->retry = now_mono() + RETRY_MS;
	if (refused) {
		n->retry = INT64_MAX;
	} else if (!n->lost) {
		n->lost = true;
		buf_addz(n->out, "*** the daemon does not answer any more\n");
	}
}

bool notices_take(struct notices *n, struct buf *out)
{
	struct strv topic, data;
	bool open;

	n->out = out;
	n->lines = 0;
	if (n->feed.link.fd < 0) {
		connect_again(n);
		if (n->retry == INT64_MAX)
			(void)pending_news(n->s, out);
		return out->n > 0;
	}
	open = feed_read(&n->feed);
	while (feed_next(&n->feed, &topic, &data))
		event(n, topic, data);
	if (!open)
		closed(n);
	if (n->lines > LINES)
		buf_addf(out, "*** and %zu more: monitor shows them\n",
		    n->lines - LINES);
	return out->n > 0;
}
