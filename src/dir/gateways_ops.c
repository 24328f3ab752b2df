/* gateways_ops.c - operations on gateways at work: drain, disable, rate. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "dir/gateways.h"
#include "dir/overrides.h"

#define RATE_MAX	100000
#define LINK		(1u << OVERRIDE_LINK)
#define RATE		(1u << OVERRIDE_RATE)

/* What holds now, and how to take it back; %s: the gateway. */
static const char drained[] = "%.*s takes nothing new, finishes what is out "
    "and unbinds; messages go by other gateways or wait. Take it back: "
    "gateway enable %.*s";
static const char disabled[] = "the link of %.*s is down; messages go by "
    "other gateways or wait. Take it back: gateway enable %.*s";
static const char limited[] = "%.*s sends at this rate, whatever its settings "
    "say. Take it back: gateway clear-override %.*s";
static const char freed[] = "%.*s works as its settings say: show gateways "
    "%.*s";

struct changing {
	struct op_call *c;
	const char *says;
};

static struct strv name_of(const struct op_call *c)
{
	return op_text(c, "name");
}

static void changed(enum err e, void *arg)
{
	struct changing *g = arg;
	struct strv name = name_of(g->c);
	struct buf says;

	if (e != ERR_OK) {
		op_fail(g->c, OP_FAILED, "nothing was changed: the disk "
		    "refused it; see the log of the daemon");
		free(g);
		return;
	}
	buf_init(&says, 1000);
	/* one of the four texts above */
	if (g->says == drained)
		buf_addf(&says, drained, STRV_ARG(name), STRV_ARG(name));
	else if (g->says == disabled)
		buf_addf(&says, disabled, STRV_ARG(name), STRV_ARG(name));
	else if (g->says == limited)
		buf_addf(&says, limited, STRV_ARG(name), STRV_ARG(name));
	else
		buf_addf(&says, freed, STRV_ARG(name), STRV_ARG(name));
	op_field(g->c, "gateway", name);
	override_fields(g->c, name);
	op_field(g->c, "says", buf_strv(&says));
	op_done(g->c);
	buf_deinit(&says);
	free(g);
}

static struct changing *changing_new(struct op_call *c, const char *says)
{
	struct changing *g = xalloc(sizeof(*g));

	g->c = c;
	g->says = says;
	return g;
}

/* false: the call has failed. */
static bool is_there(struct op_call *c)
{
	if (gateway_find(name_of(c)))
		return true;
	op_fail(c, OP_NOT_FOUND, "there is no gateway \"%.*s\"; show gateways "
	    "lists them", STRV_ARG(name_of(c)));
	return false;
}

static void set(struct op_call *c, struct override_row *r, const char *action,
    const char *says)
{
	if (!is_there(c) || !override_args(c, r))
		return;
	r->name = name_of(c);
	override_set(r, op_who(c), action, changed, changing_new(c, says));
}

static void run_drain(struct op_call *c)
{
	struct override_row r = { .kind = OVERRIDE_LINK, .value = LINK_DRAIN };

	set(c, &r, "gateway drain", drained);
}

static void run_disable(struct op_call *c)
{
	struct override_row r = { .kind = OVERRIDE_LINK,
		.value = LINK_DISABLE };

	set(c, &r, "gateway disable", disabled);
}

static void run_rate(struct op_call *c)
{
	struct override_row r = { .kind = OVERRIDE_RATE,
		.value = op_int(c, "rate") };

	set(c, &r, "gateway rate", limited);
}

static void lift(struct op_call *c, unsigned kinds, const char *action)
{
	struct strv name = name_of(c);
	bool any = false;

	for (unsigned k = OVERRIDE_LINK; k <= OVERRIDE_RATE; k++)
		any |= (kinds & 1u << k) && override_find(k, name);
	if (any)
		override_lift(kinds, name, op_who(c), action, changed,
		    changing_new(c, freed));
	else if (is_there(c))
		op_fail(c, OP_CONFLICT, kinds == LINK ? "gateway %.*s is "
		    "neither drained nor disabled by anybody; if its settings "
		    "have enabled off, change them" : "nothing is set for "
		    "gateway %.*s but its settings", STRV_ARG(name));
}

static void run_enable(struct op_call *c)
{
	lift(c, LINK, "gateway enable");
}

static void run_clear(struct op_call *c)
{
	lift(c, LINK | RATE, "gateway clear-override");
}

#define NAME { "name", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "gateway", \
	"of the gateway", IS_TEXT(1, 64) }
#define ANSWER "gateway " OVERRIDE_ANSWER " says"
#define END { 0 }

static const struct op_arg set_args[] = { NAME, OVERRIDE_ARGS, END };
static const struct op_arg rate_args[] = {
	NAME,
	{ "rate", ARG_REQUIRED | ARG_POSITION, NULL,
	  "messages a second, 40 or 40/s; to stop it: gateway drain",
	  IS_INT(1, RATE_MAX, "messages/s") },
	OVERRIDE_ARGS, END
};
static const struct op_arg name_args[] = { NAME, END };

static const struct op ops[] = {
	{ "gateway drain", "POST", "/gateways/{name}/drain", CAP_OPERATE,
	  OP_CORE, set_args, "it takes nothing new, finishes what is out, and "
	  "unbinds", run_drain, ANSWER },
	{ "gateway disable", "POST", "/gateways/{name}/disable", CAP_OPERATE,
	  OP_CORE, set_args, "take its link down at once", run_disable, ANSWER },
	{ "gateway enable", "POST", "/gateways/{name}/enable", CAP_OPERATE,
	  OP_CORE, name_args, "end a drain or disable", run_enable, ANSWER },
	{ "gateway rate", "POST", "/gateways/{name}/rate", CAP_OPERATE,
	  OP_CORE, rate_args, "send faster or slower than its settings say",
	  run_rate, ANSWER },
	{ "gateway clear-override", "POST", "/gateways/{name}/clear-override",
	  CAP_OPERATE, OP_CORE, name_args, "end whatever was set for it at run "
	  "time", run_clear, ANSWER },
};

void gateways_register(void)
{
	overrides_register();
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
