/* resolve.c - host names to addresses, without stopping the loop. */

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/now.h"
#include "loop/loop.h"
#include "loop/resolve.h"
#include "loop/work.h"

#define HOST_MAX	253
#define KEPT_MS		60000
#define KEPT_FAILURE_MS	5000
#define KEPT_NAMES	256

struct answer {
	struct resolved r;
	int64_t until;		/* now_mono() */
	char host[HOST_MAX + 1];	/* key in the memory */
};

struct resolve {
	char host[HOST_MAX + 1];
	char port[6];
	resolve_fn *done;	/* NULL: cancelled */
	void *arg;
	struct resolved r;
};

static struct map memory;	/* of struct answer, by host */

/* --- memory ---------------------------------------------------------------- */

void resolve_forget(void)
{
	struct answer *a;
	size_t at = 0;

	while ((a = map_next(&memory, &at)) != NULL)
		free(a);
	map_deinit(&memory);
	map_init(&memory);
}

static const struct answer *remembered(const char *host)
{
	const struct answer *a = map_get(&memory, strv(host));

	return a && a->until > now_mono() ? a : NULL;
}

static void remember(const struct resolve *q)
{
	struct answer *a;

	if (memory.n >= KEPT_NAMES)
		resolve_forget();
	a = map_get(&memory, strv(q->host));
	if (!a) {
		a = xalloc(sizeof(*a));
		memcpy(a->host, q->host, sizeof(a->host));
		(void)map_set(&memory, strv(a->host), a);
	}
	a->r = q->r;
	a->until = now_mono() + (q->r.n ? KEPT_MS : KEPT_FAILURE_MS);
}

/* --- asking ---------------------------------------------------------------- */

static void set_port(struct resolved *r, uint16_t port)
{
	for (size_t i = 0; i < r->n; i++) {
		struct sockaddr_storage *sa = &r->address[i].sa;

		if (sa->ss_family == AF_INET6)
			((struct sockaddr_in6 *)sa)->sin6_port = htons(port);
		else
			((struct sockaddr_in *)sa)->sin_port = htons(port);
	}
}

/* In a worker, or in the core for an address, which does not block. */
static void ask(struct resolve *q, int flags)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM,
	    .ai_flags = flags }, *found = NULL;
	int e = getaddrinfo(q->host, NULL, &hints, &found);

	q->r.n = 0;
	q->r.why = e ? gai_strerror(e) : "no address";
	for (struct addrinfo *a = found; a && q->r.n < RESOLVE_MAX;
	    a = a->ai_next) {
		if (a->ai_addrlen > sizeof(q->r.address[0].sa))
			continue;
		memcpy(&q->r.address[q->r.n].sa, a->ai_addr, a->ai_addrlen);
		q->r.address[q->r.n++].n = a->ai_addrlen;
	}
	if (found)
		freeaddrinfo(found);
}

static void work(void *arg)
{
	ask(arg, 0);
}

static void tell(void *arg)
{
	struct resolve *q = arg;

	set_port(&q->r, (uint16_t)atoi(q->port));
	if (q->done)
		q->done(&q->r, q->arg);
	free(q);
}

static void worked(void *arg)
{
	remember(arg);
	tell(arg);
}

static void begin(struct resolve *q)
{
	const struct answer *a;

	ask(q, AI_NUMERICHOST);
	a = q->r.n ? NULL : remembered(q->host);
	if (a)
		q->r = a->r;
	if (a || q->r.n) {
		loop_defer(tell, q);
		return;
	}
	if (work_run(work, worked, q))
		return;
	q->r.why = "too many names are being looked up";
	loop_defer(tell, q);
}

struct resolve *resolve_host(struct strv host, uint16_t port,
    resolve_fn *done, void *arg)
{
	struct resolve *q = xalloc(sizeof(*q));

	q->done = done;
	q->arg = arg;
	(void)snprintf(q->port, sizeof(q->port), "%u", port);
	if (host.n > 2 && host.p[0] == '[' && host.p[host.n - 1] == ']')
		host = (struct strv){ host.p + 1, host.n - 2 };
	if (host.n == 0 || host.n > HOST_MAX) {
		q->r.why = "not a host name";
		loop_defer(tell, q);
		return q;
	}
	memcpy(q->host, host.p, host.n);
	begin(q);
	return q;
}

void resolve_cancel(struct resolve *q)
{
	if (q)
		q->done = NULL;
}
