/* link.c - the port that answers links to contents over HTTPS. */

#define LOG_UNIT "link"

#include <stddef.h>

#include "conf/conf.h"
#include "core/leg.h"
#include "dir/link.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "loop/loop.h"
#include "op/health.h"
#include "op/probe.h"
#include "port/link/serve.h"

#define CONNECTIONS	256u
#define PER_ADDRESS	32u	/* many phones are behind one address */

static const char *data_dir;
static struct httpd *server;
static bool running;

static void listen_now(void)
{
	static const struct httpd_setup setup = { .name = "link",
		.handler = serve, .limit = serve_limit,
		.connections = CONNECTIONS, .per_address = PER_ADDRESS };
	const char *address = conf_text("link", "", "address");

	serve_rate((uint32_t)conf_int("link", "", "rate"));
	if (address[0])
		server = httpd_start_tls(&setup, data_dir, address);
}

static enum probe_state probe(const char *name, struct buf *says)
{
	const char *address = conf_text("link", name, "address");

	if (!address[0])
		return PROBE_OFF;
	if (server)
		return PROBE_UP;
	buf_addf(says, "nothing can listen on %s; the log says why", address);
	return PROBE_FAILED;
}

static const struct probe probes[] = {
	{ "link", true, probe },
};

static void restart(void)
{
	if (!running)
		return;
	httpd_stop(server);
	server = NULL;
	listen_now();
}

/* One that could not listen is tried again. */
static void reload(void)
{
	if (server)
		httpd_reload_logged(server);
	else
		restart();
}

static enum health check_links(struct buf *says, struct buf *remedy)
{
	const char *address = conf_text("link", "", "address");

	if (!address[0] || server) {
		buf_addf(says, "%s", server ? address : "no links");
		return HEALTH_OK;
	}
	buf_addf(says, "nothing listens on %s: links open nothing", address);
	buf_addz(remedy, "see the log of the daemon; then change link "
	    "address, or mend the certificate tls/link.pem");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ "links", false, check_links },
};

static void link_init(const char *dir)
{
	data_dir = dir;
	probe_register(probes, sizeof(probes) / sizeof(probes[0]));
	health_register(checks, sizeof(checks) / sizeof(*checks));
	serve_register();
}

/* Without its address or certificate all but links works; it is logged. */
static enum err link_start(void)
{
	running = true;
	listen_now();
	link_changed(restart);
	return ERR_OK;
}

static void link_stop(void (*done)(void))
{
	link_changed(NULL);
	running = false;
	httpd_stop(server);
	server = NULL;
	done();
}

/* Nothing is sent this way. */
static unsigned link_window(struct strv hop)
{
	(void)hop;
	return 0;
}

static void refuse(void *arg)
{
	struct flow_outcome o = { .err = ERR_NO_SERVICE };

	flow_result(arg, &o);
}

static void link_deliver(struct leg *l)
{
	loop_defer(refuse, l);
}

const struct port link_port = {
	.name = "link",
	.init = link_init,
	.start = link_start,
	.stop = link_stop,
	.reload = reload,
	.window = link_window,
	.deliver = link_deliver,
};
