/* httpd.h - the HTTP server: a Unix socket and HTTPS, one handler. */

#ifndef HTTPD_HTTPD_H
#define HTTPD_HTTPD_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/buf.h"
#include "base/err.h"

enum httpd_from {
	HTTPD_SOCKET,	/* DIR/admin.sock: httpd_uid() is who calls */
	HTTPD_TLS	/* `admin address`: anybody who can reach it */
};

struct httpd_request;

/*
 * Called in an HTTP thread when a request is complete.  It answers by
 * httpd_reply() exactly once: in this call, or later from any thread; until
 * then the connection waits and r stays valid, even when the client goes.
 */
typedef void httpd_handler_fn(struct httpd_request *r);
/* Bytes of body that this request may have.  Called in an HTTP thread. */
typedef size_t httpd_limit_fn(enum httpd_from from, struct strv method,
    struct strv path);

struct httpd_setup {
	const char *dir;	/* the data directory; copied */
	httpd_handler_fn *handler;
	httpd_limit_fn *limit;
};

/* Before conf_load: the section "admin" (address). */
void httpd_register(void);

/*
 * Once, after conf_load.  ERR_STORAGE: the socket could not be made (logged;
 * the daemon is of no use then).  A fault of HTTPS alone is logged with what
 * to do, and we go on without it.
 */
enum err httpd_start(const struct httpd_setup *setup);
/* Read the certificate again; drops console connections. Core. */
void httpd_reload(void);
/* Answer what waits with 503 and close.  Later replies are dropped. Core. */
void httpd_stop(void);

/* The port HTTPS listens on; 0: it does not. */
unsigned httpd_port(void);

/* Of a request; live until httpd_reply(). */
enum httpd_from httpd_from(const struct httpd_request *r);
uid_t httpd_uid(const struct httpd_request *r);		/* HTTPD_SOCKET */
struct strv httpd_method(const struct httpd_request *r);
struct strv httpd_path(const struct httpd_request *r);	/* not decoded */
struct strv httpd_body(const struct httpd_request *r);
/* Absent when the client did not send it.  Inside the handler only. */
struct strv httpd_header(const struct httpd_request *r, const char *name);
/* Each name=value of the query as sent.  Inside the handler only. */
typedef void httpd_query_fn(struct strv name, struct strv value, void *arg);
void httpd_query(const struct httpd_request *r, httpd_query_fn *fn,
    void *arg);

/* The body is copied.  type: "application/json". */
void httpd_reply(struct httpd_request *r, unsigned status, const char *type,
    struct strv body);

/* %41 to A, appended; false: a bad escape, or a NUL. */
bool httpd_unescape(struct strv s, struct buf *out);

#endif
