/* listener.c - where clients connect: settings, sockets, certificates. */

#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "conf/draft.h"
#include "dir/users.h"
#include "loop/bindable.h"
#include "op/health.h"
#include "op/probe.h"
#include "port/sip/edge_priv.h"
#include "port/sip/sip_priv.h"

#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>

#define SECTION		"listener"
#define STALL_MS	20000	/* an incomplete message on a connection */
#define QUEUE		1000	/* messages that wait for a slow connection */
#define SELF_SIGNED_DAYS	3650	/* phones may have been told to trust it */

struct listener {
	struct list hook;
	char name[33];
	char transport[4];
	char host[256];		/* of the address, IPv6 in [] */
	char port[6];
	char external[256];	/* how clients see it: host, or "" */
	bool open;
	struct cert_use use;	/* tls */
};

static struct list listeners = { &listeners, &listeners };
static const char *data_dir = ".";

static const struct conf_row rows[] = {
	{ "transport", CONF_ENUM, NULL, 0, 0, "udp|tcp|tls", CONF_REBIND,
	    "How clients connect to it.", true },
	{ "address", CONF_ADDRESS, NULL, 0, 0, NULL, CONF_REBIND,
	    "Where it listens: 192.0.2.1:5060, [::]:5061; port 0: any.",
	    true },
	{ "external", CONF_TEXT, NULL, 1, 255, NULL, CONF_REBIND,
	    "The IP address clients see when it is behind a translator.",
	    false },
	{ "certificate", CONF_TEXT, NULL, 1, 1024, NULL, CONF_REBIND,
	    "PEM file with the certificate and its chain (tls).", false },
	{ "key", CONF_TEXT, NULL, 1, 1024, NULL, CONF_REBIND,
	    "PEM file with the private key (tls).", false }
};

static struct listener *listener_find(const char *name)
{
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (strcmp(l->name, name) == 0)
			return l;
	}
	return NULL;
}

static void listener_read(struct listener *l, const char *name)
{
	const char *address = conf_text(SECTION, name, "address");
	const char *external = conf_text(SECTION, name, "external");
	const char *colon = strrchr(address, ':');

	snprintf(l->name, sizeof(l->name), "%s", name);
	snprintf(l->transport, sizeof(l->transport), "%s",
	    conf_text(SECTION, name, "transport"));
	snprintf(l->host, sizeof(l->host), "%.*s", (int)(colon - address),
	    address);
	snprintf(l->port, sizeof(l->port), "%s", colon + 1);
	snprintf(l->external, sizeof(l->external), "%s", external);
}

static bool listener_same(const struct listener *a, const struct listener *b)
{
	return strcmp(a->transport, b->transport) == 0 &&
	    strcmp(a->host, b->host) == 0 && strcmp(a->port, b->port) == 0 &&
	    strcmp(a->external, b->external) == 0;
}

static void listener_dir(const char *name, char *dir, size_t size)
{
	snprintf(dir, size, "%s/sip-tls-%s", data_dir, name);
}

static bool listener_certs(const struct listener *l)
{
	char dir[1200];

	listener_dir(l->name, dir, sizeof(dir));
	return certs_prepare(dir, l->name, &l->use);
}

static void use_where(const struct cert_use *u, struct cert_where *out)
{
	const struct listener *l = LIST_ENTRY(u, struct listener, use);

	if (conf_is_set(SECTION, l->name, "certificate")) {
		out->source = CERT_SETTING;
		snprintf(out->pem, sizeof(out->pem), "%s",
		    conf_text(SECTION, l->name, "certificate"));
		snprintf(out->key, sizeof(out->key), "%s",
		    conf_text(SECTION, l->name, "key"));
		return;
	}
	snprintf(out->pem, sizeof(out->pem), "%s/sip-tls-%s/agent.pem",
	    data_dir, l->name);
}

static enum err use_take(struct cert_use *u, struct buf *why)
{
	struct listener *l = LIST_ENTRY(u, struct listener, use);
	char dir[1200];

	listener_dir(l->name, dir, sizeof(dir));
	if (listener_certs(l) && (!l->open || fixes_reload(dir)))
		return ERR_OK;
	buf_addf(why, "listener %s does not take it; the log says why",
	    l->name);
	return ERR_BAD_SYNTAX;
}

static const struct cert_use_class use_class = { use_where, use_take };

/* Only one with TLS has a certificate. */
static void use_follow(struct listener *l)
{
	struct cert_use *u = &l->use;
	const char *host = l->external[0] ? l->external : l->host;
	struct strv ip = strv(host);

	if (ip.n > 2 && ip.p[0] == '[')
		ip = (struct strv){ ip.p + 1, ip.n - 2 };
	u->class = &use_class;
	u->dir = data_dir;
	u->days = SELF_SIGNED_DAYS;
	snprintf(u->use, sizeof(u->use), "listener:%s", l->name);
	snprintf(u->names, sizeof(u->names), "%.*s", STRV_ARG(ip));
	if (strcmp(l->transport, "tls") == 0)
		cert_use_add(u);
	else
		cert_use_remove(u);
}

