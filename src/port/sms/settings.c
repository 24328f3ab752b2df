/* settings.c - the rows of "gateway NAME". */

#include <stdio.h>
#include <stdlib.h>

#include "conf/conf.h"
#include "port/sms/settings.h"

#define SECTION "gateway"
#define DAY_MS	86400000

#define ROW(name, type, fallback, min, max, choices, impact, help) \
	{ name, CONF_##type, fallback, min, max, choices, CONF_##impact, \
	    help, false }
#define NEEDED(name, type, fallback, min, max, choices, impact, help) \
	{ name, CONF_##type, fallback, min, max, choices, CONF_##impact, \
	    help, true }

static const struct conf_row rows[] = {
	ROW("kind", ENUM, "smpp", 0, 0, "smpp", RELINK,
	    "protocol of the service centre"),
	ROW("enabled", BOOL, "on", 0, 0, NULL, RELINK,
	    "off: the link is taken down and its messages wait"),
	NEEDED("address", TEXT, NULL, 3, 600, NULL, RELINK,
	    "HOST:PORT of the service centre; up to 4 with commas, tried in "
	    "turn"),
	NEEDED("system-id", TEXT, NULL, 1, 15, NULL, RELINK,
	    "the name we bind with"),
	ROW("password", SECRET, NULL, 1, 8, NULL, RELINK,
	    "the password we bind with"),
	ROW("system-type", TEXT, "", 0, 12, NULL, RELINK,
	    "system_type of the bind, if the service centre asks for one"),
	ROW("address-range", TEXT, "", 0, 40, NULL, RELINK,
	    "address_range of the bind, if the service centre asks for one"),
	ROW("network", ENUM, "mobile", 0, 0, "mobile|fixed", LIVE,
	    "fixed: a fixed-line network, shorter messages by default"),
	ROW("bind", ENUM, "trx", 0, 0, "trx|tx-rx", RELINK,
	    "one session both ways, or a transmitter and a receiver"),
	ROW("window", INT, "10", 1, 1000, NULL, LIVE,
	    "messages sent and not yet answered at the most"),
	ROW("rate", INT, "0", 0, 100000, NULL, LIVE,
	    "messages a second that the service centre allows; 0: any"),
	ROW("enquire-link", DURATION, "30s", 1000, 3600000, NULL, LIVE,
	    "silence after which the link is tested"),
	ROW("response-timeout", DURATION, "10s", 100, 600000, NULL, LIVE,
	    "time the service centre has to answer"),
	ROW("reconnect-min", DURATION, "1s", 100, 3600000, NULL, LIVE,
	    "first pause before the link is opened again"),
	ROW("reconnect-max", DURATION, "60s", 100, 3600000, NULL, LIVE,
	    "longest pause before the link is opened again"),
	ROW("tls", BOOL, "off", 0, 0, NULL, RELINK,
	    "TLS from the first byte"),
	ROW("tls-verify", BOOL, "on", 0, 0, NULL, RELINK,
	    "off takes any certificate: only for tests"),
	ROW("tls-ca", TEXT, "", 0, 255, NULL, RELINK,
	    "PEM file of the authorities to trust; empty: the system's"),
	ROW("alphabet", ENUM, "gsm7", 0, 0, "gsm7|latin1|ascii|gsm7-packed",
	    LIVE, "what the service centre means by data_coding 0"),
	ROW("ucs2", BOOL, "on", 0, 0, NULL, LIVE,
	    "off: characters outside the alphabet are replaced"),
	ROW("transliterate", ENUM, "punctuation", 0, 0,
	    "off|punctuation|lossy", LIVE,
	    "what may be replaced so that a text needs no UCS-2"),
	ROW("concat", ENUM, "udh8", 0, 0, "udh8|udh16|sar|payload", LIVE,
	    "how the parts of a long message are tied together"),
	ROW("max-segments", INT, NULL, 1, 255, NULL, LIVE,
	    "parts of a message at the most; unset: 6, fixed network 2"),
	ROW("alerts", BOOL, "off", 0, 0, NULL, LIVE,
	    "ask to be told when a phone that was out of reach is back "
	    "(set_dpf, alert_notification)"),
	ROW("validity", BOOL, "on", 0, 0, NULL, LIVE,
	    "tell the service centre when a message expires"),
	ROW("validity-max", DURATION, "7d", 60000, 100LL * DAY_MS, NULL, LIVE,
	    "longest validity asked for"),
	ROW("service-type", TEXT, "", 0, 5, NULL, LIVE,
	    "service_type of each message: CMT, VMA, ..."),
	ROW("receipts", BOOL, "on", 0, 0, NULL, LIVE,
	    "ask for delivery receipts when the sender wants to know"),
	ROW("receipt-all-segments", BOOL, "off", 0, 0, NULL, LIVE,
	    "ask for a receipt of every part, not of the last alone"),
	ROW("receipt-check-number", BOOL, "on", 0, 0, NULL, LIVE,
	    "a receipt must come from the number the message went to"),
	ROW("acknowledge", BOOL, "off", 0, 0, NULL, LIVE,
	    "answer messages that ask for it with a delivery or user "
	    "acknowledgement (SMPP 3.4, 5.2.12)"),
	ROW("message-id-response", ENUM, "auto", 0, 0, "auto|string|dec|hex",
	    LIVE, "how message ids are written in answers"),
	ROW("message-id-receipt", ENUM, "auto", 0, 0, "auto|string|dec|hex",
	    LIVE, "how message ids are written in receipts"),
	ROW("retry-on-timeout", BOOL, "off", 0, 0, NULL, LIVE,
	    "send again what was not answered in time: may bring it twice"),
	ROW("source-ton", INT, "1", 0, 255, NULL, LIVE,
	    "type of number of numbers"),
	ROW("source-npi", INT, "1", 0, 255, NULL, LIVE,
	    "numbering plan of numbers"),
	ROW("short-ton", INT, "3", 0, 255, NULL, LIVE,
	    "type of number of short codes"),
	ROW("short-npi", INT, "0", 0, 255, NULL, LIVE,
	    "numbering plan of short codes"),
	ROW("number-format", ENUM, "international", 0, 0,
	    "international|national", LIVE,
	    "how destinations in default-country are written"),
	ROW("default-country", TEXT, "", 0, 4, NULL, LIVE,
	    "country code of national numbers; empty: the site's"),
	ROW("source", TEXT, "", 0, 20, NULL, LIVE,
	    "send everything from this number or name"),
	ROW("fallback-source", TEXT, "", 0, 20, NULL, LIVE,
	    "try this when the sender's number is refused"),
	ROW("anonymous-source", TEXT, "", 0, 20, NULL, LIVE,
	    "send what asks for privacy from this number or name; empty: it is "
	    "refused, as an SMS would show the sender's number"),
	ROW("alpha-source", BOOL, "off", 0, 0, NULL, LIVE,
	    "senders without a number go out under their user name"),
	ROW("nack-unknown", BOOL, "off", 0, 0, NULL, LIVE,
	    "refuse messages to unknown users instead of dropping them"),
	ROW("concat-timeout", DURATION, "5m", 1000, DAY_MS, NULL, LIVE,
	    "how long to wait for missing parts"),
	ROW("concat-incomplete", ENUM, "deliver", 0, 0, "deliver|drop", LIVE,
	    "what to do with a message whose parts did not all come"),
	ROW("concat-max-parts", INT, "20", 1, 255, NULL, LIVE,
	    "parts of a received message at the most"),
	ROW("message-waiting", ENUM, "deliver", 0, 0, "deliver|drop", LIVE,
	    "what to do with voice mail indications"),
};

