/* primary.c - the device with the SIM: SMS while it has no IP. */

#include "conf/conf.h"
#include "flow/primary.h"

#define POLICY	"policy primary"

static const struct conf_row rows[] = {
	{ .name = "grace", .type = CONF_DURATION, .fallback = "10s",
	  .min = 0, .max = 300000,
	  .help = "how long a message for a phone that came within reach of "
	  "the radio network waits for it to register over IP, before it "
	  "goes by SMS; 0: not at all" },
	{ .name = "remember", .type = CONF_DURATION, .fallback = "1h",
	  .min = 60000, .max = INT64_C(7) * 86400000,
	  .help = "how long it counts what was last heard of a phone's "
	  "access" },
};

static const struct conf_section section = {
	.name = POLICY, .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "the device that has the SIM, while it has no IP"
};

void primary_register(void)
{
	conf_register(&section);
}
