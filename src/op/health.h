/* health.h - checks that say what is wrong and how to mend it. */

#ifndef OP_HEALTH_H
#define OP_HEALTH_H

#include "base/buf.h"

#define HEALTH_CHECKS	64	/* at most */

enum health { HEALTH_OK, HEALTH_WARN, HEALTH_CRITICAL };

struct health_check {
	const char *name;	/* "store-disk" */
	bool ready;		/* critical: /health/ready answers 503 */
	/*
	 * In the core, under 1 ms.  says: one sentence with the figures;
	 * remedy: one sentence that says what to do, empty when ok.
	 */
	enum health (*run)(struct buf *says, struct buf *remedy);
};

/* Rows are borrowed for ever; more than HEALTH_CHECKS stop the start. */
void health_register(const struct health_check *checks, size_t n);
/* NULL: past the last. */
const struct health_check *health_at(size_t i);
const char *health_name(enum health h);	/* "ok", "warn", "critical" */

#endif
