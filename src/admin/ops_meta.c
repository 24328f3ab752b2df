/* ops_meta.c - what front ends ask for: operations, completion, figures. */

#include "admin/admin_priv.h"
#include "base/jsonw.h"
#include "base/metric.h"
#include "conf/conf.h"
#include "loop/loop.h"
#include "op/complete.h"

/* --- operations ---------------------------------------------------------- */

static const struct {
	unsigned flag;
	const char *name;
} flags[] = {
	{ ARG_REQUIRED, "required" }, { ARG_POSITION, "position" },
	{ ARG_REPEAT, "repeat" }, { ARG_SECRET, "secret" },
	{ ARG_FLAG, "flag" }, { ARG_FILE, "file" }, { ARG_PATH, "path" },
	{ ARG_JSON, "json" },
};

/* What stands in the path is also a word of the command. */
static unsigned flags_of(const struct op_arg *a)
{
	return a->flags & ARG_PATH ? a->flags | ARG_POSITION | ARG_REQUIRED :
	    a->flags;
}

static void value_json(struct jsonw *w, const struct op_arg *a)
{
	struct buf range;

	jsonw_str(w, "type", strv(op_takes_name(a->takes)));
	buf_init(&range, 100);
	op_arg_range(a, &range);
	jsonw_str(w, "range", range.n ? buf_strv(&range) : STRV_NONE);
	jsonw_str(w, "unit", strv(a->unit));
	jsonw_str(w, "default", strv(a->fallback));
	buf_deinit(&range);
}

static void args_json(const struct op_arg *a, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_array(&w, NULL);
	for (; a && a->name; a++) {
		jsonw_object(&w, NULL);
		jsonw_str(&w, "name", strv(a->name));
		for (size_t f = 0; f < sizeof(flags) / sizeof(flags[0]); f++)
			if (flags_of(a) & flags[f].flag)
				jsonw_bool(&w, flags[f].name, true);
		jsonw_str(&w, "complete", strv(a->complete));
		jsonw_str(&w, "help", strv(a->help));
		value_json(&w, a);
		jsonw_end(&w);
	}
	jsonw_end(&w);
}

/* What rows can be put in order by. */
static void sorts_json(const struct op *op, struct buf *out)
{
	struct strv rest = answer_rows(op->answer);
	struct answer_field f;
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_array(&w, NULL);
	while (answer_next(&rest, &f))
		if (op_sortable(op, &f))
			jsonw_str(&w, NULL, f.name);
	jsonw_end(&w);
}

static void operations_run(struct op_call *c)
{
	size_t n;
	const struct op *const *all = op_all(&n);
	struct buf args;

	buf_init(&args, BUF_NO_LIMIT);
	op_list(c);
	for (size_t i = 0; i < n; i++) {
		op_row(c);
		op_field(c, "command", strv(all[i]->command));
		op_field(c, "method", strv(all[i]->method));
		op_fieldf(c, "path", API "%s", all[i]->path);
		buf_clear(&args);
		role_text(cap_roles(all[i]->need), &args);
		op_field(c, "role", buf_strv(&args));
		op_field(c, "capability", strv(cap_name(all[i]->need)));
		op_field(c, "help", strv(all[i]->help));
		buf_clear(&args);
		args_json(all[i]->args, &args);
		op_field_json(c, "args", buf_strv(&args));
		op_field(c, "answer", strv(all[i]->answer));
		buf_clear(&args);
		sorts_json(all[i], &args);
		op_field_json(c, "sort", buf_strv(&args));
	}
	buf_deinit(&args);
	op_done(c);
}

/* --- completion ---------------------------------------------------------- */

#define NAMES 50

struct offering {
	struct op_call *c;
	struct strv prefix;
	size_t n;
};

static bool offer(struct strv name, void *arg)
{
	struct offering *o = arg;

	if (name.n < o->prefix.n ||
	    memcmp(name.p, o->prefix.p, o->prefix.n) != 0)
		return true;
	op_row(o->c);
	op_field(o->c, "name", name);
	return ++o->n < NAMES;
}

static void offer_instances(struct offering *o, struct strv section)
{
	const char *names[1000];
	const struct conf_section *s = conf_section_find(section);
	size_t n = s && s->named ? conf_names(s->name, names,
	    sizeof(names) / sizeof(names[0])) : 0;

	for (size_t i = 0; i < n && offer(strv(names[i]), o); i++)
		;
}

