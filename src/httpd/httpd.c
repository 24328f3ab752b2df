/* httpd.c - the HTTP server on libmicrohttpd's own epoll threads. */

#define LOG_UNIT "httpd"

#include <assert.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/list.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "httpd/httpd_priv.h"

#define CONNECTIONS	64u
#define PER_ADDRESS	16u
#define MEMORY		((size_t)32 << 10)	/* request line and headers */
#define IDLE_S		30u
#define REQUEST_MS	120000	/* from the first byte of body to the last */

struct server {
	enum httpd_from from;
	struct MHD_Daemon *mhd;
	int fd;
	bool stopping;		/* under lock, like waiting */
	struct list waiting;	/* suspended requests */
};

/*
 * Two hold it: libmicrohttpd until the connection is done with it, and the
 * handler until its reply.  refs, answer and suspended are under lock.
 */
struct httpd_request {
	struct list hook;
	struct server *server;
	struct MHD_Connection *connection;
	struct strv method, path;
	struct buf body;
	struct buf names;	/* bytes of method and path */
	uid_t uid;
	int64_t started;	/* ms, monotonic */
	unsigned refs;
	bool handled, suspended, gone;
	struct MHD_Response *answer;
	unsigned status;
};

static struct httpd_setup setup;
static char *dir;
static struct server sock = { .from = HTTPD_SOCKET, .fd = -1 };
static struct server tls = { .from = HTTPD_TLS, .fd = -1 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const headers[][2] = {
	{ "Content-Security-Policy", "default-src 'none'; script-src 'self'; "
	  "style-src 'self'; img-src 'self' data:; connect-src 'self'; "
	  "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
	  "require-trusted-types-for 'script'" },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Permissions-Policy", "camera=(), geolocation=(), microphone=()" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

/* --- requests ------------------------------------------------------------ */

static uid_t peer_uid(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD);
	struct ucred who;
	socklen_t n = sizeof(who);

	if (!info || getsockopt(info->connect_fd, SOL_SOCKET, SO_PEERCRED,
	    &who, &n) < 0)
		return (uid_t)-1;
	return who.uid;
}

static struct httpd_request *request_new(struct server *server,
    struct MHD_Connection *c, const char *method, const char *url)
{
	struct httpd_request *r = xalloc(sizeof(*r));

	list_init(&r->hook);
	r->server = server;
	r->connection = c;
	buf_init(&r->names, MEMORY);
	buf_addz(&r->names, method);
	buf_addz(&r->names, url);
	r->method = (struct strv){ r->names.p, strlen(method) };
	r->path = (struct strv){ r->names.p + r->method.n, strlen(url) };
	r->uid = server->from == HTTPD_SOCKET ? peer_uid(c) : (uid_t)-1;
	r->started = now_mono();
	r->refs = 1;
	buf_init(&r->body, setup.limit(server->from,
	    r->method, r->path));
	return r;
}

/* Under lock. */
static void request_unref(struct httpd_request *r)
{
	if (--r->refs)
		return;
	list_del(&r->hook);
	if (r->answer)
		MHD_destroy_response(r->answer);
	buf_deinit(&r->body);
	buf_deinit(&r->names);
	free(r);
}

enum httpd_from httpd_from(const struct httpd_request *r)
{
	return r->server->from;
}

uid_t httpd_uid(const struct httpd_request *r)
{
	return r->uid;
}

struct strv httpd_method(const struct httpd_request *r)
{
	return r->method;
}

struct strv httpd_path(const struct httpd_request *r)
{
	return r->path;
}

struct strv httpd_body(const struct httpd_request *r)
{
	return buf_strv(&r->body);
}

struct strv httpd_header(const struct httpd_request *r, const char *name)
{
	return strv(MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, name));
}

struct query {
	httpd_query_fn *fn;
	void *arg;
};

static enum MHD_Result query_one(void *arg, enum MHD_ValueKind kind,
    const char *name, const char *value)
{
	const struct query *q = arg;

	(void)kind;
	q->fn(strv(name), strv(value), q->arg);
	return MHD_YES;
}

void httpd_query(const struct httpd_request *r, httpd_query_fn *fn, void *arg)
{
	struct query q = { fn, arg };

	MHD_get_connection_values(r->connection, MHD_GET_ARGUMENT_KIND,
	    query_one, &q);
}

bool httpd_unescape(struct strv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '%') {
			if (s.n - i < 3 || !hex_decode((struct strv){
			    s.p + i + 1, 2 }, &c, 1))
				return false;
			i += 2;
		}
		if (c == 0)
			return false;
		buf_addc(out, (char)c);
	}
	return true;
}

/* --- answers ------------------------------------------------------------- */

static struct MHD_Response *response(unsigned status, const char *type,
    struct strv body)
{
	struct MHD_Response *a = MHD_create_response_from_buffer(body.n,
	    (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);

	if (!a)
		return NULL;
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		MHD_add_response_header(a, headers[i][0], headers[i][1]);
	MHD_add_response_header(a, "Content-Type", type);
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE)
		MHD_add_response_header(a, "Retry-After", "1");
	if (status == MHD_HTTP_UNAUTHORIZED)
		MHD_add_response_header(a, "WWW-Authenticate", "Bearer");
	return a;
}

