/* overrides_show.c - what operators set at run time, in words and fields. */

#include <inttypes.h>

#include "base/jsonw.h"
#include "base/now.h"
#include "dir/overrides.h"

#define OVERRIDE_MAX_MS	(INT64_C(31) * 86400000)

/* "drain", "disable", "rate", "hold" */
static const char *what(const struct override *o)
{
	static const char *const links[] = { "", "drain", "disable" };

	return o->kind == OVERRIDE_RATE ? "rate" : o->kind == OVERRIDE_HOLD ?
	    "hold" : links[o->value == LINK_DISABLE ? 2 : 1];
}

void override_words(const struct override *o, struct buf *out)
{
	char at[NOW_TEXT];

	if (o->kind == OVERRIDE_RATE)
		buf_addf(out, "limited to %" PRId64 "/s", o->value);
	else
		buf_addz(out, o->kind == OVERRIDE_HOLD ? "held" :
		    o->value == LINK_DRAIN ? "drained" : "disabled");
	now_text(o->since, at);
	buf_addf(out, " by %s since %s", o->who, at);
	now_text(o->until, at);
	if (o->until)
		buf_addf(out, " until %s", at);
	if (*o->reason)
		buf_addf(out, " (%s)", o->reason);
}

static void time_member(struct jsonw *w, const char *name, int64_t ms)
{
	char at[NOW_TEXT];

	now_text(ms, at);
	jsonw_str(w, name, ms ? strv(at) : STRV_NONE);
}

static void one(const struct override *o, struct jsonw *w, struct buf *words)
{
	jsonw_object(w, NULL);
	jsonw_str(w, "what", strv(what(o)));
	jsonw_int(w, "value", o->value);
	jsonw_str(w, "by", strv(o->who));
	jsonw_str(w, "reason", strv(o->reason));
	time_member(w, "since", o->since);
	time_member(w, "until", o->until);
	jsonw_end(w);
	if (words->n)
		buf_addz(words, "; ");
	override_words(o, words);
}

void override_fields(struct op_call *c, struct strv gateway)
{
	struct buf json, words;
	struct jsonw w;

	buf_init(&json, BUF_NO_LIMIT);
	buf_init(&words, BUF_NO_LIMIT);
	jsonw_init(&w, &json);
	jsonw_array(&w, NULL);
	for (unsigned k = OVERRIDE_LINK; k <= OVERRIDE_RATE; k++) {
		const struct override *o = override_find(k, gateway);

		if (o)
			one(o, &w, &words);
	}
	jsonw_end(&w);
	op_field(c, "override", buf_strv(&words));
	op_field_json(c, "overrides", buf_strv(&json));
	buf_deinit(&json);
	buf_deinit(&words);
}

bool override_args(struct op_call *c, struct override_row *r)
{
	struct strv reason = op_text(c, "reason");
	int64_t span = op_span(c, "for"), now = now_ms();

	r->since = now;
	r->who = op_actor(c);
	r->reason = reason.p ? reason : STRV("");
	r->until = op_when(c, "until");
	if (span && r->until) {
		op_fail(c, OP_INVALID, "--for or --until, not both");
	} else if (op_given(c, "until") && (r->until <= now ||
	    r->until - now > OVERRIDE_MAX_MS)) {
		op_fail(c, OP_INVALID, "--until: a time in the next 31 days");
	} else {
		if (span)
			r->until = now + span;
		return true;
	}
	return false;
}
