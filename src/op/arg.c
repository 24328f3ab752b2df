/* arg.c - what the value of an argument may be, by its row. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/utf8.h"
#include "op/call_priv.h"
#include "op/filter.h"

#define QUOTED_MAX	60	/* bytes of a wrong value that are said */

static const char *const names[] = {
	[OP_TAKES_TEXT] = "text", [OP_TAKES_LINES] = "lines",
	[OP_TAKES_INT] = "int", [OP_TAKES_TIME] = "time",
	[OP_TAKES_SPAN] = "span", [OP_TAKES_CHOICE] = "choice",
	[OP_TAKES_NOTHING] = "flag", [OP_TAKES_FILE] = "file",
	[OP_TAKES_JSON] = "json", [OP_TAKES_CURSOR] = "cursor",
};

const char *op_takes_name(enum op_takes t)
{
	return names[t];
}

/* --- what is said ----------------------------------------------------------- */

static void span_text(int64_t ms, struct buf *out)
{
	static const struct {
		int64_t ms;
		char unit;
	} units[] = {
		{ 86400000, 'd' }, { 3600000, 'h' }, { 60000, 'm' },
		{ 1000, 's' },
	};
	size_t u = 0;

	while (ms % units[u].ms)
		u++;
	buf_addf(out, "%" PRId64 "%c", ms / units[u].ms, units[u].unit);
}

static void bound(const struct op_arg *a, int64_t n, struct buf *out)
{
	if (a->takes == OP_TAKES_SPAN)
		span_text(n, out);
	else
		buf_addf(out, "%" PRId64, n);
}

static bool has_bounds(const struct op_arg *a)
{
	return a->takes == OP_TAKES_TEXT || a->takes == OP_TAKES_LINES ||
	    a->takes == OP_TAKES_INT || a->takes == OP_TAKES_SPAN ||
	    a->takes == OP_TAKES_FILE;
}

void op_arg_range(const struct op_arg *a, struct buf *out)
{
	if (!has_bounds(a))
		return;
	bound(a, a->min, out);
	if (a->max == INT64_MAX) {
		buf_addz(out, " or more");
		return;
	}
	buf_addc(out, '-');
	bound(a, a->max, out);
}

/* A secret is not said again, nor what would not be read. */
static void quote(const struct op_arg *a, struct strv v, struct buf *why)
{
	bool cut = v.n > QUOTED_MAX;

	if (!v.p || a->flags & ARG_SECRET || !utf8_valid(v))
		return;
	if (cut)
		v.n = QUOTED_MAX;
	while (cut && v.n && (v.p[v.n] & 0xc0) == 0x80)
		v.n--;	/* no character is cut in half */
	buf_addf(why, " \"%.*s%s\"", STRV_ARG(v), cut ? "..." : "");
}

static bool wrong(const struct op_arg *a, struct strv v, struct buf *why,
    const char *what)
{
	buf_addz(why, a->name);
	quote(a, v, why);
	buf_addf(why, " %s", what);
	return false;
}

static void in_range(const struct op_arg *a, struct buf *why)
{
	if (a->max == INT64_MAX) {
		buf_addf(why, ", %" PRId64 " or more", a->min);
		return;
	}
	buf_addz(why, " from ");
	bound(a, a->min, why);
	buf_addz(why, " to ");
	bound(a, a->max, why);
	if (a->unit && a->takes == OP_TAKES_INT)
		buf_addf(why, " (%s)", a->unit);
}

/* --- one kind each ---------------------------------------------------------- */

static bool long_enough(const struct op_arg *a, struct strv v,
    struct buf *why)
{
	if ((int64_t)v.n >= a->min && (int64_t)v.n <= a->max)
		return true;
	if (v.n == 0)
		buf_addf(why, "%s is empty: give ", a->name);
	else
		buf_addf(why, "%s has %zu byte%s: give ", a->name, v.n,
		    v.n == 1 ? "" : "s");
	if (a->min)
		buf_addf(why, "%" PRId64 " to ", a->min);
	else
		buf_addz(why, "at most ");
	buf_addf(why, "%" PRId64 " bytes", a->max);
	return false;
}

static bool is_text(const struct op_arg *a, struct strv v, struct buf *why)
{
	bool lines = a->takes == OP_TAKES_LINES;

	if (!long_enough(a, v, why))
		return false;
	if (!utf8_valid(v))
		return wrong(a, v, why, "is not UTF-8 text: give it in that "
		    "encoding");
	for (size_t i = 0; i < v.n; i++) {
		unsigned char c = (unsigned char)v.p[i];

		if (c == 127 || (c < 32 && !(lines && (c == '\n' ||
		    c == '\r' || c == '\t'))))
			return wrong(a, STRV_NONE, why, lines ? "has control "
			    "characters: give text without them" :
			    "has control characters: give one line of text "
			    "without them");
	}
	return true;
}

