/* certificate.c - a server's certificate; self-signed until replaced. */

#define LOG_UNIT "httpd"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <openssl/ec.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/log.h"
#include "base/rand.h"
#include "httpd/httpd_priv.h"

#define DAYS		397	/* longer ones are refused by browsers */
#define RENEW_DAYS	30
#define DAY		86400
#define FILE_LIMIT	((size_t)256 << 10)

/* --- files --------------------------------------------------------------- */

static enum err file_read(const char *path, struct buf *out)
{
	char part[4096];
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	if (fd < 0)
		return ERR_STORAGE;
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(out, part, (size_t)n);
	close(fd);
	explicit_bzero(part, sizeof(part));
	return n < 0 || out->full ? ERR_STORAGE : ERR_OK;
}

/* Through a second name, so that a half-written file never counts. */
static enum err file_write(const char *path, BIO *text)
{
	char temp[4200];
	char *p;
	long n = BIO_get_mem_data(text, &p);
	int fd;
	bool ok;

	(void)snprintf(temp, sizeof(temp), "%s.new", path);
	(void)unlink(temp);
	fd = open(temp, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return ERR_STORAGE;
	ok = write(fd, p, (size_t)n) == n && fsync(fd) == 0;
	close(fd);
	if (ok && rename(temp, path) == 0)
		return ERR_OK;
	(void)unlink(temp);
	return ERR_STORAGE;
}

/* --- making one ---------------------------------------------------------- */

static bool extension(X509 *x, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *e;
	bool ok;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, x, x, NULL, NULL, 0);
	e = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	ok = e && X509_add_ext(x, e, -1) == 1;
	X509_EXTENSION_free(e);
	return ok;
}

static bool host_safe(const char *s)
{
	return s[0] && strspn(s, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.") == strlen(s);
}

/* Under what names and addresses a browser may come. */
static void names(const char *address, struct buf *out)
{
	const char *colon = strrchr(address, ':');
	char host[256] = "", bare[256];
	unsigned char ip[16];
	size_t n = colon ? (size_t)(colon - address) : 0;

	buf_addz(out, "DNS:localhost,IP:127.0.0.1,IP:::1");
	if (gethostname(host, sizeof(host) - 1) == 0 && host_safe(host))
		buf_addf(out, ",DNS:%s", host);
	if (n > 1 && address[0] == '[') {
		address++;
		n -= 2;
	}
	if (n == 0 || n >= sizeof(bare))
		return;
	memcpy(bare, address, n);
	bare[n] = 0;
	if (inet_pton(AF_INET, bare, ip) == 1 ||
	    inet_pton(AF_INET6, bare, ip) == 1)
		buf_addf(out, ",IP:%s", bare);
}

static bool describe(X509 *x, EVP_PKEY *key, const char *address)
{
	X509_NAME *name = X509_get_subject_name(x);
	unsigned char serial[16];
	BIGNUM *number;
	struct buf san;
	bool ok;

	rand_bytes(serial, sizeof(serial));
	serial[0] = (unsigned char)((serial[0] & 0x7f) | 0x40);
	number = BN_bin2bn(serial, sizeof(serial), NULL);
	ok = number && BN_to_ASN1_INTEGER(number, X509_get_serialNumber(x));
	BN_free(number);

	buf_init(&san, 2048);
	names(address, &san);
	ok = ok && X509_set_version(x, X509_VERSION_3) == 1 &&
	    X509_gmtime_adj(X509_getm_notBefore(x), -DAY) &&
	    X509_time_adj_ex(X509_getm_notAfter(x), DAYS - 1, 0, NULL) &&
	    X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"Parley", -1, -1, 0) == 1 &&
	    X509_set_issuer_name(x, name) == 1 &&
	    X509_set_pubkey(x, key) == 1 &&
	    extension(x, NID_basic_constraints, "critical,CA:FALSE") &&
	    extension(x, NID_key_usage, "critical,digitalSignature") &&
	    extension(x, NID_ext_key_usage, "serverAuth") &&
	    extension(x, NID_subject_key_identifier, "hash") &&
	    extension(x, NID_subject_alt_name, san.p) &&
	    X509_sign(x, key, EVP_sha256()) > 0;
	buf_deinit(&san);
	return ok;
}

static void fingerprint_log(X509 *x, const char *what)
{
	unsigned char md[EVP_MAX_MD_SIZE];
	char text[2 * EVP_MAX_MD_SIZE + 1];
	unsigned n = 0;

	if (X509_digest(x, EVP_sha256(), md, &n) == 1) {
		hex_encode(md, n, text);
		log_info("certificate %s sha256=%s", what, text);
	}
}

static enum err make(const char *cert, const char *key, const char *address)
{
	EVP_PKEY *k = EVP_EC_gen("P-256");
	X509 *x = X509_new();
	BIO *ct = BIO_new(BIO_s_mem()), *kt = BIO_new(BIO_s_secmem());
	enum err e = ERR_STORAGE;

	if (k && x && ct && kt && describe(x, k, address) &&
	    PEM_write_bio_X509(ct, x) == 1 &&
	    PEM_write_bio_PrivateKey(kt, k, NULL, NULL, 0, NULL, NULL) == 1)
		e = file_write(key, kt);
	if (e == ERR_OK)
		e = file_write(cert, ct);
	if (e == ERR_OK)
		fingerprint_log(x, "made");
	BIO_free(ct);
	BIO_free(kt);
	X509_free(x);
	EVP_PKEY_free(k);
	return e;
}

/* --- loading ------------------------------------------------------------- */

/* Self-signed by us and near its end, or not a certificate at all. */
static bool is_stale(const char *path, const struct buf *text)
{
	BIO *b = BIO_new_mem_buf(text->p, (int)text->n);
	X509 *x = b ? PEM_read_bio_X509(b, NULL, NULL, NULL) : NULL;
	time_t soon = time(NULL) + (time_t)RENEW_DAYS * DAY;
	bool own, ends;

	BIO_free(b);
	if (!x)
		return false;	/* somebody's own file: say so, keep it */
	own = X509_NAME_cmp(X509_get_subject_name(x),
	    X509_get_issuer_name(x)) == 0;
	ends = X509_cmp_time(X509_get0_notAfter(x), &soon) < 0;
	X509_free(x);
	if (ends && !own)
		log_warn("certificate %s ends within %d days: replace it",
		    path, RENEW_DAYS);
	return own && ends;
}

enum err certificate_load(const char *dir, const char *name,
    const char *address, struct buf *cert, struct buf *key)
{
	char folder[4096], c[4200], k[4200];
	enum err e;

	(void)snprintf(folder, sizeof(folder), "%s/tls", dir);
	(void)snprintf(c, sizeof(c), "%s/%s.pem", folder, name);
	(void)snprintf(k, sizeof(k), "%s/%s.key", folder, name);
	if (mkdir(folder, 0700) < 0 && errno != EEXIST) {
		log_err("no %s: %s: %s", name, folder, strerror(errno));
		return ERR_STORAGE;
	}
	buf_init(cert, FILE_LIMIT);
	buf_init(key, FILE_LIMIT);
	e = file_read(c, cert);
	if ((e != ERR_OK && access(c, F_OK) != 0) ||
	    (e == ERR_OK && is_stale(c, cert))) {
		e = make(c, k, address);
		buf_clear(cert);
		if (e == ERR_OK)
			e = file_read(c, cert);
	}
	if (e == ERR_OK)
		e = file_read(k, key);
	if (e != ERR_OK)
		log_err("no %s: cannot read or make %s and %s", name, c, k);
	return e;
}
