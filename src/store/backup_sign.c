/* backup_sign.c - the last line of a manifest: whose it is, and unchanged. */

#include <openssl/crypto.h>
#include <openssl/hmac.h>
#include <fcntl.h>
#include <unistd.h>

#include "base/hex.h"
#include "store/backup_priv.h"

#define KEY_MAX 512	/* bytes of secret.key that count */
/* Neither key is used for anything else in this form. */
#define FOR "parley backup manifest 1"

static void hmac(const void *key, size_t n, struct strv text,
    uint8_t mac[BACKUP_SHA])
{
	unsigned size = 0;

	(void)HMAC(EVP_sha256(), key, (int)n, (const uint8_t *)text.p,
	    text.n, mac, &size);
}

/* Of the machine, which is also what its settings are sealed with. */
static bool box_key(const char *dir, uint8_t key[BACKUP_SHA])
{
	uint8_t bytes[KEY_MAX];
	char path[BACKUP_PATH];
	ssize_t n = -1;
	int fd;

	backup_path(path, "%s/secret.key", dir);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		n = read(fd, bytes, sizeof(bytes));
		(void)close(fd);
	}
	if (n > 0)
		hmac(bytes, (size_t)n, STRV(FOR), key);
	explicit_bzero(bytes, sizeof(bytes));
	return n > 0;
}

static bool mac_of(struct strv text, const char *dir, const uint8_t *key,
    uint8_t mac[BACKUP_SHA])
{
	uint8_t own[BACKUP_SHA];

	if (key)
		hmac(key, BCRYPT_KEY, STRV(FOR), own);
	else if (!box_key(dir, own))
		return false;
	hmac(own, sizeof(own), text, mac);
	explicit_bzero(own, sizeof(own));
	return true;
}

bool backup_sign(struct buf *text, const char *dir, const uint8_t *key)
{
	uint8_t mac[BACKUP_SHA];
	char hex[2 * BACKUP_SHA + 1];

	if (!mac_of(buf_strv(text), dir, key, mac))
		return false;
	hex_encode((const char *)mac, BACKUP_SHA, hex);
	buf_addf(text, "mac %s %s\n", key ? "passphrase" : "box", hex);
	return true;
}

enum err backup_signed(struct strv text, const struct backup_list *l,
    const char *dir, const uint8_t *key, struct buf *why)
{
	bool box = l->by == BACKUP_BY_BOX;
	uint8_t mac[BACKUP_SHA];

	text.n = l->said;
	/* without a passphrase anybody knows the key */
	if (l->by == BACKUP_UNSIGNED || (!box && !l->encrypted)) {
		buf_addz(why, "this backup is not signed: somebody may have "
		    "changed it; root on the machine can take it all the "
		    "same, with --force");
		return ERR_FORBIDDEN;
	}
	if (mac_of(text, dir, box ? NULL : key, mac) &&
	    CRYPTO_memcmp(mac, l->mac, BACKUP_SHA) == 0)
		return ERR_OK;
	buf_addz(why, box ? "this backup was made on another machine, or "
	    "somebody changed it; root on the machine can take it all the "
	    "same, with --force" : "the passphrase is wrong, or somebody "
	    "changed this backup");
	return ERR_FORBIDDEN;
}
