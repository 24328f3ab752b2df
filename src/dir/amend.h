/* amend.h - what the operator lets pass of a content (DEF-06). */

#ifndef DIR_AMEND_H
#define DIR_AMEND_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

struct message;
struct user;

/*
 * Rules "content-rule NAME": by the media type of a part, its size, the
 * direction and the class of service of the subscriber who sends or gets the
 * message they refuse it, take links out of its texts, or take parts out or
 * put a text in their place.
 */

/* There are any; cheap. */
bool amend_any(void);

/*
 * Ask the rules for what from (a subscriber who sends, or NULL) sends and to
 * (who gets it, or NULL) gets.
 *
 * ERR_OK: m has another content if a rule said so, and text_chars of that;
 * names gets the rules that did it, separated by ", ".  ERR_FORBIDDEN: a rule
 * refuses it, or nothing of it would be left; names is that rule.
 * ERR_BAD_CONTENT: it cannot be read, so nobody knows what it has inside.
 */
enum err amend(struct message *m, const struct user *from,
    const struct user *to, struct buf *names);

/*
 * For explain: the same for one content of this type and size, which is not
 * looked into; what would happen, one after the other.  false: the end.
 */
struct amend_said {
	const char *rule;
	const char *effect;	/* "strip-links" */
	bool refuses;
};
bool amend_explain(struct strv type, size_t size, const struct user *from,
    const struct user *to, size_t *at, struct amend_said *out);

void amend_register(void);	/* settings */

#endif
