/* show_search.c - messages by any of the names they have. */

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "dir/show_priv.h"
#include "dir/site.h"
#include "loop/work.h"
#include "store/search.h"

#define BUDGET_MS	500	/* of one request; a cursor goes on */

struct searching {
	struct op_call *c;
	struct search q;
	struct buf key;
	int64_t left;
	uint64_t last;
	size_t legs;
	const char *by;
	bool full;
};

/* One row for a message, from its first leg; the others are counted. */
static bool one_leg(const struct query_leg *l, void *arg)
{
	struct searching *s = arg;
	struct op_call *c = s->c;
	char id[ID_MESSAGE_TEXT], state[16];
	size_t i = 0;

	if (s->legs++)
		return true;
	for (const char *p = leg_state_name(l->state); *p && i < 15; p++)
		state[i++] = (char)tolower((unsigned char)*p);
	state[i] = 0;
	id_message_text(id_message_of(l->leg), id);
	op_row(c);
	op_field_time(c, "time", l->received);
	op_field(c, "id", strv(id));
	op_field(c, "matched", strv(s->by));
	op_field(c, "from", l->from);
	op_field(c, "to", l->to);
	op_field(c, "kind", strv(message_kind_name(l->kind)));
	op_field(c, "state", strv(state));
	op_field(c, "reason", l->why);
	op_field(c, "hop", l->hop);
	op_field_int(c, "size", l->size);
	return true;
}

static bool one(uint64_t message, const char *by, void *arg)
{
	struct searching *s = arg;

	if (s->left == 0) {
		s->full = true;
		return false;
	}
	s->left--;
	s->last = message;
	s->by = by;
	s->legs = 0;
	if (query_message(message, one_leg, s) == ERR_OK && s->legs)
		op_field_int(s->c, "legs", (int64_t)s->legs);
	return true;
}

static void next(struct op_call *c, uint64_t before)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, before);
	op_next(c, strv(text));
}

static void finish(struct searching *s, enum err e, uint64_t rest)
{
	struct op_call *c = s->c;

	if (s->full)
		next(c, s->last);
	else if (rest)
		next(c, rest);
	if (e == ERR_OK)
		op_done(c);
	else
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
	buf_deinit(&s->key);
	free(s);
}

/* In WORK_SLOW: through what only the disk knows. */
static void look_far(void *arg)
{
	struct searching *s = arg;
	uint64_t stopped = s->q.before;
	enum err e = ERR_OK;

	if (!work_is_stopping())
		e = search_messages(&s->q, one, s, &stopped);
	finish(s, e, stopped);
}

static void look_near(struct searching *s)
{
	uint64_t rest;
	bool own;
	enum err e;

	op_list(s->c);
	e = search_recent(&s->q, one, s, &rest, &own);
	s->q.before = rest;
	if (e != ERR_OK || s->full || !rest || own) {
		finish(s, e, rest);
	} else if (!work_put(WORK_SLOW, look_far, NULL, s)) {
		op_fail(s->c, OP_BUSY, "too many search through old messages "
		    "at this moment; try again");
		buf_deinit(&s->key);
		free(s);
	}
}

void show_search(struct op_call *c)
{
	struct searching *s = xalloc(sizeof(*s));
	struct site site;

	s->c = c;
	s->left = op_int(c, "limit");
	s->q = (struct search){ .text = op_text(c, "text"),
		.before = (uint64_t)op_int(c, "cursor"),
		.budget_ms = BUDGET_MS };
	buf_init(&s->key, ADDR_MAX);
	site_snapshot(&site);
	if (site_key(&site, s->q.text, &s->key) == ERR_OK)
		s->q.key = buf_strv(&s->key);
	site_deinit(&site);
	look_near(s);
}
