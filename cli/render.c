/* render.c - answers for people and for programs. */

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

#include "base/utf8.h"
#include "cli/table.h"

#define SIZE_LIMIT	((size_t)80 << 20)

struct render render_to(FILE *out, enum render_color color)
{
	const char *term = getenv("TERM"), *no = getenv("NO_COLOR");
	const char *force = getenv("CLICOLOR_FORCE");
	struct render r = { .out = out, .tty = isatty(fileno(out)) };
	struct winsize size;

	r.color = r.tty && !(no && *no) && !(term && !strcmp(term, "dumb"));
	if (force && *force && strcmp(force, "0") != 0 && !(no && *no))
		r.color = true;
	if (color != COLOR_AUTO)
		r.color = color == COLOR_ALWAYS;
	if (r.tty && ioctl(fileno(out), TIOCGWINSZ, &size) == 0)
		r.width = size.ws_col;
	return r;
}

/* --- text ---------------------------------------------------------------- */

bool render_steers(uint32_t c)
{
	return c < 0x20 || (c >= 0x7f && c < 0xa0) ||
	    (c >= 0x200e && c <= 0x200f) || (c >= 0x2028 && c <= 0x202e) ||
	    (c >= 0x2066 && c <= 0x2069) || c == 0x061c || c == 0xfeff;
}

/* A CR is one only before an LF: lines of CSV end so. */
static bool is_of_lines(uint32_t c, struct strv next)
{
	return c == '\n' || c == '\t' ||
	    (c == '\r' && next.n && next.p[0] == '\n');
}

void render_safe(struct buf *out, struct strv s, bool lines)
{
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		if (lines && is_of_lines(c, s))
			buf_addc(out, (char)c);
		else if (render_steers(c))
			utf8_add(out, UTF8_REPLACEMENT);
		else
			utf8_add(out, c);
	}
}

static size_t columns_of(uint32_t c)
{
	int n = wcwidth((wchar_t)c);

	return n < 0 ? 1 : (size_t)n;
}

size_t render_width(struct strv s)
{
	size_t n = 0;

	while (s.n)
		n += columns_of(utf8_next(&s, NULL));
	return n;
}

void render_cut(struct buf *out, struct strv s, size_t width)
{
	size_t used = 0;

	if (render_width(s) <= width) {
		buf_adds(out, s);
		return;
	}
	while (s.n) {
		uint32_t c = utf8_next(&s, NULL);

		used += columns_of(c);
		if (used + 1 > width)
			break;
		utf8_add(out, c);
	}
	if (width)
		utf8_add(out, 0x2026);
}

static bool digits(const char *p, size_t n, int *out)
{
	*out = 0;
	for (size_t i = 0; i < n; i++) {
		if (p[i] < '0' || p[i] > '9')
			return false;
		*out = *out * 10 + (p[i] - '0');
	}
	return true;
}

/* "2026-11-20T17:27:56.002Z" */
static bool time_read(struct strv s, struct tm *tm)
{
	static const char form[] = "0000-00-00T00:00:00.000Z";

	*tm = (struct tm){ 0 };
	if (s.n != sizeof(form) - 1)
		return false;
	for (size_t i = 0; i < s.n; i++)
		if (form[i] != '0' && s.p[i] != form[i])
			return false;
	if (!digits(s.p, 4, &tm->tm_year) || !digits(s.p + 5, 2, &tm->tm_mon) ||
	    !digits(s.p + 8, 2, &tm->tm_mday) ||
	    !digits(s.p + 11, 2, &tm->tm_hour) ||
	    !digits(s.p + 14, 2, &tm->tm_min) ||
	    !digits(s.p + 17, 2, &tm->tm_sec))
		return false;
	tm->tm_year -= 1900;
	tm->tm_mon--;
	return true;
}

