/* ops_log.c - the newest lines of the log, and its levels for a while. */

#define LOG_UNIT "admin"

#include <inttypes.h>

#include "admin/admin_priv.h"
#include "admin/logring.h"
#include "base/near.h"
#include "base/now.h"
#include "loop/timer.h"
#include "store/audit.h"

#define FOR_MAX_MS	86400000
#define MODULE_MAX	15	/* bytes of a name */

/* Every LOG_UNIT that there is; a test compares. */
static const char *const modules[] = {
	"access", "admin", "audit", "backup", "base", "bindings", "charging",
	"conf", "content", "devices", "flow", "group", "groups", "hop",
	"httpd", "import", "jobs", "journal", "leg", "link", "lists", "lookup",
	"loop", "main", "override", "report", "restore", "sip", "sms",
	"sticky", "store", "sweep", "users", "writer", "xcap",
};
#define MODULES	(sizeof(modules) / sizeof(*modules))

/* Of each module, and the last one of LOG_ALL.  Core. */
static struct override {
	bool on;
	enum log_level level;
	int64_t until;		/* ms since the epoch */
	struct timer timer;
} overrides[MODULES + 1];

static const char *name_of(size_t i)
{
	return i < MODULES ? modules[i] : LOG_ALL;
}

/* --- lines ---------------------------------------------------------------- */

struct wish {
	int64_t since, limit;
	enum log_level level;
	struct strv module, trace, text;
	bool audit;		/* he may see the rows of the audit */
};

static bool has(const char *line, struct strv part)
{
	return !part.n || memmem(line, strlen(line), part.p, part.n);
}

static bool wanted(const struct logring_line *l, const struct wish *w)
{
	return l->time >= w->since && l->level <= w->level &&
	    (w->audit || strcmp(l->unit, "audit") != 0) &&
	    (!w->module.n || strv_eq(w->module, strv(l->unit))) &&
	    has(l->text, w->trace) && has(l->text, w->text);
}

/* The oldest of the newest that are wanted, as many as are. */
static uint64_t begin(const struct wish *w, uint64_t newest)
{
	struct logring_line l;
	uint64_t at = newest, from = newest + 1;

	for (int64_t n = 0; n < w->limit && logring_read(at, &l); at--)
		if (wanted(&l, w)) {
			from = at;
			n++;
		}
	return from;
}

static enum log_level level_of(const struct op_call *c)
{
	enum log_level level = LOG_DEBUG_;

	(void)logring_level_of(op_meant(c, "level"), &level);
	return level;
}

/* The place of a module, or of LOG_ALL; false: the call has failed. */
static bool module_take(struct op_call *c, size_t *i)
{
	struct strv name = op_text(c, "module");
	struct near near = near_to(name);

	for (*i = 0; *i <= MODULES; ++*i) {
		if (strv_eq(name, strv(name_of(*i))))
			return true;
		near_offer(&near, name_of(*i));
	}
	op_fail(c, OP_NOT_FOUND, "no module \"%.*s\"%s%s%s; log levels lists "
	    "them", STRV_ARG(name), near.best ? " (did you mean " : "",
	    near.best ? near.best : "", near.best ? "?)" : "");
	return false;
}

static void lines_run(struct op_call *c)
{
	struct wish w = { .module = op_text(c, "module"),
		.trace = op_text(c, "trace"), .text = op_text(c, "text"),
		.since = op_when(c, "since"), .limit = op_int(c, "limit"),
		.level = level_of(c),
		.audit = role_may(op_roles(c), CAP_AUDIT) };
	uint64_t newest = logring_newest();
	struct logring_line l;
	size_t i;

	if (w.module.n && !module_take(c, &i))
		return;
	op_list(c);
	for (uint64_t at = begin(&w, newest); at <= newest; at++) {
		if (!logring_read(at, &l) || !wanted(&l, &w))
			continue;
		op_row(c);
		op_field_time(c, "time", l.time);
		op_field(c, "level", strv(logring_level(l.level)));
		op_field(c, "module", strv(l.unit));
		op_field(c, "text", strv(l.text));
	}
	op_done(c);
}

/* --- levels ---------------------------------------------------------------- */

static void level_fields(struct op_call *c, size_t i)
{
	const struct override *o = &overrides[i];
	enum log_level level = LOG_ERR_;

	while (level < LOG_DEBUG_ && log_wants(level + 1, name_of(i)))
		level++;
	op_field(c, "module", strv(name_of(i)));
	op_field(c, "level", strv(logring_level(level)));
	op_field_time(c, "until", o->on ? o->until : 0);
}

