/* nonces.h - nonce counts seen, so that no credentials work twice. */

#ifndef PORT_SIP_NONCES_H
#define PORT_SIP_NONCES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

#define NONCES_MAX	262144	/* nonces whose counts are remembered */
#define NONCES_WINDOW	64	/* counts that may arrive out of order */

/*
 * Only nonces that carried good credentials are noted, so strangers cannot
 * fill the table.  When it is full the oldest goes, and with it the right to
 * use any nonce as old as that one.  Core only.
 */
struct nonces;
struct nonces *nonces_new(int64_t now_ms);
void nonces_free(struct nonces *t);

/*
 * Nonces older than this are refused as stale however good their HMAC is:
 * max_age_ms, or less when older counts have been forgotten (at a restart,
 * or because the table was full).
 */
int64_t nonces_age(const struct nonces *t, int64_t now_ms,
    int64_t max_age_ms);

/* A known nonce may be older than nonces_age(), but not than max_age_ms. */
bool nonces_known(const struct nonces *t, struct strv nonce);

/* Use count nc of a nonce; false: used before, or too far behind. */
bool nonces_use(struct nonces *t, struct strv nonce, uint32_t nc,
    int64_t now_ms, int64_t max_age_ms);

#endif
