/* backup_crypt.h - bytes under a passphrase: scrypt, AES-256-GCM in pieces. */

#ifndef STORE_BACKUP_CRYPT_H
#define STORE_BACKUP_CRYPT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

#define BCRYPT_KEY	32
#define BCRYPT_SALT	16
#define BCRYPT_PIECE	65536	/* bytes of clear text */
#define BCRYPT_TAG	16
#define BCRYPT_HEAD	8	/* random bytes before the first piece */

/* 0.1 s of one processor and 32 MiB, on purpose.  false: no memory. */
bool bcrypt_key(struct strv passphrase, const uint8_t salt[BCRYPT_SALT],
    uint8_t key[BCRYPT_KEY]);

/* What n bytes become. */
int64_t bcrypt_size(int64_t n);

/*
 * One file, piece by piece.  Each piece but the last is full; each is bound
 * to its place, to whether it is the last, and to the file's name.
 */
struct bcrypt {
	uint8_t key[BCRYPT_KEY], head[BCRYPT_HEAD];
	const char *name;
	uint32_t piece;
};
void bcrypt_init(struct bcrypt *b, const uint8_t key[BCRYPT_KEY],
    const uint8_t head[BCRYPT_HEAD], const char *name);
/* out has room for n + BCRYPT_TAG bytes. */
bool bcrypt_seal(struct bcrypt *b, const uint8_t *in, size_t n, bool last,
    uint8_t *out);
/* n with the tag; false: another passphrase, or somebody changed it. */
bool bcrypt_open(struct bcrypt *b, const uint8_t *in, size_t n, bool last,
    uint8_t *out);

#endif
