/* event.h - what happened, as one JSON object per line. */

#ifndef SIM_EVENT_H
#define SIM_EVENT_H

#include <stdbool.h>

#include "base/strv.h"

/*
 * event("sms"); event_str("from", ...); ... event_end();
 *
 * One event is built at a time.  Octets that are not UTF-8 are written as
 * U+FFFD, so every line is valid JSON.  While events are off all of these
 * return at once; event_force starts one that is written nevertheless.
 */
void event(const char *kind);
void event_force(const char *kind);
void event_str(const char *key, const char *value);	/* NULL: left out */
void event_view(const char *key, struct strv value);	/* absent: left out */
void event_int(const char *key, long long value);
void event_bool(const char *key, bool value);
void event_hex(const char *key, struct strv octets);	/* absent: left out */
void event_status(const char *key, unsigned value);	/* "0x00000058" */
void event_list(const char *key);	/* then event_item ..., event_list_end */
void event_item(struct strv text);
void event_list_end(void);
void event_end(void);

bool event_on(void);
void event_set_on(bool on);		/* "set events off" */
void event_set_printing(bool on);	/* the story draws its own lines */

/* A finished event; the fields live until the watcher returns. */
struct event_field {
	const char *key, *value;	/* numbers and booleans as text */
};
struct event {
	const struct event_field *fields;
	int n;
};
typedef void event_fn(const struct event *e, void *arg);

const char *event_get(const struct event *e, const char *key);	/* or NULL */
void event_watch(event_fn *fn, void *arg);	/* one watcher */

/* A command that could not be done: {"event":"error","line":N,"text":...}. */
void refuse(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
void refuse_set_line(int line);		/* of the command that now runs */
int refuse_count(void);

#endif
