/* request.c - a request from its first byte to its answer. */

#include <assert.h>
#include <microhttpd.h>
#include <pthread.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "httpd/httpd_priv.h"

#define FILE_STEP	((uint64_t)1 << 20)	/* bytes that earn more time */
#define NAMES_MAX	((size_t)32 << 10)	/* of method and path */

/*
 * Two hold it: libmicrohttpd until the connection is done with it, and the
 * handler until its reply.  refs, answer and suspended are under lock.
 */
struct httpd_request {
	struct list hook;
	struct httpd *server;
	struct MHD_Connection *connection;
	struct strv method, path;
	struct buf body;
	int file;		/* where the body goes instead; -1 */
	uint64_t file_n, file_limit;	/* bytes */
	struct buf names;	/* bytes of method and path */
	struct buf headers;	/* of the answer: name NUL value NUL ... */
	char peer[INET6_ADDRSTRLEN];
	uid_t uid;
	int64_t accepted;	/* the same, of its connection */
	unsigned refs;
	bool handled, suspended, gone;
	struct MHD_Response *answer;
	unsigned status;
	struct httpd_stream stream;	/* fill NULL: none */
	bool woken;		/* while its fill() was running */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const char *const headers[][2] = {
	{ "Content-Security-Policy", HTTPD_CSP },
	{ "X-Content-Type-Options", "nosniff" },
	{ "Referrer-Policy", "no-referrer" },
	{ "Permissions-Policy", "accelerometer=(), autoplay=(), camera=(), "
	  "display-capture=(), encrypted-media=(), fullscreen=(), "
	  "geolocation=(), gyroscope=(), magnetometer=(), microphone=(), "
	  "midi=(), payment=(), usb=()" },
	{ "Cross-Origin-Opener-Policy", "same-origin" },
	{ "Cross-Origin-Resource-Policy", "same-origin" },
	{ "Cache-Control", "no-store" },
};

/* --- requests ------------------------------------------------------------ */

static struct httpd_request *request_new(struct httpd *server,
    struct MHD_Connection *c, const char *method, const char *url)
{
	struct httpd_request *r = xalloc(sizeof(*r));

	list_init(&r->hook);
	r->server = server;
	r->connection = c;
	buf_init(&r->names, NAMES_MAX);
	buf_addz(&r->names, method);
	buf_addz(&r->names, url);
	r->method = (struct strv){ r->names.p, strlen(method) };
	r->path = (struct strv){ r->names.p + r->method.n, strlen(url) };
	buf_init(&r->headers, NAMES_MAX);
	r->uid = (uid_t)-1;
	if (server->from == HTTPD_SOCKET)
		r->uid = peer_uid(c);
	else
		peer_address(c, r->peer, sizeof(r->peer));
	r->accepted = slow_since(c);
	r->refs = 1;
	buf_init(&r->body, server->setup.limit(r));
	r->file = server->setup.file ?
	    server->setup.file(r, &r->file_limit) : -1;
	return r;
}

/* Under lock; true: nobody holds it, and the caller frees it without. */
static bool request_unref(struct httpd_request *r)
{
	if (--r->refs)
		return false;
	list_del(&r->hook);
	return true;
}

/*
 * Not under lock: libmicrohttpd locks the answer, and holds that while it
 * calls stream_read().
 */
static void request_free(struct httpd_request *r)
{
	if (r->answer)
		MHD_destroy_response(r->answer);
	if (r->file >= 0)
		(void)close(r->file);
	/* keys, passwords and passphrases came in it */
	if (r->body.p)
		explicit_bzero(r->body.p, r->body.size);
	buf_deinit(&r->body);
	buf_deinit(&r->names);
	buf_deinit(&r->headers);
	free(r);
}

enum httpd_from httpd_from(const struct httpd_request *r)
{
	return r->server->from;
}

bool httpd_trusted(const struct httpd_request *r)
{
	return r->server->from == HTTPD_TLS &&
	    !atomic_load(&r->server->self_signed);
}

int64_t httpd_accepted(const struct httpd_request *r)
{
	return r->accepted;
}

uid_t httpd_uid(const struct httpd_request *r)
{
	return r->uid;
}

size_t httpd_groups(const struct httpd_request *r, gid_t *groups, size_t max)
{
	return peer_groups(r->connection, groups, max);
}

struct strv httpd_peer(const struct httpd_request *r)
{
	return strv(r->peer);
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

int httpd_body_file(const struct httpd_request *r)
{
	return r->file;
}

uint64_t httpd_body_size(const struct httpd_request *r)
{
	return r->file_n;
}

struct strv httpd_header(const struct httpd_request *r, const char *name)
{
	return strv(MHD_lookup_connection_value(r->connection,
	    MHD_HEADER_KIND, name));
}

struct strv httpd_cookie(const struct httpd_request *r, const char *name)
{
	return strv(MHD_lookup_connection_value(r->connection,
	    MHD_COOKIE_KIND, name));
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

void httpd_reply_header(struct httpd_request *r, const char *name,
    struct strv value)
{
	for (size_t i = 0; i < value.n; i++)
		if ((unsigned char)value.p[i] < ' ')
			return;
	buf_add(&r->headers, name, strlen(name) + 1);
	buf_adds(&r->headers, value);
	buf_addc(&r->headers, 0);
}

/* Of r->headers; NULL: it has no such header. */
static const char *extra_find(const struct buf *extra, const char *name)
{
	for (size_t at = 0; extra && at < extra->n;) {
		const char *n = extra->p + at, *value = n + strlen(n) + 1;

		if (strcasecmp(n, name) == 0)
			return value;
		at = (size_t)(value - extra->p) + strlen(value) + 1;
	}
	return NULL;
}

static void add_extra(struct MHD_Response *a, const struct buf *extra)
{
	for (size_t at = 0; extra && at < extra->n;) {
		const char *n = extra->p + at, *value = n + strlen(n) + 1;

		MHD_add_response_header(a, n, value);
		at = (size_t)(value - extra->p) + strlen(value) + 1;
	}
}

static void add_headers(struct MHD_Response *a, unsigned status,
    const char *type, const struct buf *extra)
{
	for (size_t i = 0; i < sizeof(headers) / sizeof(headers[0]); i++)
		if (!extra_find(extra, headers[i][0]))
			MHD_add_response_header(a, headers[i][0],
			    headers[i][1]);
	MHD_add_response_header(a, "Content-Type", type);
	if (status == MHD_HTTP_SERVICE_UNAVAILABLE &&
	    !extra_find(extra, "Retry-After"))
		MHD_add_response_header(a, "Retry-After", "1");
	if (status == MHD_HTTP_UNAUTHORIZED &&
	    !extra_find(extra, "WWW-Authenticate"))
		MHD_add_response_header(a, "WWW-Authenticate", "Bearer");
	add_extra(a, extra);
}

struct MHD_Response *response_new(unsigned status, const char *type,
    struct strv body, const struct buf *extra)
{
	struct MHD_Response *a = MHD_create_response_from_buffer(body.n,
	    (void *)(uintptr_t)body.p, MHD_RESPMEM_MUST_COPY);

