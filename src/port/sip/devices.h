/* devices.h - a device as a place to send to. */

#ifndef PORT_SIP_DEVICES_H
#define PORT_SIP_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strv.h"
#include "dir/bindings.h"

/*
 * Whether it reads message/cpim: it registered CPM, or it has sent one; not
 * when it refused one.  What was seen is kept in memory, bounded.
 */
bool device_reads_cpim(const struct binding *b);
void device_note_cpim(uint64_t binding, bool reads);

/* Where to send for it; all hosts are numbers, names are never looked up. */
struct device_route {
	struct buf next;	/* URI of the next hop */
	struct buf routes;	/* Route header lines, or empty */
	struct buf listener;	/* by this listener, or empty: any */
	bool flow;		/* a connection: when it breaks, it is gone */
};
void device_route_init(struct device_route *r);
void device_route_deinit(struct device_route *r);
/* kept: header lines of the message; a Route there to the same next hop as
 * the device's Path takes its place.  false: no way is known. */
bool device_route(const struct binding *b, struct strv kept,
    struct device_route *r);

#endif
