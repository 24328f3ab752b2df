/* httpd.c - the HTTP server on libmicrohttpd's own epoll threads. */

#define LOG_UNIT "httpd"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "conf/conf.h"
#include "httpd/httpd_priv.h"

#define CONNECTIONS	64u
#define PER_ADDRESS	16u
#define MEMORY		((size_t)32 << 10)	/* request line and headers */
#define IDLE_S		30u

static struct httpd_setup setup;
static char *dir;
static struct server sock = { .from = HTTPD_SOCKET, .fd = -1 };
static struct server tls = { .from = HTTPD_TLS, .fd = -1 };

/* Paths and queries are decoded by us, part by part. */
static size_t keep_escapes(void *arg, struct MHD_Connection *c, char *s)
{
	(void)arg;
	(void)c;
	return strlen(s);
}

static void on_log(void *arg, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));
static void on_log(void *arg, const char *fmt, va_list ap)
{
	char line[512];

	(void)arg;
	(void)vsnprintf(line, sizeof(line), fmt, ap);
	log_debug("%s", line);
}

/* --- start and stop ------------------------------------------------------ */

static bool server_start(struct server *s, unsigned flags, const char *cert,
    const char *key)
{
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_MEM_CERT, 0, (void *)(uintptr_t)cert },
		{ MHD_OPTION_HTTPS_MEM_KEY, 0, (void *)(uintptr_t)key },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)
		  "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT, PER_ADDRESS, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	list_init(&s->waiting);
	s->stopping = false;
	s->setup = &setup;
	s->mhd = MHD_start_daemon(flags | MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	    request_more, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, s->fd,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, request_over, NULL,
	    MHD_OPTION_ARRAY, cert ? tls_options : &tls_options[4],
	    MHD_OPTION_END);
	if (s->mhd)
		return true;
	close(s->fd);
	s->fd = -1;
	return false;
}

static void server_stop(struct server *s)
{
	if (!s->mhd)
		return;
	(void)MHD_quiesce_daemon(s->mhd);
	requests_release(s);
	MHD_stop_daemon(s->mhd);
	s->mhd = NULL;
	close(s->fd);
	s->fd = -1;
}

static void tls_start(void)
{
	const char *address = conf_text("admin", "", "address");
	struct buf cert, key;
	bool ok;

	tls.fd = listen_tcp(address);
	if (tls.fd < 0)
		return;
	if (certificate_load(dir, address, &cert, &key) != ERR_OK) {
		close(tls.fd);
		tls.fd = -1;
		return;
	}
	ok = server_start(&tls, MHD_USE_TLS, cert.p, key.p);
	explicit_bzero(key.p, key.size);
	buf_deinit(&cert);
	buf_deinit(&key);
	if (ok)
		log_info("console ready address=%s port=%u", address,
		    httpd_port());
	else
		log_err("no console: the certificate in %s/tls is not usable; "
		    "remove it and start again to get a new one", dir);
}

static void admin_apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	if (!sock.mhd)
		return;		/* the first apply comes before the start */
	server_stop(&tls);
	tls_start();
}

static enum err admin_check(const char *name, struct buf *why)
{
	struct strv address = strv(conf_text("admin", name, "address"));
	struct strv host = { address.p, address.n };

	while (host.n && host.p[host.n - 1] != ':')
		host.n--;
	host.n -= host.n > 0;
	if (host.p[0] == '[' || strv_eq(host, STRV("localhost")) ||
	    strspn(host.p, "0123456789.") == host.n)
		return ERR_OK;
	buf_addz(why, "admin address: this must be an IP address of this "
	    "machine and a port, not a name: 127.0.0.1:8443");
	return ERR_BAD_SYNTAX;
}

void httpd_register(void)
{
	static const struct conf_row rows[] = {
		{ "address", CONF_ADDRESS, "127.0.0.1:8443", 0, 0, NULL,
		  CONF_LIVE, "where the web console and the HTTPS API listen; "
		  "port 0: any", false },
	};
	static const struct conf_section admin = {
		"admin", false, "the web console and the HTTPS API", rows,
		sizeof(rows) / sizeof(rows[0]), admin_apply, admin_check,
	};

	conf_register(&admin);
}

enum err httpd_start(const struct httpd_setup *with)
{
	char path[4200];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/admin.sock", with->dir);
	fd = listen_unix(path);
	if (fd < 0)
		return ERR_STORAGE;
	setup = *with;
	dir = xstrndup(with->dir, strlen(with->dir));
	setup.dir = dir;
	sock.fd = fd;
	if (!server_start(&sock, 0, NULL, NULL)) {
		log_err("admin socket %s: libmicrohttpd did not start", path);
		return ERR_STORAGE;
	}
	tls_start();
	return ERR_OK;
}

void httpd_reload(void)
{
	if (!sock.mhd)
		return;
	server_stop(&tls);
	tls_start();
}

void httpd_stop(void)
{
	char path[4200];

	if (!sock.mhd)
		return;
	server_stop(&tls);
	server_stop(&sock);
	(void)snprintf(path, sizeof(path), "%s/admin.sock", dir);
	(void)unlink(path);
	free(dir);
	dir = NULL;
}

unsigned httpd_port(void)
{
	return tls.mhd ? listen_port(tls.fd) : 0;
}
