/* ops_stats.c - figures of now and of the past week, for charts. */

#include <math.h>
#include <stdio.h>

#include "admin/admin_priv.h"
#include "admin/figures.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "base/series.h"
#include "loop/timer.h"
#include "store/depth.h"
#include "store/revisions.h"

#define SAMPLE_MS	1000
#define MARKS		200	/* the newest commits in one answer */

static struct series_store *store;
static struct timer sampler;

static struct metric left_out = COUNTER("parley_metrics_overflow_total", NULL,
	    "Samples left out because there were too many series.");

/* --- what is charted ---------------------------------------------------------- */

/*
 * In the order of the metrics' names.  The series is called name and the
 * values of the labels: messages.sip.in.  Names are kept for ever: saved
 * views use them.
 */
static const struct charted {
	const char *metric, *name, *unit;
} charted[] = {
	{ "parley_admin_requests_total", "admin.requests", "1/s" },
	{ "parley_db_bytes", "db.size", "B" },
	{ "parley_db_commit_duration_seconds", "db.commit", "ms" },
	{ "parley_db_queue_length", "db.queue", "" },
	{ "parley_db_wal_bytes", "db.log", "B" },
	{ "parley_delivery_duration_seconds", "latency", "ms" },
	{ "parley_edge_messages_total", "messages", "1/s" },
	{ "parley_edge_reports_total", "reports", "1/s" },
	{ "parley_failures_total", "failures", "1/s" },
	{ "parley_gateway_messages_total", "gateway.messages", "1/s" },
	{ "parley_gateway_reports_total", "gateway.reports", "1/s" },
	{ "parley_gateway_response_duration_seconds", "gateway.answer", "ms" },
	{ "parley_gateway_throttled_total", "gateway.throttled", "1/s" },
	{ "parley_gateway_up", "gateway.up", "" },
	{ "parley_gateway_window_used", "gateway.window", "" },
	{ "parley_group_recipients_total", "group.recipients", "1/s" },
	{ "parley_legs_in_flight", "flight", "" },
	{ "parley_loop_lag_seconds", "loop.lag", "ms" },
	{ "parley_messages_accepted_total", "accepted", "1/s" },
	{ "parley_messages_busy_total", "busy", "1/s" },
	{ "parley_messages_deferred_total", "deferred", "1/s" },
	{ "parley_messages_expired_total", "expired", "1/s" },
	{ "parley_messages_failed_total", "failed", "1/s" },
	{ "parley_messages_refused_total", "refused", "1/s" },
	{ "parley_queue_messages", "queue.messages", "" },
	{ "parley_queue_oldest_age_seconds", "queue.age", "s" },
	{ "parley_registrations", "registrations", "" },
	{ "parley_sip_transactions", "sip.transactions", "" },
	{ "parley_trace_dropped_total", "trace.dropped", "1/s" },
};
#define CHARTED (sizeof(charted) / sizeof(*charted))

/* "messages" and edge="sip",direction="in": messages.sip.in */
static void name_series(const char *name, const char *labels,
    char out[SERIES_NAME])
{
	size_t n = (size_t)snprintf(out, SERIES_NAME, "%s", name);
	const char *p = labels ? strchr(labels, '"') : NULL;

	while (p && n < SERIES_NAME - 1) {
		const char *end = strchr(p + 1, '"');

		n += (size_t)snprintf(out + n, SERIES_NAME - n, ".%.*s",
		    (int)(end - p - 1), p + 1);
		p = strchr(end + 1, '"');
	}
}

/* Both lists are in the order of names, so one walk meets all. */
static void sample_one(const struct metric *m, void *arg)
{
	const struct charted **at = arg;
	char name[SERIES_NAME];

	while (*at < charted + CHARTED && strcmp((*at)->metric, m->name) < 0)
		++*at;
	if (*at == charted + CHARTED || strcmp((*at)->metric, m->name) != 0)
		return;
	name_series((*at)->name, m->labels, name);
	if (m->kind == METRIC_HISTOGRAM)
		series_times(store, name, m);
	else if (m->kind == METRIC_COUNTER)
		series_count(store, name, (*at)->unit,
		    (double)metric_get(m));
	else
		series_level(store, name, (*at)->unit,
		    (double)metric_get(m));
}

static void sample(void *arg)
{
	const struct charted *at = charted;
	int64_t now = now_mono();

	(void)arg;
	series_begin(store, now / 1000);
	metric_each(sample_one, &at);
	series_count(store, "process.cpu", "cores", process_cpu());
	series_level(store, "process.memory", "B", process_resident());
	series_end(store);
	metric_set(&left_out, series_left_out(store));
	figures_look();
	/* early in each second, so that no second is missed or met twice */
	timer_set(&sampler, SAMPLE_MS - now % SAMPLE_MS + 5);
}

void stats_start(void)
{
	metric_register(&left_out, 1);
	depth_start();
	timer_init(&sampler, "stats", sample, NULL);
	timer_set(&sampler, 0);
}

void stats_stop(void)
{
	timer_cancel(&sampler);
	depth_stop();
	series_free(store);
	store = NULL;
}

/* --- series ------------------------------------------------------------------------ */

static void number(struct buf *out, double v)
{
	if (isnan(v))
		buf_addz(out, "null");
	else
		buf_addf(out, "%.6g", v);
}

/* Two arrays side by side: what each column is, and its values. */
struct columns {
	struct buf about, values;
};

