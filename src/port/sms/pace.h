/* pace.h - how fast: token bucket, throttle pauses, reconnect pauses. */

#ifndef PORT_SMS_PACE_H
#define PORT_SMS_PACE_H

#include <stdbool.h>
#include <stdint.h>

/* Times are now_mono() ms; all start as zeroes. */

/* At most rate messages a second, a burst of a tenth of that (at least 1). */
struct sms_bucket {
	unsigned rate;		/* 0: no limit */
	int64_t level;		/* thousandths of a message that may go */
	int64_t at;		/* when level was right */
};

void sms_bucket_set(struct sms_bucket *b, unsigned rate, int64_t now);
bool sms_bucket_take(struct sms_bucket *b, int64_t now);
/* ms until the next may go; 0: now. */
int64_t sms_bucket_wait(struct sms_bucket *b, int64_t now);

#define SMS_THROTTLE_MIN	1000
#define SMS_THROTTLE_MAX	30000

/* Pauses that the peer's ESME_RTHROTTLED and ESME_RMSGQFUL ask for. */
struct sms_throttle {
	int64_t until;		/* 0: no pause */
	int64_t pause;		/* the last one; 0: none lately */
};

/*
 * The peer is congested: pause SMS_THROTTLE_MIN, twice the last pause if
 * nothing was taken since, SMS_THROTTLE_MAX at the most.  During a pause
 * nothing changes: the answers to a whole window count once.
 */
void sms_throttle_hit(struct sms_throttle *t, int64_t now);
void sms_throttle_ok(struct sms_throttle *t);	/* the peer took one */
bool sms_throttle_on(const struct sms_throttle *t);
void sms_throttle_end(struct sms_throttle *t);	/* the pause is over */

/*
 * The pause before try n (from 0) to connect: min doubled n times, max at
 * the most, and up to a fifth more or less by chance (0..UINT32_MAX).
 */
int64_t sms_reconnect_ms(unsigned n, int64_t min, int64_t max,
    uint32_t chance);

#endif
