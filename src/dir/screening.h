/* screening.h - whom a subscriber or the site wants no messages from. */

#ifndef DIR_SCREENING_H
#define DIR_SCREENING_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"

struct user;

enum screen_effect {
	SCREEN_NONE,		/* no rule, or as the site has it */
	SCREEN_ALLOW,
	SCREEN_SILENT,		/* into the spam folder; the sender learns
				 * nothing */
	SCREEN_REFUSED
};

#define SCREEN_RULES_USER	1000	/* of one subscriber */
#define SCREEN_RULES_SITE	20000
#define SCREEN_WINDOWS		4	/* of quiet in a day */

/*
 * What the list of u, or with NULL that of the site, says about a sender by
 * this key; if it is a subscriber's, about all its addresses.  Of several
 * rules the one that says most exactly whom it means counts, an address most;
 * among equals the one that allows.  *pattern is that rule, until the
 * list changes.
 */
enum screen_effect screen_match(const struct user *u, struct strv sender,
    struct strv *pattern);

/* Of senders without a name; SCREEN_NONE: as the site has it. */
enum screen_effect screen_anonymous(const struct user *u);

/* Whether u wants to be left alone at this minute of the day, 0 to 1439. */
bool screen_is_quiet(const struct user *u, unsigned minute);
bool screen_any_quiet(void);	/* somebody has such times */
struct strv screen_quiet_times(const struct user *u);	/* 22:00-07:00 */

const char *screen_effect_name(enum screen_effect e);	/* "silent" */

/*
 * "22:00-07:00,12:00-13:00" as minutes of the day, begin and end; an end of
 * 1440 is midnight, one below its begin is of the next day.  The number of
 * windows, 0: it is none.
 */
struct screen_window { unsigned from, to; };
size_t screen_times(struct strv text, struct screen_window *out);
bool screen_inside(const struct screen_window *w, unsigned minute);

#endif
