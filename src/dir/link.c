/* link.c - links that open the content of one leg, and nothing else. */

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <stdatomic.h>

#include "base/base64.h"
#include "conf/conf.h"
#include "dir/link.h"

#define SECTION		"link"
#define DAY_MS		INT64_C(86400000)
#define KEY		32
#define ID		8	/* bytes of a leg's id */
#define MAC		16

static _Atomic int64_t days_ms = 7 * DAY_MS;
static void (*changed)(void);

/* --- tokens --------------------------------------------------------------- */

static void put_id(uint64_t leg, unsigned char *to)
{
	for (int i = ID - 1; i >= 0; i--) {
		to[i] = (unsigned char)leg;
		leg >>= 8;
	}
}

static bool mac(const unsigned char *id, unsigned char out[MAC])
{
	unsigned char key[KEY], full[EVP_MAX_MD_SIZE];
	unsigned n = 0;
	bool ok = conf_derive("link", key, sizeof(key)) == ERR_OK &&
	    HMAC(EVP_sha256(), key, sizeof(key), id, ID, full, &n) &&
	    n >= MAC;

	if (ok)
		memcpy(out, full, MAC);
	explicit_bzero(key, sizeof(key));
	explicit_bzero(full, sizeof(full));
	return ok;
}

/* RFC 4648 section 5; 24 bytes need no padding. */
static void swap(char *s, size_t n, const char *from, const char *to)
{
	for (size_t i = 0; i < n; i++) {
		const char *at = strchr(from, s[i]);

		if (at && *at)
			s[i] = to[at - from];
	}
}

bool link_make(uint64_t leg, struct buf *out)
{
	const char *url = conf_text(SECTION, "", "url");
	unsigned char bytes[ID + MAC];
	size_t at;

	put_id(leg, bytes);
	if (!url[0] || !mac(bytes, bytes + ID))
		return false;
	buf_addz(out, url);
	if (url[strlen(url) - 1] != '/')
		buf_addc(out, '/');
	at = out->n;
	base64_encode((struct strv){ (const char *)bytes, sizeof(bytes) },
	    out);
	swap(out->p + at, out->n - at, "+/", "-_");
	return true;
}

/* Every step is taken whatever the token is, but for its length and form. */
bool link_read(struct strv token, uint64_t *leg)
{
	unsigned char want[MAC], bytes[ID + MAC];
	char text[LINK_TOKEN];
	uint64_t id = 0;
	struct buf b;
	bool ok;

	*leg = 0;
	if (token.n != LINK_TOKEN || memchr(token.p, '+', token.n) ||
	    memchr(token.p, '/', token.n))
		return false;
	memcpy(text, token.p, LINK_TOKEN);
	swap(text, LINK_TOKEN, "-_", "+/");
	buf_init(&b, sizeof(bytes) + 1);
	ok = base64_decode((struct strv){ text, LINK_TOKEN }, &b) &&
	    b.n == sizeof(bytes);
	memset(bytes, 0, sizeof(bytes));
	if (ok)
		memcpy(bytes, b.p, sizeof(bytes));
	buf_deinit(&b);
	for (int i = 0; i < ID; i++)
		id = id << 8 | bytes[i];
	ok = mac(bytes, want) && ok;
	ok = CRYPTO_memcmp(want, bytes + ID, MAC) == 0 && ok;
	*leg = ok ? id : 0;
	return ok;
}

/* --- how long ------------------------------------------------------------- */

void link_days(int64_t days)
{
	atomic_store(&days_ms, days * DAY_MS);
}

int64_t link_days_ms(void)
{
	return atomic_load(&days_ms);
}

int64_t link_ends(int64_t received, int64_t expires)
{
	int64_t ends = received + link_days_ms();

	return ends > expires ? ends : expires;
}

/* --- settings ------------------------------------------------------------- */

void link_changed(void (*fn)(void))
{
	changed = fn;
}

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	if (changed)
		changed();
}

static bool is_url(const char *s)
{
	static const char scheme[] = "https://";
	size_t n = sizeof(scheme) - 1;

	return strncmp(s, scheme, n) == 0 && s[n] && s[n] != '/' &&
	    strspn(s + n, "abcdefghijklmnopqrstuvwxyz"
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.-_~:/[]") == strlen(s + n);
}

/* 192.0.2.1:443 or [2001:db8::1]:443, not a name. */
static bool is_numeric(const char *s)
{
	const char *colon = strrchr(s, ':');

	return s[0] == '[' || (colon &&
	    strspn(s, "0123456789.") == (size_t)(colon - s));
}

static enum err check(const char *name, struct buf *why)
{
	const char *url = conf_text(SECTION, name, "url");
	const char *address = conf_text(SECTION, name, "address");

	if (address[0] && !is_numeric(address))
		buf_addz(why, "link address: this must be an IP address of "
		    "this machine and a port, not a name: 192.0.2.1:443");
	else if (url[0] && !is_url(url))
		buf_addf(why, "link url: \"%s\" is no address of a web "
		    "server: https://msg.example.org/", url);
	else if (url[0] && !address[0])
		buf_addz(why, "link url: give link address, too: where the "
		    "links are answered");
	else
		return ERR_OK;
	return ERR_BAD_SYNTAX;
}

static const struct conf_row rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .impact = CONF_REBIND,
	  .help = "where links are answered, over HTTPS with the certificate "
	  "tls/link.pem; unset: nowhere" },
	{ .name = "url", .type = CONF_TEXT, .min = 10, .max = 200,
	  .help = "how phones reach that address, the shorter the better: "
	  "https://msg.example.org/; unset: notifications have no link" },
	{ .name = "rate", .type = CONF_INT, .fallback = "300", .min = 1,
	  .max = 100000, .help = "requests of one address in a minute; past "
	  "it: 429" },
};

static const struct conf_section section = {
	.name = SECTION, .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "links in notifications that open the content in a browser",
	.apply = apply, .check = check
};

void link_register(void)
{
	conf_register(&section);
}
