/* net.h - sockets: numeric addresses, listening, connecting. */

#ifndef SIM_NET_H
#define SIM_NET_H

#include <stdbool.h>
#include <sys/socket.h>

struct addr {
	struct sockaddr_storage ss;
	socklen_t len;
};

/* "127.0.0.1:5060", "[::1]:5060"; numeric only, so nothing ever blocks. */
bool addr_parse(const char *text, struct addr *to);
void addr_print(const struct addr *a, char to[64]);
int addr_port(const struct addr *a);

/* Non-blocking descriptors, or -1 with errno set. */
int net_listen(const struct addr *a);
int net_connect(const struct addr *a);
int net_udp(const struct addr *a);
int net_accept(int fd);

/* The local address of a socket. */
bool net_local(int fd, struct addr *to);

#endif
