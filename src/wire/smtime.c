/* smtime.c - time in SMPP (v3.4 7.1.1): "YYMMDDhhmmsstnnp". */

#include <stdio.h>

#include "wire/smtime.h"

enum { MINUTE = 60, HOUR = 3600, DAY = 86400, QUARTER = 900 };
#define MONTH	((int64_t)30 * DAY)
#define YEAR	((int64_t)365 * DAY)

/* Days from 1970-01-01 to a day of the Gregorian calendar, year >= 1970. */
static int64_t days(int year, int month, int day)
{
	int y = month <= 2 ? year - 1 : year;
	int m = month <= 2 ? month + 9 : month - 3;	/* March is 0 */

	return (int64_t)y * 365 + y / 4 - y / 100 + y / 400 +
	    (153 * m + 2) / 5 + day - 1 - 719468;
}

static int month_days(int year, int month)
{
	static const uint8_t n[] =
	    { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	return month == 2 && leap ? 29 : n[month - 1];
}

bool smtime_utc(const struct smtime *t, int64_t *utc_ms)
{
	if (t->year < 1970 || t->month < 1 || t->month > 12 || t->day < 1 ||
	    t->day > month_days(t->year, t->month) || t->hour > 23 ||
	    t->minute > 59 || t->second > 59)
		return false;
	*utc_ms = (days(t->year, t->month, t->day) * DAY + t->hour * HOUR +
	    t->minute * MINUTE + t->second) * 1000;
	return true;
}

/* n digits at an offset, or -1. */
static int digits(struct strv s, size_t at, size_t n)
{
	int v = 0;

	if (at + n > s.n)
		return -1;
	for (size_t i = at; i < at + n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return -1;
		v = v * 10 + (s.p[i] - '0');
	}
	return v;
}

bool smtime_fields(struct strv s, size_t year_digits, struct smtime *t)
{
	size_t at = year_digits;
	int year = digits(s, 0, year_digits);

	*t = (struct smtime){
		.year = year_digits == 2 ? 2000 + year : year,
		.month = digits(s, at, 2), .day = digits(s, at + 2, 2),
		.hour = digits(s, at + 4, 2), .minute = digits(s, at + 6, 2),
		.second = s.n == at + 8 ? 0 : digits(s, at + 8, 2),
	};
	return year >= 0 && t->month >= 0 && t->day >= 0 && t->hour >= 0 &&
	    t->minute >= 0 && t->second >= 0;
}

void smtime_relative(int64_t seconds, char out[SMTIME_SIZE])
{
	int64_t s = seconds < 1 ? 1 : seconds;
	unsigned years, months, day;

	if (s >= 100 * YEAR)
		s = 99 * YEAR;
	years = (unsigned)(s / YEAR);
	months = (unsigned)(s % YEAR / MONTH);
	day = (unsigned)(s % YEAR % MONTH / DAY);
	s %= DAY;
	(void)snprintf(out, SMTIME_SIZE, "%02u%02u%02u%02u%02u%02u000R",
	    years % 100, months % 100, day % 100, (unsigned)(s / HOUR) % 100,
	    (unsigned)(s % HOUR / MINUTE) % 100, (unsigned)(s % MINUTE) % 100);
}

void smtime_absolute(int64_t utc_ms, char out[SMTIME_SIZE])
{
	int64_t first = days(2000, 1, 1), last = days(2100, 1, 1) - 1;
	int64_t day = utc_ms / 1000 / DAY, s = utc_ms / 1000 % DAY;
	int year = 2000, month = 1;

	if (utc_ms < first * DAY * 1000) {
		day = first;
		s = 0;
	} else if (day > last) {
		day = last;
		s = DAY - 1;
	}
	while (days(year + 1, 1, 1) <= day)
		year++;
	while (month < 12 && days(year, month + 1, 1) <= day)
		month++;
	(void)snprintf(out, SMTIME_SIZE, "%02u%02u%02u%02u%02u%02u%u00+",
	    (unsigned)(year - 2000) % 100, (unsigned)month % 100,
	    (unsigned)(day - days(year, month, 1) + 1) % 100,
	    (unsigned)(s / HOUR) % 100, (unsigned)(s % HOUR / MINUTE) % 100,
	    (unsigned)(s % MINUTE) % 100,
	    (unsigned)(utc_ms < 0 ? 0 : utc_ms / 100 % 10) % 10);
}

static enum err relative(const struct smtime *t, int64_t now_ms,
    int64_t *utc_ms)
{
	*utc_ms = now_ms + ((t->year - 2000) * YEAR + t->month * MONTH +
	    (int64_t)t->day * DAY + t->hour * HOUR + t->minute * MINUTE +
	    t->second) * 1000;
	return ERR_OK;
}

enum err smtime_decode(struct strv s, int64_t now_ms, int64_t *utc_ms)
{
	struct smtime t;
	int tenths = digits(s, 12, 1), zone = digits(s, 13, 2);
	char sign = s.n == SMTIME_SIZE - 1 ? s.p[15] : 0;

	*utc_ms = 0;
	if (s.n == 0)
		return ERR_OK;
	if (!smtime_fields(s, 2, &t) || tenths < 0 || zone < 0 || zone > 48)
		return ERR_BAD_SYNTAX;
	if (sign == 'R')
		return relative(&t, now_ms, utc_ms);
	if ((sign != '+' && sign != '-') || !smtime_utc(&t, utc_ms))
		return ERR_BAD_SYNTAX;
	*utc_ms += tenths * 100 -
	    (sign == '+' ? 1 : -1) * (int64_t)zone * QUARTER * 1000;
	return ERR_OK;
}
