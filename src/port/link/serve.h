/* serve.h - one request for a link, from its path to its answer. */

#ifndef PORT_LINK_SERVE_H
#define PORT_LINK_SERVE_H

#include "httpd/httpd.h"

/* In the server's thread, the only one. */
void serve(struct httpd_request *r);
size_t serve_limit(const struct httpd_request *r);

void serve_rate(uint32_t per_minute);	/* any thread */
void serve_register(void);		/* metrics */

#endif
