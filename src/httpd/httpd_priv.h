/* httpd_priv.h - what the files of httpd/ share. */

#ifndef HTTPD_HTTPD_PRIV_H
#define HTTPD_HTTPD_PRIV_H

#include "httpd/httpd.h"

/* listen.c: a listening socket, or -1 (logged with what to do). */
int listen_unix(const char *path);
int listen_tcp(const char *address);
unsigned listen_port(int fd);

/*
 * certificate.c: DIR/tls/console.pem and console.key as text; made on the
 * first start, and again while self-signed and near its end.
 */
enum err certificate_load(const char *dir, const char *address,
    struct buf *cert, struct buf *key);

#endif
