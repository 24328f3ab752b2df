/* link.c - one connection to the daemon: its socket, or TLS. */

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <openssl/err.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/now.h"
#include "cli/link.h"
#include "cli/remote.h"
#include "cli/stop.h"

/* --- the socket of this machine ------------------------------------------ */

static int dial_unix(const char *path, struct buf *why)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path)) {
		buf_addf(why, "%s: this path is too long for a socket", path);
		return -1;
	}
	strcpy(a.sun_path, path);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (fd >= 0 && connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 &&
	    fcntl(fd, F_SETFL, O_NONBLOCK) == 0)
		return fd;
	buf_addf(why, "the daemon does not answer on %s: %s; is parleyd "
	    "running, and is this its data directory?", path,
	    strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* --- another machine ----------------------------------------------------- */

static bool wait_fd(int fd, short what, int64_t deadline)
{
	struct pollfd p = { .fd = fd, .events = what };
	int n;

	do {
		int64_t left = deadline - now_mono();

		n = left <= 0 ? 0 : poll(&p, 1, (int)left);
	} while (n < 0 && errno == EINTR && !stop_asked());
	return n > 0;
}

static int dial_address(const struct addrinfo *a, int64_t deadline)
{
	int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC |
	    SOCK_NONBLOCK, 0);
	int error = 0;
	socklen_t n = sizeof(error);

	if (fd < 0)
		return -1;
	if (connect(fd, a->ai_addr, a->ai_addrlen) < 0) {
		error = errno;
		if (error == EINPROGRESS && !wait_fd(fd, POLLOUT, deadline))
			error = ETIMEDOUT;
		else if (error == EINPROGRESS)
			(void)getsockopt(fd, SOL_SOCKET, SO_ERROR, &error,
			    &n);
	}
	if (error == 0)
		return fd;
	close(fd);
	errno = error;
	return -1;
}

static int dial_remote(const struct remote *r, int64_t deadline,
    struct buf *why)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *all = NULL;
	int fd = -1, code = getaddrinfo(r->host, r->port, &hints, &all);

	if (code != 0) {
		buf_addf(why, "%s is not known: %s", r->host,
		    gai_strerror(code));
		return -1;
	}
	for (const struct addrinfo *a = all; a && fd < 0; a = a->ai_next)
		fd = dial_address(a, deadline);
	if (fd < 0)
		buf_addf(why, "the daemon does not answer on %s: %s",
		    r->place, strerror(errno));
	freeaddrinfo(all);
	return fd;
}

/* What an SSL call waits for; 0: it has failed or ended. */
static short wanted(SSL *ssl, int code)
{
	switch (SSL_get_error(ssl, code)) {
	case SSL_ERROR_WANT_READ:
		return POLLIN;
	case SSL_ERROR_WANT_WRITE:
		return POLLOUT;
	default:
		return 0;
	}
}

static bool shake(struct link *l, const struct remote *r, int64_t deadline,
    char *seen, struct buf *why)
{
	char unknown[REMOTE_PRINT];
	short want;
	int code;

	l->ssl = SSL_new(r->ctx);
	if (!l->ssl || SSL_set_fd(l->ssl, l->fd) != 1)
		return false;
	if (strpbrk(r->host, ":") == NULL)
		(void)SSL_set_tlsext_host_name(l->ssl, r->host);
	while ((code = SSL_connect(l->ssl)) != 1) {
		want = wanted(l->ssl, code);
		if (want && wait_fd(l->fd, want, deadline))
			continue;
		buf_addf(why, want ? "%s did not answer in time" :
		    "%s does not speak TLS as we do", r->place);
		return false;
	}
	if (remote_trusted(r, l->ssl, seen ? seen : unknown, why))
		return true;
	if (!seen && unknown[0])
		buf_addz(why, "; use --fingerprint or --ca, or connect once "
		    "at a terminal");
	return false;
}

bool link_open(struct link *l, const struct client *c, int64_t deadline,
    char *seen, struct buf *why)
{
	*l = (struct link){ .fd = c->remote ? dial_remote(c->remote, deadline,
	    why) : dial_unix(c->socket, why) };
	if (l->fd < 0)
		return false;
	if (!c->remote || shake(l, c->remote, deadline, seen, why))
		return true;
	link_close(l);
	return false;
}

void link_close(struct link *l)
{
	/* nothing follows, so nobody is told: the answer was whole */
	SSL_free(l->ssl);
	if (l->fd >= 0)
		close(l->fd);
	*l = (struct link){ .fd = -1 };
}

/* --- bytes --------------------------------------------------------------- */

static ssize_t moved(struct link *l, int n)
{
	if (n > 0) {
		l->wants = 0;
		return n;
	}
	l->wants = wanted(l->ssl, n);
	errno = l->wants ? EAGAIN : ECONNRESET;
	return l->wants ? -1 : 0;
}

ssize_t link_send(struct link *l, const void *p, size_t n)
{
	ssize_t sent;

	if (!l->ssl)
		return send(l->fd, p, n, MSG_NOSIGNAL | MSG_DONTWAIT);
	ERR_clear_error();
	sent = moved(l, SSL_write(l->ssl, p, n > 16384 ? 16384 : (int)n));
	return sent == 0 ? -1 : sent;
}

ssize_t link_recv(struct link *l, void *p, size_t n)
{
	if (!l->ssl)
		return recv(l->fd, p, n, MSG_DONTWAIT);
	ERR_clear_error();
	return moved(l, SSL_read(l->ssl, p, n > 65536 ? 65536 : (int)n));
}

bool link_wait(struct link *l, short what, int64_t deadline)
{
	if (l->ssl && (what & POLLIN) && SSL_pending(l->ssl))
		return true;
	return wait_fd(l->fd, l->wants ? l->wants : what, deadline);
}
