/* xcap.c - the port on which subscribers keep their documents (RFC 4825). */

#include <pthread.h>
#include <stdio.h>

#define LOG_UNIT "xcap"
#include "base/log.h"
#include "conf/conf.h"
#include "core/leg.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "loop/loop.h"
#include "op/health.h"
#include "port/xcap/xcap_priv.h"
#include "wire/imdn.h"

#define SECTION "xcap"

static const char *data_dir;
static struct httpd *server;
static bool started;
static void (*stopped)(void);

/* What the HTTP thread reads. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t max_document;
static char root[256];

static const struct conf_row rows[] = {
	{ .name = "address", .type = CONF_ADDRESS,
	  .help = "where clients keep their lists and groups over HTTPS "
	  "(XCAP): 192.0.2.1:8444; unset: not served" },
	{ .name = "root", .type = CONF_TEXT, .fallback = "/",
	  .min = 1, .max = 255, .help = "the path under which documents are, "
	  "as clients are told: / or /services" },
	{ .name = "max-document", .type = CONF_SIZE, .fallback = "64k",
	  .min = 1024, .max = 262144,
	  .help = "the largest document that a client may put" },
	{ .name = "connections", .type = CONF_INT, .fallback = "64",
	  .min = 8, .max = 4096, .help = "open connections" },
	{ .name = "connections-per-address", .type = CONF_INT,
	  .fallback = "8", .min = 1, .max = 4096,
	  .help = "of them from one address" },
	{ .name = "create-groups", .type = CONF_BOOL, .fallback = "on",
	  .help = "whether subscribers may make groups of their own" },
	{ .name = "max-groups", .type = CONF_INT, .fallback = "10",
	  .min = 1, .max = 1000,
	  .help = "groups that one subscriber may administer, for a new one" },
};

size_t xcap_max_document(void)
{
	size_t n;

	pthread_mutex_lock(&lock);
	n = max_document;
	pthread_mutex_unlock(&lock);
	return n;
}

void xcap_root(struct buf *out)
{
	pthread_mutex_lock(&lock);
	buf_addz(out, root);
	pthread_mutex_unlock(&lock);
}

static void settings_read(void)
{
	pthread_mutex_lock(&lock);
	max_document = (size_t)conf_int(SECTION, "", "max-document");
	(void)snprintf(root, sizeof(root), "%s",
	    conf_text(SECTION, "", "root"));
	pthread_mutex_unlock(&lock);
}

/* --- the server ----------------------------------------------------------- */

static void server_start(void)
{
	struct httpd_setup s = { .name = "xcap", .handler = exchange_new,
		.limit = exchange_limit,
		.connections = (unsigned)conf_int(SECTION, "", "connections"),
		.per_address = (unsigned)conf_int(SECTION, "",
		    "connections-per-address"),
	};

	server = conf_is_set(SECTION, "", "address") ? httpd_start_tls(&s,
	    data_dir, conf_text(SECTION, "", "address")) : NULL;
}

static enum health check_server(struct buf *says, struct buf *remedy)
{
	bool wanted = conf_is_set(SECTION, "", "address");

	if (!wanted || server) {
		buf_addz(says, wanted ? conf_text(SECTION, "", "address") :
		    "no XCAP");
		return HEALTH_OK;
	}
	buf_addf(says, "nothing listens on %s: clients cannot read or change "
	    "their lists", conf_text(SECTION, "", "address"));
	buf_addz(remedy, "see the log of the daemon; then change xcap "
	    "address, or mend the certificate tls/xcap.pem");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ .name = "xcap", .run = check_server },
};

static void server_stop(void)
{
	httpd_stop(server);
	server = NULL;
}

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	settings_read();
	if (!started)
		return;
	server_stop();
	server_start();
}

static enum err check(const char *name, struct buf *why)
{
	const char *address = conf_text(SECTION, name, "address");

	if (conf_text(SECTION, name, "root")[0] != '/') {
		buf_addz(why, "xcap root: this must begin with a /");
		return ERR_BAD_SYNTAX;
	}
	if (!*address)
		return ERR_OK;
	buf_addz(why, "xcap address: ");
	if (!httpd_address_ok(address, why))
		return ERR_BAD_SYNTAX;
	buf_clear(why);
	return ERR_OK;
}

/* --- the port ------------------------------------------------------------- */

static void xcap_init(const char *dir)
{
	static const struct conf_section section = {
		.name = SECTION, .rows = rows,
		.n = sizeof(rows) / sizeof(*rows), .apply = apply,
		.check = check,
		.help = "lists, blocked contacts and groups that subscribers "
		"keep over HTTPS"
	};

	data_dir = dir;
	imdn_init();	/* libxml2 is used in several threads */
	conf_register(&section);
	health_register(checks, sizeof(checks) / sizeof(*checks));
	exchanges_init();
}

static enum err xcap_start(void)
{
	xcap_login_start();
	started = true;
	server_start();
	return ERR_OK;
}

static void ended(void)
{
	xcap_login_stop();
	stopped();
}

/* Behind all that the HTTP thread has posted. */
static void no_more(void *arg)
{
	(void)arg;
	exchanges_stop(ended);
}

static void xcap_stop(void (*done)(void))
{
	started = false;
	stopped = done;
	server_stop();
	loop_post(no_more, NULL);
}

static void xcap_reload(void)
{
	if (server)
		httpd_reload_logged(server);
	else if (started)
		server_start();
}

/* No message goes this way; a route of old might name it. */
static unsigned xcap_window(struct strv hop)
{
	(void)hop;
	return 0;
}

static void refuse(void *arg)
{
	struct flow_outcome o = { .err = ERR_NO_SERVICE };

	flow_result(arg, &o);
}

static void xcap_deliver(struct leg *l)
{
	loop_defer(refuse, l);
}

const struct port xcap_port = {
	.name = "xcap",
	.init = xcap_init,
	.start = xcap_start,
	.stop = xcap_stop,
	.reload = xcap_reload,
	.window = xcap_window,
	.deliver = xcap_deliver,
};
