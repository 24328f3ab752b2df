/* totp.c - time-based codes of an authenticator (RFC 6238). */

#include "admin/totp.h"

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdio.h>

void totp_code(const unsigned char secret[TOTP_SECRET], int64_t step,
    char code[TOTP_DIGITS + 1])
{
	unsigned char counter[8], mac[EVP_MAX_MD_SIZE] = { 0 };
	unsigned n = sizeof(mac), at;
	uint32_t v;

	for (int i = 0; i < 8; i++)
		counter[i] = (unsigned char)((uint64_t)step >> (56 - 8 * i));
	(void)HMAC(EVP_sha1(), secret, TOTP_SECRET, counter, sizeof(counter),
	    mac, &n);
	at = mac[19] & 15;	/* RFC 4226 5.3 */
	v = ((uint32_t)mac[at] & 0x7f) << 24 | (uint32_t)mac[at + 1] << 16 |
	    (uint32_t)mac[at + 2] << 8 | mac[at + 3];
	(void)snprintf(code, TOTP_DIGITS + 1, "%06u", v % 1000000);
}

bool totp_fits(const unsigned char secret[TOTP_SECRET], struct strv code,
    int64_t time_s, int64_t used, int64_t *step)
{
	int64_t now = time_s / TOTP_STEP_S;
	char right[TOTP_DIGITS + 1];

	if (code.n != TOTP_DIGITS)
		return false;
	for (int64_t i = now - 1; i <= now + 1; i++) {
		totp_code(secret, i, right);
		if (i > used &&
		    CRYPTO_memcmp(right, code.p, TOTP_DIGITS) == 0) {
			*step = i;
			return true;
		}
	}
	return false;
}

void base32_add(const unsigned char *p, size_t n, struct buf *out)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	uint32_t bits = 0;
	unsigned held = 0;

	for (size_t i = 0; i < n; i++) {
		bits = bits << 8 | p[i];
		for (held += 8; held >= 5; held -= 5)
			buf_addc(out, alphabet[bits >> (held - 5) & 31]);
	}
	if (held)
		buf_addc(out, alphabet[bits << (5 - held) & 31]);
}
