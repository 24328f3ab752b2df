/* register.c - settings, metrics, start and stop of the flow. */

#define LOG_UNIT "flow"
#include <inttypes.h>

#include "base/id.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/access.h"
#include "flow/flow_priv.h"
#include "flow/give.h"
#include "flow/hop.h"
#include "flow/primary.h"
#include "flow/queue.h"
#include "flow/quiet.h"
#include "flow/renamed.h"
#include "flow/reroute.h"
#include "flow/sched.h"
#include "flow/spam.h"
#include "flow/term.h"
#include "loop/timer.h"
#include "store/journal.h"

#define STOP_POLL_MS	20
#define STOP_LIMIT_MS	5000

struct metric flow_metrics[M_N] = {
	[M_ACCEPTED] = COUNTER("parley_messages_accepted_total", NULL,
	    "Messages committed."),
	[M_DUPLICATE] = COUNTER("parley_messages_duplicate_suppressed_total",
	    NULL, "Messages that were accepted before."),
	[M_REFUSED] = COUNTER("parley_messages_refused_total", NULL,
	    "Messages refused for good."),
	[M_BUSY] = COUNTER("parley_messages_busy_total", NULL,
	    "Messages refused for lack of capacity."),
	[M_TAKEN] = COUNTER("parley_messages_sent_total", NULL,
	    "Legs that the next hop took."),
	[M_DELIVERED] = COUNTER("parley_messages_delivered_total", NULL,
	    "Legs that reached the recipient at once."),
	[M_NOTICED] = COUNTER("parley_messages_noticed_total", NULL,
	    "Notifications that devices got instead of a message."),
	[M_DEFERRED] = COUNTER("parley_messages_deferred_total", NULL,
	    "Times that a leg had to wait."),
	[M_FAILED] = COUNTER("parley_messages_failed_total", NULL,
	    "Legs that failed for good."),
	[M_EXPIRED] = COUNTER("parley_messages_expired_total", NULL,
	    "Legs whose time ran out."),
	[M_REPORT_SENT] = COUNTER("parley_reports_sent_total", NULL,
	    "Reports made for senders."),
	[M_REPORT_REPEATED] = COUNTER("parley_reports_suppressed_total", NULL,
	    "Reports that were made before."),
	[M_REPORT_NOTED] = COUNTER("parley_reports_noted_total", NULL,
	    "Reports that no sender asked for."),
	[M_REPORT_UNKNOWN] = COUNTER("parley_reports_unknown_total", NULL,
	    "Reports about no message of ours."),
	[M_IN_FLIGHT] = GAUGE("parley_legs_in_flight", NULL,
	    "Legs handed to a port and not answered."),
	[M_DELIVERY_TIME] = HISTOGRAM("parley_hop_duration_seconds",
	    "stage=\"deliver\"", "Time in a stage of the flow."),
	[M_COMMIT_TIME] = HISTOGRAM("parley_hop_duration_seconds",
	    "stage=\"commit\"", "Time in a stage of the flow."),
	[M_TRACE_EVENTS] = COUNTER("parley_trace_events_total", NULL,
	    "Steps of messages traced."),
	[M_TRACE_DROPPED] = COUNTER("parley_trace_dropped_total", NULL,
	    "Steps not traced because there were too many."),
};

static const struct conf_row delivery_rows[] = {
	{ .name = "max-deferral", .type = CONF_DURATION, .fallback = "7d",
	  .min = 0, .max = INT64_C(90) * 86400000,
	  .help = "longest time a message waits for its recipient" },
	{ .name = "answer-wait", .type = CONF_DURATION, .fallback = "5s",
	  .min = 0, .max = 20000,
	  .help = "how long the sender's request waits for the first device "
	  "or service centre before it is answered 202" },
	{ .name = "report-hold", .type = CONF_DURATION, .fallback = "7d",
	  .min = 60000, .max = INT64_C(90) * 86400000,
	  .help = "longest time a report waits for the sender's device" },
	{ .name = "retention", .type = CONF_DURATION, .fallback = "7d",
	  .min = 3600000, .max = INT64_C(3650) * 86400000,
	  .help = "how long finished messages stay for search, trace and "
	  "duplicate detection" },
};

