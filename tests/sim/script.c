/* script.c - commands from a file or a pipe, one per line, and waiting. */

#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bytes.h"
#include "event.h"
#include "poller.h"
#include "script.h"

enum { REMEMBERED = 4096, EXPECT_MS = 10000 };

/* An event that no expect has used yet: key NUL value NUL ... NUL. */
struct seen {
	struct seen *next;
	struct buf fields;
};

static void (*runner)(const struct words *w);
static struct watch input;
static struct timer pause_timer, next_timer;
static struct buf lines = BUF_EMPTY;
static int line_number;
static bool at_eof, exit_on_eof, strict;

static struct seen *first, **last = &first;
static int seen_n;

static bool expecting;
static struct words expected;	/* the command; its options cut off */
static struct arena arena;	/* of the words of the last line */

static void go_on(void *unused);

static const char *field(const struct buf *b, const char *key)
{
	for (const char *p = b->p; p < b->p + b->n;) {
		const char *value = p + strlen(p) + 1;

		if (strcmp(p, key) == 0)
			return value;
		p = value + strlen(value) + 1;
	}
	return NULL;
}

static bool matches(const struct buf *fields)
{
	const char *kind = field(fields, "event");

	if (!kind || strcmp(kind, expected.w[1]) != 0)
		return false;
	for (int i = 2; i < expected.n; i++) {
		char key[64];
		const char *eq = strchr(expected.w[i], '='), *value;

		snprintf(key, sizeof(key), "%.*s",
		    (int)(eq - expected.w[i]), expected.w[i]);
		value = field(fields, key);
		if (!value || fnmatch(eq + 1, value, 0) != 0)
			return false;
	}
	return true;
}

static void forget(struct seen **at)
{
	struct seen *s = *at;

	*at = s->next;
	if (last == &s->next)
		last = at;
	seen_n--;
	buf_deinit(&s->fields);
	free(s);
}

static bool take_match(void)
{
	for (struct seen **at = &first; *at; at = &(*at)->next) {
		if (matches(&(*at)->fields)) {
			forget(at);
			return true;
		}
	}
	return false;
}

static void resume(void)
{
	expecting = false;
	timer_stop(&pause_timer);
	/* not from inside event_end */
	timer_start(&next_timer, 0, go_on, NULL);
}

static void seen(const struct event *e, void *unused)
{
	struct seen *s = xalloc(sizeof(*s));

	(void)unused;
	s->fields = (struct buf)BUF_EMPTY;
	for (int i = 0; i < e->n; i++) {
		buf_cstr(&s->fields, e->fields[i].key);
		buf_cstr(&s->fields, e->fields[i].value);
	}
	*last = s;
	last = &s->next;
	if (++seen_n > REMEMBERED)
		forget(&first);
	if (expecting && take_match())
		resume();
}

static void stop_if_strict(void)
{
	if (strict && refuse_count() > 0)
		poller_stop();
}

static void expect_failed(void *unused)
{
	struct buf b = BUF_EMPTY;

	(void)unused;
	for (int i = 1; i < expected.n; i++)
		buf_addf(&b, " %s", expected.w[i]);
	expecting = false;	/* the error is no match */
	refuse("did not see:%s", b.p);
	buf_deinit(&b);
	resume();
	stop_if_strict();
}

static void pause_ms(long ms, timer_fn *then)
{
	timer_start(&pause_timer, ms > 0 ? (unsigned)ms : 0, then, NULL);
}

static bool expect_is_sane(long *within)
{
	int n = expected.n;

	if (n >= 4 && strcmp(expected.w[n - 2], "within") == 0) {
		if (!words_number(expected.w[n - 1], within))
			return false;
		expected.n -= 2;
	}
	for (int i = 2; i < expected.n; i++)
		if (!strchr(expected.w[i], '='))
			return false;
	return expected.n >= 2;
}

static void expect(const struct words *w)
{
	long within = EXPECT_MS;

	expected = *w;
	if (!expect_is_sane(&within)) {
		refuse("expect EVENT [key=PATTERN]... [within MS]");
		resume();
		return;
	}
	if (take_match()) {
		resume();
		return;
	}
	expecting = true;
	pause_ms(within, expect_failed);
}

/* False if the script has to wait after this line. */
static bool run_line(struct strv line)
{
	const char *wrong;
	struct words w;
	long ms;

	arena_deinit(&arena);
	arena_init(&arena);
	wrong = words_cut(line, &arena, &w);
	if (wrong) {
		refuse("%s", wrong);
	} else if (w.n == 2 && strcmp(w.w[0], "sleep") == 0 &&
	    words_number(w.w[1], &ms)) {
		pause_ms(ms, go_on);
		return false;
	} else if (w.n > 0 && strcmp(w.w[0], "expect") == 0) {
		expect(&w);
		return false;
	} else if (w.n > 0) {
		runner(&w);
	}
	stop_if_strict();
	return true;
}

/* Runs the next whole line, or at the end of the input what is left. */
static bool next_line(void)
{
	struct strv rest, line = strv_split(buf_strv(&lines), '\n', &rest);
	bool on;

	if (!rest.p && (!at_eof || line.n == 0))
		return false;
	refuse_set_line(++line_number);
	on = run_line(line);
	buf_drop(&lines, rest.p ? line.n + 1 : line.n);
	return on;
}

static void go_on(void *unused)
{
	(void)unused;
	if (expecting || pause_timer.slot != 0)
		return;
	while (lines.n > 0)
		if (!next_line())
			return;
	if (at_eof && exit_on_eof)
		poller_stop();
}

static bool read_some(int fd)
{
	ssize_t n = read(fd, buf_room(&lines, 65536), 65536);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	buf_wrote(&lines, (size_t)n);
	return true;
}

static void readable(void *unused, uint32_t events)
{
	(void)unused;
	(void)events;
	if (!read_some(input.fd)) {
		at_eof = true;
		watch_stop(&input);
	}
	go_on(NULL);
}

void script_set_exit_on_eof(bool on)
{
	exit_on_eof = on;
}

void script_set_strict(bool on)
{
	strict = on;
}

void script_start(int fd, void (*run)(const struct words *w))
{
	struct stat st;

	runner = run;
	event_watch(seen, NULL);
	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
		watch_start(&input, fd, EPOLLIN, readable, NULL);
		return;
	}
	while (read_some(fd))
		;
	at_eof = true;
	timer_start(&next_timer, 0, go_on, NULL);
}
