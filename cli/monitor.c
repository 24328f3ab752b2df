/* monitor.c - the command monitor: what happens, one line for each. */

#include <poll.h>
#include <unistd.h>

#include "base/near.h"
#include "base/now.h"
#include "cli/changes.h"
#include "cli/feed.h"
#include "cli/keys.h"
#include "cli/mask.h"
#include "cli/session.h"
#include "cli/stop.h"
#include "wire/json.h"

static const struct {
	const char *name, *topics, *help;
} kinds[] = {
	{ "messages", "messages", "each message and what becomes of it" },
	{ "gateways", "gateways", "links that come up and go down" },
	{ "registrations", "registrations", "devices that come and go" },
	{ "queues", "queues", "messages that wait" },
	{ "imports", "jobs", "imports that begin and end" },
	{ "work", "work", "long operations: tests of gateways, work on queues" },
	{ "health", "alerts", "checks that fail or recover" },
	{ "config", "config", "settings that are changed" },
	{ "audit", "audit", "who does what" },
	{ "log", "log", "the log of the daemon" },
	{ "all", "messages,gateways,registrations,alerts,config,log",
	  "all but queues, imports, work and audit" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

void monitor_topics(void (*fn)(const char *word, const char *help, void *arg),
    void *arg)
{
	for (size_t i = 0; i < KINDS; i++)
		fn(kinds[i].name, kinds[i].help, arg);
}

struct monitor {
	struct session *s;
	struct options options;
	struct buf topics;
	struct changes changes;
	struct feed feed;
	int64_t end;		/* now_mono(); 0: none */
};

/* --- words --------------------------------------------------------------- */

static bool topic(struct monitor *m, struct strv word)
{
	size_t i = 0, found = KINDS, n = 0;

	for (; i < KINDS && !strv_eq(word, strv(kinds[i].name)); i++)
		if (strncmp(kinds[i].name, word.p, word.n) == 0) {
			found = i;
			n++;
		}
	if (i == KINDS && n == 1 && m->s->interactive)
		i = found;
	if (i == KINDS)
		return false;
	buf_addf(&m->topics, m->topics.n ? ",%s" : "%s", kinds[i].topics);
	return true;
}

static int unknown(struct session *s, struct strv word)
{
	struct near near = near_to(word);

	for (size_t i = 0; i < KINDS; i++)
		near_offer(&near, kinds[i].name);
	return session_error(s, EXIT_USAGE, "\"%.*s\" cannot be watched%s%s%s",
	    STRV_ARG(word), near.best ? " (did you mean " :
	    "; try monitor --help", near.best ? near.best : "",
	    near.best ? "?)" : "");
}

static int read_words(struct monitor *m, const struct word *w, size_t n)
{
	struct buf why;
	int code = EXIT_OK, step;

	buf_init(&why, 1024);
	while (n && code == EXIT_OK) {
		step = options_take(&m->options, w, n, &why);
		if (step < 0)
			code = session_error(m->s, EXIT_USAGE, "%s", why.p);
		else if (step == 0 && !topic(m, w->text))
			code = unknown(m->s, w->text);
		step = step > 0 ? step : 1;
		w += step;
		n -= (size_t)step;
	}
	if (m->topics.n == 0)
		(void)topic(m, STRV("all"));
	buf_deinit(&why);
	return code;
}

static void usage(struct session *s)
{
	fputs("monitor [WHAT]... [--json] [--timeout SECONDS]\n"
	    "    what happens, as it happens; q or Ctrl-C ends\n",
	    s->out.out);
	for (size_t i = 0; i < KINDS; i++)
		fprintf(s->out.out, "    %-14s %s\n", kinds[i].name,
		    kinds[i].help);
}

/* --- events -------------------------------------------------------------- */

static void line(struct strv text, void *arg)
{
	struct monitor *m = arg;
	struct buf masked;

	buf_init(&masked, BUF_NO_LIMIT);
	if (m->s->out.mask) {
		mask_text(&masked, text);
		text = buf_strv(&masked);
	}
	fprintf(m->s->out.out, "%.*s\n", STRV_ARG(text));
	buf_deinit(&masked);
}

static void event(struct monitor *m, struct strv name, struct strv data)
{
	struct buf safe, masked;

	if (!m->options.json && !m->options.jsonl) {
		changes_tell(&m->changes, name, data, line, m);
	} else {
		buf_init(&safe, BUF_NO_LIMIT);
		buf_init(&masked, BUF_NO_LIMIT);
		mask_json(&masked, data);
		render_json_safe(&safe, m->s->out.mask ? buf_strv(&masked) :
		    data);
		fprintf(m->s->out.out, "{\"event\":\"%.*s\",\"data\":%s}\n",
		    STRV_ARG(name), safe.p);
		buf_deinit(&safe);
		buf_deinit(&masked);
	}
	if (m->s->way)
		output_flow(m->s->way);
	(void)fflush(m->s->out.out);
}

/* Refused: the body of the answer is a problem document. */
static int refused(struct monitor *m)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(buf_strv(&m->feed.in),
	    (size_t)1 << 20, &e);
	struct strv detail = STRV("the daemon does not tell");
	int status = m->feed.status;

	(void)json_as_string(root ? json_member(root, "detail") : NULL,
	    &detail);
	(void)session_error(m->s, 0, "%.*s", STRV_ARG(detail));
	json_free(root);
	return status == 403 ? EXIT_FORBIDDEN : EXIT_FAILED;
}

static bool over(const struct monitor *m)
{
	return stop_asked() || (m->end && now_mono() >= m->end) ||
	    (m->s->way && output_done(m->s->way)) || ferror(stdout);
}

static int follow(struct monitor *m, const struct keys *keys)
{
	struct pollfd p[2] = {
		{ .fd = m->feed.link.fd, .events = POLLIN },
		{ .fd = keys->tty ? STDIN_FILENO : -1, .events = POLLIN },
	};
	struct strv name, data;
	bool open = true;

	while (!over(m) && open) {
		int64_t left = m->end ? m->end - now_mono() : 1000;

		if (poll(p, 2, (int)(left < 1000 ? left < 0 ? 0 : left :
		    1000)) <= 0)
			continue;
		if (p[1].revents && keys_quit(keys))
			return EXIT_OK;
		if (!p[0].revents)
			continue;
		open = feed_read(&m->feed);
		while (feed_next(&m->feed, &name, &data) && !over(m))
			event(m, name, data);
	}
	if (open) {
		stop_clear();	/* it is the way to end it */
		return EXIT_OK;
	}
	if (m->feed.status && m->feed.status != 200)
		return refused(m);
	return session_error(m->s, EXIT_NO_DAEMON, "the daemon has ended");
}

static int run(struct monitor *m)
{
	struct keys keys;
	int code;

	keys_begin(&keys, m->s->out.tty);
	if (keys.tty)
		session_note(m->s, "(q ends)\n");
	code = follow(m, &keys);
	keys_end(&keys);
	return code;
}

int monitor_words(struct session *s, const struct word *w, size_t n)
{
	struct monitor m = { .s = s, .options = s->defaults };
	struct buf why;
	int code;

	buf_init(&m.topics, 4096);
	buf_init(&why, 4096);
	code = read_words(&m, w, n);
	s->out.mask |= m.options.mask;
	s->out.quiet |= m.options.quiet;
	if (m.options.timeout_s)
		m.end = now_mono() + (int64_t)m.options.timeout_s * 1000;
	if (code == EXIT_OK && m.options.help) {
		usage(s);
	} else if (code == EXIT_OK) {
		if (!m.options.json && !m.options.jsonl)
			changes_seed(&m.changes, &s->client, m.topics.p);
		if (feed_open(&m.feed, &s->client, m.topics.p, &why))
			code = run(&m);
		else
			code = session_error(s, EXIT_NO_DAEMON, "%s", why.p);
		feed_close(&m.feed);
		changes_free(&m.changes);
	}
	buf_deinit(&why);
	buf_deinit(&m.topics);
	return code;
}
