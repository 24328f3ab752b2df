/* changes.h - events of the daemon as sentences: what is new since the last. */

#ifndef CLI_CHANGES_H
#define CLI_CHANGES_H

#include "cli/client.h"

#define CHANGES_TOPICS 16

struct json;

/* What each topic said last.  Start with { 0 }. */
struct changes {
	struct json *was[CHANGES_TOPICS];	/* owned */
	int64_t known;		/* revisions up to this one are no news; 0: as
				 * with everything the first event tells */
};

/* One line, without what could steer a terminal. */
typedef void changes_fn(struct strv line, void *arg);

/*
 * What the event says that was not known: the first of a topic is where all
 * begins and says nothing, but for the log.
 */
void changes_tell(struct changes *c, struct strv topic, struct strv data,
    changes_fn *fn, void *arg);
/*
 * How it is now of each topic in a list with commas, so that also the first
 * event is news; what cannot be asked for begins with its first event.
 */
void changes_seed(struct changes *c, const struct client *client,
    const char *topics);
void changes_free(struct changes *c);

#endif