static void (*told)(const char *name, bool gone);

/* --- values ---------------------------------------------------------------- */

static const char *text(const char *name, const char *row)
{
	return conf_text(SECTION, name, row);
}

static int64_t num(const char *name, const char *row)
{
	return conf_int(SECTION, name, row);
}

static bool on(const char *name, const char *row)
{
	return conf_bool(SECTION, name, row);
}

/* The place of the value among the choices of its row. */
static int choice(const char *name, const char *row)
{
	struct strv value = strv(text(name, row)), rest = STRV_NONE;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		if (strcmp(rows[i].name, row) == 0)
			rest = strv(rows[i].choices);
	for (int i = 0; rest.p; i++)
		if (strv_eq(strv_split(rest, '|', &rest), value))
			return i;
	return 0;
}

static void copy(char *to, size_t size, const char *from)
{
	(void)snprintf(to, size, "%s", from);
}
#define COPY(field, from) copy(field, sizeof(field), from)

/* "HOST:PORT": false unless it is one. */
static bool host_port(struct strv s, struct strv *host, uint16_t *port)
{
	size_t at = s.n;
	unsigned long n = 0;

	while (at && s.p[at - 1] != ':')
		at--;
	if (at < 2 || at == s.n || s.n - at > 5)
		return false;
	for (size_t i = at; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
		n = n * 10 + (unsigned long)(s.p[i] - '0');
	}
	*host = (struct strv){ s.p, at - 1 };
	*port = (uint16_t)n;
	return n > 0 && n <= 65535 && host->n < SMS_HOST_MAX &&
	    !memchr(host->p, ' ', host->n);
}

