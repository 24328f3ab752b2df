/* count.h - the metrics and rates of one gateway. */

#ifndef PORT_SMS_COUNT_H
#define PORT_SMS_COUNT_H

#include <stdint.h>

#include "base/metric.h"

/* Why a session ended. */
enum sms_drop {
	SMS_DROP_UNREACHABLE, SMS_DROP_REFUSED, SMS_DROP_PEER,
	SMS_DROP_TIMEOUT, SMS_DROP_MALFORMED, SMS_DROP_OURS, SMS_DROP_N
};

/* In the order of the table in count.c. */
enum sms_series {
	SMS_UP, SMS_STATE_DOWN, SMS_STATE_UP, SMS_STATE_THROTTLED,
	SMS_STATE_ASIDE, SMS_RATE,
	SMS_SESSIONS, SMS_WINDOW_USED, SMS_IN_FLIGHT,
	SMS_SUBMIT_OK, SMS_SUBMIT_TEMP, SMS_SUBMIT_PERM, SMS_SUBMIT_TIMEOUT,
	SMS_RECEIPT_DELIVERED, SMS_RECEIPT_FAILED, SMS_RECEIPT_PROGRESS,
	SMS_RECEIPT_UNKNOWN, SMS_RECEIPT_MALFORMED,
	SMS_IN_OK, SMS_IN_PART, SMS_IN_UNKNOWN, SMS_IN_DROPPED, SMS_IN_REFUSED,
	SMS_IN_BUSY, SMS_IN_MALFORMED,
	SMS_THROTTLED,
	SMS_LOST_UNREACHABLE, SMS_LOST_REFUSED, SMS_LOST_PEER,
	SMS_LOST_TIMEOUT, SMS_LOST_MALFORMED, SMS_LOST_OURS,
	SMS_BAD_PDU, SMS_BAD_SEQUENCE,
	SMS_SEGMENTS_GSM7, SMS_SEGMENTS_UCS2, SMS_SEGMENTS_OTHER,
	SMS_RESPONSE_TIME,
	SMS_SERIES
};

struct sms_count {
	char labels[SMS_SERIES][80];
	struct metric metrics[SMS_SERIES];
	int64_t errors;		/* submits that failed, PDUs that were bad */
	int64_t out, in;	/* messages so far */
	int64_t last_out, last_in;
	double out_rate, in_rate;	/* messages/s, over some seconds */
};

void sms_count_init(struct sms_count *c, const char *gateway);
void sms_count_deinit(struct sms_count *c);
void sms_count_tick(struct sms_count *c);	/* once a second */

static inline void sms_count(struct sms_count *c, enum sms_series s)
{
	metric_inc(&c->metrics[s]);
}

static inline void sms_gauge(struct sms_count *c, enum sms_series s,
    int64_t v)
{
	metric_set(&c->metrics[s], v);
}

#endif
