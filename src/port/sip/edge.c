/* edge.c - the SIP agent and its listeners. */

#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sip"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/users.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "port/sip/edge.h"
#include "port/sip/edge_priv.h"
#include "port/sip/sip_priv.h"

#include <sofia-sip/nta_tport.h>
#include <sofia-sip/su_log.h>
#include <sofia-sip/tport.h>
#include <sofia-sip/tport_tag.h>
#include <sofia-sip/msg_addr.h>

#define SECTION		"listener"
#define LISTENERS	32
#define STOP_MS		4000	/* what is in flight may still end */
#define STATS_MS	1000	/* how often Sofia's own counts are read */
#define STALL_MS	20000	/* an incomplete message on a connection */
#define QUEUE		1000	/* messages that wait for a slow connection */

struct listener {
	struct list hook;
	char name[33];
	char transport[4];
	char host[256];		/* of the address, IPv6 in [] */
	char port[6];
	char external[256];	/* how clients see it: host, or "" */
	bool open;
};

static struct list listeners = { &listeners, &listeners };
static nta_agent_t *agent;
static nta_leg_t *leg;
static const char *data_dir = ".";
static bool running, rebuild_due;
static struct timer stats_timer, stop_timer;
static void (*stopped)(void);
static struct { size_t message; unsigned ms, idle_ms, udp_buffer; } limits;

static const struct conf_row rows[] = {
	{ "transport", CONF_ENUM, NULL, 0, 0, "udp|tcp|tls", CONF_RELINK,
	    "How clients connect to it.", true },
	{ "address", CONF_ADDRESS, NULL, 0, 0, NULL, CONF_RELINK,
	    "Where it listens: 192.0.2.1:5060, [::]:5061; port 0: any.",
	    true },
	{ "external", CONF_TEXT, NULL, 1, 255, NULL, CONF_RELINK,
	    "The IP address clients see when it is behind a translator.",
	    false },
	{ "certificate", CONF_TEXT, NULL, 1, 1024, NULL, CONF_RELINK,
	    "PEM file with the certificate and its chain (tls).", false },
	{ "key", CONF_TEXT, NULL, 1, 1024, NULL, CONF_RELINK,
	    "PEM file with the private key (tls).", false }
};

nta_agent_t *edge_agent(void)
{
	return agent;
}

nta_leg_t *edge_leg(void)
{
	return leg;
}

void edge_data_dir(const char *dir)
{
	data_dir = dir;
}

/* --- listeners ------------------------------------------------------------ */

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
	const char *host = l->external[0] ? l->external : l->host;

	listener_dir(l->name, dir, sizeof(dir));
	return certs_prepare(dir, l->name,
	    conf_text(SECTION, l->name, "certificate"),
	    conf_text(SECTION, l->name, "key"), host);
}

/* Say where it listens; with port 0 nobody could know. */
static void listener_announce(struct listener *l)
{
	tport_t *tp = tport_primaries(nta_agent_tports(agent));

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

static bool listener_open(struct listener *l)
{
	char url[640], dir[1200];
	const char *port = strcmp(l->port, "0") == 0 ? "*" : l->port;
	bool tls = strcmp(l->transport, "tls") == 0;

	listener_dir(l->name, dir, sizeof(dir));
	if (tls && !listener_certs(l) && !certs_there(dir))
		return false;
	if (l->external[0])
		snprintf(url, sizeof(url), "%s:%s:%s;maddr=%s;transport=%s",
		    tls ? "sips" : "sip", l->external, port, l->host,
		    l->transport);
	else
		snprintf(url, sizeof(url), "%s:%s:%s;transport=%s",
		    tls ? "sips" : "sip", l->host, port, l->transport);
	if (nta_agent_add_tport(agent, url_text(url),
	    TPTAG_IDENT(l->name),
	    TPTAG_CERTIFICATE(dir),
	    TPTAG_TLS_VERIFY_POLICY(TPTLS_VERIFY_NONE),
	    TPTAG_TIMEOUT(STALL_MS),
	    TPTAG_IDLE(limits.idle_ms),
	    TPTAG_PONG2PING(1),
	    TPTAG_STUN_SERVER(0),
	    TPTAG_QUEUESIZE(QUEUE),
	    TPTAG_UDP_RMEM(limits.udp_buffer),
	    TAG_END()) < 0) {
		log_err("listener %s cannot listen on %s:%s transport=%s "
		    "why=\"%s\"; is the address ours and free?", l->name,
		    l->host, l->port, l->transport, su_strerror(su_errno()));
		return false;
	}
	l->open = true;
	listener_announce(l);
	return true;
}

const char *edge_ident(struct strv name)
{
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (l->open && strv_eq(strv(l->name), name))
			return l->name;
	}
	return NULL;
}

bool edge_is_us(const url_t *url)
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

bool edge_local(const struct request *r, const char **name, struct buf *uri)
{
	tport_t *tp = r->irq ? nta_incoming_transport(agent, r->irq, r->msg) :
	    NULL;
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
	tport_unref(tp);
	return l != NULL;
}

/* --- the agent -------------------------------------------------------------- */

/* What nta answered or dropped before we saw it. */
static void read_stats(void *arg)
{
	static usize_t bad, repeats;
	usize_t now_bad = 0, now_repeats = 0;

	(void)arg;
	if (!agent)
		return;
	nta_agent_get_stats(agent,
	    NTATAG_S_BAD_MESSAGE_REF(now_bad),
	    NTATAG_S_RETRY_REQUEST_REF(now_repeats), TAG_END());
	if (now_bad < bad || now_repeats < repeats)	/* a new agent */
		bad = repeats = 0;
	if (now_bad > bad) {
		metric_add(&sip_metrics[M_DROPPED], (int64_t)(now_bad - bad));
		log_info("unreadable SIP messages refused or dropped n=%zu",
		    (size_t)(now_bad - bad));
	}
	metric_add(&sip_metrics[M_RETRANSMITS],
	    (int64_t)(now_repeats - repeats));
	bad = now_bad;
	repeats = now_repeats;
	timer_set(&stats_timer, STATS_MS);
}

