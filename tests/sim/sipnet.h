/* sipnet.h - SIP transport and transactions of a user agent (RFC 3261 17). */

#ifndef SIM_SIPNET_H
#define SIM_SIPNET_H

#include "bytes.h"
#include "net.h"
#include "poller.h"
#include "sipmsg.h"

struct sip_server;	/* one request that came */

/*
 * request: a new request; retransmissions are answered without it.  ACK
 * comes with server NULL.  The message lives until the callback returns,
 * the server transaction for 32 s.
 */
typedef void sip_request_fn(void *arg, struct sip_server *server,
	const struct sipmsg *m);

/* The response, provisional ones too; NULL: nothing came for 32 s. */
typedef void sip_response_fn(void *arg, const struct sipmsg *m);

enum { SIPNET_BUCKETS = 4096 };

struct sipnet {
	bool tcp;
	struct addr proxy, local;
	struct watch udp, listener;
	struct sip_stream *streams;
	struct sip_client *clients;
	struct sip_server *servers[SIPNET_BUCKETS];
	uint32_t next_stream;
	sip_request_fn *request;
	void *arg;
};

/* False with errno set if the address is not to be had. */
bool sipnet_open(struct sipnet *net, bool tcp, const struct addr *at,
	const struct addr *proxy, sip_request_fn *request, void *arg);
void sipnet_close(struct sipnet *net);

/*
 * Send a request to the proxy and watch over it: retransmissions over UDP
 * (T1 500 ms, T2 4 s) and the end after 32 s.  branch is that of its Via.
 */
void sipnet_send(struct sipnet *net, struct strv request, const char *branch,
	sip_response_fn *done, void *arg);

/* Octets to the proxy as they stand. */
void sipnet_raw(struct sipnet *net, struct strv octets);

/* Answer a request; the answer is kept for its retransmissions. */
void sipnet_answer(struct sip_server *server, struct strv response);

#endif
