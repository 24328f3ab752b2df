/* renamed.h - what waits for a gateway follows when that has a new name. */

#ifndef FLOW_RENAMED_H
#define FLOW_RENAMED_H

#include "base/strv.h"

/*
 * Legs carry the name of their gateway, in another database than the
 * settings.  They are given the new name after the commit, once more at a
 * start, and whenever the gateway comes up, for legs that were in the hands
 * of a port meanwhile; not when the old name is in use again.
 */
void renamed_register(void);	/* before settings_load() */
void renamed_start(void);
void renamed_stop(void);

/* A gateway's state changed. */
void renamed_look(struct strv name);

#endif
