/* blast_net.c - UDP with sendmmsg and recvmmsg; a few socket helpers. */

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "blast.h"

enum { BATCH = 64, SOCKET_BUFFER = 8 << 20 };

struct batch {
	struct mmsghdr msg[BATCH];
	struct iovec iov[BATCH];
	char bytes[BATCH][MAX_PACKET];
};

struct net {
	int fd;
	unsigned port;
	unsigned queued;
	struct batch in, out;
};

static bool address(const char *text, struct sockaddr_in *out)
{
	char host[64];
	const char *colon = strrchr(text, ':');
	size_t n = colon ? (size_t)(colon - text) : strlen(text);

	*out = (struct sockaddr_in){ .sin_family = AF_INET };
	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = 0;
	if (colon)
		out->sin_port = htons((uint16_t)atoi(colon + 1));
	return inet_pton(AF_INET, host, &out->sin_addr) == 1;
}

static unsigned bound_port(int fd)
{
	struct sockaddr_in a;
	socklen_t n = sizeof(a);

	return getsockname(fd, (struct sockaddr *)&a, &n) == 0 ?
	    ntohs(a.sin_port) : 0;
}

static void batch_init(struct batch *b)
{
	for (unsigned i = 0; i < BATCH; i++) {
		b->iov[i] = (struct iovec){ b->bytes[i], MAX_PACKET };
		b->msg[i].msg_hdr.msg_iov = &b->iov[i];
		b->msg[i].msg_hdr.msg_iovlen = 1;
	}
}

struct net *net_new(const char *local, const char *server)
{
	struct net *n = calloc(1, sizeof(*n));
	struct sockaddr_in a, to;
	int size = SOCKET_BUFFER;

	if (!n || !address(local, &a) || !address(server, &to)) {
		free(n);
		return NULL;
	}
	n->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	/* the first works for root only, the second is capped */
	if (setsockopt(n->fd, SOL_SOCKET, SO_RCVBUFFORCE, &size,
	    sizeof(size)) != 0)
		setsockopt(n->fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size));
	if (bind(n->fd, (struct sockaddr *)&a, sizeof(a)) != 0 ||
	    connect(n->fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(n->fd);
		free(n);
		return NULL;
	}
	n->port = bound_port(n->fd);
	batch_init(&n->in);
	batch_init(&n->out);
	return n;
}

void net_free(struct net *n)
{
	if (!n)
		return;
	close(n->fd);
	free(n);
}

int net_fd(const struct net *n)
{
	return n->fd;
}

unsigned net_port(const struct net *n)
{
	return n->port;
}

void net_send(struct net *n, const char *p, size_t len)
{
	memcpy(n->out.bytes[n->queued], p, len);
	n->out.iov[n->queued].iov_len = len;
	if (++n->queued == BATCH)
		net_flush(n);
}

/* An error of a connected socket tells of an earlier packet: go on. */
void net_flush(struct net *n)
{
	unsigned at = 0, failures = 0;

	while (at < n->queued && failures < BATCH) {
		int sent = sendmmsg(n->fd, n->out.msg + at, n->queued - at, 0);

		if (sent > 0)
			at += (unsigned)sent;
		else
			failures++;
	}
	n->queued = 0;
}

bool net_read(struct net *n, net_packet_fn *fn, void *arg)
{
	int got = recvmmsg(n->fd, n->in.msg, BATCH, 0, NULL);

	for (int i = 0; i < got; i++)
		fn((struct strv){ n->in.bytes[i], n->in.msg[i].msg_len }, arg);
	return got > 0;
}

int net_tcp(const char *server)
{
	struct sockaddr_in to;
	int one = 1, fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (!address(server, &to) ||
	    connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0) {
		close(fd);
		return -1;
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	fcntl(fd, F_SETFL, O_NONBLOCK);
	return fd;
}

unsigned net_free_port(const char *local)
{
	struct sockaddr_in a;
	unsigned port = 0;

	if (!address(local, &a))
		return 0;
	for (int tries = 0; tries < 20 && !port; tries++) {
		int udp = socket(AF_INET, SOCK_DGRAM, 0);
		int tcp = socket(AF_INET, SOCK_STREAM, 0);

		a.sin_port = 0;
		if (bind(udp, (struct sockaddr *)&a, sizeof(a)) == 0) {
			a.sin_port = htons((uint16_t)bound_port(udp));
			if (bind(tcp, (struct sockaddr *)&a, sizeof(a)) == 0)
				port = ntohs(a.sin_port);
		}
		close(udp);
		close(tcp);
	}
	return port;
}
