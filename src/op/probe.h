/* probe.h - is something up that settings describe: a listener, a link. */

#ifndef OP_PROBE_H
#define OP_PROBE_H

#include "base/buf.h"

enum probe_state {
	PROBE_OFF,	/* its settings say that it should not run */
	PROBE_DOWN,	/* not now; it may still come up */
	PROBE_FAILED,	/* not with these settings: the port is taken */
	PROBE_UP
};

/*
 * A commit that touches an instance of the section waits until it is up
 * again, and is undone when it stays down, if it was up before; if needed,
 * also when the commit turns it on.
 */
struct probe {
	const char *section;	/* "gateway" */
	bool needed;
	/* In the core, under 1 ms; says why it is down, in words. */
	enum probe_state (*run)(const char *name, struct buf *says);
};

/* Rows are borrowed for ever. */
void probe_register(const struct probe *rows, size_t n);
const struct probe *probe_find(const char *section);	/* NULL: none */

#endif
