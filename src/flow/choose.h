/* choose.h - what a device gets: a pure decision on gathered facts. */

#ifndef FLOW_CHOOSE_H
#define FLOW_CHOOSE_H

#include "dir/prefs.h"

struct choose_message {
	struct strv types;	/* separated by blanks; a rule for one of them
				 * is for the message */
	int64_t size;		/* bytes of its content */
};

struct choose_device {
	struct strv name;	/* of a known device; or absent */
	struct strv instance;	/* or, without one, its contact */
	struct strv features;	/* parameters of its Contact, joined by ; */
	bool primary;
};

/* The rules there are, and the minute of the day at which they are asked. */
struct choose_rules {
	const struct prefs_class_rule *of_class;
	size_t n_of_class;
	struct strv klass;			/* of the subscriber */
	const struct prefs_profile *own;	/* the active one; or NULL */
	unsigned minute;
};

/* Which rule decided; both NULL: none, it gets the whole message. */
struct chosen {
	enum give give;		/* never UNSAID */
	const struct prefs_rule *rule;
	const struct prefs_class_rule *of_class;	/* it was this one's */
};

/*
 * The firm rules of the class, then the subscriber's own, then the other
 * rules of the class; in each the first that fits.
 */
struct chosen choose(const struct choose_message *m,
    const struct choose_device *d, const struct choose_rules *r);

/*
 * Whether the word stands in the parameters of a Contact, in any case, with
 * no letter, digit, - or _ beside it: "largemsg" in "...cpm.largemsg,...".
 */
bool choose_has(struct strv features, struct strv word);

#endif
