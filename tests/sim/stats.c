/* stats.c - counts of everything, for "stats" and for benchmarks. */

#include "event.h"
#include "stats.h"

struct stats stats;

void stats_event(void)
{
	event_force("stats");
#define X(name) event_int(#name, (long long)stats.name);
	STATS(X)
#undef X
	event_end();
}