/* "40/s" is 40 where the unit is so much a second. */
bool arg_number(const struct op_arg *a, struct strv v, int64_t *n)
{
	char *end;

	if (a->unit && strchr(a->unit, '/') && v.n > 2 &&
	    memcmp(v.p + v.n - 2, "/s", 2) == 0)
		v.n -= 2;
	if (v.n == 0 || v.n >= 20 || !strchr("-0123456789", v.p[0]))
		return false;
	*n = strtoll(v.p, &end, 10);	/* ends in what is no digit */
	return end == v.p + v.n;
}

static bool is_int(const struct op_arg *a, struct strv v, struct buf *why)
{
	int64_t n;

	if (arg_number(a, v, &n) && n >= a->min && n <= a->max)
		return true;
	(void)wrong(a, v, why, "must be a whole number");
	in_range(a, why);
	return false;
}

static bool is_span(const struct op_arg *a, struct strv v, struct buf *why)
{
	int64_t ms;

	if (!v.n || (span_parse(v, &ms) && ms >= a->min && ms <= a->max))
		return true;
	(void)wrong(a, v, why, "must be how long,");
	in_range(a, why);
	buf_addz(why, ": 30s, 5m, 1h or 7d");
	return false;
}

static bool is_time(const struct op_arg *a, struct strv v, struct buf *why)
{
	int64_t ms;

	return !v.n || when_parse(v, &ms) || wrong(a, v, why, "is no time: "
	    "30s, 5m, 1h or 7d ago, 2026-11-20 or 2026-11-20T09:00:00Z");
}

static bool is_chosen(const struct op_arg *a, struct strv v, struct buf *why)
{
	struct strv rest = strv(a->complete);

	while (rest.p)
		if (strv_eq(strv_split(rest, '|', &rest), v))
			return true;
	(void)wrong(a, v, why, "is none of those it can be: ");
	for (rest = strv(a->complete); rest.p;) {
		buf_adds(why, strv_split(rest, '|', &rest));
		buf_addz(why, rest.p ? ", " : "");
	}
	return false;
}

static bool is_flag(const struct op_arg *a, struct strv v, struct buf *why)
{
	return strv_eq(v, STRV("on")) || strv_eq(v, STRV("off")) ||
	    wrong(a, v, why, "takes no value: give it alone, on or off");
}

static bool fits(const struct op_arg *a, struct strv v, struct buf *why)
{
	return long_enough(a, v, why);
}

static bool is_any(const struct op_arg *a, struct strv v, struct buf *why)
{
	(void)a;
	(void)v;
	(void)why;
	return true;
}

static bool (*const good[])(const struct op_arg *, struct strv,
    struct buf *) = {
	[OP_TAKES_TEXT] = is_text, [OP_TAKES_LINES] = is_text,
	[OP_TAKES_INT] = is_int, [OP_TAKES_TIME] = is_time,
	[OP_TAKES_SPAN] = is_span, [OP_TAKES_CHOICE] = is_chosen,
	[OP_TAKES_NOTHING] = is_flag, [OP_TAKES_FILE] = fits,
	[OP_TAKES_JSON] = is_any, [OP_TAKES_CURSOR] = is_any,
};

bool op_arg_good(const struct op_arg *a, struct strv v, struct buf *why)
{
	return good[a->takes](a, v, why);
}

/* A row that contradicts itself would refuse what it offers. */
bool arg_row_ok(const struct op_arg *a)
{
	struct buf why;
	bool ok = a->takes >= OP_TAKES_TEXT && a->takes <= OP_TAKES_CURSOR &&
	    a->help && a->min <= a->max &&
	    (a->takes != OP_TAKES_CHOICE || strchr(a->complete, '|')) &&
	    (a->takes == OP_TAKES_NOTHING) == ((a->flags & ARG_FLAG) != 0) &&
	    (a->takes == OP_TAKES_JSON) == ((a->flags & ARG_JSON) != 0) &&
	    (!has_bounds(a) || a->max > 0);

	buf_init(&why, 4096);
	if (ok && a->fallback)
		ok = op_arg_good(a, strv(a->fallback), &why);
	buf_deinit(&why);
	return ok;
}
