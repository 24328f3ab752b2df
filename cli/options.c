/* options.c - the options that every command has. */

#include <stdlib.h>
#include <string.h>

#include "cli/request.h"

static bool number(struct strv s, int max, int *out)
{
	char *end;
	long v = s.n ? strtol(s.p, &end, 10) : 0;

	if (!s.n || end != s.p + s.n || v < 1 || v > max)
		return false;
	*out = (int)v;
	return true;
}

bool duration_s(struct strv s, const char *unit, int64_t *out)
{
	static const struct {
		const char *name;
		int is;
	} units[] = { { "s", 1 }, { "m", 60 }, { "h", 3600 } };
	size_t digits = 0;
	struct strv in;
	int n;

	while (digits < s.n && s.p[digits] >= '0' && s.p[digits] <= '9')
		digits++;
	in = (struct strv){ s.p + digits, s.n - digits };
	if (in.n == 0)
		in = strv(unit);
	if (!number((struct strv){ s.p, digits }, 86400, &n))
		return false;
	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++)
		if (strv_eq(in, strv(units[i].name))) {
			*out = (int64_t)n * units[i].is;
			return *out <= 86400;
		}
	return false;
}

/* "--NAME VALUE" or "--NAME=VALUE"; the words used, 0: it is not it. */
static int valued(const char *name, const struct word *w, size_t n,
    struct strv *value)
{
	size_t length = strlen(name);

	*value = STRV_NONE;
	if (w->text.n < length || memcmp(w->text.p, name, length) != 0)
		return 0;
	if (w->text.n > length && w->text.p[length] != '=')
		return 0;
	if (w->text.n > length) {
		*value = (struct strv){ w->text.p + length + 1,
		    w->text.n - length - 1 };
		return 1;
	}
	if (n > 1)
		*value = w[1].text;
	return n > 1 ? 2 : 1;
}

static int texts_take(struct options *o, const struct word *w, size_t n,
    struct buf *why)
{
	struct {
		const char *name;
		struct strv *to;
	} texts[] = {
		{ "--columns", &o->select.columns },
		{ "--sort", &o->select.sort },
		{ "--wait", &o->wait },
		{ "--filter", &o->filter },
	};
	struct {
		const char *name, *unit;
		int max, *to;
	} numbers[] = {
		{ "--timeout", " of seconds", 86400, &o->timeout_s },
		{ "--limit", " of rows", 1000000, &o->select.limit },
	};
	struct strv value;
	int used;

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		used = valued(texts[i].name, w, n, &value);
		if (used && value.n)
			*texts[i].to = value;
		else if (used)
			buf_addf(why, "%s takes a %s", texts[i].name,
			    texts[i].to == &o->wait ? "state" :
			    texts[i].to == &o->filter ? "condition" :
			    "column");
		if (used)
			return value.n ? used : -1;
	}
	for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
		used = valued(numbers[i].name, w, n, &value);
		if (used && number(value, numbers[i].max, numbers[i].to))
			return used;
		if (!used)
			continue;
		buf_addf(why, "%s takes a number%s", numbers[i].name,
		    numbers[i].unit);
		return -1;
	}
	return 0;
}

bool color_read(struct strv word, enum render_color *out)
{
	static const char *const names[] = {
		[COLOR_AUTO] = "auto", [COLOR_ALWAYS] = "always",
		[COLOR_NEVER] = "never",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strv_eq(word, strv(names[i]))) {
			*out = (enum render_color)i;
			return true;
		}
	return false;
}

static int color_take(struct options *o, const struct word *w, size_t n,
    struct buf *why)
{
	struct strv value;
	int used = valued("--color", w, n, &value);

	if (used == 0 || (value.n && color_read(value, &o->color)))
		return used;
	buf_addz(why, "--color takes auto, always or never");
	return -1;
}

int options_take(struct options *o, const struct word *w, size_t n,
    struct buf *why)
{
	static const struct {
		const char *name;
		size_t at;
	} switches[] = {
		{ "--json", offsetof(struct options, json) },
		{ "--jsonl", offsetof(struct options, jsonl) },
		{ "--utc", offsetof(struct options, utc) },
		{ "--yes", offsetof(struct options, yes) },
		{ "--csv", offsetof(struct options, csv) },
		{ "--help", offsetof(struct options, help) },
		{ "--no-pager", offsetof(struct options, no_pager) },
		{ "--mask", offsetof(struct options, mask) },
		{ "--quiet", offsetof(struct options, quiet) },
		{ "--nagios", offsetof(struct options, nagios) },
	};
	int step;

	if (n == 0 || w[0].quoted)
		return 0;
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		if (strv_eq(w[0].text, strv(switches[i].name))) {
			*(bool *)((char *)o + switches[i].at) = true;
			return 1;
		}
	if (strv_eq(w[0].text, STRV("--watch"))) {
		o->watch_s = 2;
		return n > 1 && number(w[1].text, 86400, &o->watch_s) ? 2 : 1;
	}
	step = color_take(o, w, n, why);
	return step ? step : texts_take(o, w, n, why);
}
