/* silent.c - connections of clients on which nothing moves are ended. */

#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "base/alloc.h"
#include "loop/timer.h"
#include "port/sip/edge_priv.h"
#include "port/sip/sip_priv.h"

#define LOOK_MS		250
#define LOOK_AT		1000	/* at a time: under a millisecond */
#define STRANGER_MS	60000	/* it connected and never said anything */

/*
 * Sofia's own timer begins with the first byte, so whoever sends none stays
 * for ever.  The kernel knows when something came or went last; a cookie
 * tells a socket from the next one with its number.
 */
static struct {
	uint64_t *cookies;	/* by descriptor; 0: none of ours */
	size_t size, top;	/* none of ours from top on */
	size_t at;
	struct timer timer;
} all;

static uint64_t cookie_of(int fd)
{
	uint64_t cookie = 0;
	socklen_t n = sizeof(cookie);

	return getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &n) == 0 ?
	    cookie : 0;
}

static bool is_silent(int fd)
{
	struct tcp_info t = { .tcpi_state = 0 };
	socklen_t n = sizeof(t);
	unsigned idle = sip_settings.idle_ms;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &t, &n) < 0)
		return false;
	if (t.tcpi_bytes_received == 0 && idle > STRANGER_MS)
		idle = STRANGER_MS;
	return t.tcpi_last_data_recv > idle && t.tcpi_last_data_sent > idle;
}

static void look_at(size_t i)
{
	int fd = (int)i;

	if (!all.cookies[i])
		return;
	if (all.cookies[i] != cookie_of(fd)) {
		all.cookies[i] = 0;	/* it has ended */
	} else if (is_silent(fd)) {
		all.cookies[i] = 0;
		(void)shutdown(fd, SHUT_RDWR);	/* Sofia closes it */
	}
}

static void look(void *arg)
{
	(void)arg;
	for (size_t n = 0; n < LOOK_AT && all.at < all.top; n++)
		look_at(all.at++);
	if (all.at >= all.top) {
		all.at = 0;
		while (all.top && !all.cookies[all.top - 1])
			all.top--;
	}
	if (all.top)
		timer_set(&all.timer, LOOK_MS);
}

void silent_watch(int fd)
{
	size_t i = (size_t)fd, size = all.size ? all.size : 1024;

	while (size <= i)
		size *= 2;
	if (size > all.size) {
		all.cookies = xrealloc(all.cookies,
		    size * sizeof(*all.cookies));
		memset(all.cookies + all.size, 0,
		    (size - all.size) * sizeof(*all.cookies));
		all.size = size;
	}
	all.cookies[i] = cookie_of(fd);
	if (i >= all.top)
		all.top = i + 1;
	if (!timer_is_set(&all.timer)) {
		timer_init(&all.timer, "silent clients", look, NULL);
		timer_set(&all.timer, LOOK_MS);
	}
}

void silent_forget(void)
{
	timer_cancel(&all.timer);
	free(all.cookies);
	all.cookies = NULL;
	all.size = all.top = all.at = 0;
}
