/* httpd.h - HTTP servers: a Unix socket or HTTPS each, and their requests. */

#ifndef HTTPD_HTTPD_H
#define HTTPD_HTTPD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum httpd_from {
	HTTPD_SOCKET,	/* httpd_uid() is who calls */
	HTTPD_TLS	/* anybody who can reach it */
};

struct httpd;		/* one server, with a thread of its own */
struct httpd_request;

/*
 * Called in the server's thread when a request is complete.  It answers by
 * httpd_reply() exactly once: in this call, or later from any thread; until
 * then the connection waits and r stays valid, even when the client goes.
 */
typedef void httpd_handler_fn(struct httpd_request *r);
/*
 * Bytes of body that this request may have.  Called in the server's thread,
 * before any of it is there; may ask all that a handler may, but the body.
 */
typedef size_t httpd_limit_fn(const struct httpd_request *r);

/* What answers say unless httpd_reply_header() says otherwise. */
#define HTTPD_CSP \
	"default-src 'none'; script-src 'self'; style-src 'self'; " \
	"img-src 'self' data:; connect-src 'self'; form-action 'self'; " \
	"base-uri 'none'; frame-ancestors 'none'; " \
	"require-trusted-types-for 'script'"

/*
 * A file that is open for writing, for the body of this request: taken over,
 * and what has come is on it when the handler is called; *limit: bytes, as
 * long as HTTPD_SPARE stay free on its disk.
 * -1: into memory, as all others.  Called like httpd_limit_fn.
 */
#define HTTPD_SPARE	((uint64_t)256 << 20)
typedef int httpd_file_fn(const struct httpd_request *r, uint64_t *limit);

struct httpd_setup {
	const char *name;	/* "console": in the log, and of its files */
	/* Whether this address may connect at all; NULL: every one may.
	 * In the server's thread; HTTPS alone. */
	bool (*welcome)(struct strv peer);
	httpd_handler_fn *handler;
	httpd_limit_fn *limit;
	httpd_file_fn *file;	/* or NULL */
	unsigned connections;	/* at a time; 0: 64.  One more makes the
				 * oldest go that waits for its client */
	unsigned per_address;	/* of them from one address; 0: 8 */
};

/*
 * A server on a Unix socket, mode 0600, or with a group 0660.  NULL: the
 * socket could not be made; logged with what to do.
 */
struct httpd *httpd_start_socket(const struct httpd_setup *setup,
    const char *path, const char *group);
/*
 * HTTPS on HOST:PORT or [IPV6]:PORT, numeric; port 0: any.  The certificate
 * is DIR/tls/NAME.pem and NAME.key, made when missing.  NULL: logged.
 */
struct httpd *httpd_start_tls(const struct httpd_setup *setup,
    const char *dir, const char *address);
/*
 * Read its certificate and key again: for new connections, those there are
 * stay.  Otherwise one sentence in why, and all is as it was.  Core.
 */
enum err httpd_reload(struct httpd *h, struct buf *why);
/* For the SIGHUP of a port; the log says what came of it.  NULL is fine. */
void httpd_reload_logged(struct httpd *h);
/*
 * Answer what waits with 503, end its streams and close.  Later replies are
 * dropped.  NULL is fine.  Core.
 */
void httpd_stop(struct httpd *h);
/* Listen no more; what is connected goes on until httpd_stop(). NULL is
 * fine. */
void httpd_drain(struct httpd *h);
unsigned httpd_port(const struct httpd *h);	/* NULL, no port: 0 */

/* For a setting's check: false with one sentence in why. */
bool httpd_address_ok(const char *address, struct buf *why);

/* Of a request; live until httpd_reply(). */
enum httpd_from httpd_from(const struct httpd_request *r);
struct strv httpd_method(const struct httpd_request *r);
struct strv httpd_path(const struct httpd_request *r);	/* not decoded */
struct strv httpd_body(const struct httpd_request *r);
int httpd_body_file(const struct httpd_request *r);	/* still its own; -1 */
uint64_t httpd_body_size(const struct httpd_request *r);	/* of the file */
struct strv httpd_peer(const struct httpd_request *r);	/* "192.0.2.1", "" */
/* HTTPS with a certificate that somebody else signed. */
bool httpd_trusted(const struct httpd_request *r);
uid_t httpd_uid(const struct httpd_request *r);		/* HTTPD_SOCKET */
/* When its connection was accepted, now_mono(). */
int64_t httpd_accepted(const struct httpd_request *r);

/* Inside the handler only: */
size_t httpd_groups(const struct httpd_request *r, gid_t *groups,
    size_t max);	/* all that the process on the socket is in */
/* Absent when the client did not send it. */
struct strv httpd_header(const struct httpd_request *r, const char *name);
struct strv httpd_cookie(const struct httpd_request *r, const char *name);
/* Each name=value of the query as sent. */
typedef void httpd_query_fn(struct strv name, struct strv value, void *arg);
void httpd_query(const struct httpd_request *r, httpd_query_fn *fn,
    void *arg);

/*
 * A header of the answer, before httpd_reply(); replaces one of those that
 * every answer has.  Copied.  A value with a control character is left out.
 */
void httpd_reply_header(struct httpd_request *r, const char *name,
    struct strv value);
/* The body is copied.  type: "application/json". */
void httpd_reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body);

/*
 * The same with n bytes of a file from offset on, which must be there; fd is
 * taken over.  The server's thread reads it while the client takes it.
 */
void httpd_reply_file(struct httpd_request *r, unsigned status,
    const char *type, int fd, uint64_t offset, uint64_t n);

/*
 * An answer without an end (200).  fill() is called in the server's thread
 * while the client takes more: it writes at most n bytes and says how many;
 * 0: nothing now, ask again after httpd_wake(); HTTPD_END: no more.  gone() is called once, when
 * the client has gone or the server stops; no call comes after it.
 */
#define HTTPD_END ((size_t)-1)
struct httpd_stream {
	size_t (*fill)(void *arg, char *to, size_t n);
	void (*gone)(void *arg);
	void *arg;
};
void httpd_reply_stream(struct httpd_request *r, const char *type,
    const struct httpd_stream *stream);
/* Any thread, between httpd_reply_stream() and gone(). */
void httpd_wake(struct httpd_request *r);

/* %41 to A, appended; false: a bad escape, or a NUL. */
bool httpd_unescape(struct strv s, struct buf *out);

#endif