	if (a)
		add_headers(a, status, type, extra);
	return a;
}

/* Under lock. */
static void answer(struct httpd_request *r, unsigned status,
    struct MHD_Response *a)
{
	assert(r->gone || !r->answer);
	if (r->gone) {		/* stopped: it has its answer */
		if (a)
			MHD_destroy_response(a);
		return;
	}
	r->answer = a;
	r->status = status;
	if (r->suspended) {
		list_del(&r->hook);
		r->suspended = false;
		MHD_resume_connection(r->connection);
	}
}

/* The handler's part is done. */
static void give(struct httpd_request *r, unsigned status,
    struct MHD_Response *a)
{
	bool last;

	pthread_mutex_lock(&lock);
	answer(r, status, a);
	last = request_unref(r);
	pthread_mutex_unlock(&lock);
	if (last)
		request_free(r);
}

void httpd_reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body)
{
	give(r, status, response_new(status, type, body, &r->headers));
}

void httpd_reply_file(struct httpd_request *r, unsigned status,
    const char *type, int fd, uint64_t offset, uint64_t n)
{
	struct MHD_Response *a = MHD_create_response_from_fd_at_offset64(n,
	    fd, offset);

	if (a)
		add_headers(a, status, type, &r->headers);
	else
		close(fd);
	give(r, status, a);
}

/* --- streams -------------------------------------------------------------- */

/* false: it was woken meanwhile, or the server stops. */
static bool stream_rests(struct httpd_request *r, bool *ended)
{
	bool rests;

	pthread_mutex_lock(&lock);
	*ended = r->server->stopping;
	rests = !r->woken && !*ended;
	r->woken = false;
	if (rests) {
		r->suspended = true;
		list_push(&r->server->waiting, &r->hook);
		MHD_suspend_connection(r->connection);
	}
	pthread_mutex_unlock(&lock);
	return rests;
}

static ssize_t stream_read(void *arg, uint64_t at, char *to, size_t max)
{
	struct httpd_request *r = arg;
	bool ended = false;
	size_t n = 0;

	(void)at;
	while (!ended) {
		n = r->stream.fill(r->stream.arg, to, max);
		if (n == HTTPD_END)
			break;
		if (n > 0 || stream_rests(r, &ended))
			return (ssize_t)n;
	}
	return MHD_CONTENT_READER_END_OF_STREAM;
}

void httpd_wake(struct httpd_request *r)
{
	pthread_mutex_lock(&lock);
	if (r->suspended) {
		list_del(&r->hook);
		r->suspended = false;
		MHD_resume_connection(r->connection);
	} else {
		r->woken = true;
	}
	pthread_mutex_unlock(&lock);
}

/* The connection has gone already: nothing will ever call gone() for it. */
static bool stream_late(struct httpd_request *r,
    const struct httpd_stream *stream)
{
	bool late;

	pthread_mutex_lock(&lock);
	late = r->gone;
	if (!late)
		r->stream = *stream;
	pthread_mutex_unlock(&lock);
	return late;
}

void httpd_reply_stream(struct httpd_request *r, const char *type,
    const struct httpd_stream *stream)
{
	struct MHD_Response *a;
	bool late = stream_late(r, stream);

	a = late ? NULL : MHD_create_response_from_callback(MHD_SIZE_UNKNOWN,
	    16384, stream_read, r, NULL);
	if (a)
		add_headers(a, MHD_HTTP_OK, type, &r->headers);
	give(r, MHD_HTTP_OK, a);
	if (late)
		stream->gone(stream->arg);
}

/* --- libmicrohttpd's side ------------------------------------------------ */

static enum MHD_Result first(struct httpd *server, struct MHD_Connection *c,
    const char *method, const char *url, void **state)
{
	struct httpd_request *r = request_new(server, c, method, url);
	const char *length = MHD_lookup_connection_value(c, MHD_HEADER_KIND,
	    "Content-Length");

	*state = r;
	slow_body(c);
	if (!framing_is_plain(c))
		return refuse_ambiguous(c);
	/*
	 * Refuse before the client sends it all; libmicrohttpd checked it.
	 * Of what is not much too large the rest is read and dropped, so
	 * that a client that sends first and reads then gets the answer.
	 */
	if (length && strtoull(length, NULL, 10) / 2 > (r->file >= 0 ?
	    r->file_limit : r->body.limit))
		return refuse_large(c);
	return MHD_YES;
}

/* Others write to that disk too, and other uploads. */
static bool has_room(int fd)
{
	struct statvfs fs;

	return fstatvfs(fd, &fs) == 0 &&
	    (uint64_t)fs.f_bavail * fs.f_frsize >= HTTPD_SPARE;
}

/* A large one may take its time, as long as it comes on. */
static void more_file(struct httpd_request *r, const char *data, size_t n)
{
	uint64_t before = r->file_n;

	r->body.full = r->body.full || r->file_n + n > r->file_limit;
	while (n > 0 && !r->body.full) {
		ssize_t k = write(r->file, data, n);

		r->body.full = k <= 0;
		if (k <= 0)
			return;
		data += k;
		n -= (size_t)k;
		r->file_n += (uint64_t)k;
	}
	if (before / FILE_STEP == r->file_n / FILE_STEP)
		return;
	slow_body(r->connection);
	r->body.full = r->body.full || !has_room(r->file);
}

/* What is past the limit is dropped; the refusal comes at the end. */
static enum MHD_Result more(struct httpd_request *r, const char *data,
    size_t *n)
{
	if (r->file >= 0)
		more_file(r, data, *n);
	else
		buf_add(&r->body, data, *n);
	*n = 0;
	return MHD_YES;
}

static enum MHD_Result complete(struct httpd_request *r)
{
	struct MHD_Response *a;
	enum MHD_Result ok = MHD_YES;

