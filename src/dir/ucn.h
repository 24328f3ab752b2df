/* ucn.h - the text that tells a phone of content it cannot get by SMS. */

#ifndef DIR_UCN_H
#define DIR_UCN_H

#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"
#include "base/strv.h"

struct content;

/* What a user-content notification (UCN) can say.  Borrowed. */
struct ucn_facts {
	struct strv language;	/* the recipient's: "de", "pt-BR"; none: the
				 * site's */
	struct strv sender;	/* a key, or a name; "tel:" is left out; none:
				 * anonymous */
	struct strv type;	/* Content-Type: "image/jpeg" */
	int64_t size;		/* bytes; 0: not said; nor is that of several */
	struct strv link;	/* opens the content; none: not said */
	int64_t expires;	/* ms since the epoch; 0: not said */
	unsigned count;		/* messages it stands for; 0 and 1: one */
	struct strv id;		/* ties it to the message; none: not said */
};

#define UCN_TEMPLATE	400	/* code points of a template */
#define UCN_TEXT	1024	/* bytes of a text at the most */

/*
 * A template is text with variables: {sender} {type} {size} {link} {expires}
 * {count} {id}.  A part in [] with variables in it is left out when one of
 * them has nothing to say; other brackets are text.  Variables without a
 * value are empty, and no blanks stay around them.
 *
 * The first there is of: the setting "ucn LANG text" of the recipient's
 * language, of that language without its region; "policy ucn text" if this
 * is the site's language; what is built in for it; then the same for the
 * site's language; English.
 */
void ucn_text(struct buf *out, const struct ucn_facts *f);

/*
 * type and size from c, looking into message/cpim; views into c.  A few
 * microseconds: nothing is decoded.
 */
void ucn_look(struct ucn_facts *f, const struct content *c);

/* The text by this template; its words are those of the language. */
void ucn_text_of(struct buf *out, struct strv text,
    const struct ucn_facts *f);

/* ERR_BAD_SYNTAX, ERR_TOO_BIG: why says what is wrong, in one sentence. */
enum err ucn_check(struct strv text, struct buf *why);

/* "en", "de-AT"; the form only. */
bool ucn_is_language(struct strv s);

/* Settings "policy ucn", "ucn LANG", and the operation "ucn preview". */
void ucn_register(void);

#endif
