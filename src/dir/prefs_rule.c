/* prefs_rule.c - a rule about what a device gets, as text. */

#include "dir/prefs.h"

#define SIZE_DIGITS	12

static const char *const gives[] = { "", "whole", "notice", "nothing" };

const char *give_name(enum give g)
{
	return (unsigned)g < sizeof(gives) / sizeof(*gives) ? gives[g] : "?";
}

/* --- words ---------------------------------------------------------------- */

__attribute__((format(printf, 2, 3)))
static enum err refuse(struct buf *why, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(why, fmt, ap);
	va_end(ap);
	return ERR_BAD_SYNTAX;
}

static void skip_blanks(struct strv *s)
{
	while (s->n && (s->p[0] == ' ' || s->p[0] == '\t')) {
		s->p++;
		s->n--;
	}
}

/* Up to a blank outside quotes, which stay. */
static struct strv next_word(struct strv *s)
{
	struct strv w;
	bool quoted = false;

	skip_blanks(s);
	w = (struct strv){ s->p, 0 };
	while (w.n < s->n && (quoted || (w.p[w.n] != ' ' &&
	    w.p[w.n] != '\t'))) {
		quoted ^= w.p[w.n] == '"';
		w.n++;
	}
	s->p += w.n;
	s->n -= w.n;
	return w;
}

static struct strv unquoted(struct strv v)
{
	if (v.n >= 2 && v.p[0] == '"' && v.p[v.n - 1] == '"')
		return (struct strv){ v.p + 1, v.n - 2 };
	return v;
}

static bool is_clean(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if ((unsigned char)s.p[i] < 32 || s.p[i] == 127)
			return false;
	return true;
}

/* --- values --------------------------------------------------------------- */

static enum err read_give(struct strv w, struct prefs_rule *r,
    struct buf *why)
{
	for (int g = GIVE_WHOLE; g <= GIVE_NOTHING; g++) {
		r->give = (enum give)g;
		if (strv_eq(w, strv(gives[g])))
			return ERR_OK;
	}
	return refuse(why, "a rule begins with whole, notice or nothing, not "
	    "\"%.*s\"", STRV_ARG(w));
}

static enum err read_device(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	if (v.n == 0 || memchr(v.p, '"', v.n))
		return refuse(why, "device is a name, an instance id, primary "
		    "or secondary");
	r->device = arena_str(a, v);
	return ERR_OK;
}

static bool is_type(struct strv t)
{
	struct strv sub, top = strv_split(t, '/', &sub);

	if (strv_eq(t, STRV("*")))
		return true;
	if (!sub.n || !top.n)
		return false;
	for (size_t i = 0; i < t.n; i++)
		if (strchr(";,\"* ", t.p[i]) &&
		    !(t.p[i] == '*' && strv_eq(sub, STRV("*"))))
			return false;
	return true;
}

static enum err read_types(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	struct strv rest = v;

	do {
		struct strv one = strv_split(rest, ',', &rest);

		if (!is_type(one))
			return refuse(why, "type: \"%.*s\" is no type like "
			    "image/jpeg or image/*", STRV_ARG(one));
	} while (rest.p);
	r->types = arena_str(a, v);
	return ERR_OK;
}

static enum err read_over(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	int64_t n = 0, unit = 1;
	size_t digits = v.n;

	(void)a;
	if (v.n > 1 && strchr("kmKM", v.p[v.n - 1])) {
		unit = (v.p[v.n - 1] | 32) == 'k' ? 1024 : 1024 * 1024;
		digits--;
	}
	for (size_t i = 0; i < digits; i++) {
		if (v.p[i] < '0' || v.p[i] > '9' || i == SIZE_DIGITS)
			digits = 0;
		n = n * 10 + (v.p[i] - '0');
	}
	if (digits == 0)
		return refuse(why, "over: \"%.*s\" is no size like 1300, 200k "
		    "or 1m", STRV_ARG(v));
	r->over = n * unit;
	return ERR_OK;
}

