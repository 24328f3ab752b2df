/* when.c - an argument that is a time, or how long. */

#include <stdlib.h>
#include <time.h>

#include "base/now.h"
#include "op/filter.h"
#include "op/op.h"

#define NUMBER_MAX 6	/* digits of "90s" */

/* "90s", "5m", "1h", "7d" */
bool span_parse(struct strv s, int64_t *ms)
{
	static const struct {
		char unit;
		int64_t ms;
	} units[] = {
		{ 's', 1000 }, { 'm', 60000 }, { 'h', 3600000 },
		{ 'd', 86400000 }
	};
	int64_t n = 0;
	size_t i = 0;

	while (i < s.n && i < NUMBER_MAX && s.p[i] >= '0' && s.p[i] <= '9')
		n = n * 10 + (s.p[i++] - '0');
	if (i == 0 || i + 1 != s.n || n == 0)
		return false;
	for (size_t u = 0; u < sizeof(units) / sizeof(*units); u++)
		if (s.p[i] == units[u].unit) {
			*ms = n * units[u].ms;
			return true;
		}
	return false;
}

static bool ago(struct strv s, int64_t *ms)
{
	int64_t n;

	if (!span_parse(s, &n))
		return false;
	*ms = now_ms() - n;
	return true;
}

/* "087Z": as our own times end */
static bool fraction(const char *p, const char *end, int64_t *ms)
{
	char *rest;

	if (p[-1] != '.' || end - p != 4)
		return false;
	*ms += strtol(p, &rest, 10);
	return rest == p + 3 && *rest == 'Z' && *p != '-' && *p != '+' &&
	    *p != ' ';
}

/* The text ends in a NUL. */
static bool date(struct strv s, int64_t *ms)
{
	static const char *const forms[] = { "%Y-%m-%dT%H:%M:%SZ",
		"%Y-%m-%dT%H:%MZ", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M",
		"%Y-%m-%d", "%Y-%m-%dT%H:%M:%S." };

	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		struct tm tm = { 0 };
		const char *end = strptime(s.p, forms[i], &tm);

		if (!end)
			continue;
		*ms = (int64_t)timegm(&tm) * 1000;
		if (end == s.p + s.n || fraction(end, s.p + s.n, ms))
			return true;
	}
	return false;
}

bool when_parse(struct strv s, int64_t *ms)
{
	return ago(s, ms) || date(s, ms);
}

int64_t op_when(const struct op_call *c, const char *arg)
{
	struct strv s = op_meant(c, arg);
	int64_t ms = 0;

	return s.n && when_parse(s, &ms) ? ms : 0;
}

int64_t op_span(const struct op_call *c, const char *arg)
{
	struct strv s = op_meant(c, arg);
	int64_t ms = 0;

	return s.n && span_parse(s, &ms) ? ms : 0;
}
