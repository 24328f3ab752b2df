/* backup_crypt.c - bytes under a passphrase: scrypt, AES-256-GCM in pieces. */

#include <openssl/evp.h>
#include <string.h>

#include "store/backup_crypt.h"

#define SCRYPT_N 32768
#define SCRYPT_R 8
#define SCRYPT_P 1
#define SCRYPT_MEMORY ((uint64_t)64 << 20)
#define LAST UINT32_C(0x80000000)

bool bcrypt_key(struct strv passphrase, const uint8_t salt[BCRYPT_SALT],
    uint8_t key[BCRYPT_KEY])
{
	return EVP_PBE_scrypt(passphrase.p, passphrase.n, salt, BCRYPT_SALT,
	    SCRYPT_N, SCRYPT_R, SCRYPT_P, SCRYPT_MEMORY, key,
	    BCRYPT_KEY) == 1;
}

int64_t bcrypt_size(int64_t n)
{
	return BCRYPT_HEAD + n + (n / BCRYPT_PIECE + 1) * BCRYPT_TAG;
}

void bcrypt_init(struct bcrypt *b, const uint8_t key[BCRYPT_KEY],
    const uint8_t head[BCRYPT_HEAD], const char *name)
{
	memcpy(b->key, key, BCRYPT_KEY);
	memcpy(b->head, head, BCRYPT_HEAD);
	b->name = name;
	b->piece = 0;
}

/* The nonce: the head, then number and last flag of the piece. */
static void nonce_of(struct bcrypt *b, bool last, uint8_t nonce[12])
{
	uint32_t n = b->piece++ | (last ? LAST : 0);

	memcpy(nonce, b->head, BCRYPT_HEAD);
	for (int i = 0; i < 4; i++)
		nonce[8 + i] = (uint8_t)(n >> (24 - 8 * i));
}

static bool cipher(struct bcrypt *b, bool seal, const uint8_t *in, size_t n,
    bool last, uint8_t *out, uint8_t *tag)
{
	EVP_CIPHER_CTX *x = EVP_CIPHER_CTX_new();
	uint8_t nonce[12];
	int k;
	bool ok;

	nonce_of(b, last, nonce);
	ok = x && EVP_CipherInit_ex(x, EVP_aes_256_gcm(), NULL, b->key,
	    nonce, seal) == 1 &&
	    EVP_CipherUpdate(x, NULL, &k, (const uint8_t *)b->name,
	    (int)strlen(b->name)) == 1 &&
	    EVP_CipherUpdate(x, out, &k, in, (int)n) == 1 &&
	    (seal || EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_GCM_SET_TAG, BCRYPT_TAG,
	    tag) == 1) &&
	    EVP_CipherFinal_ex(x, out + n, &k) == 1 &&
	    (!seal || EVP_CIPHER_CTX_ctrl(x, EVP_CTRL_GCM_GET_TAG,
	    BCRYPT_TAG, tag) == 1);
	EVP_CIPHER_CTX_free(x);
	return ok;
}

bool bcrypt_seal(struct bcrypt *b, const uint8_t *in, size_t n, bool last,
    uint8_t *out)
{
	return n <= BCRYPT_PIECE &&
	    cipher(b, true, in, n, last, out, out + n);
}

bool bcrypt_open(struct bcrypt *b, const uint8_t *in, size_t n, bool last,
    uint8_t *out)
{
	uint8_t tag[BCRYPT_TAG];

	if (n < BCRYPT_TAG || n > BCRYPT_PIECE + BCRYPT_TAG)
		return false;
	n -= BCRYPT_TAG;
	memcpy(tag, in + n, BCRYPT_TAG);
	return cipher(b, false, in, n, last, out, tag);
}
