/* login.c - digest authentication of clients (RFC 3261 22, 8760). */

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define LOG_UNIT "sip"
#include "base/hex.h"
#include "base/log.h"
#include "base/now.h"
#include "base/rand.h"
#include "dir/users.h"
#include "port/sip/lines.h"
#include "port/sip/nonces.h"
#include "port/sip/sip_priv.h"
#include "wire/digest.h"

#include <sofia-sip/url.h>

static const char *data_dir = ".";
static struct digest *digest;
static struct nonces *nonces;
static uint8_t key[DIGEST_KEY];

/* --- the key of the nonces -------------------------------------------------- */

static bool key_read(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	bool good = fd >= 0 && read(fd, key, sizeof(key)) == sizeof(key);

	if (fd >= 0)
		close(fd);
	return good;
}

static bool key_make(const char *path)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	bool good;

	rand_bytes(key, sizeof(key));
	good = fd >= 0 && write(fd, key, sizeof(key)) == sizeof(key) &&
	    fsync(fd) == 0;
	if (fd >= 0)
		close(fd);
	return good;
}

void login_dir(const char *dir)
{
	data_dir = dir;
}

bool login_start(void)
{
	char path[1200];

	snprintf(path, sizeof(path), "%s/sip-nonce.key", data_dir);
	if (!key_read(path) && !key_make(path)) {
		log_err("cannot keep the key of the nonces file=%s why=\"%s\"",
		    path, strerror(errno));
		return false;
	}
	digest = digest_new();
	nonces = nonces_new(now_ms());
	return true;
}

void login_stop(void)
{
	digest_free(digest);
	nonces_free(nonces);
	digest = NULL;
	nonces = NULL;
}

/* --- challenge ---------------------------------------------------------- */

static void add_challenge(struct buf *out, enum digest_alg alg,
    const char *nonce, bool stale)
{
	buf_addz(out, "WWW-Authenticate: ");
	digest_challenge(alg, strv(dir_realm()), strv(nonce), stale, out);
	buf_addz(out, "\r\n");
}

static void challenge(struct request *r, bool stale)
{
	uint8_t chance[DIGEST_RANDOM];
	char nonce[DIGEST_NONCE];
	struct buf lines;

	rand_bytes(chance, sizeof(chance));
	digest_nonce_make(digest, key, now_ms(), chance, nonce);
	buf_init(&lines, 2048);
	if (sip_settings.digest_sha256)
		add_challenge(&lines, DIGEST_SHA256, nonce, stale);
	if (sip_settings.digest_md5)
		add_challenge(&lines, DIGEST_MD5, nonce, stale);
	log_debug("challenge from=\"%s\" stale=%d", r->source, stale);
	request_answer(r, 401, NULL, lines.p);
	buf_deinit(&lines);
}

/* --- credentials ------------------------------------------------------------ */

enum found { NOTHING, BROKEN, FOUND };

/* The credentials for our realm among the headers of one kind. */
static enum found find_in(const msg_auth_t *au, struct buf *text,
    struct digest_credentials *c)
{
	for (; au; au = au->au_next) {
		buf_clear(text);
		buf_addz(text, au->au_scheme);
		for (const msg_param_t *p = au->au_params; p && *p; p++) {
			buf_addc(text, p == au->au_params ? ' ' : ',');
			buf_addz(text, *p);
		}
		if (strcasecmp(au->au_scheme, "Digest") != 0)
			continue;
		if (digest_parse(buf_strv(text), c) != ERR_OK)
			return BROKEN;
		if (strv_caseeq(c->realm, strv(dir_realm())))
			return FOUND;
	}
	return NOTHING;
}

static enum found find(const struct request *r, struct buf *text,
    struct digest_credentials *c)
{
	enum found f = find_in(r->sip->sip_authorization, text, c);

	return f != NOTHING ? f :
	    find_in(r->sip->sip_proxy_authorization, text, c);
}

