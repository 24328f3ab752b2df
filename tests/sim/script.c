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
	struct bytes fields;
};

static void (*runner)(const struct words *w);
static struct watch input;
static struct timer pause_timer, next_timer;
static struct bytes lines;
static int line_number;
static bool at_eof, exit_on_eof, strict;

static struct seen *first, **last = &first;
static int seen_n;

static bool expecting;
static char *expected_text;	/* what expected points into */
static struct words expected;	/* the command; its options cut off */

static void go_on(void *unused);

static const char *field(const struct bytes *b, const char *key)
{
	for (const char *p = b->p; p < b->p + b->n;) {
		const char *value = p + strlen(p) + 1;

		if (strcmp(p, key) == 0)
			return value;
		p = value + strlen(value) + 1;
	}
	return NULL;
}

static bool matches(const struct bytes *fields)
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
	bytes_free(&s->fields);
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
	free(expected_text);
	expected_text = NULL;
	timer_stop(&pause_timer);
	/* not from inside event_end */
	timer_start(&next_timer, 0, go_on, NULL);
}

static void seen(const struct event *e, void *unused)
{
	struct seen *s = new_zero(sizeof(*s));

	(void)unused;
	for (int i = 0; i < e->n; i++) {
		bytes_cstr(&s->fields, e->fields[i].key);
		bytes_cstr(&s->fields, e->fields[i].value);
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
	struct bytes b = { 0 };

	(void)unused;
	for (int i = 1; i < expected.n; i++)
		bytes_printf(&b, " %s", expected.w[i]);
	expecting = false;	/* the error is no match */
	refuse("did not see:%s", b.p);
	bytes_free(&b);
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

/* Takes over text, in which w points. */
static void expect(const struct words *w, char *text)
{
	long within = EXPECT_MS;

	expected = *w;
	expected_text = text;
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
static bool run_line(char *text)
{
	struct words w;
	const char *wrong = words_cut(text, &w);
	long ms;

	if (wrong) {
		refuse("%s", wrong);
	} else if (w.n == 2 && strcmp(w.w[0], "sleep") == 0 &&
	    words_number(w.w[1], &ms)) {
		pause_ms(ms, go_on);
		free(text);
		return false;
	} else if (w.n > 0 && strcmp(w.w[0], "expect") == 0) {
		expect(&w, text);
		return false;
	} else if (w.n > 0) {
		runner(&w);
	}
	stop_if_strict();
	free(text);
	return true;
}

/* The next whole line, or at the end of the input what is left. */
static char *take_line(void)
{
	struct strv rest, line = strv_split(bytes_all(&lines), '\n', &rest);
	char *text;

	if (!rest.p && (!at_eof || line.n == 0))
		return NULL;
	text = new_view(line);
	bytes_drop(&lines, rest.p ? line.n + 1 : line.n);
	refuse_set_line(++line_number);
	return text;
}

static void go_on(void *unused)
{
	char *line;

	(void)unused;
	if (expecting || pause_timer.slot != 0)
		return;
	while (lines.n > 0) {
		line = take_line();
		if (!line)
			return;
		if (!run_line(line))
			return;
	}
	if (at_eof && exit_on_eof)
		poller_stop();
}

static bool read_some(int fd)
{
	ssize_t n = read(fd, bytes_room(&lines, 65536), 65536);

	if (n < 0 && (errno == EINTR || errno == EAGAIN))
		return true;
	if (n <= 0)
		return false;
	lines.n += (size_t)n;
	lines.p[lines.n] = '\0';
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
