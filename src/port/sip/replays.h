/* replays.h - answers already given, for repeats that come too late. */

#ifndef PORT_SIP_REPLAYS_H
#define PORT_SIP_REPLAYS_H

#include <stdint.h>

/*
 * A client repeats a request over UDP for 32 s (RFC 3261 17.1.2, timer F);
 * our transactions are gone sooner.  Keys are 64-bit hashes of Call-ID,
 * CSeq, From tag and Request-URI.  Bounded: when full the oldest of a few
 * goes.  Core only.
 */
#define REPLAYS_MS	32000
#define REPLAYS_SETS	16384
#define REPLAYS_WAYS	4

struct replays;
struct replays *replays_new(void);
void replays_free(struct replays *t);

void replays_note(struct replays *t, uint64_t key, int status,
    int64_t now_ms);
/* The status it was answered with; 0: not known. */
int replays_find(const struct replays *t, uint64_t key, int64_t now_ms);

#endif
