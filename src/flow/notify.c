/* notify.c - at most one UCN of a sender to a recipient in a time. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"
#include "base/id.h"
#include "base/list.h"
#include "base/map.h"
#include "base/now.h"
#include "conf/conf.h"
#include "flow/notify.h"
#include "store/journal.h"

#define PAIRS_MAX	65536	/* the one longest unused gives way */
#define PLANNED		UINT64_MAX	/* the journal gives its leg an id */
#define LOST_MS		60000	/* then one that was planned never came */

/* A sender and a recipient; one allocation with its key. */
struct pair {
	struct list age;
	struct strv key;
	int64_t sent;		/* ms: the last one; 0: none */
	uint64_t gone;		/* it */
	int64_t due;		/* ms: the one that waits */
	uint64_t leg;		/* it; 0: none */
	unsigned count;		/* messages it stands for */
	char bytes[];
};

static struct map pairs;
static struct list by_age = { &by_age, &by_age };

static int64_t interval(void)
{
	return conf_int("policy ucn", "", "interval");
}

static void forget(struct pair *p)
{
	list_del(&p->age);
	(void)map_del(&pairs, p->key);
	free(p);
}

static struct pair *pair_new(struct strv key)
{
	struct pair *p = xalloc(sizeof(*p) + key.n);

	if (pairs.n >= PAIRS_MAX)
		forget(LIST_ENTRY(by_age.next, struct pair, age));
	memcpy(p->bytes, key.p, key.n);
	p->key = (struct strv){ p->bytes, key.n };
	list_init(&p->age);
	(void)map_set(&pairs, p->key, p);
	return p;
}

/* NULL: nothing is known, and make is not set. */
static struct pair *pair_of(struct strv sender, struct strv recipient,
    bool make)
{
	struct pair *p;
	struct buf key;

	buf_init(&key, BUF_NO_LIMIT);
	buf_addf(&key, "%.*s %.*s", STRV_ARG(sender), STRV_ARG(recipient));
	p = map_get(&pairs, buf_strv(&key));
	if (!p && make)
		p = pair_new(buf_strv(&key));
	buf_deinit(&key);
	if (p && make) {
		list_del(&p->age);
		list_push(&by_age, &p->age);
	}
	return p;
}

int64_t notify_plan(struct strv sender, struct strv recipient, int64_t at,
    bool peek)
{
	struct pair *p = pair_of(sender, recipient, !peek);
	int64_t due = at;

	if (p && p->sent && p->sent + interval() > due)
		due = p->sent + interval();
	if (peek)
		return p && p->leg ? 0 : due;
	if (p->leg == PLANNED && p->due + LOST_MS < now_ms())
		p->leg = 0;
	p->count++;
	if (p->leg)
		return 0;
	p->leg = PLANNED;
	p->due = due;
	p->count = 1;
	return due;
}

void notify_is(struct strv sender, struct strv recipient, uint64_t leg)
{
	struct pair *p = pair_of(sender, recipient, false);

	if (p && p->leg == PLANNED)
		p->leg = leg;
}

int64_t notify_go(struct strv sender, struct strv recipient, uint64_t leg,
    unsigned *count)
{
	struct pair *p = pair_of(sender, recipient, true);
	bool again = p->gone == leg;
	bool waits = p->leg == leg || (p->leg == PLANNED && !again);
	int64_t now = now_ms(), due = waits ? p->due : 0;

	/* since it was planned another one may have been tried again */
	if (p->sent && !again && p->sent + interval() > due)
		due = p->sent + interval();
	/* a clock that was set back shall not hold it for long */
	if (now < due && due - now <= 2 * interval())
		return due;
	*count = waits ? p->count : 1;
	if (waits) {
		p->leg = 0;
		p->count = 0;
	}
	p->sent = now;
	p->gone = leg;
	return 0;
}

void notify_drop(struct strv sender, struct strv recipient, uint64_t leg)
{
	struct pair *p = pair_of(sender, recipient, false);

	if (!p || (p->leg != leg && p->leg != PLANNED))
		return;
	p->leg = 0;
	p->count = 0;
}

void notify_replaced(struct strv sender, struct strv recipient,
    uint64_t message)
{
	struct pair *p = pairs.n ? pair_of(sender, recipient, false) : NULL;

	if (!p || p->leg == 0 || (p->leg != PLANNED &&
	    id_message_of(p->leg) != message))
		return;
	p->leg = 0;
	p->count = 0;
}

/* --- life ----------------------------------------------------------------- */

static void load(const struct journal_ucn *u)
{
	struct pair *p = pair_of(u->sender, u->recipient, true);

	if (!u->waits) {
		p->sent = u->at;
		p->gone = u->leg;
		return;
	}
	p->leg = u->leg;
	p->count = 1;
	p->due = p->sent && p->sent + interval() > u->at ?
	    p->sent + interval() : u->at;
}

void notify_start(void)
{
	map_init(&pairs);
	(void)journal_ucns(now_ms() - interval(), load);
}

void notify_stop(void)
{
	while (!list_empty(&by_age))
		forget(LIST_ENTRY(by_age.next, struct pair, age));
	map_deinit(&pairs);
}
