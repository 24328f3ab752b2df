/* figures.h - what the daemon says of itself in /metrics. */

#ifndef ADMIN_FIGURES_H
#define ADMIN_FIGURES_H

#include <stdint.h>

/* Classes of requests, by how long they may take. */
enum request_kind {
	REQUEST_REFUSED,	/* before it was clear what was asked for */
	REQUEST_READ,
	REQUEST_CHANGE,
	REQUEST_LOGIN,		/* passwords: slow on purpose */
	REQUEST_PAGE,		/* files of the console */
	REQUEST_METRICS,
	REQUEST_KINDS
};

void figures_register(void);
void figures_look(void);	/* core, each second */
/* An answer to a request that took so long; any thread. */
void figures_request(enum request_kind kind, unsigned status, int64_t us);

/* build.c: the linker's id of this program in hex; "unknown" */
#define BUILD_ID	41
const char *build_id(void);

#endif
