/* now.c - the two clocks. */

#include <stdio.h>
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

void now_text(int64_t ms, char s[NOW_TEXT])
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	(void)gmtime_r(&t, &tm);
	(void)snprintf(s, NOW_TEXT, "%04u-%02u-%02uT%02u:%02u:%02u.%03uZ",
	    ((unsigned)tm.tm_year + 1900) % 10000, (unsigned)tm.tm_mon % 12 + 1,
	    (unsigned)tm.tm_mday % 32, (unsigned)tm.tm_hour % 24,
	    (unsigned)tm.tm_min % 60, (unsigned)tm.tm_sec % 61,
	    (unsigned)(ms % 1000));
}
