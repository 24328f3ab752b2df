/* cpim.h - message/cpim (RFC 3862) and IMDN (RFC 5438) as clients use them. */

#ifndef SIM_CPIM_H
#define SIM_CPIM_H

#include <stdbool.h>

#include "bytes.h"
#include "sipmsg.h"

enum { CPIM_HEADERS = 48 };

struct cpim {
	struct sip_header h[CPIM_HEADERS];	/* of the message */
	int n;
	struct sip_header mime[CPIM_HEADERS];	/* of the content */
	int mime_n;
	struct strv content;
};

/* Views into body.  Lines may end in LF alone.  False: no CPIM. */
bool cpim_read(struct strv body, struct cpim *to);

struct strv cpim_get(const struct cpim *c, const char *name);
struct strv cpim_mime(const struct cpim *c, const char *name);
/* A header of the namespace urn:ietf:params:imdn, whatever its prefix. */
struct strv cpim_imdn(const struct cpim *c, const char *name);

struct cpim_out {
	const char *from, *to;		/* URIs */
	const char *id;			/* imdn.Message-ID */
	const char *wants;		/* Disposition-Notification; or NULL */
	const char *const *more;	/* further header lines */
	int more_n;
	const char *type;		/* of the content */
	bool notification;
	struct strv content;
};

void cpim_write(const struct cpim_out *c, struct buf *to);

struct imdn {
	struct strv id;
	struct strv kind;	/* "delivery", "display", "processing", ... */
	struct strv status;	/* "delivered", "failed", "displayed", ... */
};

/* By local names; prefixes and namespaces are not looked at. */
bool imdn_read(struct strv xml, struct imdn *to);
void imdn_write(const char *id, struct strv datetime, const char *recipient,
	const char *kind, const char *status, struct buf *to);

void datetime_now(char to[32]);		/* 2026-01-02T03:04:05Z */

#endif
