/* prefs.h - what the devices of a subscriber get (CPM-MLD-001, DEF-08). */

#ifndef DIR_PREFS_H
#define DIR_PREFS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "dir/screening.h"

struct user;

enum give {
	GIVE_UNSAID,		/* no rule says anything */
	GIVE_WHOLE,		/* the message */
	GIVE_NOTICE,		/* a notification that there is one */
	GIVE_NOTHING
};

const char *give_name(enum give g);	/* "whole" */

/*
 * A rule is one line of text: what is given, then all that must be so.
 *
 *	notice device=tablet type=image/ *,video/ * over=200k time=22:00-07:00
 *
 * (without the blanks in "/ *").  device is a name, an instance id, primary
 * or secondary; lacks and has are words of the device's Contact parameters:
 * largemsg finds ...icsi.oma.cpm.largemsg.  A value with blanks is quoted.
 */
struct prefs_rule {
	struct strv text;	/* as above */
	enum give give;
	struct strv device;	/* or absent: any */
	struct strv types;	/* separated by commas; or absent: any */
	int64_t over;		/* bytes; only what is larger; -1: any size */
	struct strv has, lacks;	/* or absent */
	struct screen_window times[SCREEN_WINDOWS];
	size_t ntimes;		/* 0: at any time */
};

#define PREFS_RULES	32	/* of one profile */
#define PREFS_RULE	512	/* bytes of its text */
#define PREFS_PROFILES	16	/* of one subscriber */

/*
 * The strings of *out are copied into the arena.  ERR_BAD_SYNTAX with a
 * sentence in why.
 */
enum err prefs_rule_read(struct strv text, struct arena *a,
    struct prefs_rule *out, struct buf *why);

/* Append the rule, which is good and has one, with another device. */
void prefs_rule_name(struct strv rule, struct strv device, struct buf *out);

/* Whether the media type (parameters are skipped) is one of a rule's list:
 * image/jpeg, image/ * or *. */
bool prefs_type_in(struct strv type, struct strv list);

/*
 * One of a subscriber's profiles; they are in the order of their names.
 * Replaced as a whole when it changes: keep it not across turns of the loop.
 */
struct prefs_profile {
	struct prefs_profile *next;
	struct strv name;
	bool active;		/* at most one of a subscriber */
	struct prefs_rule *rules;
	size_t n;
	/* which devices get copies of reports: empty (as the site has it),
	 * "none", "all" or names of devices separated by commas */
	struct strv copies;
	struct arena arena;
};

const struct prefs_profile *prefs_profiles(const struct user *u);
const struct prefs_profile *prefs_active(const struct user *u);	/* or NULL */

/* A rule of the operator for a class of service. */
struct prefs_class_rule {
	const char *name;	/* "device-rule NAME" */
	struct strv klass;	/* empty: all */
	bool firm;		/* counts before what the subscriber wants */
	int64_t order;
	struct prefs_rule rule;
};

/* In the order in which they are asked; until a setting changes. */
const struct prefs_class_rule *prefs_class_rules(size_t *n);

/* Anybody has any rule at all; cheap. */
bool prefs_any(void);

/*
 * To be told, in the core, when what u's devices get may be another; NULL:
 * everybody's.  One listener.
 */
void prefs_watch(void (*changed)(const struct user *u));

#endif
