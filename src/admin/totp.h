/* totp.h - time-based codes of an authenticator (RFC 6238), pure. */

#ifndef ADMIN_TOTP_H
#define ADMIN_TOTP_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define TOTP_SECRET	20	/* bytes, as RFC 4226 wants them */
#define TOTP_STEP_S	30
#define TOTP_DIGITS	6

void totp_code(const unsigned char secret[TOTP_SECRET], int64_t step,
    char code[TOTP_DIGITS + 1]);

/*
 * Whether code is that of the step of time_s, the one before or the one
 * after, and of a step after used; *step gets which.  Digits only.
 */
bool totp_fits(const unsigned char secret[TOTP_SECRET], struct strv code,
    int64_t time_s, int64_t used, int64_t *step);

/* RFC 4648 section 6 without padding, as authenticators take it. */
void base32_add(const unsigned char *p, size_t n, struct buf *out);

#endif
