/* listen.c - the sockets the HTTP server listens on. */

#define LOG_UNIT "httpd"

#include <errno.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/log.h"
#include "httpd/httpd_priv.h"

#define BACKLOG 1024	/* a burst of clients is no fault of theirs */

/* Somebody answers there: another daemon has this data directory. */
static bool in_use(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	bool yes = fd >= 0 &&
	    connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0;

	if (fd >= 0)
		close(fd);
	return yes;
}

static int fault(int fd, const char *what)
{
	log_err("socket %s: %s", what, strerror(errno));
	if (fd >= 0)
		close(fd);
	return -1;
}

/* Its members may connect; without such a group only the owner. */
static bool give_to_group(const char *path, const char *name)
{
	const struct group *g = getgrnam(name);

	if (g && chown(path, (uid_t)-1, g->gr_gid) == 0)
		return chmod(path, 0660) == 0;
	log_warn("socket %s: only its owner may use it: %s %s", path,
	    g ? "this process is not in the group" : "there is no group",
	    name);
	return true;
}

int listen_unix(const char *path, const char *group)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	int fd;

	if (strlen(path) >= sizeof(a.sun_path)) {
		log_err("socket %s: the path is too long for a socket; "
		    "use a shorter --data-dir", path);
		return -1;
	}
	strcpy(a.sun_path, path);
	if (in_use(&a)) {
		log_err("socket %s: another parleyd uses this data "
		    "directory; stop it first", path);
		return -1;
	}
	(void)unlink(path);	/* left by one that was killed */
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fault(fd, path);
	/* nobody can connect before listen(), so the mode is in time */
	if (bind(fd, (struct sockaddr *)&a, sizeof(a)) < 0 ||
	    chmod(path, 0600) < 0 ||
	    (group[0] && !give_to_group(path, group)) ||
	    listen(fd, BACKLOG) < 0)
		return fault(fd, path);
	return fd;
}

static int refused(int fd, const char *address)
{
	const char *what = errno == EADDRINUSE ?
	    "another program has this port; stop it, or set another one "
	    "here" : errno == EADDRNOTAVAIL ?
	    "this machine does not have that address; set one that it has" :
	    strerror(errno);

	log_err("nothing listens on %s: %s", address, what);
	if (fd >= 0)
		close(fd);
	return -1;
}

/* HOST:PORT or [IPV6]:PORT with a numeric host, as the setting's check says. */
static struct addrinfo *numeric(const char *address)
{
	static const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE,
		.ai_socktype = SOCK_STREAM,
	};
	struct addrinfo *found = NULL;
	const char *colon = strrchr(address, ':');
	char host[64];
	size_t n;

	if (!colon)
		return NULL;
	n = (size_t)(colon - address);
	if (address[0] == '[' && n > 2) {
		address++;
		n -= 2;
	}
	if (n >= sizeof(host))
		return NULL;
	memcpy(host, address, n);
	host[n] = 0;
	if (strcmp(host, "localhost") == 0)
		strcpy(host, "127.0.0.1");
	return getaddrinfo(host, colon + 1, &hints, &found) == 0 ? found : NULL;
}

int listen_tcp(const char *address)
{
	struct addrinfo *a = numeric(address);
	int fd, one = 1, bad;

	if (!a) {
		log_err("nothing listens on %s: this must be an IP address and a "
		    "port", address);
		return -1;
	}
	fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK,
	    0);
	if (fd < 0) {
		freeaddrinfo(a);
		return refused(fd, address);
	}
	(void)setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (a->ai_family == AF_INET6)
		(void)setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one,
		    sizeof(one));
	bad = bind(fd, a->ai_addr, a->ai_addrlen) < 0 ||
	    listen(fd, BACKLOG) < 0;
	freeaddrinfo(a);
	return bad ? refused(fd, address) : fd;
}

unsigned listen_port(int fd)
{
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
	} a;
	socklen_t n = sizeof(a);

	if (getsockname(fd, &a.any, &n) < 0)
		return 0;
	return ntohs(a.any.sa_family == AF_INET6 ? a.v6.sin6_port :
	    a.v4.sin_port);
}
