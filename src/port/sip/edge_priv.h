/* edge_priv.h - what sip.c asks of edge.c, and edge.c of certs.c and fixes.c. */

#ifndef PORT_SIP_EDGE_PRIV_H
#define PORT_SIP_EDGE_PRIV_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

void edge_register(void);
enum err edge_start(void);
void edge_stop(void (*done)(void));
void edge_fini(void);

/* Of "policy sip"; a change builds the agent anew. */
void edge_limits(size_t max_message, unsigned transaction_ms,
    unsigned idle_ms, unsigned udp_buffer);

/*
 * certs.c: make DIR/agent.pem and DIR/cafile.pem from the listener's files,
 * or, when they are "", a self-signed certificate at the first call.  false: they
 * are as before, and the reason is in the log.
 */
bool certs_prepare(const char *dir, const char *listener,
    const char *certificate, const char *key, const char *host);
bool certs_there(const char *dir);	/* from this call or an earlier one */

/*
 * fixes.c: put agent.pem of dir in force in every TLS context that was made
 * from it.  false: it does not fit together; said in the log.
 */
bool fixes_reload(const char *dir);
void fixes_forget(void);	/* contexts are about to die */

#endif