static struct strv trim(struct strv s)
{
	while (s.n && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* The bad one of the list, or absent. */
static struct strv load_hosts(const char *list, struct sms_peer *out)
{
	struct strv rest = strv(list), host;

	while (rest.p) {
		struct strv one = trim(strv_split(rest, ',', &rest));
		uint16_t port;

		if (out->nhosts == SMS_HOSTS || !host_port(one, &host, &port))
			return one;
		memcpy(out->hosts[out->nhosts].name, host.p, host.n);
		out->hosts[out->nhosts++].port = port;
	}
	return STRV_NONE;
}

static void load_peer(const char *name, struct sms_peer *p)
{
	memset(p, 0, sizeof(*p));	/* compared as bytes */
	p->enabled = on(name, "enabled");
	p->pair = choice(name, "bind") == 1;
	p->tls = on(name, "tls");
	p->tls_verify = on(name, "tls-verify");
	(void)load_hosts(text(name, "address"), p);
	COPY(p->system_id, text(name, "system-id"));
	COPY(p->system_type, text(name, "system-type"));
	COPY(p->address_range, text(name, "address-range"));
	COPY(p->tls_ca, text(name, "tls-ca"));
	COPY(p->password, text(name, "password"));
}

static void load_out(const char *name, struct sms_conf *c)
{
	static const enum dcs_alphabet alphabets[] = { DCS_GSM7, DCS_LATIN1,
	    DCS_ASCII, DCS_GSM7_PACKED };
	static const enum gsm7_mode modes[] = { GSM7_EXACT, GSM7_PUNCTUATION,
	    GSM7_LOSSY };
	static const enum segment_carriage carriages[] = { SEGMENT_UDH8,
	    SEGMENT_UDH16, SEGMENT_SAR, SEGMENT_PAYLOAD };

	c->alphabet = alphabets[choice(name, "alphabet")];
	c->translit = modes[choice(name, "transliterate")];
	c->ucs2 = on(name, "ucs2");
	c->concat = carriages[choice(name, "concat")];
	c->max_segments = (unsigned)num(name, "max-segments");
	if (c->max_segments == 0)
		c->max_segments = c->fixed ? 2 : 6;
	c->validity = on(name, "validity");
	c->alerts = on(name, "alerts");
	c->validity_max = num(name, "validity-max");
	COPY(c->service_type, text(name, "service-type"));
	c->receipts = on(name, "receipts");
	c->receipt_all = on(name, "receipt-all-segments");
	c->receipt_number = on(name, "receipt-check-number");
	c->acknowledge = on(name, "acknowledge");
	c->id_response = (enum sms_id_mode)choice(name, "message-id-response");
	c->id_receipt = (enum sms_id_mode)choice(name, "message-id-receipt");
	c->retry_on_timeout = on(name, "retry-on-timeout");
}

static void load_numbers(const char *name, struct sms_conf *c)
{
	COPY(c->country, text(name, "default-country"));
	if (!*c->country)
		COPY(c->country, conf_text("site", "", "country-code"));
	c->numbering = (struct sms_numbering){
		.source_ton = (uint8_t)num(name, "source-ton"),
		.source_npi = (uint8_t)num(name, "source-npi"),
		.short_ton = (uint8_t)num(name, "short-ton"),
		.short_npi = (uint8_t)num(name, "short-npi"),
		.national = choice(name, "number-format") == 1,
		.country = strv(c->country),
	};
	COPY(c->source, text(name, "source"));
	COPY(c->fallback_source, text(name, "fallback-source"));
	COPY(c->anonymous_source, text(name, "anonymous-source"));
	c->alpha_source = on(name, "alpha-source");
}

void sms_settings_load(const char *name, struct sms_conf *c)
{
	load_peer(name, &c->peer);
	c->fixed = choice(name, "network") == 1;
	c->window = (unsigned)num(name, "window");
	c->rate = (unsigned)num(name, "rate");
	c->enquire_ms = num(name, "enquire-link");
	c->response_ms = num(name, "response-timeout");
	c->reconnect_min = num(name, "reconnect-min");
	c->reconnect_max = num(name, "reconnect-max");
	load_out(name, c);
	load_numbers(name, c);
	c->nack_unknown = on(name, "nack-unknown");
	c->parts_ms = num(name, "concat-timeout");
	c->deliver_incomplete = choice(name, "concat-incomplete") == 0;
	c->max_parts = (unsigned)num(name, "concat-max-parts");
	c->drop_waiting = choice(name, "message-waiting") == 1;
}

void sms_settings_rules(const struct sms_conf *c, struct addr_rules *out)
{
	addr_rules_init(out, strv(conf_text("site", "", "domain")),
	    strv(c->country));
}

/* --- checks ---------------------------------------------------------------- */

static enum err check_source(const char *name, const char *row,
    struct buf *why)
{
	const struct sms_numbering how = { .source_ton = 1 };
	struct smpp_addr a;

	if (!*text(name, row) || sms_address_set(text(name, row), &how, &a))
		return ERR_OK;
	buf_addf(why, "gateway %s %s: \"%s\" is neither a number like "
	    "+15550100001 nor a name of up to 11 letters", name, row,
	    text(name, row));
	return ERR_BAD_SYNTAX;
}

static enum err check(const char *name, struct buf *why)
{
	struct sms_peer p = { .nhosts = 0 };
	struct strv bad = load_hosts(text(name, "address"), &p);
	enum err e;

	if (bad.p) {
		buf_addf(why, "gateway %s address: \"%.*s\" is not HOST:PORT, "
		    "or there are more than %d", name, STRV_ARG(bad),
		    SMS_HOSTS);
		return ERR_BAD_SYNTAX;
	}
	if (num(name, "reconnect-min") > num(name, "reconnect-max")) {
		buf_addf(why, "gateway %s: reconnect-min is above "
		    "reconnect-max", name);
		return ERR_BAD_SYNTAX;
	}
	e = check_source(name, "source", why);
	if (e == ERR_OK)
		e = check_source(name, "fallback-source", why);
	return e != ERR_OK ? e : check_source(name, "anonymous-source", why);
}

static void apply(const char *name, bool gone)
{
	told(name, gone);
}

static const struct conf_section section = {
	SECTION, true, "links to service centres of other networks",
	rows, sizeof(rows) / sizeof(*rows), apply, check,
};

void sms_settings_register(void (*applied)(const char *name, bool gone))
{
	told = applied;
	conf_register(&section);
}
