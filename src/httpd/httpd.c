/* httpd.c - HTTP servers on libmicrohttpd's own epoll threads. */

#define LOG_UNIT "httpd"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "httpd/httpd_priv.h"
#include "loop/loop.h"

#define CONNECTIONS	64u
#define PER_ADDRESS	8u
#define SPARE		64u	/* on their way out, so that we go on accepting */
#define MEMORY		((size_t)24 << 10)	/* headers (16 KiB) and our own */
#define IDLE_S		30u

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

static struct httpd *server_new(enum httpd_from from,
    const struct httpd_setup *setup, int fd)
{
	struct httpd *h = xalloc(sizeof(*h));

	h->from = from;
	h->setup = *setup;
	h->fd = fd;
	h->most = setup->connections ? setup->connections : CONNECTIONS;
	list_init(&h->waiting);
	list_init(&h->superseded);
	list_init(&h->use.hook);
	return h;
}

static void server_free(struct httpd *h)
{
	cert_use_remove(&h->use);
	certificate_forget(h);
	if (h->fd >= 0)
		close(h->fd);
	free(h->path);
	free(h);
}

/* In the server's thread, which the library starts. */
static void connection_changed(void *arg, struct MHD_Connection *c,
    void **context, enum MHD_ConnectionNotificationCode what)
{
	static _Thread_local bool behind;

	if (!behind)
		loop_give_way();
	behind = true;
	certificate_here(arg);
	slow_notify(arg, c, context, what);
}

/* Without TLS nobody has an address. */
static bool server_start(struct httpd *h)
{
	const struct httpd_setup *s = &h->setup;
	bool tls = h->from == HTTPD_TLS;
	struct MHD_OptionItem tls_options[] = {
		{ MHD_OPTION_HTTPS_CERT_CALLBACK2, 0,
		  (void *)(uintptr_t)certificate_choose },
		{ MHD_OPTION_HTTPS_PRIORITIES, 0, (void *)(uintptr_t)
		  "SECURE128:-VERS-ALL:+VERS-TLS1.3:+VERS-TLS1.2" },
		{ MHD_OPTION_PER_IP_CONNECTION_LIMIT,
		  s->per_address ? s->per_address : PER_ADDRESS, NULL },
		{ MHD_OPTION_END, 0, NULL },
	};

	h->mhd = MHD_start_daemon((tls ? MHD_USE_TLS : 0u) |
	    MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME |
	    MHD_USE_ERROR_LOG, 0, tls && s->welcome ? peer_accept : NULL, h,
	    request_more, h,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, h->fd,
	    MHD_OPTION_CONNECTION_LIMIT, h->most + SPARE,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, request_over, NULL,
	    MHD_OPTION_NOTIFY_CONNECTION, connection_changed, h,
	    MHD_OPTION_ARRAY, tls ? tls_options : &tls_options[3],
	    MHD_OPTION_END);
	if (h->mhd)
		slow_start();
	return h->mhd != NULL;
}

struct httpd *httpd_start_socket(const struct httpd_setup *setup,
    const char *path, const char *group)
{
	int fd = listen_unix(path, group);
	struct httpd *h;

	if (fd < 0)
		return NULL;
	h = server_new(HTTPD_SOCKET, setup, fd);
	h->path = xstrndup(path, strlen(path));
	if (server_start(h))
		return h;
	log_err("socket %s: libmicrohttpd did not start", path);
	server_free(h);
	return NULL;
}

struct httpd *httpd_start_tls(const struct httpd_setup *setup,
    const char *dir, const char *address)
{
	int fd = listen_tcp(address);
	struct httpd *h;

	if (fd < 0)
		return NULL;
	h = server_new(HTTPD_TLS, setup, fd);
	if (certificate_init(h, dir, address) != ERR_OK) {
		server_free(h);
		return NULL;
	}
	if (server_start(h)) {
		log_info("%s ready address=%s port=%u", setup->name, address,
		    httpd_port(h));
		return h;
	}
	log_err("no %s: libmicrohttpd did not start", setup->name);
	server_free(h);
	return NULL;
}

enum err httpd_reload(struct httpd *h, struct buf *why)
{
	return h->use.class->take(&h->use, why);
}

void httpd_reload_logged(struct httpd *h)
{
	struct buf why;

	if (!h)
		return;
	buf_init(&why, 256);
	if (httpd_reload(h, &why) != ERR_OK)
		log_err("%s; %s goes on with what it has", why.p,
		    h->setup.name);
	else
		log_info("certificate read again %s", h->setup.name);
	buf_deinit(&why);
}

void httpd_drain(struct httpd *h)
{
	if (!h || h->fd < 0)
		return;
	cert_use_remove(&h->use);
	(void)MHD_quiesce_daemon(h->mhd);
	close(h->fd);
	h->fd = -1;
}

void httpd_stop(struct httpd *h)
{
	if (!h)
		return;
	httpd_drain(h);
	requests_release(h);
	MHD_stop_daemon(h->mhd);
	slow_stop();
	if (h->path)
		(void)unlink(h->path);
	server_free(h);
}

unsigned httpd_port(const struct httpd *h)
{
	return h && h->from == HTTPD_TLS ? listen_port(h->fd) : 0;
}

bool httpd_address_ok(const char *address, struct buf *why)
{
	struct strv host = { address, strlen(address) };

	while (host.n && host.p[host.n - 1] != ':')
		host.n--;
	host.n -= host.n > 0;
	if (host.p[0] == '[' || strv_eq(host, STRV("localhost")) ||
	    strspn(host.p, "0123456789.") == host.n)
		return true;
	buf_addz(why, "this must be an IP address of this machine and a "
	    "port, not a name: 127.0.0.1:8443");
	return false;
}
