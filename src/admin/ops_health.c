/* ops_health.c - is it alive, is it ready, and what is wrong. */

#include "admin/admin_priv.h"
#include "op/health.h"

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
		if (!h->ready || h->run(&says, &remedy) != HEALTH_CRITICAL)
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

/* The shell's exit codes: 10 for warn, 11 for critical. */
static void checks_run(struct op_call *c)
{
	static const int exits[] = { 0, 10, 11 };
	const struct health_check *h;
	enum health worst = HEALTH_OK, state;
	struct buf says, remedy;

	buf_init(&says, 1024);
	buf_init(&remedy, 1024);
	op_list(c);
	for (size_t i = 0; (h = health_at(i)) != NULL; i++) {
		buf_clear(&says);
		buf_clear(&remedy);
		state = h->run(&says, &remedy);
		if (state > worst)
			worst = state;
		op_row(c);
		op_field(c, "check", strv(h->name));
		op_field(c, "state", strv(health_name(state)));
		op_field(c, "says", buf_strv(&says));
		op_field(c, "remedy", buf_strv(&remedy));
	}
	op_exit(c, exits[worst]);
	buf_deinit(&says);
	buf_deinit(&remedy);
	op_done(c);
}

static const struct op ops[] = {
	{ "", "GET", "/health/live", CAP_ANYONE, OP_CORE, NULL,
	  "does the core turn", live_run,
	  "status=ok" },
	{ "", "GET", "/health/ready", CAP_ANYONE, OP_CORE, NULL,
	  "can it take messages; 503 with the reasons", ready_run,
	  "status=ok" },
	{ "health", "GET", "/health/checks", CAP_VIEW, OP_CORE, NULL,
	  "what is wrong, and how to mend it", checks_run,
	  "[check state=ok|warn|critical says remedy] exit:int~" },
};

void ops_health(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
