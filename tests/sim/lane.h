/* lane.h - one step of a story as an arrow between two of its people. */

#ifndef SIM_LANE_H
#define SIM_LANE_H

#include "event.h"

/*
 * text with {key} replaced by the event's value and $name by what var
 * says; the caller frees it.  e may be NULL.
 */
char *lane_expand(const char *text, const struct event *e,
	const char *(*var)(const char *name));

/*
 * Print "  0.012 s  Alice  --MESSAGE--> Parley  note", with the time since
 * the program began.  A label that begins with < points to the left.
 */
void lane_draw(const char *left, const char *label, const char *right,
	const char *note);

#endif
