/* edge_priv.h - what the agent, its listeners and their TLS share. */

#ifndef PORT_SIP_EDGE_PRIV_H
#define PORT_SIP_EDGE_PRIV_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/err.h"
#include "cert/use.h"

enum err edge_start(void);
void edge_stop(void (*done)(void));
void edge_fini(void);
bool edge_is_open(void);	/* a new listener can simply be opened */
/* Soon open the agent and all listeners anew; clients reconnect. */
void edge_rebuild(void);

/* listener.c: dir is where the files of TLS are kept; borrowed. */
void listeners_register(const char *dir);
/* renamed.c: its certificates follow a listener that has a new name. */
void listeners_follow(const char *dir);
/* Open those that are not.  Which cannot is in the log and in the health;
 * they are tried again at the next call. */
void listeners_open(void);
void listeners_closed(void);	/* the agent took them with it */
void listeners_free(void);
/*
 * Read certificates and keys again; connections stay.  A file that cannot be
 * used is named in the log with what to do, and the old one stays in force.
 */
void listeners_reload(void);

/*
 * certs.c: make DIR/agent.pem and DIR/cafile.pem from what the listener has
 * its certificate from, or, when that is its own, a self-signed one at the
 * first call.  false: they are as before, and the reason is in the log.
 */
bool certs_prepare(const char *dir, const char *listener,
    const struct cert_use *u);
/* Can they be read, and do they belong together?  says: what is wrong. */
bool certs_usable(const char *certificate, const char *key, struct buf *says);
bool certs_there(const char *dir);	/* from this call or an earlier one */

/*
 * fixes.c: put agent.pem of dir in force in every TLS context that was made
 * from it.  false: it does not fit together; said in the log.
 */
bool fixes_reload(const char *dir);
void fixes_accepted(void (*fn)(int fd));	/* each connection of a client */
void fixes_forget(void);	/* contexts and connections are about to die */

/*
 * silent.c: end this accepted connection when nothing moved on it for the
 * idle time, or when it said nothing at all in its first minute.
 */
void silent_watch(int fd);
void silent_forget(void);

#endif
