/* login.c - who asks: HTTP digest with the SIP credentials (RFC 7616). */

#include <string.h>

#define LOG_UNIT "xcap"
#include "base/hex.h"
#include "base/log.h"
#include "base/map.h"
#include "base/now.h"
#include "base/rand.h"
#include "conf/conf.h"
#include "port/xcap/xcap_priv.h"
#include "wire/digest.h"

#define NONCE_MS	600000	/* a client asks for a new one then */
#define PAUSE_MS	1000	/* before the answer to the first failure */
#define PAUSE_MOST	8000
#define FORGET_MS	600000
#define PEERS		256

/*
 * TLS keeps others from hearing credentials, so counts of a nonce are not
 * kept; a nonce is good for a while, and only in this run of the daemon.
 */
static uint8_t key[DIGEST_KEY];
static struct digest *digest;

/* Addresses that failed lately, by hash; a newer one takes a place over. */
static struct {
	uint64_t peer;
	int64_t last;		/* now_mono() */
	unsigned n;
} failures[PEERS];

void xcap_login_start(void)
{
	rand_bytes(key, sizeof(key));
	digest = digest_new();
}

void xcap_login_stop(void)
{
	digest_free(digest);
	digest = NULL;
}

/* --- refusals ------------------------------------------------------------- */

static void challenge(struct exchange *x, enum digest_alg alg, bool stale)
{
	uint8_t chance[DIGEST_RANDOM];
	char nonce[DIGEST_NONCE];
	struct buf value;

	rand_bytes(chance, sizeof(chance));
	digest_nonce_make(digest, key, now_ms(), chance, nonce);
	buf_init(&value, DIGEST_MAX);
	digest_challenge(alg, strv(dir_realm()), strv(nonce), stale, &value);
	httpd_reply_header(x->r, "WWW-Authenticate", buf_strv(&value));
	buf_deinit(&value);
}

static bool is_offered(enum digest_alg a)
{
	return conf_bool("policy sip", "", a == DIGEST_MD5 ? "digest-md5" :
	    "digest-sha256");
}

static void ask(struct exchange *x, bool stale)
{
	if (is_offered(DIGEST_SHA256))
		challenge(x, DIGEST_SHA256, stale);
	if (is_offered(DIGEST_MD5))
		challenge(x, DIGEST_MD5, stale);
	exchange_refuse(x, 401, stale ? "the nonce is too old" :
	    "credentials are needed");
}

static void paused(void *arg)
{
	ask(arg, false);
}

/* Every failure of an address doubles its wait; others wait for nothing. */
static void refuse_later(struct exchange *x, struct strv username)
{
	uint64_t peer = map_hash(x->peer);
	size_t at = peer % PEERS;
	int64_t now = now_mono(), ms = PAUSE_MS;

	if (failures[at].peer != peer ||
	    failures[at].last + FORGET_MS < now)
		failures[at].n = 0;
	failures[at].peer = peer;
	failures[at].last = now;
	for (unsigned i = 0; i < failures[at].n && ms < PAUSE_MOST; i++)
		ms *= 2;
	failures[at].n++;
	log_warn("wrong user name or password user=\"%.*s\" from=%.*s "
	    "failures=%u", (int)(username.n < 64 ? username.n : 64),
	    username.p, STRV_ARG(x->peer), failures[at].n);
	timer_init(&x->pause, "xcap login", paused, x);
	timer_set(&x->pause, ms);
}

/* --- credentials ---------------------------------------------------------- */

/* The digest is of this path; the query only says what prefixes mean. */
static bool same_path(const struct exchange *x, struct strv uri)
{
	struct strv rest, path = strv_split(uri, '?', &rest);

	if (path.n > 8 && strncasecmp(path.p, "https://", 8) == 0) {
		const char *slash = memchr(path.p + 8, '/', path.n - 8);

		if (!slash)
			return false;
		path = (struct strv){ slash,
			path.n - (size_t)(slash - path.p) };
	}
	return strv_eq(path, x->path);
}

/* With a secret of nobody's when there is none: it takes as long. */
static bool response_fits(const struct exchange *x, const struct user *u,
    const struct digest_credentials *c)
{
	static const struct user_secret nobody;
	struct user_secret secret = nobody;
	char ha1[DIGEST_HEX], want[DIGEST_HEX];
	bool known = u && user_secret(u, c->username, &secret);
	struct digest_input in = {
		.alg = c->alg, .method = x->method_name, .uri = c->uri,
		.nonce = c->nonce, .qop = c->qop, .nc = c->nc,
		.cnonce = c->cnonce
	};

	if (c->alg == DIGEST_SHA256)
		hex_encode(secret.sha256, sizeof(secret.sha256), ha1);
	else
		hex_encode(secret.md5, sizeof(secret.md5), ha1);
	in.ha1 = strv(ha1);
	digest_response(digest, &in, want);
	explicit_bzero(&secret, sizeof(secret));
	explicit_bzero(ha1, sizeof(ha1));
	return digest_equal(strv(want), c->response) && known;
}

static bool is_usable(const struct digest_credentials *c)
{
	return c->alg_known && is_offered(c->alg) &&
	    strv_caseeq(c->qop, STRV("auth")) &&
	    strv_caseeq(c->realm, strv(dir_realm()));
}

struct user *xcap_login(struct exchange *x)
{
	struct digest_credentials c;
	struct user *u;

	if (!x->authorization.n || (digest_parse(x->authorization, &c) ==
	    ERR_OK && !is_usable(&c))) {
		ask(x, false);
		return NULL;
	}
	if (digest_parse(x->authorization, &c) != ERR_OK ||
	    !same_path(x, c.uri)) {
		exchange_refuse(x, 400, "the credentials cannot be read, or "
		    "are for another address");
		return NULL;
	}
	u = user_by_username(c.username);
	if (!response_fits(x, u, &c)) {
		refuse_later(x, c.username);
		return NULL;
	}
	if (digest_nonce_check(digest, key, c.nonce, now_ms(), NONCE_MS) ==
	    DIGEST_FRESH)
		return u;
	ask(x, true);
	return NULL;
}