/* Say where it listens; with port 0 nobody could know. */
static void listener_announce(struct listener *l)
{
	tport_t *tp = tport_primaries(nta_agent_tports(edge_agent()));

	for (; tp; tp = tport_next(tp)) {
		const tp_name_t *n = tport_name(tp);
		const su_addrinfo_t *ai = tport_get_address(tp);
		char host[SU_ADDRSIZE + 2] = "";
		const su_sockaddr_t *su;

		if (!n->tpn_ident || strcmp(n->tpn_ident, l->name) != 0 || !ai)
			continue;
		su = (const void *)ai->ai_addr;
		su_inet_ntop(su->su_family, SU_ADDR(su), host, sizeof(host));
		snprintf(l->port, sizeof(l->port), "%u", ntohs(su->su_port));
		log_info("listening listener=%s transport=%s address=%s%s%s:%s",
		    l->name, l->transport, su->su_family == AF_INET6 ? "[" : "",
		    host, su->su_family == AF_INET6 ? "]" : "", l->port);
	}
}

static void listener_open(struct listener *l)
{
	char url[640], dir[1200];
	const char *port = strcmp(l->port, "0") == 0 ? "*" : l->port;
	bool tls = strcmp(l->transport, "tls") == 0;

	listener_dir(l->name, dir, sizeof(dir));
	if (tls && !listener_certs(l) && !certs_there(dir))
		return;
	if (l->external[0])
		snprintf(url, sizeof(url), "%s:%s:%s;maddr=%s;transport=%s",
		    tls ? "sips" : "sip", l->external, port, l->host,
		    l->transport);
	else
		snprintf(url, sizeof(url), "%s:%s:%s;transport=%s",
		    tls ? "sips" : "sip", l->host, port, l->transport);
	if (nta_agent_add_tport(edge_agent(), url_text(url),
	    TPTAG_IDENT(l->name),
	    TPTAG_CERTIFICATE(dir),
	    TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_NONE),
	    TPTAG_TIMEOUT(STALL_MS),
	    TPTAG_IDLE(sip_settings.idle_ms),
	    TPTAG_PONG2PING(1),
	    TPTAG_STUN_SERVER(0),
	    TPTAG_QUEUESIZE(QUEUE),
	    TPTAG_UDP_RMEM(sip_settings.udp_buffer),
	    TAG_END()) < 0) {
		log_err("listener %s cannot listen on %s:%s transport=%s "
		    "why=\"%s\"; is the address ours and free?", l->name,
		    l->host, l->port, l->transport, su_strerror(su_errno()));
		return;
	}
	l->open = true;
	listener_announce(l);
}

const char *listener_ident(struct strv name)
{
	const struct listener *found = NULL;
	size_t same = 0;

	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (l->open && strv_eq(strv(l->name), name))
			found = l;
	}
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (l->open && found &&
		    strcmp(l->transport, found->transport) == 0)
			same++;
	}
	return same > 1 ? found->name : NULL;
}

bool listener_is_us(const url_t *url)
{
	const char *port = url->url_port && url->url_port[0] ?
	    url->url_port : url_port_default(
	    (enum url_type_e)url->url_type);

	if (!url->url_host)
		return false;
	if (dir_is_home(strv(url->url_host)))
		return true;
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (strcmp(l->port, port) == 0 &&
		    (strcasecmp(l->host, url->url_host) == 0 ||
		    strcasecmp(l->external, url->url_host) == 0))
			return true;
	}
	return false;
}

bool listener_local(const struct request *r, const char **name, struct buf *uri)
{
	tport_t *tp = r->tport;
	const tp_name_t *n;
	struct listener *l;

	if (!tp)
		return false;
	n = tport_name(tport_is_secondary(tp) ? tport_parent(tp) : tp);
	l = n->tpn_ident ? listener_find(n->tpn_ident) : NULL;
	if (name && l)
		*name = l->name;
	if (uri && l)
		buf_addf(uri, "sip:%s:%s;transport=%s",
		    l->external[0] ? l->external :
		    n->tpn_canon ? n->tpn_canon : l->host, l->port,
		    l->transport);
	return l != NULL;
}

/* --- settings --------------------------------------------------------------- */

static void listener_gone(struct listener *l)
{
	bool open = l->open;

	log_info("listener closed listener=%s", l->name);
	list_del(&l->hook);
	cert_use_remove(&l->use);
	free(l);
	if (open)
		edge_rebuild();
}

