/* sipnet.c - SIP transport and transactions of a user agent (RFC 3261 17). */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "conn.h"
#include "event.h"
#include "sipnet.h"
#include "stats.h"

enum { T1 = 500, T2 = 4000, TIMER_F = 64 * T1, TIMER_J = 64 * T1 };  /* ms */

struct sip_stream {
	struct sip_stream *next;
	struct sipnet *net;
	struct conn conn;
	uint32_t number;
	bool to_proxy;
};

struct sip_client {
	struct sip_client *next;
	struct sipnet *net;
	char *branch;
	struct buf request;
	struct timer again, end;
	unsigned wait_ms;
	sip_response_fn *done;
	void *arg;
};

struct sip_server {
	struct sip_server *next;
	struct sipnet *net;
	char *key;
	struct addr from;	/* UDP */
	uint32_t stream;	/* TCP */
	struct buf response;	/* empty until answered */
	struct timer end;
};

/* --- the wire --- */

static void udp_send(struct sipnet *net, const struct addr *to, struct strv s)
{
	/* a full buffer or a dead peer is a lost datagram */
	if (sendto(net->udp.fd, s.p, s.n, 0,
	    (const struct sockaddr *)&to->ss, to->len) < 0)
		return;
}

static void received(struct sipnet *net, const struct sipmsg *m,
	const struct addr *from, uint32_t stream);

static bool stream_data(void *arg)
{
	struct sip_stream *s = arg;
	struct buf *in = &s->conn.in;
	size_t at = 0, used;

	while (at < in->n) {
		struct sipmsg m;
		enum sip_got got = sipmsg_read(in->p + at, in->n - at, false,
		    &m, &used);

		if (got == SIP_BAD) {
			event("sip-rubbish");
			event_view("octets", buf_strv(in));
			event_end();
			in->n = 0;
			return true;
		}
		if (got == SIP_MORE) {
			at += used;
			break;
		}
		received(s->net, &m, NULL, s->number);
		at += used;
	}
	buf_drop(in, at);
	return true;
}

static void stream_free(struct sip_stream *s)
{
	struct sip_stream **at = &s->net->streams;

	while (*at != s)
		at = &(*at)->next;
	*at = s->next;
	free(s);
}

static void stream_closed(void *arg)
{
	event("sip-connection-closed");
	event_end();
	stream_free(arg);
}

static const struct conn_handler stream_handler = {
	stream_data, stream_closed,
};

static struct sip_stream *stream_new(struct sipnet *net, int fd, bool to_proxy)
{
	struct sip_stream *s = xalloc(sizeof(*s));

	s->net = net;
	s->number = ++net->next_stream;
	s->to_proxy = to_proxy;
	s->next = net->streams;
	net->streams = s;
	conn_start(&s->conn, fd, &stream_handler, s);
	return s;
}

static struct sip_stream *stream_find(struct sipnet *net, uint32_t number)
{
	struct sip_stream *s = net->streams;

	while (s && s->number != number)
		s = s->next;
	return s;
}

static struct sip_stream *proxy_stream(struct sipnet *net)
{
	struct sip_stream *s = net->streams;
	int fd;

	while (s && !s->to_proxy)
		s = s->next;
	if (s)
		return s;
	fd = net_connect(&net->proxy);
	return fd < 0 ? NULL : stream_new(net, fd, true);
}

void sipnet_raw(struct sipnet *net, struct strv octets)
{
	struct sip_stream *s;

	stats.sip_sent++;
	if (!net->tcp) {
		udp_send(net, &net->proxy, octets);
		return;
	}
	s = proxy_stream(net);
	if (s)
		conn_send(&s->conn, octets);
}

/* --- client transactions, 17.1.2 --- */

static void client_free(struct sip_client *c)
{
	struct sip_client **at = &c->net->clients;

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	timer_stop(&c->again);
	timer_stop(&c->end);
	buf_deinit(&c->request);
	free(c->branch);
	free(c);
}

static void client_again(void *arg)
{
	struct sip_client *c = arg;

	stats.sip_retransmitted++;
	sipnet_raw(c->net, buf_strv(&c->request));
	c->wait_ms = 2 * c->wait_ms < T2 ? 2 * c->wait_ms : T2;
	timer_start(&c->again, c->wait_ms, client_again, c);
}

static void client_end(void *arg)
{
	struct sip_client *c = arg;
	sip_response_fn *done = c->done;
	void *done_arg = c->arg;

	stats.sip_timeouts++;
	client_free(c);
	done(done_arg, NULL);
}

void sipnet_send(struct sipnet *net, struct strv request, const char *branch,
	sip_response_fn *done, void *arg)
{
	struct sip_client *c = xalloc(sizeof(*c));

	c->net = net;
	c->branch = new_str(branch);
	c->done = done;
	c->arg = arg;
	c->wait_ms = T1;
	c->request = (struct buf)BUF_EMPTY;
	buf_adds(&c->request, request);
	c->next = net->clients;
	net->clients = c;
	if (!net->tcp)
		timer_start(&c->again, T1, client_again, c);
	timer_start(&c->end, TIMER_F, client_end, c);
	sipnet_raw(net, request);
}

