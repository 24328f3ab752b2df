/* value.c - the types of settings: text as typed to its canonical form. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/near.h"
#include "base/utf8.h"
#include "conf/conf_priv.h"

#define TEXT_MAX	4096	/* code points, where a row says nothing */
#define DURATION_MAX	((int64_t)3660 * 86400000)	/* ten years */
#define SIZE_MAX_	((int64_t)1 << 50)
#define INT_BOUND	((int64_t)1 << 53)
#define NAME_MAX_	32
#define LIST_MAX	64

struct unit {
	const char *name;
	int64_t is;
};

/* greatest first: the canonical form uses the greatest that divides */
static const struct unit durations[] = {
	{ "d", 86400000 }, { "h", 3600000 }, { "m", 60000 }, { "s", 1000 },
	{ "ms", 1 }, { NULL, 0 },
};
static const struct unit sizes[] = {
	{ "g", (int64_t)1 << 30 }, { "m", (int64_t)1 << 20 },
	{ "k", (int64_t)1 << 10 }, { "", 1 }, { NULL, 0 },
};

static const struct unit *units(const struct conf_row *row)
{
	return row->type == CONF_DURATION ? durations :
	    row->type == CONF_SIZE ? sizes : NULL;
}

bool value_digit(char c)
{
	return c >= '0' && c <= '9';
}

bool value_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

enum err value_refuse(struct buf *why, const char *what)
{
	buf_addz(why, what);
	return ERR_BAD_SYNTAX;
}

/* --- numbers ------------------------------------------------------------ */

static void number_text(const struct unit *u, int64_t n, struct buf *out)
{
	if (!u) {
		buf_addf(out, "%" PRId64, n);
		return;
	}
	if (n == 0 && u == durations) {
		buf_addz(out, "0s");
		return;
	}
	while (u[1].name && (n == 0 || n % u->is))
		u++;
	buf_addf(out, "%" PRId64 "%s", n / u->is, u->name);
}

/* Digits, then one of the units; *unit gets what follows the digits. */
bool value_digits(struct strv s, int64_t *n, struct strv *unit)
{
	size_t i = 0;

	*n = 0;
	while (i < s.n && value_digit(s.p[i])) {
		if (*n > INT64_MAX / 10 - 10)
			return false;
		*n = *n * 10 + (s.p[i++] - '0');
	}
	*unit = (struct strv){ s.p + i, s.n - i };
	return i > 0;
}

static bool scale(const struct unit *u, struct strv name, int64_t *n)
{
	for (; u->name; u++) {
		if (!strv_caseeq(name, strv(u->name)))
			continue;
		if (*n > INT64_MAX / u->is)
			return false;
		*n *= u->is;
		return true;
	}
	return false;
}

static bool number(const struct conf_row *row, struct strv s, int64_t *n)
{
	const struct unit *u = units(row);
	bool minus = !u && s.n && s.p[0] == '-';
	struct strv rest;

	if (minus)
		s = (struct strv){ s.p + 1, s.n - 1 };
	if (!value_digits(s, n, &rest))
		return false;
	if (minus)
		*n = -*n;
	if (!u)
		return rest.n == 0;
	if (rest.n == 0 && *n == 0)
		return true;	/* nothing is nothing in any unit */
	return scale(u, rest, n);
}

static void bounds(const struct conf_row *row, int64_t *min, int64_t *max)
{
	*min = row->min;
	*max = row->max;
	if (row->min || row->max)
		return;
	*max = row->type == CONF_DURATION ? DURATION_MAX :
	    row->type == CONF_SIZE ? SIZE_MAX_ : INT_BOUND;
	*min = row->type == CONF_INT ? -INT_BOUND : 0;
}

static enum err number_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	const struct unit *u = units(row);
	int64_t n, min, max;

	if (!number(row, s, &n))
		return value_refuse(why, u == durations ?
		    "a duration is a number and ms, s, m, h or d: 30s" :
		    u ? "a size is a number of bytes, or with k, m or g: 64k" :
		    "this must be a whole number");
	bounds(row, &min, &max);
	if (n < min || n > max) {
		buf_addz(why, "this must lie between ");
		number_text(u, min, why);
		buf_addz(why, " and ");
		number_text(u, max, why);
		return ERR_BAD_SYNTAX;
	}
	number_text(u, n, out);
	return ERR_OK;
}

void conf_range(const struct conf_row *row, struct buf *out)
{
	const struct unit *u = units(row);

	if (!row->min && !row->max)
		return;
	number_text(u, row->min, out);
	buf_addc(out, '-');
	number_text(u, row->max, out);
}

/* --- words -------------------------------------------------------------- */

static enum err text_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	int64_t max = row->max ? row->max : TEXT_MAX, n = 0;
	struct strv rest = s;
	bool bad = false;

	while (rest.n) {
		uint32_t c = utf8_next(&rest, &bad);

		if (bad)
			return value_refuse(why, "this is not UTF-8 text");
		if (c < 0x20 || (c >= 0x7f && c < 0xa0))
			return value_refuse(why, "control characters are not "
			    "allowed here");
		n++;
	}
	if (n < row->min || n > max) {
		buf_addf(why, "this must have %" PRId64 " to %" PRId64
		    " characters; it has %" PRId64, row->min, max, n);
		return ERR_BAD_SYNTAX;
	}
	buf_adds(out, s);
	return ERR_OK;
}

