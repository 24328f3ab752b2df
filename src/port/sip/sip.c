/* sip.c - the SIP edge as a port: settings, counters, start and stop. */

#include "conf/conf.h"
#include "flow/port.h"
#include "port/sip/edge_priv.h"
#include "port/sip/sip_priv.h"

#define SECTION	"policy sip"

struct sip_settings sip_settings;

/* A whole request is bounded by what Sofia can hold at once. */
static const struct conf_row rows[] = {
	{ "max-message", CONF_SIZE, "1m", 4096, 16 << 20, NULL, CONF_RELINK,
	    "Largest request taken, headers and content; more is 413.",
	    false },
	{ "transaction-time", CONF_DURATION, "5s", 4000, 32000, NULL,
	    CONF_RELINK,
	    "How long a device has to answer.", false },
	{ "udp-buffer", CONF_SIZE, "4m", 65536, 64 << 20, NULL, CONF_RELINK,
	    "Kernel buffer of each UDP listener.", false },
	{ "idle-time", CONF_DURATION, "30m", 10000, 86400000, NULL,
	    CONF_RELINK, "A TCP or TLS connection idle so long is closed.",
	    false },
	{ "device-parallel", CONF_INT, "5", 1, 100, NULL, CONF_LIVE,
	    "Messages under way to one user at a time.", false },
	{ "nonce-time", CONF_DURATION, "1h", 60000, 86400000, NULL, CONF_LIVE,
	    "How long a client may use one digest nonce.", false },
	{ "digest-md5", CONF_BOOL, "on", 0, 0, NULL, CONF_LIVE,
	    "Offer MD5 beside SHA-256; many clients know nothing else.",
	    false },
	{ "digest-sha256", CONF_BOOL, "on", 0, 0, NULL, CONF_LIVE,
	    "Off for clients that give up when SHA-256 is offered beside MD5.",
	    false },
	{ "trust-connections", CONF_BOOL, "off", 0, 0, NULL, CONF_LIVE,
	    "A TCP or TLS connection that registered needs no digest for "
	    "its messages.", false },
	{ "service-route", CONF_BOOL, "on", 0, 0, NULL, CONF_LIVE,
	    "Tell clients to send by the listener they registered at.",
	    false },
	{ "lenient-tags", CONF_BOOL, "on", 0, 0, NULL, CONF_LIVE,
	    "Reach devices that register no feature tags all the same.",
	    false },
	{ "register-min", CONF_DURATION, "60s", 1000, 3600000, NULL,
	    CONF_LIVE, "Shortest registration; a shorter one is 423.",
	    false },
	{ "register-default", CONF_DURATION, "1h", 60000, 86400000, NULL,
	    CONF_LIVE, "Registration time of a client that names none.",
	    false },
	{ "register-max", CONF_DURATION, "24h", 60000, 604800000, NULL,
	    CONF_LIVE, "Longest registration; a longer one is cut to this.",
	    false },
	{ "flow-timer", CONF_DURATION, "2m", 10000, 3600000, NULL, CONF_LIVE,
	    "Keep-alive time told to outbound clients (RFC 5626).", false },
	{ "service-header", CONF_TEXT, "Non-CPM-Service", 1, 64, NULL,
	    CONF_LIVE, "Header that names the service of a legacy message.",
	    false },
	{ "service-parameter", CONF_TEXT, "x-noncpm", 1, 64, NULL, CONF_LIVE,
	    "URI parameter that names it on the address to reply to.",
	    false },
	{ "service-tag", CONF_TEXT,
	    "urn:urn-7:3gpp-application.ims.iari.noncpm.", 1, 128, NULL,
	    CONF_LIVE, "What stands before it in +g.3gpp.iari-ref.", false }
};

#define AUTH(reason) \
	COUNTER("parley_sip_auth_failures_total", "reason=\"" reason "\"", \
	    "Requests whose sender could not be authenticated.")
#define REQUESTS(method) \
	COUNTER("parley_sip_requests_total", \
	    "direction=\"in\",method=\"" method "\"", "SIP requests.")
#define RESPONSES(class) \
	COUNTER("parley_sip_responses_total", \
	    "code_class=\"" class "\",direction=\"out\"", "SIP responses.")
#define PUSHES(result) \
	COUNTER("parley_sip_pushes_total", "result=\"" result "\"", \
	    "Messages sent to devices, by their answer.")

