/* show_messages.c - operations that look at messages: envelopes only. */

#include <ctype.h>
#include <inttypes.h>

#include "base/id.h"
#include "base/jsonw.h"
#include "base/now.h"
#include "dir/overrides.h"
#include "dir/show_priv.h"

/* --- words ---------------------------------------------------------------- */

static void lower(const char *s, char *out, size_t n)
{
	size_t i = 0;

	for (; s[i] && i + 1 < n; i++)
		out[i] = (char)tolower((unsigned char)s[i]);
	out[i] = 0;
}

static void state_word(enum leg_state s, char word[16])
{
	lower(leg_state_name(s), word, 16);
}

/* What the state means, for a person. */
static void says(const struct query_leg *l, struct buf *out)
{
	char at[NOW_TEXT];
	struct override hold;

	if (l->state == LEG_HELD && l->due > 0) {
		now_text(l->due, at);
		buf_addf(out, "is tried again at %s", at);
	} else if (l->state <= LEG_HELD && override_copy(OVERRIDE_HOLD,
	    l->hop, &hold)) {
		buf_addz(out, "waits: its queue is ");
		override_words(&hold, out);
	} else if (l->state == LEG_HELD) {
		buf_addz(out, "waits until its recipient can be reached");
	} else if (l->state == LEG_READY) {
		buf_addz(out, "waits for its turn");
	} else if (l->state == LEG_SENDING) {
		buf_addz(out, "is on its way");
	} else if (l->state == LEG_SENT) {
		buf_addz(out, "was taken by the next hop");
	} else if (l->state == LEG_DELIVERED) {
		buf_addz(out, "was delivered");
	} else if (l->state == LEG_DISPLAYED) {
		buf_addz(out, "was read");
	} else if (l->state == LEG_FAILED) {
		buf_addz(out, "failed for good");
	} else if (l->state == LEG_EXPIRED) {
		buf_addz(out, "was not delivered in time");
	} else if (l->state == LEG_SPAM) {
		buf_addz(out, "lies in the spam folder");
	} else {
		buf_addz(out, "was not needed");
	}
}

/* --- the list ------------------------------------------------------------- */

static bool one_leg(const struct query_leg *l, void *arg)
{
	struct show_page *p = arg;
	struct op_call *c = p->c;
	char id[ID_MESSAGE_TEXT], state[16];

	if (!show_row(p))
		return false;
	buf_addf(&p->last, "%" PRIu64, l->leg);
	id_message_text(id_message_of(l->leg), id);
	state_word(l->state, state);
	op_field_time(c, "time", l->received);
	op_field(c, "id", strv(id));
	op_field(c, "from", l->from);
	op_field(c, "to", l->recipient);
	op_field(c, "kind", strv(message_kind_name(l->kind)));
	op_field(c, "state", strv(state));
	op_field(c, "reason", l->why);
	op_field(c, "hop", l->hop);
	op_field_int(c, "tries", l->tries);
	op_field_int(c, "size", l->size);
	return true;
}

/* -1: any */
static int state_of(const struct op_call *c)
{
	char word[16];
	int state = -1;

	for (int i = 0; i < LEG_NSTATES; i++) {
		state_word((enum leg_state)i, word);
		if (op_is(c, "state", word))
			state = i;
	}
	return state;
}

static void list(struct op_call *c, struct query_filter *f)
{
	struct show_page page;
	struct buf from, to;
	bool down;

	buf_init(&from, ADDR_MAX);
	buf_init(&to, ADDR_MAX);
	show_page(c, &page);
	if (show_key(c, "from", &from, &f->from) &&
	    show_key(c, "to", &to, &f->to)) {
		f->since = op_when(c, "since");
		f->before = (uint64_t)op_int(c, "cursor");
		f->up = op_sort(c, &down).p && !down;
		op_list(c);
		show_end(&page, query_legs(f, one_leg, &page));
	}
	buf_deinit(&from);
	buf_deinit(&to);
}

void show_messages(struct op_call *c)
{
	struct query_filter f = { .hop = op_text(c, "gateway"),
		.why = op_text(c, "reason"), .state = state_of(c) };

	list(c, &f);
}

void show_spam(struct op_call *c)
{
	struct query_filter f = { .state = LEG_SPAM };

	list(c, &f);
}

/* --- one message ---------------------------------------------------------- */

struct one {
	struct op_call *c;
	struct jsonw legs;
	struct buf json;
	bool begun;
};

static void envelope(struct op_call *c, const struct query_leg *l)
{
	char id[ID_MESSAGE_TEXT];

	id_message_text(id_message_of(l->leg), id);
	op_field(c, "id", strv(id));
	op_field_time(c, "time", l->received);
	op_field(c, "kind", strv(message_kind_name(l->kind)));
	op_field(c, "from", l->from);
	op_field(c, "to", l->to);
	op_field(c, "conversation", l->conversation);
	op_field(c, "contribution", l->contribution);
	op_field(c, "imdn_id", l->imdn_id);
	op_field(c, "service", l->service);
	op_field(c, "in", l->in);
	op_field(c, "in_ref", l->in_ref);
	op_field(c, "type", l->type);
	op_field_int(c, "size", l->size);
	if (l->report_of) {
		id_message_text(l->report_of, id);
		op_field(c, "report_of", strv(id));
	}
}

static void time_member(struct jsonw *w, const char *name, int64_t ms)
{
	char text[NOW_TEXT];

	now_text(ms, text);
	jsonw_str(w, name, ms ? strv(text) : STRV_NONE);
}

static bool add_leg(const struct query_leg *l, void *arg)
{
	struct one *o = arg;
	struct jsonw *w = &o->legs;
	char id[ID_LEG_TEXT], state[16];
	struct buf text;

	if (!o->begun)
		envelope(o->c, l);
	o->begun = true;
	buf_init(&text, 500);
	says(l, &text);
	id_leg_text(l->leg, id);
	state_word(l->state, state);
	jsonw_object(w, NULL);
	jsonw_str(w, "leg", strv(id));
	jsonw_str(w, "recipient", l->recipient);
	jsonw_str(w, "port", l->port);
	jsonw_str(w, "hop", l->hop);
	jsonw_str(w, "role", strv(leg_role_name(l->role)));
	jsonw_str(w, "state", strv(state));
	jsonw_str(w, "says", buf_strv(&text));
	jsonw_str(w, "reason", l->why);
	jsonw_int(w, "tries", l->tries);
	time_member(w, "due", l->due);
	time_member(w, "expires", l->expires);
	jsonw_str(w, "device", l->device);
	jsonw_str(w, "reached", l->reached);
	jsonw_str(w, "ref", l->ref);
	jsonw_end(w);
	buf_deinit(&text);
	return true;
}

void show_message(struct op_call *c)
{
	struct one o = { .c = c };
	struct strv text = op_text(c, "id");
	uint64_t id;
	enum err e = query_find(text, &id);

	buf_init(&o.json, BUF_NO_LIMIT);
	jsonw_init(&o.legs, &o.json);
	jsonw_array(&o.legs, NULL);
	if (e == ERR_OK)
		e = query_message(id, add_leg, &o);
	jsonw_end(&o.legs);
	if (e == ERR_OK && o.begun) {
		op_field_json(c, "legs", buf_strv(&o.json));
		op_done(c);
	} else if (e == ERR_STORAGE) {
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
	} else {
		op_fail(c, OP_NOT_FOUND, "no message is known as \"%.*s\"",
		    STRV_ARG(text));
	}
	buf_deinit(&o.json);
}
