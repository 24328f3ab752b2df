/* seal.c - secrets at rest: AES-256-GCM under the key of one file. */

#define LOG_UNIT "conf"

#include <errno.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/base64.h"
#include "base/log.h"
#include "base/rand.h"
#include "conf/conf_priv.h"

#define PREFIX	"sealed1:"	/* then base64 of nonce, bytes, tag */
enum { KEY = 32, NONCE = 12, TAG = 16, SECRET_MAX = 4096 };

static unsigned char key[KEY];
static bool have_key;

static enum err key_fault(const char *path, const char *what)
{
	log_err("key file %s: %s", path, what);
	return ERR_STORAGE;
}

static enum err key_read(const char *path, int fd)
{
	unsigned char more;
	struct stat st;

	if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode))
		return key_fault(path, "this is not a file");
	if (st.st_mode & 077)
		return key_fault(path, "others can read it: chmod 600");
	if (read(fd, key, KEY) != KEY || read(fd, &more, 1) != 0)
		return key_fault(path, "this is not a key of 32 bytes; "
		    "restore it from a backup");
	return ERR_OK;
}

/* fsync of the file and its folder: a sealed value must never outlive it. */
static enum err key_make(const char *path, int fd)
{
	char dir[4096] = ".";
	const char *slash = strrchr(path, '/');
	int d;

	rand_bytes(key, KEY);
	if (write(fd, key, KEY) != KEY || fsync(fd) < 0)
		return key_fault(path, strerror(errno));
	if (slash && (size_t)(slash - path) < sizeof(dir)) {
		memcpy(dir, path, (size_t)(slash - path));
		dir[slash - path] = 0;
	}
	d = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (d >= 0) {
		(void)fsync(d);
		close(d);
	}
	log_info("key file made path=%s", path);
	return ERR_OK;
}

enum err conf_seal_open(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	enum err e;

	have_key = false;
	if (fd >= 0) {
		e = key_read(path, fd);
	} else if (errno != ENOENT) {
		return key_fault(path, strerror(errno));
	} else {
		fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
		if (fd < 0)
			return key_fault(path, strerror(errno));
		e = key_make(path, fd);
		if (e != ERR_OK)
			(void)unlink(path);
	}
	close(fd);
	have_key = e == ERR_OK;
	return e;
}

/* One GCM pass; in and out have n bytes.  Opening fails on a wrong tag. */
static bool gcm(bool sealing, const unsigned char *nonce, unsigned char *tag,
    const unsigned char *in, unsigned char *out, int n)
{
	EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	int done = 0, last = 0;
	bool ok;

	ok = c && EVP_CipherInit_ex(c, EVP_aes_256_gcm(), NULL, key, nonce,
	    sealing) == 1;
	ok = ok && EVP_CipherUpdate(c, out, &done, in, n) == 1;
	if (ok && !sealing)
		ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG,
		    tag) == 1;
	ok = ok && EVP_CipherFinal_ex(c, out + done, &last) == 1;
	if (ok && sealing)
		ok = EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG,
		    tag) == 1;
	EVP_CIPHER_CTX_free(c);
	return ok && done + last == n;
}

enum err seal(struct strv clear, struct buf *out)
{
	unsigned char b[NONCE + SECRET_MAX + TAG];

	if (!have_key)
		return ERR_STORAGE;
	if (clear.n > SECRET_MAX)
		return ERR_TOO_BIG;
	rand_bytes(b, NONCE);
	if (!gcm(true, b, b + NONCE + clear.n, (const unsigned char *)clear.p,
	    b + NONCE, (int)clear.n))
		return ERR_STORAGE;
	buf_addz(out, PREFIX);
	base64_encode((struct strv){ (const char *)b,
	    NONCE + clear.n + TAG }, out);
	return ERR_OK;
}

bool seal_looks_so(struct strv text)
{
	return text.n > sizeof(PREFIX) - 1 &&
	    memcmp(text.p, PREFIX, sizeof(PREFIX) - 1) == 0;
}

enum err unseal(struct strv sealed, struct buf *clear)
{
	unsigned char out[SECRET_MAX];
	enum err e = ERR_STORAGE;
	struct buf b;
	size_t n;

	if (!have_key || !seal_looks_so(sealed))
		return ERR_STORAGE;
	sealed.p += sizeof(PREFIX) - 1;
	sealed.n -= sizeof(PREFIX) - 1;
	buf_init(&b, NONCE + SECRET_MAX + TAG);
	if (base64_decode(sealed, &b) && !b.full && b.n >= NONCE + TAG) {
		unsigned char *p = (unsigned char *)b.p;

		n = b.n - NONCE - TAG;
		if (gcm(false, p, p + NONCE + n, p + NONCE, out, (int)n)) {
			buf_add(clear, out, n);
			e = clear->full ? ERR_TOO_BIG : ERR_OK;
		}
	}
	explicit_bzero(out, sizeof(out));
	buf_deinit(&b);
	return e;
}

enum err conf_derive(const char *label, void *out, size_t n)
{
	unsigned char full[EVP_MAX_MD_SIZE];
	unsigned size = 0;

	if (!have_key || !HMAC(EVP_sha256(), key, KEY,
	    (const unsigned char *)label, strlen(label), full, &size) ||
	    n > size)
		return ERR_STORAGE;
	memcpy(out, full, n);
	explicit_bzero(full, sizeof(full));
	return ERR_OK;
}
