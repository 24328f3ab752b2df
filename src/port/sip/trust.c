/* trust.c - who is believed: peers, and the sender of a request (RFC 3325). */

#include <arpa/inet.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "port/sip/lines.h"
#include "port/sip/sip_priv.h"

#define SECTION	"peer"

struct network {
	struct list hook;
	struct peer peer;
	int family;
	uint8_t address[16];
	unsigned bits;
};

static struct list networks = { &networks, &networks };

static const struct conf_row rows[] = {
	{ "address", CONF_ADDRESSES, NULL, 0, 0, NULL, CONF_LIVE,
	    "Its IP addresses: 192.0.2.7,2001:db8::/64.", true },
	{ "kind", CONF_ENUM, "trusted", 0, 0, "trusted|core", CONF_LIVE,
	    "trusted: its P-Asserted-Identity is believed; core: an IMS core "
	    "that also says whom we serve and registers users for us.",
	    false }
};

/* --- peers ------------------------------------------------------------------ */

static void forget(const char *name)
{
	LIST_FOR(h, &networks) {
		struct network *n = LIST_ENTRY(h, struct network, hook);

		if (strcmp(n->peer.name, name) != 0)
			continue;
		list_del(&n->hook);
		free(n);
	}
}

static void add(const char *name, bool core, struct strv text)
{
	struct network *n = xalloc(sizeof(*n));
	struct strv bits, ip = strv_split(text, '/', &bits);
	char s[INET6_ADDRSTRLEN];

	snprintf(s, sizeof(s), "%.*s", STRV_ARG(ip));
	n->family = strchr(s, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(n->family, s, n->address) != 1) {
		free(n);
		return;
	}
	n->bits = n->family == AF_INET6 ? 128 : 32;
	if (bits.p)
		n->bits = (unsigned)strtoul(bits.p, NULL, 10);
	snprintf(n->peer.name, sizeof(n->peer.name), "%s", name);
	n->peer.core = core;
	list_push(&networks, &n->hook);
}

static void apply(const char *name, bool gone)
{
	struct strv rest, item;
	bool core;

	forget(name);
	if (gone)
		return;
	core = strcmp(conf_text(SECTION, name, "kind"), "core") == 0;
	rest = strv(conf_text(SECTION, name, "address"));
	while (lines_item(&rest, ',', &item))
		add(name, core, item);
}

static const struct conf_section section = {
	.name = SECTION,
	.named = true,
	.help = "SIP servers whose word is believed.",
	.rows = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.apply = apply
};

void trust_register(void)
{
	conf_register(&section);
}

void trust_fini(void)
{
	LIST_FOR(h, &networks)
		free(LIST_ENTRY(h, struct network, hook));
	list_init(&networks);
}

static bool inside(const struct network *n, const uint8_t *address)
{
	unsigned bytes = n->bits / 8, rest = n->bits % 8;
	uint8_t mask = (uint8_t)(0xff00 >> rest);

	if (memcmp(n->address, address, bytes) != 0)
		return false;
	return rest == 0 || ((n->address[bytes] ^ address[bytes]) & mask) == 0;
}

const struct peer *trust_find(const su_sockaddr_t *from)
{
	LIST_FOR(h, &networks) {
		struct network *n = LIST_ENTRY(h, struct network, hook);

		if (n->family == from->su_family &&
		    inside(n, SU_ADDR(from)))
			return &n->peer;
	}
	return NULL;
}

/* --- what a peer says ---------------------------------------------------- */

/* The key of the first value of an address header; a user's own key if it
 * names one of ours. */
static bool header_key(struct strv list, struct buf *key, struct user **u)
{
	struct strv first, uri;

	if (!lines_item(&list, ',', &first) ||
	    addr_name(first, NULL, &uri) != ERR_OK ||
	    dir_key(uri, key) != ERR_OK)
		return false;
	*u = user_find(buf_strv(key));
	if (*u) {
		buf_clear(key);
		buf_adds(key, (*u)->key);
	}
	return true;
}

