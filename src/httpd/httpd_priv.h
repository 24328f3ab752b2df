/* httpd_priv.h - what the files of httpd/ share. */

#ifndef HTTPD_HTTPD_PRIV_H
#define HTTPD_HTTPD_PRIV_H

#include <gnutls/abstract.h>
#include <microhttpd.h>
#include <stdatomic.h>

#include "base/list.h"
#include "cert/use.h"
#include "httpd/httpd.h"

struct httpd {
	enum httpd_from from;
	struct httpd_setup setup;
	struct MHD_Daemon *mhd;
	int fd;
	unsigned most;		/* connections; more make the oldest go */
	char *path;		/* of the socket; NULL: HTTPS */
	bool stopping;		/* request.c's, like waiting */
	struct list waiting;	/* suspended requests */
	struct cert_use use;	/* HTTPS */
	struct credentials *credentials;	/* certificate.c's */
	struct list superseded;			/* the same */
	atomic_bool self_signed;
};

/* request.c: libmicrohttpd's callbacks; arg is the server. */
enum MHD_Result request_more(void *arg, struct MHD_Connection *c,
    const char *url, const char *method, const char *version,
    const char *data, size_t *n, void **state);
void request_over(void *arg, struct MHD_Connection *c, void **state,
    enum MHD_RequestTerminationCode why);
/* Answer all that wait; from now on nobody waits. */
void requests_release(struct httpd *h);

/* peer.c: who is at the other end of a connection, and since when. */
uid_t peer_uid(struct MHD_Connection *c);	/* -1: not known */
size_t peer_groups(struct MHD_Connection *c, gid_t *groups, size_t max);
void peer_address(struct MHD_Connection *c, char *out, size_t size);
/* Of a connection that may or may not become one: setup.welcome(). */
enum MHD_Result peer_accept(void *arg, const struct sockaddr *a,
    socklen_t n);

/* Of an answer; extra (or NULL): headers as in struct httpd_request. */
struct MHD_Response *response_new(unsigned status, const char *type,
    struct strv body, const struct buf *extra);

/*
 * refuse.c: false when a proxy before us may have read another end of this
 * request, or another name, than we do (RFC 9112 11.2).
 */
bool framing_is_plain(struct MHD_Connection *c);
/* A problem, and the end of the connection. */
enum MHD_Result refuse_ambiguous(struct MHD_Connection *c);
enum MHD_Result refuse_large(struct MHD_Connection *c);

/* slow.c: how long a connection may take, and whose turn it is. */
void slow_start(void);
void slow_stop(void);		/* after a server; the last one ends it */
void slow_notify(void *arg, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what);
void slow_body(struct MHD_Connection *c);
void slow_ours(struct MHD_Connection *c);
void slow_next(struct MHD_Connection *c);
int64_t slow_since(struct MHD_Connection *c);	/* accepted; now_mono() */

/* listen.c: a listening socket, or -1 (logged with what to do). */
int listen_unix(const char *path, const char *group);
int listen_tcp(const char *address);
unsigned listen_port(int fd);

/*
 * certificate.c: the certificate that a server was given, or DIR/tls/NAME.pem
 * and NAME.key, made on the first start and again while it is ours and near
 * its end.  dir is borrowed while the server is there.
 */
enum err certificate_init(struct httpd *h, const char *dir,
    const char *address);
void certificate_forget(struct httpd *h);	/* after its thread */
void certificate_here(struct httpd *h);		/* in its thread */
gnutls_certificate_retrieve_function3 certificate_choose;

#endif