bool name_ok(struct strv s)
{
	if (s.n == 0 || s.n > NAME_MAX_ || !value_letter(s.p[0]))
		return false;
	for (size_t i = 1; i < s.n; i++)
		if (!value_letter(s.p[i]) && !value_digit(s.p[i]) && s.p[i] != '-' &&
		    s.p[i] != '_')
			return false;
	return true;
}

static enum err name_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	(void)row;
	if (!name_ok(s))
		return value_refuse(why, "a name is a letter, then letters, digits, "
		    "- and _; at most 32");
	buf_adds(out, s);
	return ERR_OK;
}

enum err value_list(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why, value_fn *one)
{
	size_t n = 0;
	enum err e;

	do {
		struct strv part = strv_split(s, ',', &s);

		if (++n > LIST_MAX)
			return value_refuse(why, "a list has at most 64 members");
		if (n > 1)
			buf_addc(out, ',');
		e = one(row, part, out, why);
	} while (e == ERR_OK && s.p);
	return e;
}

static enum err names_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	return value_list(row, s, out, why, name_value);
}

static enum err bool_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	static const char *const words[] = {
		"off", "on", "no", "yes", "false", "true",
	};

	(void)row;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strv_caseeq(s, strv(words[i]))) {
			buf_addz(out, words[i % 2]);
			return ERR_OK;
		}
	return value_refuse(why, "this must be on or off");
}

static enum err enum_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	struct strv rest = strv(row->choices), one;
	struct near near = near_to(s);
	char word[NAME_MAX_ + 1], best[NAME_MAX_ + 1] = "";

	while (rest.p) {
		one = strv_split(rest, '|', &rest);
		if (strv_caseeq(one, s)) {
			buf_adds(out, one);
			return ERR_OK;
		}
		if (one.n > NAME_MAX_)
			continue;
		memcpy(word, one.p, one.n);
		word[one.n] = 0;
		near.best = NULL;
		near_offer(&near, word);
		if (near.best)
			memcpy(best, word, one.n + 1);
	}
	buf_addf(why, "this must be one of %s", row->choices);
	if (best[0])
		buf_addf(why, " (did you mean %s?)", best);
	return ERR_BAD_SYNTAX;
}

/* --- all types -------------------------------------------------------- */

static enum err secret_value(const struct conf_row *row, struct strv s,
    struct buf *out, struct buf *why)
{
	const char *known = secret_looks_so(s) ? secret_find(s) : NULL;
	size_t before = out->n;
	struct buf clear;
	enum err e;

	if (known) {
		buf_addz(out, known);
		return ERR_OK;
	}
	if (secret_looks_so(s)) {
		buf_addz(why, "this refers to a secret that is not kept "
		    "here: set it again, from a file with @FILE");
		return ERR_BAD_SYNTAX;
	}
	buf_init(&clear, s.n);
	e = text_value(row, s, &clear, why);
	if (e == ERR_OK)
		e = seal(s, out);
	if (e == ERR_OK)
		conf_secret_know((struct strv){ out->p + before,
		    out->n - before }, STRV_NONE);
	if (e == ERR_STORAGE)
		buf_addz(why, "secrets cannot be kept: the key file could "
		    "not be read at start; see the log");
	explicit_bzero(clear.p, clear.size);
	buf_deinit(&clear);
	return e;
}

static value_fn *const types[] = {
	[CONF_TEXT] = text_value, [CONF_NAME] = name_value,
	[CONF_NAMES] = names_value, [CONF_BOOL] = bool_value,
	[CONF_INT] = number_value, [CONF_DURATION] = number_value,
	[CONF_SIZE] = number_value, [CONF_ENUM] = enum_value,
	[CONF_ADDRESS] = address_value, [CONF_ADDRESSES] = addresses_value,
	[CONF_DOMAIN] = domain_value, [CONF_PATTERN] = pattern_value,
	[CONF_SECRET] = secret_value,
};

enum err conf_value(const struct conf_row *row, struct strv text,
    struct buf *canonical, struct buf *why)
{
	size_t before = canonical->n;
	enum err e;

	if (!text.p)
		text = STRV("");
	e = types[row->type](row, text, canonical, why);
	if (e == ERR_OK && !canonical->full)
		return ERR_OK;
	canonical->n = before;
	if (canonical->size)
		canonical->p[before] = 0;
	return e == ERR_OK ? ERR_TOO_BIG : e;
}

int64_t value_number(const struct conf_row *row, const char *text)
{
	int64_t n = 0;

	if (row->type == CONF_BOOL)
		return strcmp(text, "on") == 0;
	if (row->type == CONF_INT || units(row))
		(void)number(row, strv(text), &n);
	return n;
}
