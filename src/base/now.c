/* now.c - the two clocks. */

#include <time.h>

#include "base/now.h"

static int64_t frozen = -1;

static int64_t read_us(clockid_t which)
{
	struct timespec t;

	(void)clock_gettime(which, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

int64_t now_ms(void)
{
	return frozen >= 0 ? frozen : read_us(CLOCK_REALTIME) / 1000;
}

int64_t now_mono(void)
{
	return frozen >= 0 ? frozen : read_us(CLOCK_MONOTONIC) / 1000;
}

int64_t now_us(void)
{
	return read_us(CLOCK_MONOTONIC);
}

void now_freeze(int64_t ms)
{
	frozen = ms;
}

static char *digits(char *at, unsigned v, int n, char after)
{
	for (int i = n; i-- > 0; v /= 10)
		at[i] = (char)('0' + v % 10);
	at[n] = after;
	return at + n + 1;
}

/* By hand: several for each message, and printf takes ten times as long. */
void now_text(int64_t ms, char s[NOW_TEXT])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	s = digits(s, (unsigned)tm.tm_year + 1900, 4, '-');
	s = digits(s, (unsigned)tm.tm_mon + 1, 2, '-');
	s = digits(s, (unsigned)tm.tm_mday, 2, 'T');
	s = digits(s, (unsigned)tm.tm_hour, 2, ':');
	s = digits(s, (unsigned)tm.tm_min, 2, ':');
	s = digits(s, (unsigned)tm.tm_sec, 2, '.');
	s = digits(s, (unsigned)(ms % 1000), 3, 'Z');
	*s = 0;
}
