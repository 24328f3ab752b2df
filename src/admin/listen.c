/* listen.c - where the API is served: settings, socket, HTTPS; start, stop. */

#define LOG_UNIT "admin"

#include <stdio.h>
#include <stdlib.h>

#include "admin/admin.h"
#include "admin/cursor.h"
#include "admin/admin_priv.h"
#include "admin/certificates.h"
#include "admin/commit.h"
#include "admin/figures.h"
#include "admin/guard.h"
#include "admin/lock.h"
#include "admin/pace.h"
#include "admin/people.h"
#include "admin/replay.h"
#include "admin/reports.h"
#include "admin/share.h"
#include "admin/tokens.h"
#include "base/alloc.h"
#include "base/log.h"
#include "conf/draft.h"
#include "loop/bindable.h"
#include "op/probe.h"
#include "loop/timer.h"
#include "loop/work.h"

#define FLUSH_MS (60 * 1000)
#define LINGER_MS	2000
#define AGAIN_MS	500

static char *dir;		/* the data directory; NULL: not started */
static struct httpd *sock, *tls;
static struct httpd *leaving;	/* the console's before: it answers what it has */
static struct timer linger, again;
static struct console {
	char address[300];
	int64_t connections, per_address;
} console;			/* what tls was started with */
static bool refused;		/* the address asked for cannot be bound */
static struct timer flush;

static void flush_due(void *arg)
{
	(void)arg;
	tokens_flush();
	timer_set(&flush, FLUSH_MS);
}

static struct httpd_setup setup(const char *name)
{
	return (struct httpd_setup){ .name = name, .handler = route,
		.limit = route_limit, .file = route_file, .welcome = guard_admits,
		.connections = (unsigned)conf_int("admin", "", "connections"),
		.per_address = (unsigned)conf_int("admin", "",
		    "connections-per-address"),
	};
}

static struct console wanted(void)
{
	struct console c = {
		.connections = conf_int("admin", "", "connections"),
		.per_address = conf_int("admin", "",
		    "connections-per-address"),
	};

	(void)snprintf(c.address, sizeof(c.address), "%s",
	    conf_text("admin", "", "address"));
	return c;
}

static void tls_start(void)
{
	struct httpd_setup s = setup("console");

	console = wanted();
	tls = httpd_start_tls(&s, dir, console.address);
	refused = !tls;
}

/* The one who changed them has the answer by now. */
static void limits_changed(void *arg)
{
	(void)arg;
	httpd_stop(tls);
	tls_start();
}

static void linger_over(void *arg)
{
	(void)arg;
	httpd_stop(leaving);
	leaving = NULL;
}

/*
 * Another address: the new server runs before the old one goes, which still
 * answers what it has, the change itself among it.  If the new one cannot
 * listen, the old one stays.
 */
static void tls_move(const struct console *to)
{
	struct httpd_setup s = setup("console");
	struct httpd *now = httpd_start_tls(&s, dir, to->address);

	refused = !now;
	if (!now)
		return;
	timer_cancel(&linger);
	httpd_stop(leaving);
	leaving = tls;
	httpd_drain(leaving);
	timer_set(&linger, LINGER_MS);
	tls = now;
	console = *to;
}

/* The limits of a server are given at its start; its address is kept. */
static void tls_follow(void)
{
	struct console to = wanted();

	if (!tls || strcmp(to.address, console.address) != 0) {
		tls_move(&to);
		return;
	}
	refused = false;
	if (to.connections != console.connections ||
	    to.per_address != console.per_address)
		timer_set(&again, AGAIN_MS);
}

static enum probe_state probe_console(const char *name, struct buf *says)
{
	(void)name;
	if (!refused)
		return PROBE_UP;
	buf_addf(says, "nothing can listen on %s; the log says why",
	    conf_text("admin", "", "address"));
	return PROBE_FAILED;
}

static const struct probe probes[] = {
	{ "admin", true, probe_console },
};

static enum err try_console(const char *name, struct buf *says)
{
	const char *address = conf_text("admin", name, "address");

	return strcmp(address, console.address) == 0 ? ERR_OK :
	    bindable(address, false, says);
}

static const struct conf_trial trials[] = {
	{ "admin", try_console },
};