/* Names are what the lists show, so they need what the lists need. */
static enum cap names_need(struct strv kind)
{
	if (strv_eq(kind, STRV("admin")) || strv_eq(kind, STRV("backup")))
		return CAP_SECURITY;
	return complete_find(kind) ? CAP_PEOPLE_READ : CAP_VIEW;
}

static void complete_run(struct op_call *c)
{
	struct strv kind = op_text(c, "kind");
	const struct completer *with = complete_find(kind);
	struct offering o = { c, op_text(c, "prefix"), 0 };

	if (!o.prefix.p)
		o.prefix = STRV("");
	op_list(c);
	if (!role_may(op_roles(c), names_need(kind)))
		;	/* nothing: he could not use one either */
	else if (with)
		with->run(o.prefix, offer, &o);
	else
		offer_instances(&o, kind);
	op_done(c);
}

/* --- figures ------------------------------------------------------------- */

static void stats_histogram(struct op_call *c, const struct metric *m)
{
	int64_t n = 0;

	for (size_t i = 0; m->buckets && i <= METRIC_BUCKETS; i++)
		n += atomic_load_explicit(&m->buckets[i],
		    memory_order_relaxed);
	op_field_int(c, "value", n);
	op_field_int(c, "sum_us", metric_get(m));
	op_field_int(c, "p50_us", metric_quantile(m, 0.5));
	op_field_int(c, "p95_us", metric_quantile(m, 0.95));
	op_field_int(c, "p99_us", metric_quantile(m, 0.99));
}

/* Only those whose name has the text asked for. */
static bool wanted(const struct op_call *c, const char *name)
{
	struct strv part = op_text(c, "name");

	return !part.n || memmem(name, strlen(name), part.p, part.n);
}

static void stats_one(const struct metric *m, void *arg)
{
	static const char *const kinds[] = { "counter", "gauge", "histogram" };
	struct op_call *c = arg;

	if (!wanted(c, m->name))
		return;
	op_row(c);
	op_field(c, "name", strv(m->name));
	op_field(c, "labels", strv(m->labels));
	op_field(c, "kind", strv(kinds[m->kind]));
	if (m->kind == METRIC_HISTOGRAM)
		stats_histogram(c, m);
	else
		op_field_int(c, "value", metric_get(m));
}

static void stats_process(const char *name, const char *kind,
    const char *help, double value, void *arg)
{
	struct op_call *c = arg;
	struct buf number;

	(void)help;
	if (!wanted(c, name))
		return;
	buf_init(&number, 64);
	buf_addf(&number, "%.15g", value);
	op_row(c);
	op_field(c, "name", strv(name));
	op_field(c, "labels", STRV_NONE);
	op_field(c, "kind", strv(kind));
	op_field_json(c, "value", buf_strv(&number));
	buf_deinit(&number);
}

static void stats_run(struct op_call *c)
{
	op_list(c);
	metric_each(stats_one, c);
	process_each(stats_process, c);
	op_done(c);
}

/* --- the table ----------------------------------------------------------- */

static const struct op_arg complete_args[] = {
	{ "kind", ARG_REQUIRED, NULL, "of names: gateway, subscriber",
	  IS_TEXT(1, 64) },
	{ "prefix", 0, NULL, "what they begin with", IS_TEXT(0, OP_ID_MAX) },
	{ 0 }
};

static const struct op_arg stats_args[] = {
	{ "name", ARG_POSITION, NULL, "only those with this in their name",
	  IS_TEXT(0, 200) },
	{ 0 }
};

static const struct op ops[] = {
	{ "", "GET", "/operations", CAP_SELF, OP_READ, NULL,
	  "every operation there is", operations_run,
	  "[command method path role capability help args:[name "
	  "required:bool~ position:bool~ repeat:bool~ secret:bool~ "
	  "flag:bool~ file:bool~ path:bool~ json:bool~ complete? "
	  "help type=text|lines|int|time|span|choice|flag|file|json|cursor "
	  "range? unit? default?] answer sort:texts]" },
	{ "", "GET", "/complete", CAP_SELF, OP_CORE, complete_args,
	  "names that begin so", complete_run,
	  "[name]" },
	{ "show stats", "GET", "/stats", CAP_VIEW, OP_READ, stats_args,
	  "all counters and gauges", stats_run,
	  "[name labels? kind=counter|gauge|histogram value:number "
	  "sum_us:us~ p50_us:us~ p95_us:us~ p99_us:us~]" },
};

void ops_meta(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
