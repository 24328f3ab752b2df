/* health.c - the register of checks. */

#include <assert.h>

#include "op/health.h"

static const struct health_check *all[HEALTH_CHECKS];
static size_t n_all;

void health_register(const struct health_check *checks, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		assert(n_all < HEALTH_CHECKS);
		all[n_all++] = &checks[i];
	}
}

const struct health_check *health_at(size_t i)
{
	return i < n_all ? all[i] : NULL;
}

const char *health_name(enum health h)
{
	static const char *const names[] = { "ok", "warn", "critical" };

	return names[h];
}