static void column(const struct series_view *v, void *arg)
{
	struct columns *c = arg;
	const char *comma = c->about.n ? "," : "";

	buf_addf(&c->about, "%s{\"name\":", comma);
	jsonw_quote(&c->about, strv(v->name));
	buf_addz(&c->about, ",\"unit\":");
	jsonw_quote(&c->about, strv(v->unit));
	buf_addc(&c->about, '}');
	buf_addf(&c->values, "%s[", comma);
	for (size_t i = 0; i < v->n; i++) {
		if (i)
			buf_addc(&c->values, ',');
		number(&c->values, v->values[i]);
	}
	buf_addc(&c->values, ']');
}

struct marks {
	struct jsonw json;
	int64_t since;
	bool past;
};

static void mark(const struct revision_row *row, void *arg)
{
	struct marks *m = arg;
	char time[NOW_TEXT];

	m->past |= row->time < m->since;
	if (m->past)
		return;
	now_text(row->time, time);
	jsonw_object(&m->json, NULL);
	jsonw_int(&m->json, "revision", row->id);
	jsonw_str(&m->json, "time", strv(time));
	jsonw_int(&m->json, "at", row->time / 1000);
	jsonw_str(&m->json, "actor", row->actor);
	jsonw_str(&m->json, "comment", row->comment);
	jsonw_end(&m->json);
}

static enum series_range range_of(const struct op_call *c)
{
	enum series_range range = SERIES_10M;

	while (!op_is(c, "range", series_steps[range].name))
		range++;
	return range;
}

static void put_marks(struct op_call *c, int64_t since)
{
	struct marks m = { .since = since };
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	jsonw_init(&m.json, &out);
	jsonw_array(&m.json, NULL);
	(void)revision_each(0, MARKS, mark, &m);
	jsonw_end(&m.json);
	op_field_json(c, "marks", buf_strv(&out));
	buf_deinit(&out);
}

static void put_array(struct op_call *c, const char *name, struct buf *items)
{
	struct buf all;

	buf_init(&all, BUF_NO_LIMIT);
	buf_addc(&all, '[');
	buf_adds(&all, buf_strv(items));
	buf_addc(&all, ']');
	op_field_json(c, name, buf_strv(&all));
	buf_deinit(&all);
}

static void series_run(struct op_call *c)
{
	enum series_range range = range_of(c);
	struct columns columns;
	int64_t age, end, step;
	size_t n;

	n = series_span(store, range, &age);
	step = series_steps[range].s;
	end = now_ms() / 1000 - age;
	buf_init(&columns.about, BUF_NO_LIMIT);
	buf_init(&columns.values, BUF_NO_LIMIT);
	series_read(store, range, op_text(c, "names"), column, &columns);
	op_field(c, "range", strv(series_steps[range].name));
	op_field_int(c, "step", step);
	op_field_int(c, "start", end - (int64_t)n * step);
	op_field_int(c, "n", (int64_t)n);
	put_array(c, "series", &columns.about);
	put_array(c, "columns", &columns.values);
	put_marks(c, (end - (int64_t)n * step) * 1000);
	buf_deinit(&columns.about);
	buf_deinit(&columns.values);
	op_done(c);
}

/* --- snapshot ------------------------------------------------------------------- */

static void mean_field(struct op_call *c, const char *name, const double *v,
    size_t n)
{
	double sum = 0, many = 0;
	struct buf b;

	for (size_t i = 0; i < n; i++) {
		if (isnan(v[i]))
			continue;
		sum += v[i];
		many++;
	}
	buf_init(&b, 64);
	number(&b, many > 0 ? sum / many : NAN);
	op_field_json(c, name, buf_strv(&b));
	buf_deinit(&b);
}

static void last(const struct series_view *v, void *arg)
{
	static const struct {
		const char *name;
		size_t n;
	} spans[] = { { "now", 1 }, { "minute", 60 }, { "ten_minutes", 600 } };
	struct op_call *c = arg;

	op_row(c);
	op_field(c, "name", strv(v->name));
	for (size_t i = 0; i < sizeof(spans) / sizeof(*spans); i++) {
		size_t n = spans[i].n < v->n ? spans[i].n : v->n;

		mean_field(c, spans[i].name, v->values + v->n - n, n);
	}
	op_field(c, "unit", strv(v->unit));
}

static void snapshot_run(struct op_call *c)
{
	op_list(c);
	series_read(store, SERIES_10M, op_text(c, "names"), last, c);
	op_done(c);
}

/* --- the table ------------------------------------------------------------------- */

#define NAMES_HELP "only these: names between commas, * at the end stands " \
	"for anything"

static const struct op_arg snapshot_args[] = {
	{ "names", 0, NULL, NAMES_HELP, IS_TEXT(0, 4096) },
	{ 0 }
};
static const struct op_arg series_args[] = {
	{ "range", 0, "10m|3h|1d|7d", "how far back: by the second, by 10 s, "
	  "by the minute or by 10 minutes", IS_CHOICE, BY_DEFAULT("10m") },
	{ "names", 0, NULL, NAMES_HELP, IS_TEXT(0, 4096) },
	{ 0 }
};

static const struct op ops[] = {
	{ "stats snapshot", "GET", "/stats/snapshot", CAP_VIEW, OP_READ,
	  snapshot_args, "rates, queues and delays: the last second, and the "
	  "mean of a minute and of ten", snapshot_run,
	  "[name now:number? minute:number? ten_minutes:number? unit]" },
	{ "stats series", "GET", "/stats/series", CAP_VIEW, OP_READ,
	  series_args, "the past of the same figures, and the commits "
	  "meanwhile", series_run,
	  "range step:s start:int n:int series:[name unit] "
	  "columns:json marks:[revision:int time:time at:int actor "
	  "comment]" },
};

void ops_stats(void)
{
	store = series_new();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
