/* suppose.c - explain what would be: by a draft, at another time of the day. */

#include <stdlib.h>

#include "base/alloc.h"
#include "dir/gateways.h"
#include "dir/routes.h"
#include "flow/suppose.h"
#include "flow/term.h"
#include "op/filter.h"
#include "store/drafts.h"

#define GATEWAYS	1000

/* --- what ---------------------------------------------------------------- */

static int two_digits(struct strv s)
{
	return s.n == 2 && s.p[0] >= '0' && s.p[0] <= '9' && s.p[1] >= '0' &&
	    s.p[1] <= '9' ? (s.p[0] - '0') * 10 + s.p[1] - '0' : -1;
}

/* "22:30", by the clock of rules with times; or any time. */
static bool read_minute(struct op_call *c, int *minute)
{
	struct strv rest, text = op_text(c, "at");
	int hours = two_digits(strv_split(text, ':', &rest));
	int minutes = two_digits(rest);
	int64_t ms;

	*minute = -1;
	if (text.n == 0)
		return true;
	if (hours >= 0 && hours < 24 && minutes >= 0 && minutes < 60) {
		*minute = hours * 60 + minutes;
		return true;
	}
	if (!when_parse(text, &ms)) {
		op_fail(c, OP_INVALID, "at: \"%.*s\" is no time: give one as "
		    "22:30 or 2026-11-20T22:30Z", STRV_ARG(text));
		return false;
	}
	*minute = (int)term_minute_of(ms);
	return true;
}

bool suppose_read(struct op_call *c, struct suppose *s)
{
	struct strv name = op_text(c, "draft");

	*s = (struct suppose){ .minute = -1 };
	if (name.n)
		s->draft = draft_find(op_actor(c), name);
	if (!name.n || s->draft)
		return read_minute(c, &s->minute);
	op_fail(c, OP_NOT_FOUND, "you have no draft \"%.*s\"; show "
	    "configuration drafts lists yours", STRV_ARG(name));
	return false;
}

void suppose_say(const struct suppose *s, struct buf *out)
{
	if (s->draft)
		buf_addf(out, "by draft %s, which is not in force",
		    s->draft->name);
	if (s->minute >= 0)
		buf_addf(out, "%sat %02d:%02d", out->n ? "; " : "",
		    s->minute / 60, s->minute % 60);
	if (out->n)
		buf_addz(out, "\n\n");
}

/* --- the draft ----------------------------------------------------------- */

struct supposing {
	const struct suppose *s;
	void (*fn)(void *arg);
	void *arg;
};

static void timed(void *arg)
{
	struct supposing *g = arg;

	term_suppose(g->s->minute);
	g->fn(g->arg);
	term_suppose(-1);
}

/* As their port would list them before they are up. */
static struct gateway *gateways_made(size_t *n)
{
	const char **names = xalloc(GATEWAYS * sizeof(*names));
	size_t all = conf_names("gateway", names, GATEWAYS);
	struct gateway *made;

	all = all < GATEWAYS ? all : GATEWAYS;
	made = xalloc((all + 1) * sizeof(*made));
	*n = 0;
	for (size_t i = 0; i < all; i++) {
		bool fixed = strcmp(conf_text("gateway", names[i],
		    "network"), "fixed") == 0;

		if (gateway_find(strv(names[i])))
			continue;
		made[*n] = (struct gateway){ .name = names[i], .port = "sms",
			.service = fixed ? "sms-fixed" : "sms",
			.state = GATEWAY_DOWN, .why = "not committed" };
		gateway_add(&made[(*n)++]);
	}
	free(names);
	return made;
}

static void drafted(void *arg)
{
	struct gateway *made;
	size_t n;

	term_apply();
	made = gateways_made(&n);
	routes_under(timed, arg);
	for (size_t i = 0; i < n; i++)
		gateway_remove(&made[i]);
	free(made);
}

void suppose_run(const struct suppose *s, void (*fn)(void *arg), void *arg)
{
	struct supposing g = { s, fn, arg };
	struct conf_edit *e;

	if (!s->draft) {
		timed(&g);
		return;
	}
	e = conf_edit_rebase(s->draft->edit);
	conf_edit_under(e, drafted, &g);
	conf_edit_free(e);
	term_apply();
}
