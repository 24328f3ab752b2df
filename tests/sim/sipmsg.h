/* sipmsg.h - reading SIP messages (RFC 3261 7, 25); views into the input. */

#ifndef SIM_SIPMSG_H
#define SIM_SIPMSG_H

#include <stdbool.h>

#include "base/strv.h"

enum { SIPMSG_HEADERS = 128, SIPMSG_MAX = 1 << 20 };

struct sip_header {
	struct strv name, value;
};

struct sipmsg {
	int status;			/* 0: a request */
	struct strv method, uri;	/* of a request */
	struct strv reason;		/* of a response */
	struct sip_header h[SIPMSG_HEADERS];
	int n;
	struct strv body;
};

enum sip_got { SIP_MORE, SIP_BAD, SIP_OK };

/*
 * Read one message at p.  Folded lines are joined in place.  A datagram
 * without Content-Length has the rest as its body; on a stream none means
 * no body.  *used gets what the message took; SIP_MORE only on a stream.
 */
enum sip_got sipmsg_read(char *p, size_t n, bool datagram, struct sipmsg *m,
	size_t *used);

/* The i-th header of this name, long or compact, or absent. */
struct strv sipmsg_nth(const struct sipmsg *m, const char *name, int i);
struct strv sipmsg_get(const struct sipmsg *m, const char *name);

/* The method of the CSeq header, its number. */
struct strv sipmsg_cseq_method(const struct sipmsg *m);

/* <uri> or uri of From, To, Contact ... */
struct strv sip_uri(struct strv value);
/* A header parameter, behind the >; quotes are taken off.  Or absent. */
struct strv sip_param(struct strv value, const char *name);
/* The next element of a comma list; quotes and <> hold commas together. */
bool sip_element(struct strv *list, struct strv *element);
struct strv strv_trim(struct strv s);
long strv_number(struct strv s, long otherwise);

#endif