static void admin_apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	guard_apply();
	pace_set((unsigned)conf_int("admin", "", "requests-per-second"));
	if (dir)	/* the first apply comes before the start */
		tls_follow();
}

static enum err admin_check(const char *name, struct buf *why)
{
	buf_addz(why, "admin address: ");
	if (!httpd_address_ok(conf_text("admin", name, "address"), why))
		return ERR_BAD_SYNTAX;
	buf_clear(why);
	return ERR_OK;
}

static void listen_register(void)
{
	static const struct conf_row rows[] = {
		{ "address", CONF_ADDRESS, "127.0.0.1:8443", 0, 0, NULL,
		  CONF_LOCKOUT, "where the web console and the HTTPS API listen; "
		  "port 0: any", false },
		{ "connections", CONF_INT, "64", 8, 4096, NULL, CONF_LIVE,
		  "open connections to the console and the API", false },
		{ "connections-per-address", CONF_INT, "24", 1, 4096, NULL,
		  CONF_LIVE, "of them from one address", false },
		{ "requests-per-second", CONF_INT, "1000", 10, 1000000, NULL,
		  CONF_LIVE, "requests of one token, one session or, without "
		  "these, one address over HTTPS; more are answered with 429",
		  false },
		{ "socket-group", CONF_NAME, NULL, 0, 0, NULL, CONF_RESTART,
		  "group whose members may open the admin socket; unset: "
		  "only root and the daemon's own user", false },
		GUARD_ROWS,
	};
	static const struct conf_section admin = {
		"admin", false, "the web console and the HTTPS API", rows,
		sizeof(rows) / sizeof(rows[0]), admin_apply, admin_check,
	};

	conf_register(&admin);
	conf_trials_register(trials, 1);
	probe_register(probes, 1);
}

void admin_register(void)
{
	listen_register();
	errand_register();
	figures_register();
	guard_register();
	reports_register();
	op_cursor_with(cursor_seal);
	process_init();
	commit_register();
	ops_settings();
	ops_drafts();
	ops_lock();
	ops_revisions();
	ops_meta();
	ops_health();
	ops_stats();
	ops_audit();
	ops_setup();
	ops_auth();
	ops_admins();
	ops_totp();
	ops_tokens();
	ops_events();
	ops_openapi();
	sessions_register();
	ops_charging();
	ops_backup();
	ops_content();
	ops_certificates();
	ops_log();
	ops_system();
	checks_register();
	site_checks_register();
}

enum err admin_start(const char *data_dir)
{
	struct httpd_setup s = setup("admin socket");
	char path[4200];
	struct httpd *h;

	if (people_load() != ERR_OK)
		return ERR_STORAGE;
	(void)snprintf(path, sizeof(path), "%s/admin.sock", data_dir);
	h = httpd_start_socket(&s, path, conf_text("admin", "",
	    "socket-group"));
	if (!h)
		return ERR_STORAGE;
	sock = h;
	work_people_start();
	events_start();
	timer_init(&flush, "admin tokens", flush_due, NULL);
	timer_set(&flush, FLUSH_MS);
	dir = xstrndup(data_dir, strlen(data_dir));
	timer_init(&linger, "console moves", linger_over, NULL);
	timer_init(&again, "console limits", limits_changed, NULL);
	tls_start();
	commit_start();
	stats_start();
	audit_watch_start();
	backup_jobs_start();
	checks_start();
	health_watch_start();
	certificates_start();
	return ERR_OK;
}

void admin_reload(void)
{
	if (dir && !tls)
		tls_start();
	else if (dir)
		httpd_reload_logged(tls);
}

void admin_stop(void)
{
	if (!dir)
		return;
	timer_cancel(&linger);
	timer_cancel(&again);
	httpd_stop(leaving);
	leaving = NULL;
	httpd_stop(tls);
	httpd_stop(sock);
	share_stop();
	certificates_stop();
	health_watch_stop();
	checks_stop();
	backup_jobs_stop();
	audit_watch_stop();
	stats_stop();
	work_people_stop();
	bootstrap_stop();
	events_stop();
	ops_log_stop();
	timer_cancel(&flush);
	tokens_flush();
	people_unload();
	sessions_unload();
	replay_reset();
	commit_stop();
	free(dir);
	dir = NULL;
}

unsigned admin_port(void)
{
	return dir ? httpd_port(tls) : 0;
}