static enum err read_capability(struct strv v, struct arena *a,
    struct strv *out, struct buf *why)
{
	for (size_t i = 0; i < v.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
		    "WXYZ0123456789-_.+", v.p[i]))
			v.n = 0;
	if (v.n == 0)
		return refuse(why, "has and lacks are words of a device's "
		    "Contact parameters, like largemsg");
	*out = arena_str(a, v);
	return ERR_OK;
}

static enum err read_has(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	return read_capability(v, a, &r->has, why);
}

static enum err read_lacks(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	return read_capability(v, a, &r->lacks, why);
}

static enum err read_time(struct strv v, struct arena *a,
    struct prefs_rule *r, struct buf *why)
{
	(void)a;
	r->ntimes = screen_times(v, r->times);
	if (r->ntimes == 0)
		return refuse(why, "time: \"%.*s\" is not like 22:00-07:00 or "
		    "12:00-13:00,22:00-07:00", STRV_ARG(v));
	return ERR_OK;
}

/* --- the rule ------------------------------------------------------------- */

static const struct {
	const char *name;
	enum err (*read)(struct strv v, struct arena *a,
	    struct prefs_rule *r, struct buf *why);
} conditions[] = {
	{ "device", read_device }, { "type", read_types },
	{ "over", read_over }, { "has", read_has }, { "lacks", read_lacks },
	{ "time", read_time },
};
#define CONDITIONS (sizeof(conditions) / sizeof(*conditions))

static enum err read_condition(struct strv w, struct arena *a,
    struct prefs_rule *r, unsigned *seen, struct buf *why)
{
	struct strv value, name = strv_split(w, '=', &value);
	size_t i = 0;

	while (i < CONDITIONS && !strv_eq(name, strv(conditions[i].name)))
		i++;
	if (i == CONDITIONS || !value.p)
		return refuse(why, "\"%.*s\" is not device=, type=, over=, "
		    "has=, lacks= or time=", STRV_ARG(w));
	if (*seen & 1u << i)
		return refuse(why, "%s= is there twice", conditions[i].name);
	*seen |= 1u << i;
	return conditions[i].read(unquoted(value), a, r, why);
}

enum err prefs_rule_read(struct strv text, struct arena *a,
    struct prefs_rule *out, struct buf *why)
{
	struct strv rest = text, w;
	unsigned seen = 0;
	enum err e;

	*out = (struct prefs_rule){ .over = -1 };
	if (text.n == 0 || text.n > PREFS_RULE || !is_clean(text))
		return refuse(why, "a rule is 1 to %d bytes of text without "
		    "controls", PREFS_RULE);
	e = read_give(next_word(&rest), out, why);
	skip_blanks(&rest);
	while (e == ERR_OK && rest.n) {
		w = next_word(&rest);
		e = read_condition(w, a, out, &seen, why);
		skip_blanks(&rest);
	}
	if (e == ERR_OK)
		out->text = arena_str(a, text);
	return e;
}

bool prefs_type_in(struct strv type, struct strv list)
{
	struct strv rest;

	type = strv_split(type, ';', &rest);
	while (type.n && (type.p[type.n - 1] == ' ' ||
	    type.p[type.n - 1] == '\t'))
		type.n--;
	while (list.p) {
		struct strv one = strv_split(list, ',', &list);

		if (strv_eq(one, STRV("*")) || strv_caseeq(one, type))
			return true;
		if (one.n > 2 && one.p[one.n - 1] == '*' &&
		    type.n >= one.n && strv_caseeq((struct strv){ type.p,
		    one.n - 1 }, (struct strv){ one.p, one.n - 1 }))
			return true;
	}
	return false;
}

void prefs_rule_name(struct strv rule, struct strv device, struct buf *out)
{
	bool quote = memchr(device.p, ' ', device.n) != NULL;

	while (rule.n) {
		struct strv value, w = next_word(&rule);
		struct strv name = strv_split(w, '=', &value);

		skip_blanks(&rule);
		if (strv_eq(name, STRV("device")))
			buf_addf(out, "device=%s%.*s%s", quote ? "\"" : "",
			    STRV_ARG(device), quote ? "\"" : "");
		else
			buf_adds(out, w);
		if (rule.n)
			buf_addc(out, ' ');
	}
}