bool render_time(const struct render *r, struct strv s, struct buf *out)
{
	struct tm tm, at, today;
	time_t now = time(NULL), then;
	char text[32];

	if (!time_read(s, &tm))
		return false;
	then = timegm(&tm);
	if (r->utc ? !gmtime_r(&then, &at) || !gmtime_r(&now, &today) :
	    !localtime_r(&then, &at) || !localtime_r(&now, &today))
		return false;
	(void)strftime(text, sizeof(text), at.tm_year != today.tm_year ?
	    "%Y-%m-%d" : at.tm_yday != today.tm_yday ? "%m-%d %H:%M" :
	    "%H:%M:%S", &at);
	buf_addz(out, text);
	return true;
}

/* --- one object ---------------------------------------------------------- */

static bool hidden(struct strv name)
{
	static const char *const names[] = { "text", "exit", "next", "items",
		"says" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strv_eq(name, strv(names[i])))
			return true;
	return false;
}

/* Rows, or lines: not beside a name. */
static bool is_block(const struct json *m)
{
	struct strv s;

	return table_is_nested(m) || (json_as_string(m, &s) && s.n &&
	    memchr(s.p, '\n', s.n));
}

static void object_print(const struct render *r, const struct json *o)
{
	struct buf b;
	size_t width = 0;

	for (const struct json *m = json_first(o); m; m = json_next(m))
		if (!hidden(json_name(m)) && !is_block(m) &&
		    render_width(json_name(m)) > width)
			width = render_width(json_name(m));
	buf_init(&b, BUF_NO_LIMIT);
	for (const struct json *m = json_first(o); m; m = json_next(m)) {
		struct strv name = json_name(m);

		if (hidden(name) || is_block(m))
			continue;
		buf_clear(&b);
		render_safe(&b, name, false);
		fputs(b.p, r->out);
		table_cell(r, m, &b);
		table_spaces(r->out, width - render_width(name) + TABLE_GAP);
		if (r->color && table_is_state(name))
			table_state(r, buf_strv(&b));
		else
			fputs(b.p, r->out);
		fputc('\n', r->out);
	}
	buf_deinit(&b);
}

static void sentences_print(const struct render *r, const struct json *v)
{
	struct strv said;
	struct buf b;

	if (!json_as_string(v, &said) || said.n == 0)
		return;
	buf_init(&b, BUF_NO_LIMIT);
	render_safe(&b, said, true);
	if (b.p[b.n - 1] != '\n')
		buf_addc(&b, '\n');
	fputs(b.p, r->out);
	buf_deinit(&b);
}

/* Rows and lines inside of an object, behind what is said beside a name. */
static void blocks_print(const struct render *r, const struct json *o)
{
	struct strv text = STRV(""), s;
	bool told;

	(void)json_as_string(json_member(o, "text"), &text);
	told = text.n > 0;	/* in other words than a member's */
	for (const struct json *m = json_first(o); m; m = json_next(m))
		if (!hidden(json_name(m)) && json_as_string(m, &s) &&
		    strv_eq(s, text))
			told = false;
	for (const struct json *m = json_first(o); m; m = json_next(m)) {
		if (told || hidden(json_name(m)) || !is_block(m) ||
		    (json_as_string(m, &s) && strv_eq(s, text)))
			continue;
		fprintf(r->out, "\n%.*s\n", STRV_ARG(json_name(m)));
		if (json_type(m) == JSON_ARRAY)
			table_print(r, m);
		else if (json_type(m) == JSON_OBJECT)
			object_print(r, m);
		else
			sentences_print(r, m);
	}
}

bool render_people(const struct render *r, struct strv json, bool *next)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items, *more;

	*next = false;
	if (!root)
		return false;
	items = json_member(root, "items");
	if (items)
		table_print(r, items);
	object_print(r, root);
	blocks_print(r, root);
	sentences_print(r, json_member(root, "says"));
	sentences_print(r, json_member(root, "text"));
	more = json_member(root, "next");
	*next = more && json_type(more) != JSON_NULL;
	json_free(root);
	return true;
}