static void apply(const char *name, bool gone)
{
	struct listener *l = listener_find(name), was;

	if (gone) {
		if (l)
			listener_gone(l);
		return;
	}
	if (!l) {
		l = xalloc(sizeof(*l));
		list_init(&l->use.hook);
		listener_read(l, name);
		use_follow(l);
		list_push(&listeners, &l->hook);
		if (edge_is_open())
			listener_open(l);
		return;
	}
	was = *l;
	listener_read(l, name);
	use_follow(l);
	if (!listener_same(&was, l) || strcmp(l->transport, "tls") == 0)
		edge_rebuild();
}

static enum err check(const char *name, struct buf *why)
{
	if (conf_is_set(SECTION, name, "certificate") ==
	    conf_is_set(SECTION, name, "key"))
		return ERR_OK;
	buf_addf(why, "listener %s needs both certificate and key, or neither",
	    name);
	return ERR_BAD_SYNTAX;
}

static const struct conf_section section = {
	.name = SECTION,
	.named = true,
	.help = "Where SIP clients connect.",
	.rows = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.apply = apply,
	.check = check
};

static enum health check_open(struct buf *says, struct buf *remedy)
{
	size_t open = 0, n = 0;

	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		n++;
		open += l->open;
		if (!l->open)
			buf_addf(remedy, "%s%s", remedy->n ? ", " :
			    "See the log and set the address of listener ",
			    l->name);
	}
	buf_addf(says, "%zu of %zu SIP listeners are open", open, n);
	if (open == n)
		return HEALTH_OK;
	buf_addz(remedy, ".");
	return open > 0 ? HEALTH_WARN : HEALTH_CRITICAL;
}

static const struct health_check checks[] = {
	{ "sip-listeners", true, check_open }
};

static enum probe_state probe_listener(const char *name, struct buf *says)
{
	const struct listener *l = listener_find(name);

	if (!l)
		return PROBE_OFF;
	if (l->open)
		return edge_is_open() ? PROBE_UP : PROBE_DOWN;
	buf_addf(says, "%s:%s cannot be opened; the log says why", l->host,
	    l->port);
	return edge_is_open() ? PROBE_FAILED : PROBE_DOWN;
}

static const struct probe probes[] = {
	{ "listener", true, probe_listener }
};

/* Do we listen there already? */
static bool listener_has(const char *address, bool udp)
{
	char own[300];

	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		snprintf(own, sizeof(own), "%s:%s", l->host, l->port);
		if (l->open && strcmp(own, address) == 0 &&
		    udp == (strcmp(l->transport, "udp") == 0))
			return true;
	}
	return false;
}

static enum err try_listener(const char *name, struct buf *says)
{
	const char *address = conf_text(SECTION, name, "address");
	const char *transport = conf_text(SECTION, name, "transport");
	bool udp = strcmp(transport, "udp") == 0;

	if (strcmp(transport, "tls") == 0 &&
	    conf_is_set(SECTION, name, "certificate") &&
	    !certs_usable(conf_text(SECTION, name, "certificate"),
	    conf_text(SECTION, name, "key"), says))
		return ERR_BAD_SYNTAX;
	return listener_has(address, udp) ? ERR_OK :
	    bindable(address, udp, says);
}

static const struct conf_trial trials[] = {
	{ SECTION, try_listener }
};

void listeners_register(const char *dir)
{
	data_dir = dir;
	listeners_follow(dir);
	conf_register(&section);
	health_register(checks, sizeof(checks) / sizeof(checks[0]));
	probe_register(probes, sizeof(probes) / sizeof(probes[0]));
	conf_trials_register(trials, sizeof(trials) / sizeof(trials[0]));
}

void listeners_open(void)
{
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (!l->open)
			listener_open(l);
	}
}

void listeners_closed(void)
{
	LIST_FOR(h, &listeners)
		LIST_ENTRY(h, struct listener, hook)->open = false;
}

void listeners_free(void)
{
	LIST_FOR(h, &listeners) {
		cert_use_remove(&LIST_ENTRY(h, struct listener, hook)->use);
		free(LIST_ENTRY(h, struct listener, hook));
	}
	list_init(&listeners);
}

void listeners_reload(void)
{
	struct cert_where w;
	char dir[1200];

	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (!l->open || strcmp(l->transport, "tls") != 0)
			continue;
		listener_dir(l->name, dir, sizeof(dir));
		/* its own: whoever put another one there wants it */
		cert_use_where(&l->use, &w);
		if (w.source != CERT_OWN && !listener_certs(l))
			continue;
		if (fixes_reload(dir))
			log_info("certificate read again listener=%s", l->name);
	}
}
