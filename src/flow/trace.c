/* trace.c - the story of each message: noted, written in batches, drawn. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>

#include "base/id.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/flow_priv.h"
#include "flow/ladder.h"
#include "flow/trace.h"
#include "loop/timer.h"
#include "op/op.h"
#include "store/query.h"
#include "store/tracelog.h"

#define FLUSH_MS	250
#define TRIM_MS		60000
#define PENDING		2000	/* steps kept between two flushes */

static struct trace_event pending[PENDING];
static size_t n;
static struct timer flush_timer, trim_timer;
static bool running;

static int64_t wall_us(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_REALTIME, &t);
	return (int64_t)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

void trace_step(uint64_t message, enum lane from, enum lane to,
    const char *fmt, ...)
{
	struct trace_event *e = &pending[n];
	va_list ap;

	if (!running || message == 0)
		return;
	if (n == PENDING) {
		metric_inc(&flow_metrics[M_TRACE_DROPPED]);
		return;
	}
	metric_inc(&flow_metrics[M_TRACE_EVENTS]);
	e->message = message;
	e->at = wall_us();
	e->from = (uint8_t)from;
	e->to = (uint8_t)to;
	va_start(ap, fmt);
	(void)vsnprintf(e->text, sizeof(e->text), fmt, ap);
	va_end(ap);
	n++;
	if (!timer_is_set(&flush_timer))
		timer_set(&flush_timer, FLUSH_MS);
}

static void flush(void *arg)
{
	(void)arg;
	if (n)
		tracelog_put(pending, n);
	n = 0;
}

static void trim(void *arg)
{
	(void)arg;
	tracelog_trim(now_ms() - conf_int("trace", "", "keep"),
	    conf_int("trace", "", "max-size"));
	timer_set(&trim_timer, TRIM_MS);
}

void trace_start(void)
{
	timer_init(&flush_timer, "trace flush", flush, NULL);
	timer_init(&trim_timer, "trace trim", trim, NULL);
	timer_set(&trim_timer, TRIM_MS);
	n = 0;
	running = conf_bool("trace", "", "enabled");
}

void trace_stop(void)
{
	flush(NULL);
	running = false;
	timer_cancel(&flush_timer);
	timer_cancel(&trim_timer);
}

/* --- settings and operations ---------------------------------------------- */

static void trace_applied(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	if (timer_is_set(&trim_timer))
		running = conf_bool("trace", "", "enabled");
}

static const struct conf_row rows[] = {
	{ .name = "enabled", .type = CONF_BOOL, .fallback = "on",
	  .help = "keep the steps of messages for parley trace" },
	{ .name = "keep", .type = CONF_DURATION, .fallback = "72h",
	  .min = 60000, .max = INT64_C(90) * 86400000,
	  .help = "how long the steps of messages are kept" },
	{ .name = "max-size", .type = CONF_SIZE, .fallback = "512m",
	  .min = 1 << 20, .max = INT64_C(1) << 40,
	  .help = "size of trace.db past which the oldest go first" },
};

static const struct conf_section section = {
	.name = "trace", .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "the recorded steps of each message",
	.apply = trace_applied,
};

static void event_row(const struct trace_event *e, void *arg)
{
	struct op_call *c = arg;

	op_row(c);
	op_field_time(c, "at", e->at / 1000);
	op_field(c, "from", strv(ladder_lane((enum lane)e->from)));
	op_field(c, "to", strv(ladder_lane((enum lane)e->to)));
	op_field(c, "step", strv(e->text));
}

static void event_drawn(const struct trace_event *e, void *arg)
{
	ladder_add(arg, e->at, (enum lane)e->from, (enum lane)e->to,
	    strv(e->text));
}

static void draw(struct op_call *c, uint64_t id)
{
	struct ladder l;
	struct buf out;
	char text[ID_MESSAGE_TEXT];

	id_message_text(id, text);
	buf_init(&out, 1 << 20);
	buf_addf(&out, "message %s\n\n", text);
	ladder_init(&l, &out);
	if (tracelog_read(id, event_drawn, &l) != ERR_OK)
		op_fail(c, OP_FAILED, "cannot read trace.db");
	else {
		ladder_end(&l);
		op_say(c, buf_strv(&out));
		op_done(c);
	}
	buf_deinit(&out);
}

static bool story_of(const struct query_leg *l, void *arg)
{
	*(uint64_t *)arg = l->report_of ? l->report_of :
	    id_message_of(l->leg);
	return false;
}

/* The message meant by an id or "last"; of a report what it is about. */
static enum err find(struct strv id, uint64_t *message)
{
	static const struct query_filter newest = { .state = -1 };
	enum err e;

	*message = 0;
	if (strv_eq(id, STRV("last"))) {
		e = query_legs(&newest, story_of, message);
		return e == ERR_OK && *message == 0 ? ERR_NO_USER : e;
	}
	e = query_find(id, message);
	return e == ERR_OK ? query_message(*message, story_of, message) : e;
}

static void run_trace(struct op_call *c)
{
	struct strv id = op_text(c, "id");
	uint64_t message;

	if (find(id, &message) != ERR_OK) {
		op_fail(c, OP_NOT_FOUND, "no message has the id \"%.*s\"; "
		    "show messages lists the recent ones", STRV_ARG(id));
		return;
	}
	if (op_given(c, "ladder")) {
		draw(c, message);
		return;
	}
	op_list(c);
	if (tracelog_read(message, event_row, c) != ERR_OK)
		op_fail(c, OP_FAILED, "cannot read trace.db");
	else
		op_done(c);
}

static const struct op_arg trace_args[] = {
	{ "id", ARG_POSITION | ARG_REQUIRED | ARG_PATH, "message",
	  "any id of the message: ours, imdn.Message-ID, SMSC's, Call-ID, "
	  "or last" },
	{ "ladder", ARG_FLAG, NULL, "draw it as a sequence chart" },
	{ 0 }
};

static const struct op ops[] = {
	{ "trace", "GET", "/messages/{id}/trace", CAP_TRAFFIC, OP_READ,
	  trace_args, "the way of one message, step by step", run_trace },
};

void trace_register(void)
{
	conf_register(&section);
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
