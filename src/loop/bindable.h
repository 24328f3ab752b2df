/* bindable.h - could a socket be bound to an address? */

#ifndef LOOP_BINDABLE_H
#define LOOP_BINDABLE_H

#include "base/buf.h"
#include "base/err.h"

/*
 * HOST:PORT or [IPV6]:PORT.  says gets what was found, in words, and what to
 * do if it is ERR_BAD_SYNTAX; a name instead of an IP address is not looked
 * up, and nothing is said about it.
 */
enum err bindable(const char *address, bool udp, struct buf *says);

#endif
