/* peer.c - who is at the other end of a connection. */

#include <arpa/inet.h>
#include <stdio.h>
#include <sys/socket.h>

#include "httpd/httpd_priv.h"

static int socket_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static bool credentials(struct MHD_Connection *c, struct ucred *who)
{
	socklen_t n = sizeof(*who);

	return getsockopt(socket_of(c), SOL_SOCKET, SO_PEERCRED, who,
	    &n) == 0;
}

uid_t peer_uid(struct MHD_Connection *c)
{
	struct ucred who;

	return credentials(c, &who) ? who.uid : (uid_t)-1;
}

/* SO_PEERCRED has only the primary group, SO_PEERGROUPS only the others. */
size_t peer_groups(struct MHD_Connection *c, gid_t *groups, size_t max)
{
	struct ucred who;
	socklen_t bytes;
	size_t n = 0;

	if (n < max && credentials(c, &who))
		groups[n++] = who.gid;
	bytes = (socklen_t)((max - n) * sizeof(*groups));
	if (getsockopt(socket_of(c), SOL_SOCKET, SO_PEERGROUPS, groups + n,
	    &bytes) < 0)
		return n;
	return n + bytes / sizeof(*groups);
}

static void address_text(const struct sockaddr *a, char *out, size_t size)
{
	const void *bytes = NULL;

	out[0] = 0;
	if (a && a->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)a)->
		    sin_addr;
	if (a && a->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)a)->
		    sin6_addr;
	if (bytes)
		(void)inet_ntop(a->sa_family, bytes, out, (socklen_t)size);
}

void peer_address(struct MHD_Connection *c, char *out, size_t size)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CLIENT_ADDRESS);

	address_text(info ? info->client_addr : NULL, out, size);
}

enum MHD_Result peer_accept(void *arg, const struct sockaddr *a, socklen_t n)
{
	const struct httpd *h = arg;
	char text[INET6_ADDRSTRLEN];

	(void)n;
	address_text(a, text, sizeof(text));
	return h->setup.welcome(strv(text)) ? MHD_YES : MHD_NO;
}