struct metric sip_metrics[M_N] = {
	[M_REGISTER] = REQUESTS("REGISTER"),
	[M_MESSAGE] = REQUESTS("MESSAGE"),
	[M_OPTIONS] = REQUESTS("OPTIONS"),
	[M_OTHER] = REQUESTS("other"),
	[M_1XX] = RESPONSES("1xx"),
	[M_2XX] = RESPONSES("2xx"),
	[M_3XX] = RESPONSES("3xx"),
	[M_4XX] = RESPONSES("4xx"),
	[M_5XX] = RESPONSES("5xx"),
	[M_6XX] = RESPONSES("6xx"),
	[M_AUTH_PASSWORD] = AUTH("password"),
	[M_AUTH_STALE] = AUTH("stale"),
	[M_AUTH_REPLAY] = AUTH("replay"),
	[M_AUTH_SYNTAX] = AUTH("syntax"),
	[M_AUTH_IDENTITY] = AUTH("identity"),
	[M_MALFORMED] = COUNTER("parley_sip_parse_errors_total",
	    "result=\"refused\"", "Malformed SIP requests."),
	[M_DROPPED] = COUNTER("parley_sip_parse_errors_total",
	    "result=\"dropped\"", "Malformed SIP requests."),
	[M_FORGED] = COUNTER("parley_sip_forged_headers_total", NULL,
	    "Headers only a trusted peer may send, ignored."),
	[M_REPLAYED] = COUNTER("parley_sip_repeats_total", NULL,
	    "Requests that came again: answered from memory, or while the "
	    "answer is still to come not at all."),
	[M_COMPOSING] = COUNTER("parley_sip_composing_total", NULL,
	    "Typing indications outside a session, answered and dropped."),
	[M_REPORT_UNKNOWN] = COUNTER("parley_sip_reports_unknown_total", NULL,
	    "Reports of clients about messages nobody knows."),
	[M_PUSH_OK] = PUSHES("ok"),
	[M_PUSH_REFUSED] = PUSHES("refused"),
	[M_PUSH_UNREACHABLE] = PUSHES("unreachable"),
	[M_PUSHES] = GAUGE("parley_sip_transactions", NULL,
	    "Messages sent to devices that wait for the answer."),
	[M_RETRANSMITS] = COUNTER("parley_sip_retransmits_total", NULL,
	    "SIP requests sent again for lack of an answer.")
};

static int64_t seconds(const char *row)
{
	return conf_int(SECTION, "", row) / 1000;
}

static unsigned number(const char *row)
{
	return (unsigned)conf_int(SECTION, "", row);
}

/* Those that the agent and its listeners are opened with. */
static void read_limits(struct sip_settings *s)
{
	struct sip_settings was = *s;

	s->max_message = number("max-message");
	s->transaction_ms = number("transaction-time");
	s->idle_ms = number("idle-time");
	s->udp_buffer = number("udp-buffer");
	if (s->max_message != was.max_message ||
	    s->transaction_ms != was.transaction_ms ||
	    s->idle_ms != was.idle_ms || s->udp_buffer != was.udp_buffer)
		edge_rebuild();
}

static void apply(const char *name, bool gone)
{
	struct sip_settings *s = &sip_settings;

	(void)name;
	(void)gone;
	s->device_parallel = number("device-parallel");
	s->nonce_ms = conf_int(SECTION, "", "nonce-time");
	s->digest_md5 = conf_bool(SECTION, "", "digest-md5");
	s->digest_sha256 = conf_bool(SECTION, "", "digest-sha256");
	s->trust_connections = conf_bool(SECTION, "", "trust-connections");
	s->service_route = conf_bool(SECTION, "", "service-route");
	s->lenient_tags = conf_bool(SECTION, "", "lenient-tags");
	s->register_min = seconds("register-min");
	s->register_default = seconds("register-default");
	s->register_max = seconds("register-max");
	s->flow_timer = seconds("flow-timer");
	s->service_header = conf_text(SECTION, "", "service-header");
	s->service_param = conf_text(SECTION, "", "service-parameter");
	s->service_tag = conf_text(SECTION, "", "service-tag");
	read_limits(s);
}

static enum err check(const char *name, struct buf *why)
{
	(void)name;
	if (conf_bool(SECTION, "", "digest-md5") ||
	    conf_bool(SECTION, "", "digest-sha256"))
		return ERR_OK;
	buf_addz(why, "digest-md5 and digest-sha256 cannot both be off: "
	    "nobody could log in");
	return ERR_BAD_SYNTAX;
}

static const struct conf_section section = {
	.name = SECTION,
	.help = "How SIP clients are served.",
	.rows = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.apply = apply,
	.check = check
};

static void init(const char *dir)
{
	login_dir(dir);
	conf_register(&section);
	metric_register(sip_metrics, M_N);
	trust_register();
	listeners_register(dir);
}

const struct port sip_port = {
	.name = "sip",
	.caps = PORT_TEXT | PORT_MEDIA | PORT_REPORTS | PORT_DEDUP |
	    PORT_USERS,
	.max_in_flight = 2000,	/* Sofia's list of transactions is linear */
	.init = init,
	.start = edge_start,
	.stop = edge_stop,
	.reload = listeners_reload,
	.fini = edge_fini,
	.window = push_window,
	.deliver = push_deliver
};
