/* show_search.c - messages by any of the names they have. */

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/id.h"
#include "dir/show_priv.h"
#include "dir/site.h"
#include "store/search.h"

#define BUDGET_MS	500	/* of one request; a cursor goes on */

struct searching {
	struct op_call *c;
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

void show_search(struct op_call *c)
{
	struct searching s = { .c = c };
	struct search q = { .text = op_text(c, "text"),
		.budget_ms = BUDGET_MS };
	struct site site;
	struct buf key;
	uint64_t stopped = 0;
	int64_t before;
	enum err e;

	if (!op_int(c, "limit", 1, SHOW_PAGE_MAX, SHOW_PAGE, &s.left) ||
	    !op_int(c, "cursor", 0, INT64_MAX >> 8, 0, &before))
		return;
	buf_init(&key, ADDR_MAX);
	site_snapshot(&site);
	if (site_key(&site, q.text, &key) == ERR_OK)
		q.key = buf_strv(&key);
	site_deinit(&site);
	q.before = (uint64_t)before;
	op_list(c);
	e = search_messages(&q, one, &s, &stopped);
	if (s.full)
		next(c, s.last);
	else if (stopped)
		next(c, stopped);
	if (e == ERR_OK)
		op_done(c);
	else
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
	buf_deinit(&key);
}
