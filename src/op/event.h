/* event.h - what has just happened, for those who watch. */

#ifndef OP_EVENT_H
#define OP_EVENT_H

#include "base/buf.h"

#define EVENT_TOPIC	320	/* bytes of a topic with the NUL */
#define EVENT_RING	10000	/* events kept for who comes back */
#define EVENT_BYTES	((size_t)4 << 20)

/*
 * Any thread.  topic: "config"; json is one value without a line break, and
 * copied.  Cheap, and cheaper still when nobody watches.
 */
void event_publish(const char *topic, struct strv json);

/* --- for admin/ ------------------------------------------------------------ */

/* Called after each event, in its thread.  NULL: nobody is watching. */
void event_listen(void (*fn)(const char *topic));

uint64_t event_newest(void);	/* the number of the newest; 0: none yet */

/*
 * The next event after *after that wants() takes goes to give(), and *after
 * is its number; false: there is none (*after moves past what was not
 * wanted).  *lost: there were others in between that are no longer kept.
 * Both functions are called under a lock and call nothing here.
 */
struct event_reader {
	bool (*wants)(const char *topic, void *arg);
	void (*give)(uint64_t number, const char *topic, struct strv json,
	    void *arg);
	void *arg;
};
bool event_next(uint64_t *after, const struct event_reader *r, bool *lost);
void event_reset(void);		/* at the end */

#endif
