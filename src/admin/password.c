/* password.c - what may be a password, and its hash by crypt(3). */

#include <crypt.h>
#include <stdlib.h>
#include <string.h>

#include "admin/password.h"
#include "base/alloc.h"
#include "base/utf8.h"

#define SHORTEST	12	/* code points */
#define LONGEST		256	/* bytes */

/* The best first; one of them works even where yescrypt is not allowed. */
static const struct {
	const char *prefix;
	unsigned long cost;
} kinds[] = {
	{ "$y$", 7 },
	{ "$6$", 500000 },
};

/* People take these when they must take twelve letters. */
static const char *const known[] = {
	"123456789012", "1234567890123", "12345678901234", "password1234",
	"password12345", "passwordpassword", "qwertyuiopas", "qwertyuiop123",
	"qwerty123456", "administrator", "administrator1", "adminadminadmin",
	"changemechangeme", "letmeinletmein", "iloveyou1234", "welcome12345",
	"correcthorsebatterystaple", "trustno1trustno1", "abcdefghijkl",
	"abcdefghijklm", "1q2w3e4r5t6y", "qazwsxedcrfv", "zaq12wsxcde3",
	"parleyparley", "parley123456", "messaging1234",
};

static bool is_known(struct strv p)
{
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		if (strv_caseeq(p, strv(known[i])))
			return true;
	return false;
}

/* Few different bytes, or the same short piece again and again. */
static bool is_monotonous(struct strv p)
{
	size_t repeat = 1;

	for (size_t len = 1; len <= 8; len++) {
		repeat = 1;
		for (size_t i = len; i < p.n; i++)
			if (p.p[i] != p.p[i - len])
				repeat = 0;
		if (repeat)
			return true;
	}
	return false;
}

static bool contains_name(struct strv p, struct strv name)
{
	return name.n >= 3 && p.n < name.n + 8 &&
	    memmem(p.p, p.n, name.p, name.n);
}

static size_t letters(struct strv p)
{
	size_t n = 0;

	for (size_t i = 0; i < p.n; i++)
		n += ((unsigned char)p.p[i] & 0xc0) != 0x80;
	return n;
}

bool password_acceptable(struct strv p, struct strv name, struct buf *why)
{
	if (!utf8_valid(p) || (p.n && memchr(p.p, 0, p.n)))
		buf_addz(why, "the password is not text");
	else if (letters(p) < SHORTEST)
		buf_addf(why, "a password has at least %d characters",
		    SHORTEST);
	else if (p.n > LONGEST)
		buf_addf(why, "a password has at most %d bytes", LONGEST);
	else if (is_known(p) || is_monotonous(p) || contains_name(p, name))
		buf_addz(why, "this password is too easy to guess: take "
		    "some words that do not belong together");
	else
		return true;
	return false;
}

/* --- crypt(3) ------------------------------------------------------------- */

static bool crypt_to(const char *password, const char *setting,
    char out[ADMIN_HASH])
{
	struct crypt_data *d = xalloc(sizeof(*d));
	const char *h = crypt_r(password, setting, d);
	bool ok = h && h[0] != '*' && strlen(h) < ADMIN_HASH;

	if (ok)
		strcpy(out, h);
	explicit_bzero(d, sizeof(*d));
	free(d);
	return ok;
}

bool password_hash(const char *password, char out[ADMIN_HASH])
{
	char setting[CRYPT_GENSALT_OUTPUT_SIZE];

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (crypt_gensalt_rn(kinds[i].prefix, kinds[i].cost, NULL, 0,
		    setting, sizeof(setting)) &&
		    crypt_to(password, setting, out))
			return true;
	return false;
}

/* Both have the length of this hash, or they differ at once. */
static bool same(const char *a, const char *b)
{
	size_t n = strlen(a);
	unsigned char d = 0;

	if (n != strlen(b))
		return false;
	for (size_t i = 0; i < n; i++)
		d |= (unsigned char)(a[i] ^ b[i]);
	return d == 0;
}

bool password_matches(const char *password, const char *hash)
{
	char out[ADMIN_HASH] = "";
	bool yes;

	if (!hash[0]) {
		(void)password_hash(password, out);
		return false;
	}
	yes = crypt_to(password, hash, out) && same(out, hash);
	explicit_bzero(out, sizeof(out));
	return yes;
}

bool password_is_old(const char *hash)
{
	char best[CRYPT_GENSALT_OUTPUT_SIZE];
	const char *end;

	/* "$y$jBT$": the kind and its cost come before the salt */
	if (!crypt_gensalt_rn(kinds[0].prefix, kinds[0].cost, NULL, 0, best,
	    sizeof(best)))
		return false;
	end = strchr(best + 3, '$');
	return end && strncmp(best, hash, (size_t)(end - best)) != 0;
}