static void levels_run(struct op_call *c)
{
	op_list(c);
	for (size_t i = 0; i <= MODULES; i++) {
		op_row(c);
		level_fields(c, i);
	}
	op_done(c);
}

/* The rows of the audit stay in the log whatever is said of all. */
#define AUDIT	"audit"

static void back(struct override *o)
{
	const char *name = name_of((size_t)(o - overrides));

	timer_cancel(&o->timer);
	log_override_end(name);
	if (strcmp(name, LOG_ALL) == 0)
		log_override_end(AUDIT);
	o->on = false;
	log_info("log level back module=%s", name);
}

static void over(void *arg)
{
	back(arg);
}

static void note(struct op_call *c, size_t i, const char *detail)
{
	audit_event(op_who(c), STRV("log level"), strv(name_of(i)),
	    STRV("ok"), strv(detail));
}

static void level_run(struct op_call *c)
{
	enum log_level level = level_of(c);
	int64_t ms = op_span(c, "for");
	struct override *o;
	size_t i;

	if (!module_take(c, &i))
		return;
	if (strcmp(name_of(i), AUDIT) == 0) {
		op_fail(c, OP_INVALID, "the rows of the audit are always in "
		    "the log");
		return;
	}
	o = &overrides[i];
	if (o->on)
		timer_cancel(&o->timer);
	*o = (struct override){ true, level, now_ms() + ms, { 0 } };
	log_override(name_of(i), level);
	if (i == MODULES)
		log_override(AUDIT, log_max);
	timer_init(&o->timer, "log level", over, o);
	timer_set(&o->timer, ms);
	log_info("log level changed module=%s level=%s s=%" PRId64,
	    name_of(i), logring_level(level), ms / 1000);
	note(c, i, logring_level(level));
	level_fields(c, i);
	op_done(c);
}

static void reset_run(struct op_call *c)
{
	size_t i;

	if (!module_take(c, &i))
		return;
	if (overrides[i].on)
		back(&overrides[i]);
	note(c, i, "back");
	level_fields(c, i);
	op_done(c);
}

/* --- the table ---------------------------------------------------------------- */

#define LEVELS "error|warn|info|debug"

#define MODULE_ARG { "module", ARG_PATH, NULL, "sms; or all", \
	IS_TEXT(1, MODULE_MAX) }

static const struct op_arg lines_args[] = {
	{ "since", 0, NULL, "lines of the last 10m, or since a time",
	  IS_TIME },
	{ "level", 0, LEVELS, "this one and what is worse", IS_CHOICE,
	  BY_DEFAULT("debug") },
	{ "module", 0, NULL, "of one module: log levels lists them",
	  IS_TEXT(1, MODULE_MAX) },
	{ "trace", 0, NULL, "lines with this id of a message",
	  IS_TEXT(1, OP_ID_MAX) },
	{ "text", 0, NULL, "lines with these words", IS_TEXT(1, 200) },
	{ "limit", 0, NULL, "so many of the newest",
	  IS_INT(1, LOGRING_LINES, "lines"), BY_DEFAULT("200") },
	{ 0 }
};
static const struct op_arg level_args[] = {
	MODULE_ARG,
	{ "level", ARG_POSITION | ARG_REQUIRED, LEVELS, "what is written",
	  IS_CHOICE },
	{ "for", 0, NULL, "how long", IS_SPAN(1000, FOR_MAX_MS),
	  BY_DEFAULT("10m") },
	{ 0 }
};
static const struct op_arg module_args[] = {
	MODULE_ARG,
	{ 0 }
};

#define LEVEL_ANSWER "module level=" LEVELS " until:time?"

static const struct op ops[] = {
	{ "show log", "GET", "/log", CAP_TRAFFIC, OP_READ, lines_args,
	  "the newest lines of the log that are still in memory",
	  lines_run, "[time:time level=" LEVELS " module text]" },
	{ "log levels", "GET", "/log/levels", CAP_TRAFFIC, OP_CORE, NULL,
	  "what each module writes to the log", levels_run,
	  "[" LEVEL_ANSWER "]" },
	{ "log level", "POST", "/log/levels/{module}", CAP_OPERATE, OP_CORE,
	  level_args, "write more or less of a module to the log, for a while",
	  level_run, LEVEL_ANSWER },
	{ "log reset", "DELETE", "/log/levels/{module}", CAP_OPERATE,
	  OP_CORE, module_args, "end that now", reset_run, LEVEL_ANSWER },
};

void ops_log(void)
{
	logring_start();
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}

void ops_log_stop(void)
{
	for (size_t i = 0; i <= MODULES; i++)
		if (overrides[i].on)
			back(&overrides[i]);
	logring_stop();
}
