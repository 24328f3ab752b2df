/* count.c - the metrics and rates of one gateway. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "port/sms/count.h"

#define G(name, more, help) { "parley_gateway_" name, more, help, METRIC_GAUGE }
#define C(name, more, help) \
	{ "parley_gateway_" name, more, help, METRIC_COUNTER }
#define H(name, more, help) \
	{ "parley_gateway_" name, more, help, METRIC_HISTOGRAM }

static const struct {
	const char *name, *more, *help;
	enum metric_kind kind;
} series[SMS_SERIES] = {
	[SMS_UP] = G("up", "", "1: messages can go out."),
	[SMS_STATE_DOWN] = G("state", ",state=\"down\"", "1: it is so now."),
	[SMS_STATE_UP] = G("state", ",state=\"up\"", "1: it is so now."),
	[SMS_STATE_THROTTLED] = G("state", ",state=\"throttled\"",
	    "1: it is so now."),
	[SMS_STATE_ASIDE] = G("state", ",state=\"aside\"",
	    "1: it is so now."),
	[SMS_RATE] = G("rate_limit", "",
	    "Messages a second at the most; 0: any."),
	[SMS_SESSIONS] = G("sessions", "", "Bound sessions."),
	[SMS_WINDOW_USED] = G("window_used", "",
	    "Submits that wait for their answer."),
	[SMS_IN_FLIGHT] = G("in_flight", "", "Messages being sent."),
#define HELP "Answers to submit_sm."
	[SMS_SUBMIT_OK] = C("submits_total", ",result=\"ok\"", HELP),
	[SMS_SUBMIT_TEMP] = C("submits_total", ",result=\"temporary\"", HELP),
	[SMS_SUBMIT_PERM] = C("submits_total", ",result=\"permanent\"", HELP),
	[SMS_SUBMIT_TIMEOUT] = C("submits_total", ",result=\"timeout\"", HELP),
#undef HELP
#define HELP "Delivery receipts."
	[SMS_RECEIPT_DELIVERED] = C("receipts_total",
	    ",result=\"delivered\"", HELP),
	[SMS_RECEIPT_FAILED] = C("receipts_total", ",result=\"failed\"", HELP),
	[SMS_RECEIPT_PROGRESS] = C("receipts_total",
	    ",result=\"progress\"", HELP),
	[SMS_RECEIPT_UNKNOWN] = C("receipts_total",
	    ",result=\"unknown\"", HELP),
	[SMS_RECEIPT_MALFORMED] = C("receipts_total",
	    ",result=\"malformed\"", HELP),
#undef HELP
#define HELP "Messages from the network."
	[SMS_IN_OK] = C("delivers_total", ",result=\"ok\"", HELP),
	[SMS_IN_PART] = C("delivers_total", ",result=\"part\"", HELP),
	[SMS_IN_UNKNOWN] = C("delivers_total", ",result=\"unknown\"", HELP),
	[SMS_IN_DROPPED] = C("delivers_total", ",result=\"dropped\"", HELP),
	[SMS_IN_REFUSED] = C("delivers_total", ",result=\"refused\"", HELP),
	[SMS_IN_BUSY] = C("delivers_total", ",result=\"busy\"", HELP),
	[SMS_IN_MALFORMED] = C("delivers_total",
	    ",result=\"malformed\"", HELP),
#undef HELP
	[SMS_THROTTLED] = C("throttled_total", "",
	    "Pauses the service centre asked for."),
#define HELP "Sessions that ended and were opened again."
	[SMS_LOST_UNREACHABLE] = C("reconnects_total",
	    ",reason=\"unreachable\"", HELP),
	[SMS_LOST_REFUSED] = C("reconnects_total",
	    ",reason=\"refused\"", HELP),
	[SMS_LOST_PEER] = C("reconnects_total", ",reason=\"peer\"", HELP),
	[SMS_LOST_TIMEOUT] = C("reconnects_total",
	    ",reason=\"timeout\"", HELP),
	[SMS_LOST_MALFORMED] = C("reconnects_total",
	    ",reason=\"malformed\"", HELP),
	[SMS_LOST_OURS] = C("reconnects_total", ",reason=\"settings\"", HELP),
#undef HELP
#define HELP "PDUs that were not as they must be."
	[SMS_BAD_PDU] = C("bad_pdus_total", ",fault=\"malformed\"", HELP),
	[SMS_BAD_SEQUENCE] = C("bad_pdus_total", ",fault=\"sequence\"", HELP),
#undef HELP
#define HELP "Parts of messages sent."
	[SMS_SEGMENTS_GSM7] = C("segments_total", ",encoding=\"gsm7\"", HELP),
	[SMS_SEGMENTS_UCS2] = C("segments_total", ",encoding=\"ucs2\"", HELP),
	[SMS_SEGMENTS_OTHER] = C("segments_total",
	    ",encoding=\"other\"", HELP),
#undef HELP
	[SMS_RESPONSE_TIME] = H("response_duration_seconds", "",
	    "From submit_sm to its answer."),
};

void sms_count_init(struct sms_count *c, const char *gateway)
{
	memset(c, 0, sizeof(*c));
	for (size_t i = 0; i < SMS_SERIES; i++) {
		struct metric *m = &c->metrics[i];

		(void)snprintf(c->labels[i], sizeof(c->labels[i]),
		    "gateway=\"%s\"%s", gateway, series[i].more);
		m->name = series[i].name;
		m->labels = c->labels[i];
		m->help = series[i].help;
		m->kind = series[i].kind;
	}
	metric_register(c->metrics, SMS_SERIES);
}

void sms_count_deinit(struct sms_count *c)
{
	metric_forget(c->metrics, SMS_SERIES);
	for (size_t i = 0; i < SMS_SERIES; i++)
		free((void *)c->metrics[i].buckets);
}

static double smooth(double rate, int64_t n)
{
	return rate * 0.7 + (double)n * 0.3;
}

void sms_count_tick(struct sms_count *c)
{
	c->out_rate = smooth(c->out_rate, c->out - c->last_out);
	c->in_rate = smooth(c->in_rate, c->in - c->last_in);
	c->last_out = c->out;
	c->last_in = c->in;
}