	slow_ours(r->connection);
	pthread_mutex_lock(&lock);
	if (!r->handled) {
		r->handled = true;
		r->refs++;
		pthread_mutex_unlock(&lock);
		r->server->setup.handler(r);
		pthread_mutex_lock(&lock);
	}
	a = r->answer;
	if (!a && (r->refs == 1 || r->server->stopping)) {
		ok = MHD_NO;	/* no memory for the answer, or no time */
	} else if (!a) {
		r->suspended = true;
		list_push(&r->server->waiting, &r->hook);
		MHD_suspend_connection(r->connection);
	}
	pthread_mutex_unlock(&lock);
	return a ? MHD_queue_response(r->connection, r->status, a) : ok;
}

enum MHD_Result request_more(void *arg, struct MHD_Connection *c,
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
		return refuse_large(c);
	return complete(r);
}

void request_over(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why)
{
	struct httpd_request *r = *state;
	bool last;

	(void)arg;
	(void)why;
	slow_next(c);
	if (!r)
		return;
	pthread_mutex_lock(&lock);
	r->gone = true;
	pthread_mutex_unlock(&lock);
	if (r->stream.fill)	/* before r goes: somebody may wake it now */
		r->stream.gone(r->stream.arg);
	pthread_mutex_lock(&lock);
	last = request_unref(r);
	pthread_mutex_unlock(&lock);
	if (last)
		request_free(r);
	*state = NULL;
}

/* libmicrohttpd may not be stopped while a connection is suspended. */
void requests_release(struct httpd *h)
{
	static const char bye[] = "{\"type\":\"urn:parley:problem:draining\","
	    "\"title\":\"Stopping\",\"status\":503,\"code\":\"draining\","
	    "\"detail\":\"the daemon is stopping\"}";

	pthread_mutex_lock(&lock);
	h->stopping = true;
	LIST_FOR(l, &h->waiting) {
		struct httpd_request *r = LIST_ENTRY(l, struct httpd_request,
		    hook);

		list_del(l);
		r->suspended = false;
		if (!r->stream.fill) {
			r->answer = response_new(MHD_HTTP_SERVICE_UNAVAILABLE,
			    "application/problem+json", strv(bye), NULL);
			r->status = MHD_HTTP_SERVICE_UNAVAILABLE;
			r->gone = true;
		}
		MHD_resume_connection(r->connection);
	}
	pthread_mutex_unlock(&lock);
}