static const struct conf_row interworking_rows[] = {
	{ .name = "offline-user", .type = CONF_ENUM, .fallback = "auto",
	  .choices = "auto|defer|sms",
	  .help = "a subscriber without a registered device: keep the message "
	  "until one registers, or send it by SMS where a route exists; auto: "
	  "by SMS to a primary device, which has the SIM, and else keep it" },
};

static const struct conf_row report_rows[] = {
	{ .name = "copy", .type = CONF_ENUM, .fallback = "none",
	  .choices = "none|all",
	  .help = "which other devices of the sender get the reports about a "
	  "message, beside the one that sent it" },
	{ .name = "device-wait", .type = CONF_DURATION, .fallback = "1h",
	  .min = 0, .max = INT64_C(90) * 86400000,
	  .help = "a device that did not register for so long is gone; one "
	  "that was forgotten or blocked is, too" },
	{ .name = "fallback", .type = CONF_ENUM, .fallback = "any",
	  .choices = "any|wait",
	  .help = "a report for a device that is gone: to any other device, "
	  "the next that registers, or wait for this one" },
};

static const struct conf_section sections[] = {
	{ .name = "policy delivery", .rows = delivery_rows,
	  .n = sizeof(delivery_rows) / sizeof(*delivery_rows),
	  .help = "how messages are kept, tried again and reported" },
	{ .name = "policy reports", .rows = report_rows,
	  .n = sizeof(report_rows) / sizeof(*report_rows),
	  .help = "which device of the sender gets reports" },
	{ .name = "policy interworking", .rows = interworking_rows,
	  .n = sizeof(interworking_rows) / sizeof(*interworking_rows),
	  .help = "when another technology than CPM is chosen" },
};

static struct timer stop_timer;
static int64_t stop_by;
static bool answered_all;
static void (*stopped)(void);

int64_t flow_max_deferral(void)
{
	return conf_int("policy delivery", "", "max-deferral");
}

int64_t flow_report_hold(void)
{
	return conf_int("policy delivery", "", "report-hold");
}

void flow_register(void)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		conf_register(&sections[i]);
	metric_register(flow_metrics, M_N);
	access_register();
	primary_register();
	term_register();
	give_register();
	spam_register();
	explain_register();
	trace_register();
	queue_register();
	renamed_register();
}

enum err flow_start(void)
{
	uint64_t last = 0;
	int64_t n = 0;
	enum err e = journal_recover(&last, &n);

	if (e != ERR_OK)
		return e;
	id_above(last);
	if (n)
		log_info("messages wait n=%" PRId64, n);
	primary_start();
	hop_start();
	quiet_start();
	give_start();
	known_start();
	reroute_start();
	trace_start();
	expire_start();
	renamed_start();
	restart_start();
	return ERR_OK;
}

static void stop_look(void *arg)
{
	(void)arg;
	if ((sched_in_flight() || submit_unanswered() ||
	    report_unanswered()) && now_mono() < stop_by) {
		timer_set(&stop_timer, STOP_POLL_MS);
		return;
	}
	if (!answered_all) {	/* while the ports can still say it */
		answered_all = true;
		submit_answer_all();
		timer_set(&stop_timer, 0);
		return;
	}
	trace_stop();
	primary_stop();
	stopped();
}

void flow_stop(void (*done)(void))
{
	stopped = done;
	stop_by = now_mono() + STOP_LIMIT_MS;
	answered_all = false;
	submit_stop();
	expire_stop();
	restart_stop();
	renamed_stop();
	quiet_stop();
	give_stop();
	known_stop();
	hop_stop();
	timer_init(&stop_timer, "stop", stop_look, NULL);
	timer_set(&stop_timer, 0);
}
