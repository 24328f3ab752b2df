/* secret.h - random secrets of 256 bits, and what is kept of them. */

#ifndef ADMIN_SECRET_H
#define ADMIN_SECRET_H

#include "base/strv.h"

#define SECRET_TEXT	65	/* hex digits and a NUL */
#define SECRET_HASH	32	/* SHA-256 */

void secret_new(char text[SECRET_TEXT]);
void secret_hash(struct strv text, unsigned char hash[SECRET_HASH]);
/* In a time that does not tell where they differ. */
bool secret_equal(struct strv a, struct strv b);

#endif
