/* net.c - sockets: numeric addresses, listening, connecting. */

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "net.h"

bool addr_parse(const char *text, struct addr *to)
{
	struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	}, *found;
	const char *colon = strrchr(text, ':');
	char host[64];
	size_t n;

	if (!colon || colon == text)
		return false;
	n = (size_t)(colon - text);
	if (text[0] == '[' && text[n - 1] == ']') {
		text++;
		n -= 2;
	}
	if (n >= sizeof(host))
		return false;
	memcpy(host, text, n);
	host[n] = '\0';
	if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
		return false;
	memcpy(&to->ss, found->ai_addr, found->ai_addrlen);
	to->len = found->ai_addrlen;
	freeaddrinfo(found);
	return true;
}

void addr_print(const struct addr *a, char to[64])
{
	char host[48], port[8];

	if (getnameinfo((const struct sockaddr *)&a->ss, a->len, host,
	    sizeof(host), port, sizeof(port),
	    NI_NUMERICHOST | NI_NUMERICSERV) != 0)
		snprintf(to, 64, "?");
	else if (strchr(host, ':'))
		snprintf(to, 64, "[%s]:%s", host, port);
	else
		snprintf(to, 64, "%s:%s", host, port);
}

int addr_port(const struct addr *a)
{
	char text[64];

	addr_print(a, text);
	return (int)strtol(strrchr(text, ':') ? strrchr(text, ':') + 1 : "0",
	    NULL, 10);
}

static int refused(int fd)
{
	int e = errno;

	close(fd);
	errno = e;
	return -1;
}

static int open_socket(const struct addr *a, int type)
{
	return socket(a->ss.ss_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
}

int net_listen(const struct addr *a)
{
	int fd = open_socket(a, SOCK_STREAM), on = 1;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) < 0 ||
	    listen(fd, 128) < 0)
		return refused(fd);
	return fd;
}

static void no_delay(int fd)
{
	int on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

int net_connect(const struct addr *a)
{
	int fd = open_socket(a, SOCK_STREAM);

	if (fd < 0)
		return -1;
	no_delay(fd);
	if (connect(fd, (const struct sockaddr *)&a->ss, a->len) < 0 &&
	    errno != EINPROGRESS)
		return refused(fd);
	return fd;
}

int net_udp(const struct addr *a)
{
	int fd = open_socket(a, SOCK_DGRAM), room = 4 << 20;

	if (fd < 0)
		return -1;
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &room, sizeof(room));
	if (bind(fd, (const struct sockaddr *)&a->ss, a->len) < 0)
		return refused(fd);
	return fd;
}

int net_accept(int fd)
{
	int peer = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

	if (peer >= 0)
		no_delay(peer);
	return peer;
}

bool net_local(int fd, struct addr *to)
{
	to->len = sizeof(to->ss);
	return getsockname(fd, (struct sockaddr *)&to->ss, &to->len) == 0;
}
