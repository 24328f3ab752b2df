/* trace.c - the story of each message: noted, written in batches, drawn. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/flow_priv.h"
#include "flow/ladder.h"
#include "flow/ladder_svg.h"
#include "flow/trace.h"
#include "loop/timer.h"
#include "op/op.h"
#include "store/query.h"
#include "store/search.h"
#include "store/tracelog.h"

#define FLUSH_MS	250
#define TRIM_MS		5000
#define PENDING		2000	/* steps kept between two flushes */
#define STORY_MAX	20000	/* steps of one message that are shown */
#define FIND_MS		1000	/* for looking around */

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

/* The steps of one message. */
struct story {
	struct trace_event *steps;
	size_t n, size;
};

static void keep_step(const struct trace_event *e, void *arg)
{
	struct story *s = arg;

	if (s->n == STORY_MAX)
		return;
	if (s->n == s->size) {
		s->size = s->size ? 2 * s->size : 64;
		s->steps = xrealloc(s->steps, s->size * sizeof(*s->steps));
	}
	s->steps[s->n++] = *e;
}

static void show_rows(struct op_call *c, const struct story *s)
{
	op_list(c);
	for (size_t i = 0; i < s->n; i++) {
		const struct trace_event *e = &s->steps[i];

		op_row(c);
		op_field_time(c, "at", e->at / 1000);
		op_field(c, "from", strv(ladder_lane((enum lane)e->from)));
		op_field(c, "to", strv(ladder_lane((enum lane)e->to)));
		op_field(c, "step", strv(e->text));
	}
}

static void show_ladder(struct buf *out, const char *id,
    const struct story *s)
{
	struct ladder l;

	buf_addf(out, "message %s\n\n", id);
	ladder_init(&l, out);
	for (size_t i = 0; i < s->n; i++)
		ladder_add(&l, s->steps[i].at, (enum lane)s->steps[i].from,
		    (enum lane)s->steps[i].to, strv(s->steps[i].text));
	ladder_end(&l);
}

static void show_svg(struct buf *out, const char *id, const struct story *s)
{
	char title[64];

	(void)snprintf(title, sizeof(title), "Message %s", id);
	ladder_svg(out, title, s->steps, s->n);
}

/* One document; times in us, since steps of one ms are many. */
static void show_json(struct buf *out, const char *id, const struct story *s)
{
	struct jsonw w;
	char at[NOW_TEXT];

	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "message", strv(id));
	jsonw_array(&w, "steps");
	for (size_t i = 0; i < s->n; i++) {
		const struct trace_event *e = &s->steps[i];

		now_text(e->at / 1000, at);
		jsonw_object(&w, NULL);
		jsonw_str(&w, "at", strv(at));
		jsonw_int(&w, "us", e->at - s->steps[0].at);
		jsonw_str(&w, "from", strv(ladder_lane((enum lane)e->from)));
		jsonw_str(&w, "to", strv(ladder_lane((enum lane)e->to)));
		jsonw_str(&w, "step", strv(e->text));
		jsonw_end(&w);
	}
	jsonw_end(&w);
	jsonw_end(&w);
	buf_addc(out, '\n');
}

static const struct {
	const char *name;
	void (*show)(struct buf *out, const char *id, const struct story *s);
} forms[] = {
	{ "text", show_ladder }, { "svg", show_svg }, { "json", show_json },
};

/* false: there is no such form, and the call has failed */
static bool show_form(struct op_call *c, struct strv form, uint64_t id,
    const struct story *s)
{
	char text[ID_MESSAGE_TEXT];
	struct buf out;

	id_message_text(id, text);
	for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++) {
		if (!strv_eq(strv(forms[i].name), form))
			continue;
		buf_init(&out, 16 << 20);
		forms[i].show(&out, text, s);
		op_say(c, buf_strv(&out));
		buf_deinit(&out);
		return true;
	}
	op_fail(c, OP_INVALID, "no form \"%.*s\"; there are text, svg and "
	    "json", STRV_ARG(form));
	return false;
}

static void show_story(struct op_call *c, uint64_t id)
{
	struct strv form = op_given(c, "ladder") ? STRV("text") :
	    op_text(c, "format");
	struct story s = { .n = 0 };

	if (tracelog_read(id, keep_step, &s) != ERR_OK) {
		op_fail(c, OP_FAILED, "cannot read trace.db");
	} else if (!form.p) {
		show_rows(c, &s);
		op_done(c);
	} else if (show_form(c, form, id, &s)) {
		op_done(c);
	}
	free(s.steps);
}

static bool story_of(const struct query_leg *l, void *arg)
{
	*(uint64_t *)arg = l->report_of ? l->report_of :
	    id_message_of(l->leg);
	return false;
}

static bool take_first(uint64_t message, const char *by, void *arg)
{
	(void)by;
	*(uint64_t *)arg = message;
	return false;
}

/* By its conversation, or by an SMSC's id in another spelling. */
static enum err find_name(struct strv text, uint64_t *message)
{
	const struct search q = { .text = text, .budget_ms = FIND_MS };
	uint64_t stopped;
	enum err e = search_messages(&q, take_first, message, &stopped);

	return e == ERR_OK && *message == 0 ? ERR_NO_USER : e;
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
	if (e == ERR_NO_USER)
		e = find_name(id, message);
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
	show_story(c, message);
}

/* What there is, and what was too much. */
static void run_status(struct op_call *c)
{
	int64_t oldest = 0, bytes = 0;

	if (tracelog_status(&oldest, &bytes) != ERR_OK) {
		op_fail(c, OP_FAILED, "cannot read trace.db");
		return;
	}
	op_field_bool(c, "enabled", running);
	op_field_int(c, "steps", metric_get(&flow_metrics[M_TRACE_EVENTS]));
	op_field_int(c, "dropped",
	    metric_get(&flow_metrics[M_TRACE_DROPPED]));
	op_field_time(c, "oldest", oldest / 1000);
	op_field_int(c, "size", bytes);
	op_done(c);
}

static const struct op_arg trace_args[] = {
	{ "id", ARG_POSITION | ARG_REQUIRED | ARG_PATH, "message",
	  "any id of the message: ours, imdn.Message-ID, SMSC's, Call-ID, "
	  "or last", IS_TEXT(1, OP_ID_MAX) },
	{ "ladder", ARG_FLAG, NULL, "draw it as a sequence chart", IS_FLAG },
	{ "format", 0, "text|svg|json", "the chart as a file: words, a "
	  "drawing, or the steps for a program", IS_CHOICE },
	{ 0 }
};

static const struct op ops[] = {
	{ "trace", "GET", "/messages/{id}/trace", CAP_TRAFFIC, OP_READ,
	  trace_args, "the way of one message, step by step", run_trace,
	  "[at:time from to step]~ text~" },
	{ "show trace", "GET", "/trace", CAP_TRAFFIC, OP_READ, NULL,
	  "how much is recorded, since when, and what was dropped",
	  run_status,
	  "enabled:bool steps:int dropped:int oldest:time? size:bytes" },
};

void trace_register(void)
{
	conf_register(&section);
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