/* The digest's uri is the Request-URI, or differs in parameters only. */
static bool same_uri(const struct request *r, struct strv uri)
{
	_Alignas(url_string_t) char s[1024];	/* Sofia looks at it as one */
	su_home_t home[SU_HOME_AUTO_SIZE(2048)];
	url_t *u;
	bool same;

	if (uri.n >= sizeof(s))
		return false;
	memcpy(s, uri.p, uri.n);
	s[uri.n] = 0;
	su_home_auto(home, sizeof(home));
	u = url_hdup(home, url_text(s)->us_url);
	same = u && url_cmp(u, r->sip->sip_request->rq_url) == 0;
	su_home_deinit(home);
	return same;
}

/* With a secret of nobody's when there is none: it takes as long. */
static bool response_fits(const struct request *r, struct user *u,
    const struct digest_credentials *c)
{
	static struct user_secret nobody;
	struct user_secret secret = nobody;
	char ha1[DIGEST_HEX], want[DIGEST_HEX];
	bool known = u && user_secret(u, c->username, &secret);
	struct digest_input in = {
		.alg = c->alg,
		.method = strv(r->sip->sip_request->rq_method_name),
		.uri = c->uri,
		.nonce = c->nonce,
		.qop = c->qop,
		.nc = c->nc,
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

static bool nonce_fresh(const struct digest_credentials *c, int64_t now)
{
	int64_t age = sip_settings.nonce_ms;

	if (!nonces_known(nonces, c->nonce))
		age = nonces_age(nonces, now, age);
	return digest_nonce_check(digest, key, c->nonce, now, age) ==
	    DIGEST_FRESH;
}

/* The refusals, in order; true: answered. */
static bool refused(struct request *r, struct user *u,
    const struct digest_credentials *c)
{
	int64_t now = now_ms();

	if (!c->alg_known || !strv_caseeq(c->qop, STRV("auth")) ||
	    !(c->alg == DIGEST_MD5 ? sip_settings.digest_md5 :
	    sip_settings.digest_sha256)) {
		challenge(r, false);
		return true;
	}
	if (!r->peer && !same_uri(r, c->uri)) {
		sip_count(M_AUTH_SYNTAX);
		request_refuse(r, 400, "Digest URI Is Not The Request's", NULL,
		    "digest uri is not the Request-URI");
		return true;
	}
	if (!response_fits(r, u, c)) {
		sip_count(M_AUTH_PASSWORD);
		request_refuse(r, 403, NULL, NULL,
		    "wrong user name or password user=%.*s",
		    (int)(c->username.n < 64 ? c->username.n : 64),
		    c->username.p);
		return true;
	}
	if (!nonce_fresh(c, now)) {
		sip_count(M_AUTH_STALE);
		log_info("nonce is stale from=\"%s\" call-id=%.80s", r->source,
		    r->sip->sip_call_id->i_id);
		challenge(r, true);
		return true;
	}
	if (nonces_use(nonces, c->nonce, c->nc_value, now,
	    sip_settings.nonce_ms))
		return false;
	sip_count(M_AUTH_REPLAY);
	log_info("nonce count used before from=\"%s\" call-id=%.80s",
	    r->source, r->sip->sip_call_id->i_id);
	challenge(r, true);
	return true;
}

struct user *login_check(struct request *r, struct user *claimed, bool claim)
{
	struct digest_credentials c;
	struct user *u = claimed;
	struct buf text;

	buf_init(&text, DIGEST_MAX);
	switch (find(r, &text, &c)) {
	case NOTHING:
		challenge(r, false);
		u = NULL;
		break;
	case BROKEN:
		sip_count(M_AUTH_SYNTAX);
		request_refuse(r, 400, "Bad Authorization Header", NULL,
		    "credentials cannot be read");
		u = NULL;
		break;
	case FOUND:
		if (!claim)
			u = user_by_username(c.username);
		if (refused(r, u, &c))
			u = NULL;
		break;
	}
	buf_deinit(&text);
	return u;
}
