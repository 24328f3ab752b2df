/* ops_health.c - is it alive, is it ready, and what is wrong. */

#include <stdio.h>

#include "admin/admin_priv.h"
#include "base/metric.h"
#include "base/near.h"
#include "base/now.h"
#include "loop/timer.h"
#include "op/complete.h"
#include "op/health.h"

#define EVERY_MS	5000
#define ASKING		8

static struct watched {
	struct metric metric;
	char labels[64];
	enum health state;
	int64_t since;		/* ms; 0: it was never run */
} watched[HEALTH_CHECKS];

static struct timer timer;
static struct op_call *asking[ASKING];	/* who wants all looked at */

static enum health run(size_t i, struct buf *says, struct buf *remedy)
{
	enum health state = health_at(i)->run(says, remedy);
	struct watched *w = &watched[i];

	if (w->since == 0 || state != w->state)
		w->since = now_ms();
	w->state = state;
	metric_set(&w->metric, (int64_t)state);
	return state;
}

/* Answered by the core: it turns, or there is no answer. */
static void live_run(struct op_call *c)
{
	op_field(c, "status", STRV("ok"));
	op_done(c);
}

static void ready_run(struct op_call *c)
{
	const struct health_check *h;
	struct buf reasons, says, remedy;

	buf_init(&reasons, 8192);
	buf_init(&says, 1024);
	buf_init(&remedy, 1024);
	for (size_t i = 0; (h = health_at(i)) != NULL; i++) {
		buf_clear(&says);
		buf_clear(&remedy);
		if (!h->ready || run(i, &says, &remedy) != HEALTH_CRITICAL)
			continue;
		buf_addf(&reasons, "%s%s: %s", reasons.n ? "; " : "", h->name,
		    says.p);
	}
	if (reasons.n) {
		op_fail(c, OP_BUSY, "%s", reasons.p);
	} else {
		op_field(c, "status", STRV("ok"));
		op_done(c);
	}
	buf_deinit(&reasons);
	buf_deinit(&says);
	buf_deinit(&remedy);
}

static bool wanted(struct op_call *c, const struct health_check *h)
{
	struct strv name;

	for (size_t i = 0; (name = op_nth(c, "check", i)).p; i++)
		if (strv_eq(name, strv(h->name)))
			return true;
	return !op_given(c, "check");
}

/* false: the call has been failed */
static bool checks_known(struct op_call *c)
{
	const struct health_check *h;
	struct strv name;

	for (size_t n = 0; (name = op_nth(c, "check", n)).p; n++) {
		struct near near = near_to(name);
		size_t i = 0;

		while ((h = health_at(i)) != NULL && !strv_eq(name,
		    strv(h->name))) {
			near_offer(&near, h->name);
			i++;
		}
		if (h)
			continue;
		op_fail(c, OP_NOT_FOUND, "there is no check \"%.*s\"%s%s",
		    STRV_ARG(name), near.best ? "; did you mean " : "",
		    near.best ? near.best : "");
		return false;
	}
	return true;
}

/* The shell's exit codes: 10 for warn, 11 for critical. */
static void list_run(struct op_call *c)
{
	static const int exits[] = { 0, 10, 11 };
	const struct health_check *h;
	enum health worst = HEALTH_OK, state;
	struct buf says, remedy;

	if (!checks_known(c))
		return;
	buf_init(&says, 1024);
	buf_init(&remedy, 1024);
	op_list(c);
	for (size_t i = 0; (h = health_at(i)) != NULL; i++) {
		buf_clear(&says);
		buf_clear(&remedy);
		if (!wanted(c, h))
			continue;
		state = run(i, &says, &remedy);
		if (state > worst)
			worst = state;
		op_row(c);
		op_field(c, "check", strv(h->name));
		op_field(c, "state", strv(health_name(state)));
		op_field(c, "says", buf_strv(&says));
		op_field(c, "remedy", buf_strv(&remedy));
		op_field_time(c, "since", watched[i].since);
	}
	op_exit(c, exits[worst]);
	buf_deinit(&says);
	buf_deinit(&remedy);
	op_done(c);
}

/* --- looking again ----------------------------------------------------------- */

static void looked(void *arg)
{
	struct op_call **place = arg, *c = *place;

	*place = NULL;
	list_run(c);
}

static void look_run(struct op_call *c)
{
	size_t i = 0;

	while (i < ASKING && asking[i])
		i++;
	if (i < ASKING)
		asking[i] = c;
	if (i < ASKING && checks_look(looked, &asking[i]))
		return;
	if (i < ASKING)
		asking[i] = NULL;
	op_fail(c, OP_BUSY, "others wait for that already; ask again soon");
}

/* --- in /metrics --------------------------------------------------------------- */

static void due(void *arg)
{
	struct buf says, remedy;

	(void)arg;
	buf_init(&says, 1024);
	buf_init(&remedy, 1024);
	for (size_t i = 0; health_at(i); i++) {
		buf_clear(&says);
		buf_clear(&remedy);
		(void)run(i, &says, &remedy);
	}
	buf_deinit(&says);
	buf_deinit(&remedy);
	timer_set(&timer, EVERY_MS);
}

void health_watch_start(void)
{
	const struct health_check *h;

	for (size_t i = 0; (h = health_at(i)) != NULL; i++) {
		struct watched *w = &watched[i];

		(void)snprintf(w->labels, sizeof(w->labels), "check=\"%s\"",
		    h->name);
		w->metric = (struct metric)GAUGE("parley_health_check_status",
		    w->labels, "What a check of parley health says: 0 ok, "
		    "1 warn, 2 critical.");
		metric_register(&w->metric, 1);
	}
	timer_init(&timer, "health", due, NULL);
	timer_set(&timer, 0);
}

/* Who still waits has no answer to come: the workers are ending. */
void health_watch_stop(void)
{
	timer_cancel(&timer);
	for (size_t i = 0; health_at(i); i++)
		metric_forget(&watched[i].metric, 1);
}

#define CHECKS_ANSWER \
	"[check state=ok|warn|critical says remedy since:time] exit:int~"

static const struct op_arg checks_args[] = {
	{ "check", ARG_REPEAT, "check", "only the check of this name; may be "
	  "repeated", IS_TEXT(1, 64) },
	{ 0 }
};

static const struct op ops[] = {
	{ "", "GET", "/health/live", CAP_ANYONE, OP_CORE, NULL,
	  "does the core turn", live_run,
	  "status=ok" },
	{ "", "GET", "/health/ready", CAP_ANYONE, OP_CORE, NULL,
	  "can it take messages; 503 with the reasons", ready_run,
	  "status=ok" },
	{ "health", "GET", "/health/checks", CAP_VIEW, OP_CORE, checks_args,
	  "what is wrong, and how to mend it", list_run, CHECKS_ANSWER },
	{ "health run", "POST", "/health/checks/run", CAP_OPERATE, OP_CORE,
	  checks_args, "the same, after a look at each page of the databases "
	  "and at all else that is not looked at each time", look_run,
	  CHECKS_ANSWER },
};

static void complete_check(struct strv prefix, complete_offer_fn *offer,
    void *arg)
{
	const struct health_check *h;

	for (size_t i = 0; (h = health_at(i)) != NULL; i++)
		if (strncmp(h->name, prefix.p, prefix.n) == 0 &&
		    !offer(strv(h->name), arg))
			return;
}

static const struct completer names = { "check", complete_check };

void ops_health(void)
{
	complete_register(&names, 1);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
