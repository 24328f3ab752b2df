/* sticky.h - the rows behind dir/sticky.h. */

#ifndef STORE_STICKY_H
#define STORE_STICKY_H

#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"

/* Set or replace, behind everything that waits; copies.  Core only. */
void store_sticky_put(struct strv user, struct strv peer, struct strv service,
    struct strv contribution, int64_t at);

/* At start, in this thread: each row not older than after (ms), oldest
 * first; older ones are deleted. */
enum err store_sticky_each(int64_t after, void (*each)(struct strv user,
    struct strv peer, struct strv service, int64_t at));

#endif
