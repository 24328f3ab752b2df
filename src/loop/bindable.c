/* bindable.c - could a socket be bound to an address? */

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "loop/bindable.h"

static struct addrinfo *numeric(const char *address, bool udp)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM,
	};
	const char *colon = strrchr(address, ':');
	struct addrinfo *found = NULL;
	char host[64];
	size_t n = colon ? (size_t)(colon - address) : 0;

	if (n && address[0] == '[') {
		address++;
		n -= n > 1 ? 2 : 1;
	}
	if (n == 0 || n >= sizeof(host))
		return NULL;
	memcpy(host, address, n);
	host[n] = 0;
	return getaddrinfo(host, colon + 1, &hints, &found) == 0 ? found : NULL;
}

static int try(const struct addrinfo *a, bool udp)
{
	int fd = socket(a->ai_family, a->ai_socktype | SOCK_CLOEXEC, 0);
	int one = 1, e;

	if (fd < 0)
		return errno;
	if (!udp)
		(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one,
		    sizeof(one));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	e = bind(fd, a->ai_addr, a->ai_addrlen) < 0 ||
	    (!udp && listen(fd, 1) < 0) ? errno : 0;
	close(fd);
	return e;
}

enum err bindable(const char *address, bool udp, struct buf *says)
{
	struct addrinfo *a = numeric(address, udp);
	int e;

	if (!a)
		return ERR_OK;
	e = try(a, udp);
	freeaddrinfo(a);
	if (e == 0)
		buf_addf(says, "%s (%s) is free", address, udp ? "UDP" :
		    "TCP");
	else if (e == EADDRINUSE)
		buf_addf(says, "another program has %s (%s): stop it, or set "
		    "another port", address, udp ? "UDP" : "TCP");
	else if (e == EADDRNOTAVAIL)
		buf_addf(says, "this machine does not have the address of %s: "
		    "set one that it has", address);
	else
		buf_addf(says, "%s cannot be bound: %s", address, strerror(e));
	return e ? ERR_BAD_SYNTAX : ERR_OK;
}
