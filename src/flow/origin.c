/* origin.c - originating service: how much one sender may send. */

#include <stdlib.h>
#include <string.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/origin.h"
#include "flow/term.h"

#define SETS	4096		/* of WAYS entries each */
#define WAYS	4
#define COPIES	100		/* recipients of a text, at the most */

/*
 * The leaky bucket as the time at which it is empty again: an entry in the
 * past says nothing and may go.
 */
struct sender {
	uint64_t who;		/* hash of the key; 0: free */
	int64_t empty;		/* us on the clock of now_mono() */
};

/* Who got a text within the window. */
struct text {
	uint64_t what;		/* hash of sender and text; 0: free */
	int64_t until;		/* ms; the window ends */
	size_t n;
	uint32_t who[COPIES];	/* hashes of the recipients */
};

static struct sender (*senders)[WAYS];
static struct text (*texts)[WAYS];

static struct {
	int64_t gap;		/* us between two messages; 0: no limit */
	int64_t depth;		/* us that a burst may run ahead */
	size_t copies;		/* recipients of one text; 0: no limit */
	int64_t window;		/* ms */
	bool spam;
} limits;

void origin_apply(void)
{
	int64_t rate = conf_int("policy screening", "", "rate");

	limits.gap = rate ? INT64_C(60000000) / rate : 0;
	limits.depth = limits.gap * conf_int("policy screening", "", "burst");
	limits.copies = (size_t)conf_int("policy screening", "",
	    "duplicate-texts");
	limits.window = conf_int("policy screening", "", "duplicate-window");
	limits.spam = strcmp(conf_text("policy screening", "",
	    "limit-effect"), "spam") == 0;
	if (limits.gap && !senders)
		senders = xalloc(SETS * sizeof(*senders));
	if (limits.copies && !texts)
		texts = xalloc(SETS / WAYS * sizeof(*texts));
}

/* --- rate ----------------------------------------------------------------- */

/* Its entry, or the one that is empty first. */
static struct sender *sender_of(uint64_t who)
{
	struct sender *set = senders[who % SETS], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].who == who)
			return &set[i];
		if (set[i].empty < oldest->empty)
			oldest = &set[i];
	}
	return oldest;
}

/* Copies that are made of it. */
static uint32_t many(const struct message *m)
{
	return m->recipients ? m->recipients : 1;
}

static enum err check_rate(const struct message *m, struct plan *p)
{
	uint64_t who = map_hash(m->from) | 1;
	struct sender *s = sender_of(who);
	int64_t now = now_mono() * 1000, empty = now;
	int64_t cost = limits.gap * many(m);

	if (cost > limits.depth)
		cost = limits.depth;
	if (s->who == who && s->empty > now)
		empty = s->empty;
	if (empty + cost - now > limits.depth) {
		p->retry_after = (int32_t)((empty + cost - now -
		    limits.depth + 999999) / 1000000);
		term_note(p, "rate", false, "over policy screening rate: "
		    "again in %d s", p->retry_after);
		return ERR_BUSY;
	}
	term_note(p, "rate", true, "within policy screening rate");
	if (!p->explaining)
		*s = (struct sender){ who, empty + cost };
	return ERR_OK;
}

/* --- one text to many ------------------------------------------------------- */

static struct text *text_of(uint64_t what)
{
	struct text *set = texts[what % (SETS / WAYS)], *oldest = &set[0];

	for (size_t i = 0; i < WAYS; i++) {
		if (set[i].what == what)
			return &set[i];
		if (set[i].until < oldest->until)
			oldest = &set[i];
	}
	return oldest;
}

static bool has(const struct text *t, uint32_t who)
{
	for (size_t i = 0; i < t->n; i++)
		if (t->who[i] == who)
			return true;
	return false;
}

static enum err check_copies(const struct message *m, struct plan *p)
{
	uint64_t what = (m->text_hash ^ map_hash(m->from)) | 1;
	uint32_t who = (uint32_t)map_hash(p->recipient);
	int64_t now = now_mono();
	struct text *t = text_of(what);
	bool known = t->what == what && t->until > now;

	if (known && m->recipients == 0 && has(t, who))
		return ERR_OK;
	if ((known ? t->n : 0) + many(m) > limits.copies) {
		term_note(p, "duplicate text", false, "more than policy "
		    "screening duplicate-texts got this text");
		return ERR_FORBIDDEN;
	}
	if (p->explaining)
		return ERR_OK;
	if (!known) {
		t->what = what;
		t->until = now + limits.window;
		t->n = 0;
	}
	for (uint32_t i = 0; i < many(m); i++)
		t->who[t->n++] = who + i;
	return ERR_OK;
}

/* --- both ------------------------------------------------------------------- */

enum err origin_limit(const struct message *m, struct plan *p)
{
	enum err e = ERR_OK;

	if (limits.gap)
		e = check_rate(m, p);
	if (e == ERR_OK && limits.copies && m->text_hash)
		e = check_copies(m, p);
	if (e == ERR_OK)
		return ERR_OK;
	if (!limits.spam) {
		term_refused(m, p, SCREENED_LIMITED, e == ERR_BUSY ?
		    "rate" : "duplicate-texts");
		return e;
	}
	p->spam = true;
	p->retry_after = 0;
	return ERR_OK;
}
