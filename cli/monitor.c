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
	bool trace;		/* of one message */
	size_t told;		/* steps of it */
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

static struct strv text_of(const struct json *o, const char *name)
{
	struct strv s = STRV("");

	(void)json_as_string(json_member(o, name), &s);
	return s;
}

/* "22:13:04.117 phone -> parley: MESSAGE": the steps that are new. */
static void steps(struct monitor *m, struct strv data)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(data, (size_t)8 << 20, &e);
	const struct json *items = root ? json_member(root, "items") : NULL;
	struct buf out, safe;
	size_t i = 0;

	buf_init(&out, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	for (const struct json *r = json_first(items); r; r = json_next(r)) {
		struct strv at = text_of(r, "at"), to = text_of(r, "to");

		if (i++ < m->told)
			continue;
		buf_clear(&out);
		buf_clear(&safe);
		if (at.n > 12)	/* the clock of its time */
			at = (struct strv){ at.p + 11, at.n - 12 };
		buf_addf(&out, "%.*s %.*s%s%.*s: %.*s", STRV_ARG(at),
		    STRV_ARG(text_of(r, "from")), to.n ? " -> " : "",
		    STRV_ARG(to), STRV_ARG(text_of(r, "step")));
		render_safe(&safe, buf_strv(&out), false);
		line(buf_strv(&safe), m);
	}
	m->told = i;
	json_free(root);
	buf_deinit(&out);
	buf_deinit(&safe);
}

static void event(struct monitor *m, struct strv name, struct strv data)
{
	struct buf safe, masked;

	if (m->trace)
		name = strv_split(name, ':', &(struct strv){ 0 });
	if (m->trace && !strv_eq(name, STRV("trace")))
		return;
	if (m->trace && !m->options.json && !m->options.jsonl) {
		steps(m, data);
	} else if (!m->options.json && !m->options.jsonl) {
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

static int watch_topics(struct monitor *m)
{
	struct session *s = m->s;
	struct buf why;
	int code;

	buf_init(&why, 4096);
	if (!m->options.json && !m->options.jsonl)
		changes_seed(&m->changes, &s->client, m->topics.p);
	if (feed_open(&m->feed, &s->client, m->topics.p, &why))
		code = run(m);
	else
		code = session_error(s, EXIT_NO_DAEMON, "%s", why.p);
	feed_close(&m->feed);
	changes_free(&m->changes);
	buf_deinit(&why);
	return code;
}

static void options_heed(struct monitor *m)
{
	m->s->out.mask |= m->options.mask;
	m->s->out.quiet |= m->options.quiet;
	if (m->options.timeout_s)
		m->end = now_mono() + (int64_t)m->options.timeout_s * 1000;
}

int monitor_words(struct session *s, const struct word *w, size_t n)
{
	struct monitor m = { .s = s, .options = s->defaults };
	int code;

	buf_init(&m.topics, 4096);
	code = read_words(&m, w, n);
	options_heed(&m);
	if (code == EXIT_OK && m.options.help) {
		usage(s);
	} else if (code == EXIT_OK) {
		code = watch_topics(&m);
	}
	buf_deinit(&m.topics);
	return code;
}

/* --- the trace of one message -------------------------------------------- */

bool monitor_is_trace(const struct word *w, size_t n)
{
	bool asked = false;

	for (size_t i = 1; i < n; i++)
		asked |= strv_eq(w[i].text, STRV("--follow"));
	return asked && strv_eq(w[0].text, STRV("trace"));
}

/* The newest message stays the one that is meant. */
static int last_id(struct session *s, struct buf *id)
{
	struct json_err e = { 0 };
	struct json *root;
	struct strv text;
	struct answer a;
	int code = session_call(s, "GET", "/api/v1/messages?limit=1", NULL,
	    STRV_NONE, &s->defaults, NULL, &a);

	if (code != EXIT_OK)
		return code;
	root = json_parse(buf_strv(&a.body), (size_t)1 << 20, &e);
	if (json_as_string(json_member(json_first(root ? json_member(root,
	    "items") : NULL), "id"), &text))
		buf_adds(id, text);
	else
		code = session_error(s, EXIT_NOT_FOUND, "there is no message "
		    "yet");
	json_free(root);
	answer_free(&a);
	return code;
}

static int trace_read(struct monitor *m, const struct word *w, size_t n,
    struct buf *id)
{
	struct buf why;
	int step = 1;

	buf_init(&why, 1024);
	for (; n && step > 0; w += step, n -= (size_t)step) {
		if (strv_eq(w[0].text, STRV("--follow")))
			continue;
		step = options_take(&m->options, w, n, &why);
		if (step == 0 && id->n == 0 && w[0].text.n &&
		    w[0].text.p[0] != '-') {
			buf_adds(id, w[0].text);
			step = 1;
		}
	}
	buf_deinit(&why);
	if (step <= 0 || id->n == 0 || m->options.help)
		return session_error(m->s, EXIT_USAGE, "usage: trace ID "
		    "--follow [--json] [--timeout SECONDS]");
	if (strcmp(id->p, "last") != 0)
		return EXIT_OK;
	buf_clear(id);
	return last_id(m->s, id);
}

int monitor_trace(struct session *s, const struct word *w, size_t n)
{
	struct monitor m = { .s = s, .options = s->defaults, .trace = true };
	struct buf id;
	int code;

	buf_init(&m.topics, 4096);
	buf_init(&id, 1024);
	code = trace_read(&m, w, n, &id);
	options_heed(&m);
	buf_addz(&m.topics, "trace:");
	client_escape(&m.topics, buf_strv(&id));
	if (code == EXIT_OK)
		code = watch_topics(&m);
	buf_deinit(&id);
	buf_deinit(&m.topics);
	return code;
}
