/* slow.c - connections that never get to a request are shut, also for others. */

#include <pthread.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "base/now.h"
#include "httpd/httpd_priv.h"
#include "loop/timer.h"

#define HEADER_MS	20000	/* handshake and headers, or between requests */
#define BODY_MS		120000	/* from its first byte to its last */
#define LOOK_MS		2000
#define UNTAKEN		(256 << 10)	/* bytes on their way to a client */

/* libmicrohttpd counts only silence, and one byte ends that. */
struct connection {
	struct list hook;	/* in order of acceptance */
	const struct httpd *server;
	int fd;
	int64_t since;		/* accepted; ms, monotonic */
	int64_t until;		/* ms, monotonic; 0: it is our turn */
	bool served;		/* had an answer already */
	bool shut;
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list connections = { &connections, &connections };
static struct timer timer;	/* core */

static int fd_of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_CONNECTION_FD);

	return info ? info->connect_fd : -1;
}

static struct connection *of(struct MHD_Connection *c)
{
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(c,
	    MHD_CONNECTION_INFO_SOCKET_CONTEXT);

	return info ? info->socket_context : NULL;
}

/*
 * Who does not read is noticed when this is full: libmicrohttpd then ends
 * the connection, and the kernel keeps no megabytes for it.
 */
static void bound(int fd)
{
	int n = UNTAKEN;

	(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &n, sizeof(n));
}

/* Under lock, like what follows. */
static void shut(struct connection *k)
{
	k->shut = true;
	(void)shutdown(k->fd, SHUT_RDWR);
}

/*
 * Of those that wait for their client the oldest, rather one that never
 * asked for anything; the new one itself if all are at work.
 */
static void make_room(const struct httpd *server)
{
	struct connection *stranger = NULL, *idle = NULL, *last = NULL;
	unsigned n = 0;

	LIST_FOR(h, &connections) {
		struct connection *k = LIST_ENTRY(h, struct connection, hook);

		if (k->server != server || k->shut)
			continue;
		n++;
		last = k;
		if (k->until && !k->served && !stranger)
			stranger = k;
		if (k->until && k->served && !idle)
			idle = k;
	}
	if (n > server->most)
		shut(stranger && stranger != last ? stranger :
		    idle ? idle : last);
}

void slow_notify(void *arg, struct MHD_Connection *c, void **context,
    enum MHD_ConnectionNotificationCode what)
{
	struct connection *k = *context;

	pthread_mutex_lock(&lock);
	if (what == MHD_CONNECTION_NOTIFY_STARTED) {
		k = xalloc(sizeof(*k));
		k->server = arg;
		k->fd = fd_of(c);
		bound(k->fd);
		k->since = now_mono();
		k->until = k->since + HEADER_MS;
		list_push(&connections, &k->hook);
		*context = k;
		make_room(arg);
	} else if (what == MHD_CONNECTION_NOTIFY_CLOSED && k) {
		list_del(&k->hook);	/* before its fd is another's */
		free(k);
		*context = NULL;
	}
	pthread_mutex_unlock(&lock);
}

static void set(struct MHD_Connection *c, int64_t ms)
{
	struct connection *k;

	pthread_mutex_lock(&lock);
	k = of(c);
	if (k) {
		k->until = ms ? now_mono() + ms : 0;
		k->served = k->served || ms == 0;
	}
	pthread_mutex_unlock(&lock);
}

void slow_body(struct MHD_Connection *c)
{
	set(c, BODY_MS);
}

void slow_ours(struct MHD_Connection *c)
{
	set(c, 0);
}

void slow_next(struct MHD_Connection *c)
{
	set(c, HEADER_MS);
}

int64_t slow_since(struct MHD_Connection *c)
{
	const struct connection *k;
	int64_t since;

	pthread_mutex_lock(&lock);
	k = of(c);
	since = k ? k->since : 0;
	pthread_mutex_unlock(&lock);
	return since;
}

static void look(void *arg)
{
	int64_t now = now_mono();

	(void)arg;
	pthread_mutex_lock(&lock);
	LIST_FOR(h, &connections) {
		struct connection *k = LIST_ENTRY(h, struct connection, hook);

		if (k->until && now > k->until)
			shut(k);
	}
	pthread_mutex_unlock(&lock);
	timer_set(&timer, LOOK_MS);
}

void slow_start(void)
{
	if (timer_is_set(&timer))
		return;
	timer_init(&timer, "slow clients", look, NULL);
	timer_set(&timer, LOOK_MS);
}

void slow_stop(void)
{
	bool none;

	pthread_mutex_lock(&lock);
	none = list_empty(&connections);
	pthread_mutex_unlock(&lock);
	if (none)
		timer_cancel(&timer);
}
