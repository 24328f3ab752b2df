/* cpim_time.c - the times of CPIM and IMDN (RFC 3339, ISO 8601). */

#include "base/now.h"
#include "wire/cpim.h"

#define DAY_S	86400

static struct strv after(struct strv s, size_t n)
{
	return (struct strv){ s.p + n, s.n - n };
}

static bool digit(struct strv s)
{
	return s.n && s.p[0] >= '0' && s.p[0] <= '9';
}

/* Exactly n digits in min..max, taken off s. */
static bool number(struct strv *s, int n, int min, int max, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++) {
		if (!digit(*s))
			return false;
		*out = *out * 10 + (s->p[0] - '0');
		*s = after(*s, 1);
	}
	return *out >= min && *out <= max;
}

static bool one(struct strv *s, const char *set)
{
	if (s->n == 0 || s->p[0] == 0 || !strchr(set, s->p[0]))
		return false;
	*s = after(*s, 1);
	return true;
}

static bool leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

/* Days from 1970-01-01; years from 1970 because nothing here is older. */
static bool date(struct strv *s, int64_t *days)
{
	static const int length[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31,
	    30, 31 };
	int y, m, d;

	if (!number(s, 4, 1970, 9999, &y) || !one(s, "-") ||
	    !number(s, 2, 1, 12, &m) || !one(s, "-") ||
	    !number(s, 2, 1, 31, &d))
		return false;
	if (d > length[m - 1] + (m == 2 && leap(y)))
		return false;
	*days = (y - 1970) * 365 + (y - 1969) / 4 - (y - 1901) / 100 +
	    (y - 1601) / 400 + d - 1;
	for (int i = 0; i < m - 1; i++)
		*days += length[i] + (i == 1 && leap(y));
	return true;
}

/* Any number of digits; the first three count. */
static bool fraction(struct strv *s, int *ms)
{
	int place = 100;

	*ms = 0;
	if (!one(s, ".,"))
		return true;
	if (!digit(*s))
		return false;
	for (; digit(*s); *s = after(*s, 1)) {
		*ms += (s->p[0] - '0') * place;
		place /= 10;
	}
	return true;
}

static bool zone(struct strv *s, int *minutes)
{
	int h, m = 0, sign;

	*minutes = 0;
	if (one(s, "Zz"))
		return true;
	sign = s->n && s->p[0] == '-' ? -1 : 1;
	if (!one(s, "+-") || !number(s, 2, 0, 23, &h))
		return false;
	if (s->n && (one(s, ":") || digit(*s)) && !number(s, 2, 0, 59, &m))
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool cpim_time(struct strv s, int64_t *ms)
{
	int64_t days;
	int h, m, sec, part, minutes;

	/* second 60: a leap second, the same as the next minute's 0 */
	if (!date(&s, &days) || !one(&s, "Tt ") || !number(&s, 2, 0, 23, &h) ||
	    !one(&s, ":") || !number(&s, 2, 0, 59, &m) || !one(&s, ":") ||
	    !number(&s, 2, 0, 60, &sec) || !fraction(&s, &part) ||
	    !zone(&s, &minutes) || s.n)
		return false;
	*ms = ((days * DAY_S + h * 3600 + (m - minutes) * 60 + sec) * 1000) +
	    part;
	return true;
}

void cpim_add_time(struct buf *out, int64_t ms)
{
	char s[NOW_TEXT];

	now_text(ms, s);
	if (ms % 1000)
		buf_addz(out, s);
	else
		buf_addf(out, "%.19sZ", s);
}