static void response(struct sipnet *net, const struct sipmsg *m)
{
	struct strv branch = sip_param(sipmsg_get(m, "Via"), "branch");
	struct sip_client *c = net->clients;
	sip_response_fn *done;
	void *arg;

	while (c && !strv_eq(branch, strv(c->branch)))
		c = c->next;
	if (!c) {
		event("stray-response");
		event_int("status", m->status);
		event_view("call-id", sipmsg_get(m, "Call-ID"));
		event_end();
		return;
	}
	if (m->status < 200) {
		c->wait_ms = T2;
		return;
	}
	done = c->done;
	arg = c->arg;
	client_free(c);
	done(arg, m);
}

/* --- server transactions, 17.2.2 --- */

static unsigned bucket(const char *key)
{
	uint32_t h = 2166136261u;	/* FNV-1a */

	for (; *key; key++)
		h = (h ^ (unsigned char)*key) * 16777619u;
	return h % SIPNET_BUCKETS;
}

static struct sip_server **server_find(struct sipnet *net, const char *key)
{
	struct sip_server **at = &net->servers[bucket(key)];

	while (*at && strcmp((*at)->key, key) != 0)
		at = &(*at)->next;
	return at;
}

static void server_end(void *arg)
{
	struct sip_server *s = arg, **at = server_find(s->net, s->key);

	*at = s->next;
	timer_stop(&s->end);
	buf_deinit(&s->response);
	free(s->key);
	free(s);
}

static void server_send(struct sip_server *s)
{
	struct sip_stream *stream;

	if (!s->net->tcp) {
		udp_send(s->net, &s->from, buf_strv(&s->response));
		return;
	}
	stream = stream_find(s->net, s->stream);
	if (stream)
		conn_send(&stream->conn, buf_strv(&s->response));
}

void sipnet_answer(struct sip_server *server, struct strv text)
{
	buf_clear(&server->response);
	buf_adds(&server->response, text);
	server_send(server);
}

static void request(struct sipnet *net, const struct sipmsg *m,
	const struct addr *from, uint32_t stream)
{
	struct strv via = sipmsg_get(m, "Via");
	struct strv branch = sip_param(via, "branch");
	struct sip_server **at, *s;
	struct buf key = BUF_EMPTY;
	struct strv rest;

	if (strv_eq(m->method, STRV("ACK"))) {
		net->request(net->arg, NULL, m);
		return;
	}
	/* 17.2.3: branch, sent-by and method */
	buf_addf(&key, "%.*s|%.*s|%.*s", STRV_ARG(branch),
	    STRV_ARG(strv_split(via, ';', &rest)), STRV_ARG(m->method));
	at = server_find(net, key.p);
	if (*at) {
		stats.sip_repeated++;
		if ((*at)->response.n > 0)
			server_send(*at);
		buf_deinit(&key);
		return;
	}
	s = *at = xalloc(sizeof(*s));
	s->net = net;
	s->key = buf_steal(&key);
	s->response = (struct buf)BUF_EMPTY;
	if (from)
		s->from = *from;
	s->stream = stream;
	timer_start(&s->end, TIMER_J, server_end, s);
	net->request(net->arg, s, m);
}

static void received(struct sipnet *net, const struct sipmsg *m,
	const struct addr *from, uint32_t stream)
{
	stats.sip_received++;
	if (m->status > 0)
		response(net, m);
	else
		request(net, m, from, stream);
}

/* --- sockets --- */

static void udp_ready(void *arg, uint32_t events)
{
	static char room[65536];
	struct sipnet *net = arg;
	struct addr from;
	struct sipmsg m;
	size_t used;
	ssize_t n;

	(void)events;
	/* not for ever: other sockets wait too */
	for (int i = 0; i < 64 && net->udp.on; i++) {
		from.len = sizeof(from.ss);
		n = recvfrom(net->udp.fd, room, sizeof(room), 0,
		    (struct sockaddr *)&from.ss, &from.len);
		if (n < 0)
			return;
		switch (sipmsg_read(room, (size_t)n, true, &m, &used)) {
		case SIP_OK:
			received(net, &m, &from, 0);
			break;
		case SIP_BAD:
			event("sip-rubbish");
			event_view("octets",
			    (struct strv){ room, (size_t)n });
			event_end();
			break;
		case SIP_MORE:
			break;
		}
	}
}

static void accepting(void *arg, uint32_t events)
{
	struct sipnet *net = arg;
	int fd = net_accept(net->listener.fd);

	(void)events;
	if (fd >= 0)
		stream_new(net, fd, false);
}

bool sipnet_open(struct sipnet *net, bool tcp, const struct addr *at,
	const struct addr *proxy, sip_request_fn *on_request, void *arg)
{
	int fd = tcp ? net_listen(at) : net_udp(at);

	*net = (struct sipnet){ .tcp = tcp, .proxy = *proxy,
	    .request = on_request, .arg = arg };
	if (fd < 0)
		return false;
	if (!net_local(fd, &net->local)) {
		close(fd);
		return false;
	}
	if (tcp)
		watch_start(&net->listener, fd, EPOLLIN, accepting, net);
	else
		watch_start(&net->udp, fd, EPOLLIN, udp_ready, net);
	return true;
}

static void watch_close(struct watch *w)
{
	int fd = w->fd;

	if (!w->on)
		return;
	watch_stop(w);
	close(fd);
}

void sipnet_close(struct sipnet *net)
{
	watch_close(&net->udp);
	watch_close(&net->listener);
	while (net->clients)
		client_free(net->clients);
	for (int i = 0; i < SIPNET_BUCKETS; i++)
		while (net->servers[i])
			server_end(net->servers[i]);
	while (net->streams) {
		conn_stop(&net->streams->conn);
		stream_free(net->streams);
	}
}