void httpd_reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body)
{
	struct MHD_Response *a = response(status, type, body);

	pthread_mutex_lock(&lock);
	assert(r->gone || !r->answer);
	if (r->gone) {		/* stopped: it has its answer */
		if (a)
			MHD_destroy_response(a);
	} else {
		r->answer = a;
		r->status = status;
		if (r->suspended) {
			list_del(&r->hook);
			r->suspended = false;
			MHD_resume_connection(r->connection);
		}
	}
	request_unref(r);
	pthread_mutex_unlock(&lock);
}

static enum MHD_Result refuse(struct MHD_Connection *c, unsigned status,
    const char *json)
{
	struct MHD_Response *a = response(status, "application/problem+json",
	    strv(json));
	enum MHD_Result ok;

	if (!a)
		return MHD_NO;
	ok = MHD_queue_response(c, status, a);
	MHD_destroy_response(a);
	return ok;
}

static enum MHD_Result too_large(struct MHD_Connection *c)
{
	return refuse(c, MHD_HTTP_CONTENT_TOO_LARGE,
	    "{\"type\":\"urn:parley:problem:payload-too-large\","
	    "\"title\":\"Too large\",\"status\":413,"
	    "\"code\":\"payload-too-large\",\"detail\":\"the body of this "
	    "request is larger than it may be; send it in parts\"}");
}

/* --- libmicrohttpd's side ------------------------------------------------ */

static enum MHD_Result first(struct server *server, struct MHD_Connection *c,
    const char *method, const char *url, void **state)
{
	struct httpd_request *r = request_new(server, c, method, url);
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");

	*state = r;
	/* refuse before the client sends it all; libmicrohttpd checked it */
	if (length && strtoull(length, NULL, 10) > r->body.limit)
		return too_large(c);
	return MHD_YES;
}

/* What is past the limit is dropped; the refusal comes at the end. */
static enum MHD_Result more(struct httpd_request *r, const char *data,
    size_t *n)
{
	if (now_mono() - r->started > REQUEST_MS)
		return MHD_NO;
	buf_add(&r->body, data, *n);
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result complete(struct httpd_request *r)
{
	enum MHD_Result ok = MHD_YES;

	pthread_mutex_lock(&lock);
	if (!r->handled) {
		r->handled = true;
		r->refs++;
		pthread_mutex_unlock(&lock);
		setup.handler(r);
		pthread_mutex_lock(&lock);
	}
	if (r->answer) {
		ok = MHD_queue_response(r->connection, r->status, r->answer);
	} else if (r->refs == 1 || r->server->stopping) {
		ok = MHD_NO;	/* no memory for the answer, or no time */
	} else {
		r->suspended = true;
		list_push(&r->server->waiting, &r->hook);
		MHD_suspend_connection(r->connection);
	}
	pthread_mutex_unlock(&lock);
	return ok;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *c,
    const char *url, const char *method, const char *version,
    const char *data, size_t *n, void **state)
{
	struct httpd_request *r = *state;

	(void)version;
	if (!r)
		return first(arg, c, method, url, state);
	if (*n)
		return more(r, data, n);
	if (r->body.full)
		return too_large(c);
	return complete(r);
}

static void on_completed(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct httpd_request *r = *state;

	(void)arg;
	(void)c;
	(void)why;
	if (!r)
		return;
	pthread_mutex_lock(&lock);
	r->gone = true;
	request_unref(r);
	pthread_mutex_unlock(&lock);
	*state = NULL;
}

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
	s->mhd = MHD_start_daemon(flags | MHD_USE_EPOLL_INTERNAL_THREAD |
	    MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ERROR_LOG, 0, NULL, NULL,
	    on_request, s,
	    MHD_OPTION_EXTERNAL_LOGGER, on_log, NULL,
	    MHD_OPTION_LISTEN_SOCKET, s->fd,
	    MHD_OPTION_CONNECTION_LIMIT, CONNECTIONS,
	    MHD_OPTION_CONNECTION_MEMORY_LIMIT, MEMORY,
	    MHD_OPTION_CONNECTION_TIMEOUT, IDLE_S,
	    MHD_OPTION_UNESCAPE_CALLBACK, keep_escapes, NULL,
	    MHD_OPTION_NOTIFY_COMPLETED, on_completed, NULL,
	    MHD_OPTION_ARRAY, cert ? tls_options : &tls_options[4],
	    MHD_OPTION_END);
	if (s->mhd)
		return true;
	close(s->fd);
	s->fd = -1;
	return false;
}

/* libmicrohttpd may not be stopped while a connection is suspended. */
static void server_stop(struct server *s)
{
	static const char bye[] = "{\"type\":\"urn:parley:problem:draining\","
	    "\"title\":\"Stopping\",\"status\":503,\"code\":\"draining\","
	    "\"detail\":\"the daemon is stopping\"}";

	if (!s->mhd)
		return;
	(void)MHD_quiesce_daemon(s->mhd);
	pthread_mutex_lock(&lock);
	s->stopping = true;
	LIST_FOR(h, &s->waiting) {
		struct httpd_request *r = LIST_ENTRY(h, struct httpd_request,
		    hook);

		list_del(h);
		r->answer = response(MHD_HTTP_SERVICE_UNAVAILABLE,
		    "application/problem+json", strv(bye));
		r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
		r->gone = true;
		r->suspended = false;
		MHD_resume_connection(r->connection);
	}
	pthread_mutex_unlock(&lock);
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

	setup = *with;
	dir = xstrndup(with->dir, strlen(with->dir));
	setup.dir = dir;
	(void)snprintf(path, sizeof(path), "%s/admin.sock", dir);
	sock.fd = listen_unix(path);
	if (sock.fd < 0)
		return ERR_STORAGE;
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
