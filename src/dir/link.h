/* link.h - links that open the content of one leg, and nothing else. */

#ifndef DIR_LINK_H
#define DIR_LINK_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/strv.h"

/*
 * A link is the setting "link url" and a token: the leg's id and 128 bits of
 * HMAC-SHA-256 over it, under a key made from the key file of conf/conf.h, as
 * base64url without padding.  It needs no row, cannot be guessed, and works
 * as long as the leg and its message are there and link_ends() is ahead.
 */
#define LINK_TOKEN	32	/* characters */
#define LINK_MAX	(200 + LINK_TOKEN)	/* bytes of a link */

/*
 * Append the link of a leg.  false, and nothing appended: there are no links
 * ("link url" is not set).  Core.
 */
bool link_make(uint64_t leg, struct buf *out);

/*
 * ms since the epoch when the links of a message end that came at received
 * and whose leg expires at expires: as long as the leg, and at least "policy
 * ucn link-days".  Any thread.
 */
int64_t link_ends(int64_t received, int64_t expires);
void link_days(int64_t days);	/* that setting has changed */
int64_t link_days_ms(void);	/* what it says; any thread */

/*
 * The leg of a token; in constant time.  false: it is none of ours, and *leg
 * is 0.  Any thread.
 */
bool link_read(struct strv token, uint64_t *leg);

/* The settings "link". */
void link_register(void);
/* Called in the core when they have changed; NULL: nobody any more. */
void link_changed(void (*fn)(void));

#endif