static bool agent_open(void)
{
	agent = nta_agent_create(loop_su_root(), (url_string_t *)-1, NULL,
	    NULL,
	    NTATAG_UA(0),
	    NTATAG_SERVER_RPORT(1),
	    NTATAG_MERGE_482(1),
	    NTATAG_USE_NAPTR(0),
	    NTATAG_USE_SRV(0),
	    /* Bad headers come to request.c, which refuses all of them. */
	    NTATAG_BAD_REQ_MASK(0),
	    NTATAG_BAD_RESP_MASK(~0U),
	    NTATAG_MAXSIZE(limits.message),
	    NTATAG_SIP_T1X64(limits.ms),
	    TAG_END());
	if (!agent)
		return false;
	leg = nta_leg_tcreate(agent, request_in, NULL, NTATAG_NO_DIALOG(1),
	    TAG_END());
	return leg != NULL;
}

static void agent_close(void)
{
	if (!agent)
		return;
	request_orphan();
	push_orphan();
	fixes_forget();
	nta_leg_destroy(leg);
	nta_agent_destroy(agent);
	leg = NULL;
	agent = NULL;
}

static bool open_all(void)
{
	bool all = agent_open();

	if (!all)
		log_err("no SIP agent could be made; out of memory?");
	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		l->open = false;
		if (agent && !listener_open(l))
			all = false;
	}
	return all;
}

/* A listener cannot be taken out of an agent: all of them open anew. */
static void rebuild(void *arg)
{
	(void)arg;
	rebuild_due = false;
	if (!running)
		return;
	log_info("listeners are opened anew; clients reconnect");
	agent_close();
	open_all();
}

static void rebuild_soon(void)
{
	if (!running || rebuild_due)
		return;
	rebuild_due = true;
	loop_defer(rebuild, NULL);
}

void edge_limits(size_t max_message, unsigned transaction_ms,
    unsigned idle_ms, unsigned udp_buffer)
{
	if (limits.message == max_message && limits.ms == transaction_ms &&
	    limits.idle_ms == idle_ms && limits.udp_buffer == udp_buffer)
		return;
	limits.message = max_message;
	limits.ms = transaction_ms;
	limits.idle_ms = idle_ms;
	limits.udp_buffer = udp_buffer;
	rebuild_soon();
}

/* --- settings --------------------------------------------------------------- */

static void listener_gone(struct listener *l)
{
	bool open = l->open;

	log_info("listener closed listener=%s", l->name);
	list_del(&l->hook);
	free(l);
	if (open)
		rebuild_soon();
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
		listener_read(l, name);
		list_push(&listeners, &l->hook);
		if (running && !rebuild_due)
			listener_open(l);
		return;
	}
	was = *l;
	listener_read(l, name);
	if (!listener_same(&was, l) || strcmp(l->transport, "tls") == 0)
		rebuild_soon();
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

/* --- life -------------------------------------------------------------------- */

/* Sofia's words are for those who look for a fault in it. */
static void sofia_log(void *stream, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void sofia_log(void *stream, const char *fmt, va_list ap)
{
	char line[512];

	(void)stream;
	if (log_max < LOG_DEBUG_)
		return;
	vsnprintf(line, sizeof(line), fmt, ap);
	log_debug("sofia: %s", line);
}

static void quiet_sofia(void)
{
	extern su_log_t nta_log[], tport_log[];

	su_log_redirect(NULL, sofia_log, NULL);
	su_log_redirect(su_log_default, sofia_log, NULL);
	su_log_redirect(nta_log, sofia_log, NULL);
	su_log_redirect(tport_log, sofia_log, NULL);
	su_log_set_level(nta_log, 1);
	su_log_set_level(tport_log, 1);
}

void edge_register(void)
{
	conf_register(&section);
}

enum err edge_start(void)
{
	quiet_sofia();
	timer_init(&stats_timer, "sip statistics", read_stats, NULL);
	request_init();
	push_init();
	if (!login_start(data_dir))
		return ERR_STORAGE;
	running = true;
	if (!open_all())
		return ERR_STORAGE;
	timer_set(&stats_timer, STATS_MS);
	return ERR_OK;
}

static bool busy(void)
{
	return request_open() > 0 || push_open() > 0;
}

static void stop_check(void *arg)
{
	int64_t *until = arg;

	if (busy() && now_mono() < *until) {
		timer_set(&stop_timer, 20);
		return;
	}
	running = false;
	timer_cancel(&stats_timer);
	agent_close();
	stopped();
}

void edge_stop(void (*done)(void))
{
	static int64_t until;

	stopped = done;
	until = now_mono() + STOP_MS;
	timer_init(&stop_timer, "sip stop", stop_check, &until);
	timer_set(&stop_timer, 0);
}

void edge_fini(void)
{
	LIST_FOR(h, &listeners)
		free(LIST_ENTRY(h, struct listener, hook));
	list_init(&listeners);
	trust_fini();
	login_stop();
	request_fini();
}

void edge_reload(void)
{
	char dir[1200];

	LIST_FOR(h, &listeners) {
		struct listener *l = LIST_ENTRY(h, struct listener, hook);

		if (!l->open || strcmp(l->transport, "tls") != 0)
			continue;
		listener_dir(l->name, dir, sizeof(dir));
		if (listener_certs(l) && fixes_reload(dir))
			log_info("certificate read again listener=%s", l->name);
	}
}
