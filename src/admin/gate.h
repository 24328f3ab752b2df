/* gate.h - is everything up again that a commit has touched? */

#ifndef ADMIN_GATE_H
#define ADMIN_GATE_H

#include "conf/draft.h"

struct gate;

/* Before the commit: what it touches, and what of it is up.  NULL: nothing
 * that needs to be watched. */
struct gate *gate_new(const struct conf_edit *e);
void gate_free(struct gate *g);		/* NULL is fine */

/*
 * After it is in force: done is called once, from the loop and never inside
 * this call: with NULL as soon as all is up; with a sentence when something
 * cannot come up, or is still down after ms.  Frees the gate.
 */
typedef void gate_done_fn(const char *why, void *arg);
void gate_watch(struct gate *g, int64_t ms, gate_done_fn *done, void *arg);

#endif