/* RFC 5502: the core says for whom we act, and on which side. */
static bool served_user(struct request *r, struct identity *id)
{
	struct strv value = request_header(r, "P-Served-User");
	struct strv item, name, what = STRV_NONE, rest = value;
	struct user *u = NULL;

	if (!value.p || !r->peer->core)
		return true;
	while (lines_item(&rest, ';', &item)) {
		lines_param(item, &name, &what);
		if (strv_caseeq(name, STRV("sescase")))
			break;
		what = STRV_NONE;
	}
	id->terminating = strv_caseeq(what, STRV("term"));
	if (id->terminating)
		return true;
	if (!header_key(value, &id->key, &u) || !u)
		return false;
	id->user = u;
	return true;
}

static bool by_peer(struct request *r, struct identity *id)
{
	struct strv asserted = request_header(r, "P-Asserted-Identity");
	struct user *u = NULL;

	if (!header_key(asserted, &id->key, &u)) {
		request_refuse(r, 400, "Bad P-Asserted-Identity Header", NULL,
		    "peer %s asserts no address", r->peer->name);
		return false;
	}
	id->user = u;
	if (!served_user(r, id)) {
		request_refuse(r, 404, NULL, NULL,
		    "peer %s names a served user we do not have",
		    r->peer->name);
		return false;
	}
	return true;
}

/* --- what a client says ---------------------------------------------------- */

/* Headers that only a trusted peer may send: no effect, but counted. */
static void note_forged(const struct request *r)
{
	static const char *const names[] = {
		"P-Asserted-Identity", "P-Asserted-Service", "P-Served-User",
		"P-Charging-Vector", "P-Charging-Function-Addresses",
		"History-Info"
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!request_header(r, names[i]).p)
			continue;
		sip_count(M_FORGED);
		log_info("ignored header=%s from=\"%s\" call-id=%.80s",
		    names[i], r->source, r->sip->sip_call_id->i_id);
	}
}

static struct user *from_user(const struct request *r)
{
	struct user *u = NULL;
	struct buf url, key;

	buf_init(&url, ADDR_MAX);
	buf_init(&key, ADDR_MAX);
	request_url(r->sip->sip_from->a_url, &url);
	if (dir_key(buf_strv(&url), &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&url);
	buf_deinit(&key);
	return u;
}

/* The user whose device registered over this very connection. */
static struct user *by_connection(const struct request *r)
{
	struct user *u;

	if (!sip_settings.trust_connections ||
	    strncmp(r->source, "udp", 3) == 0)
		return NULL;
	u = from_user(r);
	if (!u)
		return NULL;
	LIST_FOR(h, &u->bindings)
		if (strv_eq(BINDING_OF(h)->source, strv(r->source)))
			return u;
	return NULL;
}

static bool by_digest(struct request *r, struct identity *id)
{
	struct user *u = by_connection(r), *from;

	if (!u)
		u = login_check(r, NULL, false);
	if (!u)
		return false;
	from = from_user(r);
	if (from && from != u) {
		sip_count(M_AUTH_IDENTITY);
		request_refuse(r, 403, "From Is Another User", NULL,
		    "user %.*s sends as %.*s", STRV_ARG(u->key),
		    STRV_ARG(from->key));
		return false;
	}
	if (u->state != USER_ACTIVE) {
		request_refuse(r, 403, NULL,
		    "Warning: 399 parley \"127 Service not authorised\"\r\n",
		    "user %.*s is suspended", STRV_ARG(u->key));
		return false;
	}
	id->user = u;
	buf_adds(&id->key, u->key);
	return true;
}

bool trust_identify(struct request *r, struct identity *id)
{
	*id = (struct identity){ 0 };
	buf_init(&id->key, ADDR_MAX);
	if (r->peer && request_header(r, "P-Asserted-Identity").p)
		return by_peer(r, id);
	if (!r->peer)
		note_forged(r);
	return by_digest(r, id);
}
