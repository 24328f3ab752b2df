/* figures.c - the daemon's own series: what runs, since when, how fast. */

#include <stdio.h>

#include "admin/figures.h"
#include "base/metric.h"
#include "base/now.h"
#include "config.h"
#include "store/db.h"
#include "store/settings.h"

#define CODES	3	/* 2xx and 3xx, 4xx, 5xx */

static char build[128];	/* labels */

enum { BUILD, START, REVISION, PENDING, RESCUED };

static struct metric gauges[] = {
	[BUILD] = GAUGE("parley_build_info", build,
	    "Always 1: version, the linker's id of the program, and the "
	    "schemas of config, store and trace."),
	[START] = GAUGE("parley_start_time_seconds", NULL,
	    "When the daemon started, seconds since the epoch."),
	[REVISION] = GAUGE("parley_config_revision", NULL,
	    "The revision of the settings that is in force."),
	[PENDING] = GAUGE("parley_config_pending_confirm", NULL,
	    "1 while a revision waits to be kept."),
	[RESCUED] = GAUGE("parley_config_safe_mode", NULL,
	    "1 if the newest revision did not start and an older one runs."),
};

#define TIME(class, code) \
	HISTOGRAM("parley_admin_request_duration_seconds", "class=\"" class \
	    "\",code_class=\"" code "\"", "From a whole request to the API " \
	    "or the console to its answer; streams are not counted.")
#define TIMES(class) \
	TIME(class, "2xx"), TIME(class, "4xx"), TIME(class, "5xx")

/* In the order of enum request_kind. */
static struct metric times[REQUEST_KINDS * CODES] = {
	TIMES("refused"), TIMES("read"), TIMES("change"), TIMES("login"),
	TIMES("page"), TIMES("metrics"),
};

void figures_register(void)
{
	(void)snprintf(build, sizeof(build), "version=\"%s\",build=\"%s\","
	    "schema=\"%d.%d.%d\"", PARLEY_VERSION, build_id(),
	    db_schema(DB_CONFIG), db_schema(DB_STORE), db_schema(DB_TRACE));
	metric_register(gauges, sizeof(gauges) / sizeof(*gauges));
	metric_register(times, sizeof(times) / sizeof(*times));
	metric_set(&gauges[BUILD], 1);
	metric_set(&gauges[START], now_ms() / 1000);
}

void figures_look(void)
{
	metric_set(&gauges[REVISION], settings_revision());
	metric_set(&gauges[PENDING], settings_pending() != NULL);
	metric_set(&gauges[RESCUED], settings_rescue() != NULL);
}

void figures_request(enum request_kind kind, unsigned status, int64_t us)
{
	size_t code = status < 400 ? 0 : status < 500 ? 1 : 2;

	metric_observe(&times[kind * CODES + code], us);
}
