/* term.h - terminating service: does the recipient want this message? */

#ifndef FLOW_TERM_H
#define FLOW_TERM_H

#include <stdint.h>

#include "flow/plan.h"

struct user;

/*
 * Ask u's rules, or without u (nobody's here) only the site's, about the
 * sender of m; then what u or the site does with senders without a name.
 * ERR_OK: it may pass, or with p->spam into the spam folder.  ERR_FORBIDDEN,
 * ERR_ANONYMOUS.  Never about reports and what the system itself says.
 */
enum err term_screen(const struct message *m, const struct user *u,
    struct plan *p);

/*
 * Whether messages for u shall wait because u is not to be disturbed now;
 * reports never do.  Cheap while nobody has such times.
 */
bool term_is_quiet(const struct user *u);
/* ms until that ends, but at most so many; 0: u may be disturbed. */
int64_t term_quiet_ms(const struct user *u, int64_t most);

/* Of the day, where the site is; the same for all of a minute. */
unsigned term_minute(void);
unsigned term_minute_of(int64_t ms);	/* the same of another time */
/* To explain: it is this minute of the day; -1: it is now.  And the settings
 * are others, for a while. */
void term_suppose(int minute);
void term_apply(void);

/* A consideration for explain. */
__attribute__((format(printf, 4, 5)))
void term_note(struct plan *p, const char *step, bool passed,
    const char *fmt, ...);

/* What screening did to a message, for parley_screened_total. */
enum screened { SCREENED_REFUSED, SCREENED_SPAM, SCREENED_LIMITED,
	SCREENED_QUIET, SCREENED_AMENDED, SCREENED_N };
void term_count(enum screened what);
/* Count it, with one line in the log. */
void term_refused(const struct message *m, const struct plan *p,
    enum screened what, const char *why);

void term_register(void);	/* "policy screening", metrics */

#endif
