/* access_disk.h - what was heard of phones, for after a restart. */

#ifndef FLOW_ACCESS_DISK_H
#define FLOW_ACCESS_DISK_H

#include "base/err.h"
#include "flow/access.h"

/* Written a moment later: what a crash or a full disk takes is only unknown
 * again. */
void access_disk_note(uint64_t user, const struct access_info *i);

/* At start: what was heard since then (ms), the longest unheard first. */
typedef void access_disk_fn(uint64_t user, const struct access_info *i);
enum err access_disk_start(int64_t since, access_disk_fn *each);
void access_disk_stop(void);	/* what is not written yet goes out */

#endif
