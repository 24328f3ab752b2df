/* addr_number.c - telephone numbers as people and networks write them. */

#include "core/addr_priv.h"

/* national habits (ITU-T E.164, E.123); all others: trunk 0, prefix 00 */
static const struct plan {
	const char *code, *trunk, *international;
	unsigned national_digits;
	bool keep_trunk;
} plans[] = {
	{ "1",   "",   "011", 10, false },
	{ "7",   "8",  "810", 0,  false },
	{ "30",  "",   "",    10, false },
	{ "34",  "",   "",    9,  false },
	{ "36",  "06", "",    0,  false },
	{ "39",  "0",  "",    10, true },
	{ "45",  "",   "",    8,  false },
	{ "47",  "",   "",    8,  false },
	{ "48",  "",   "",    9,  false },
	{ "52",  "",   "",    10, false },
	{ "65",  "",   "",    8,  false },
	{ "351", "",   "",    9,  false },
	{ "357", "",   "",    8,  false },
	{ "371", "",   "",    8,  false },
	{ "420", "",   "",    9,  false },
	{ "852", "",   "",    8,  false },
	{ "853", "",   "",    8,  false },
};

void addr_rules_init(struct addr_rules *r, struct strv domain,
    struct strv country_code)
{
	*r = (struct addr_rules){ .domain = domain,
	    .country_code = country_code, .trunk = STRV("0"),
	    .international = STRV("") };
	for (size_t i = 0; i < sizeof(plans) / sizeof(plans[0]); i++) {
		const struct plan *p = &plans[i];

		if (!strv_eq(country_code, strv(p->code)))
			continue;
		r->trunk = strv(p->trunk);
		r->international = strv(p->international);
		r->national_digits = p->national_digits;
		r->keep_trunk = p->keep_trunk;
	}
}

#define DIGITS	32	/* longer ones are no numbers, with any prefix */

struct number {
	char d[DIGITS];
	size_t n;
	bool plus;
};

/* RFC 3966 3 and 5.1.1; a space because people type one. */
static bool visual_separator(int c)
{
	return c == '-' || c == '.' || c == '(' || c == ')' || c == ' ';
}

static bool number_read(struct strv s, struct number *out)
{
	struct strv rest;

	*out = (struct number){ .n = 0 };
	s = strv_split(s, ';', &rest);
	while (s.n) {
		int c = addr_char(&s);

		if (visual_separator(c))
			continue;
		if (c == '+' && !out->plus && out->n == 0) {
			out->plus = true;
			continue;
		}
		if (c < '0' || c > '9' || out->n == DIGITS)
			return false;
		out->d[out->n++] = (char)c;
	}
	return out->n > 0;
}

bool addr_digits(struct strv user, bool *plus, struct buf *out)
{
	struct number n;

	if (!number_read(user, &n))
		return false;
	*plus = n.plus;
	buf_add(out, n.d, n.n);
	return true;
}

static bool starts(struct strv s, struct strv with)
{
	return with.n && s.n > with.n && memcmp(s.p, with.p, with.n) == 0;
}

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

/* No country code begins with 0. */
static bool international(struct strv code, struct strv d, struct buf *key)
{
	struct strv first = code.n ? code : d;

	if (d.n == 0 || code.n + d.n > ADDR_E164 || first.p[0] == '0')
		return false;
	buf_adds(key, STRV("tel:+"));
	buf_adds(key, code);
	buf_adds(key, d);
	return true;
}

/* Behind the country code code, which may be another one than the site's. */
static bool national(const struct addr_rules *r, struct strv code,
    struct strv d, struct buf *key)
{
	if (starts(d, r->trunk) && !r->keep_trunk)
		d = after(d, r->trunk.n);
	return international(code, d, key);
}

static bool is_national(const struct addr_rules *r, struct strv d)
{
	if (r->country_code.n == 0)
		return false;
	if (starts(d, r->trunk))
		return true;
	/* North American numbers never begin with 1, their country code */
	return d.n == r->national_digits && d.p[0] != '0' &&
	    !(d.p[0] == '1' && strv_eq(r->country_code, STRV("1")));
}

/* "+49" gives 49; a domain gives nothing. */
static struct strv context_code(struct strv context, struct number *n)
{
	if (!number_read(context, n) || !n->plus)
		return STRV_NONE;
	return (struct strv){ n->d, n->n };
}

bool addr_number_key(const struct addr_rules *r, struct strv user,
    struct strv context, struct buf *key)
{
	struct number n, c;
	struct strv d, code;

	if (!number_read(user, &n))
		return false;
	d = (struct strv){ n.d, n.n };
	if (n.plus)
		return international(STRV(""), d, key);
	code = context_code(context, &c);
	if (code.n && !starts(d, STRV("00")))
		return national(r, code, d, key);
	if (d.n <= ADDR_SHORT) {
		buf_adds(key, STRV("tel:"));
		buf_adds(key, d);
		return true;
	}
	if (starts(d, STRV("00")))
		return international(STRV(""), after(d, 2), key);
	if (starts(d, r->international))
		return international(STRV(""), after(d, r->international.n),
		    key);
	if (is_national(r, d))
		return national(r, r->country_code, d, key);
	/* with its country code, ours or not, and without + */
	return international(STRV(""), d, key);
}
