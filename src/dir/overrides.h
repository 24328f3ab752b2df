/* overrides.h - what operators set at run time: drains, rates, holds. */

#ifndef DIR_OVERRIDES_H
#define DIR_OVERRIDES_H

#include "op/op.h"
#include "store/overrides.h"

/*
 * It is no configuration: it goes by the name of a gateway or queue, outlives
 * a restart, and holds until somebody lifts it or its time is over.
 */
struct override {
	enum override_kind kind;
	int64_t value;
	int64_t since, until;	/* ms; until 0: until it is lifted */
	char who[65], reason[201];
	struct strv name;	/* absent in a copy */
};

/* Core; lives until the next turn of the loop. */
const struct override *override_find(enum override_kind kind,
    struct strv name);
/* A queue's hold; cheap where nothing is held. */
const struct override *override_hold(struct strv hop);
/* The same for any thread. */
bool override_copy(enum override_kind kind, struct strv name,
    struct override *out);
/* All of a kind as they are now, any thread; o lives until fn returns. */
typedef void override_fn(const struct override *o, void *arg);
void overrides_each(enum override_kind kind, override_fn *fn, void *arg);

/* "drained by alice since 2026-11-20T17:01:02.000Z until ... (cable)" */
void override_words(const struct override *o, struct buf *out);
/* The fields "override" and "overrides" of a gateway, core. */
void override_fields(struct op_call *c, struct strv gateway);

#define OVERRIDE_ANSWER \
	"override overrides:[what=drain|disable|rate|hold value:int by " \
	"reason since:time until:time?]"

/*
 * Told in the core of each change, when it is on disk, and once of each at
 * start.  Borrowed for ever.
 */
typedef void override_changed_fn(struct strv name);
void override_watch(unsigned kinds, override_changed_fn *fn);

/*
 * Written with its audit, and then in force: done is called exactly once,
 * from the loop, never inside the call.  ERR_STORAGE: nothing was changed.
 * actor is an op_who(), action the operation's command.  Copies everything.
 */
typedef void override_done_fn(enum err e, void *arg);
void override_set(const struct override_row *r, struct strv actor,
    const char *action, override_done_fn *done, void *arg);
void override_lift(unsigned kinds, struct strv name, struct strv actor,
    const char *action, override_done_fn *done, void *arg);

/*
 * The arguments "for", "until" and "reason" of a call to r, and who and when.
 * false: the call has failed.
 */
bool override_args(struct op_call *c, struct override_row *r);
#define OVERRIDE_MAX_MS	(INT64_C(31) * 86400000)	/* a month */
#define OVERRIDE_ARGS \
	{ "reason", 0, NULL, "why, for those who find it so", \
	  IS_TEXT(0, 200) }, \
	{ "for", 0, NULL, "how long: 30m, 2h; without it until it is lifted", \
	  IS_SPAN(1000, OVERRIDE_MAX_MS) }, \
	{ "until", 0, NULL, "until when: 2026-11-20T18:00:00Z", IS_TIME }

void overrides_register(void);
enum err overrides_load(void);		/* at start, before the ports */
void overrides_unload(void);

#endif
