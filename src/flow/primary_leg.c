/* primary_leg.c - legs by SMS to a phone, until it has IP after all. */

#include <stdint.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "base/now.h"
#include "core/addr.h"
#include "core/content.h"
#include "core/message.h"
#include "dir/link.h"
#include "dir/ucn.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/notify.h"
#include "flow/primary.h"
#include "flow/sched.h"
#include "flow/term.h"
#include "flow/trace.h"
#include "store/journal.h"

#define KEPT_MAX	4096	/* legs in memory; the others come from disk */
#define PAGE		64	/* legs read at once */
#define KEPT_SIZE	8192	/* bytes of a message */

/* Legs HELD that wait for their time, of one user. */
struct kept {
	uint64_t user;
	struct list legs;
};

static struct map kept;		/* by user.id */
static size_t n_kept;

/* --- what to do ----------------------------------------------------------- */

enum turn { GO, BY_IP, NEVER, LATER };

static enum turn look(const struct leg *l, int64_t *due)
{
	const struct user *u = user_find(l->recipient);
	struct primary p;
	int64_t wait;

	if (!u || !primary_find(u, &p))
		return GO;	/* it was promised */
	if (p.access == ACCESS_IP && strv_eq(p.device, l->device))
		return l->role == LEG_COPY ? BY_IP : NEVER;
	wait = term_quiet_ms(u, PRIMARY_QUIET_MS);
	if (wait == 0 && l->device.n)
		wait = access_wait(u);
	*due = now_ms() + wait;
	return wait > 0 && *due < l->expires ? LATER : GO;
}

/* The sender's number rather than another address of his. */
static struct strv sender_of(const struct message *m)
{
	const struct user *u = user_find(m->from);
	struct strv number = u ? user_number(u) : STRV_NONE;

	if (m->anonymous || strv_caseeq(addr_host(m->from),
	    STRV("anonymous.invalid")))
		return STRV_NONE;
	return number.n ? number : m->from;
}

static void write_text(struct leg *l, unsigned count)
{
	struct message *m = l->message;
	const struct user *u = user_find(l->recipient);
	struct ucn_facts f = { .sender = sender_of(m), .count = count,
		.expires = m->expires, .id = m->imdn_id,
		.language = u ? u->language : STRV_NONE };
	struct buf text, link;

	buf_init(&text, UCN_TEXT);
	buf_init(&link, LINK_MAX);
	if (link_make(l->id, &link)) {
		f.link = buf_strv(&link);
		f.expires = link_ends(m->received, l->expires);
	}
	if (m->content)
		ucn_look(&f, m->content);
	ucn_text(&text, &f);
	l->text = message_str(m, buf_strv(&text));
	buf_deinit(&link);
	buf_deinit(&text);
}

/* A UCN that may go by its access may also go by its interval. */
static enum turn look_again(struct leg *l, int64_t *due, unsigned *count)
{
	enum turn t = look(l, due);

	*count = 1;
	if (t != GO || l->role != LEG_UCN)
		return t;
	*due = notify_go(l->message->from, l->recipient, l->id, count);
	return *due && *due < l->expires ? LATER : GO;
}

bool primary_goes(struct leg *l)
{
	int64_t due;
	unsigned count;

	if (look_again(l, &due, &count) != GO)
		return false;
	if (l->role == LEG_UCN)
		write_text(l, count);
	return true;
}

/* --- instead -------------------------------------------------------------- */

/* The original waits for its device; or is on its way there. */
static void cancel(struct leg *l)
{
	notify_drop(l->message->from, l->recipient, l->id);
	trace_step(l->message->id, LANE_PF, LANE_PF,
	    "notification not needed: the phone has IP");
	leg_move(l, LEG_CANCELLED, ERR_OK);
	journal_move(l);
	submit_leg_waits(l);
	leg_free(l);
}

static void by_ip(struct leg *l)
{
	trace_step(l->message->id, LANE_PF, LANE_PF,
	    "no SMS: the phone has IP");
	sched_by_ip(l);
}

static void hold(struct leg *l, int64_t due)
{
	if (l->state != LEG_HELD)
		leg_move(l, LEG_HELD, ERR_OFFLINE);
	l->due = due;
	trace_step(l->message->id, LANE_PF, LANE_STORE,
	    "waits for the phone to register, or its turn");
	journal_move(l);
	submit_leg_waits(l);
	if (!primary_keeps(l))
		leg_free(l);
}

void primary_turn(struct leg *l)
{
	int64_t due = 0;
	unsigned count;

	switch (look_again(l, &due, &count)) {
	case BY_IP:
		by_ip(l);
		break;
	case NEVER:
		cancel(l);
		break;
	case GO:	/* its time has come between two looks */
		hold(l, now_ms());
		break;
	case LATER:
		hold(l, due);
		break;
	}
}

/* The text is more than SMS carries after all: it is told of. */
static bool tell(struct leg *l)
{
	int64_t now = now_ms(), due = notify_plan(l->message->from,
	    l->recipient, now, false);

	if (due == 0)
		return false;
	trace_step(l->message->id, LANE_PF, LANE_PF,
	    "cannot be an SMS: a notification instead");
	l->role = LEG_UCN;
	notify_is(l->message->from, l->recipient, l->id);
	l->late = l->device;
	l->late_port = USER_PORT;
	sched_again(l, due);
	return true;
}

bool primary_failed(struct leg *l, enum err why)
{
	if (l->role != LEG_COPY || l->expires <= now_ms())
		return false;
	l->why = why;
	if ((why == ERR_TOO_BIG || why == ERR_BAD_CONTENT) && tell(l))
		return true;
	if (!l->device.n)
		return false;
	trace_step(l->message->id, LANE_PF, LANE_STORE,
	    "SMS failed: %s; waits for the phone to register",
	    err_info(why)->text);
	sched_return(l);
	return true;
}

/* --- those that wait ------------------------------------------------------ */

static struct kept *kept_of(const struct user *u, bool make)
{
	struct kept *k = map_get_u64(&kept, u->id);

	if (k || !make)
		return k;
	k = xalloc(sizeof(*k));
	k->user = u->id;
	list_init(&k->legs);
	(void)map_set_u64(&kept, k->user, k);
	return k;
}

static void kept_mend(struct kept *k)
{
	if (!list_empty(&k->legs))
		return;
	(void)map_del_u64(&kept, k->user);
	free(k);
}

static void let_go(struct leg *l)
{
	list_del(&l->hook);
	n_kept--;
}

bool primary_keeps(struct leg *l)
{
	const struct user *u;

	if (l->role != LEG_COPY || l->state != LEG_HELD || !l->device.n ||
	    l->due <= now_ms() || n_kept >= KEPT_MAX ||
	    !l->message->content || l->message->content->bytes.n > KEPT_SIZE)
		return false;
	u = user_find(l->recipient);
	if (!u)
		return false;
	list_push(&kept_of(u, true)->legs, &l->hook);
	n_kept++;
	return true;
}

void primary_loaded(const struct leg *l)
{
	const struct user *u = n_kept ? user_find(l->recipient) : NULL;
	struct kept *k = u ? kept_of(u, false) : NULL;

	if (!k)
		return;
	LIST_FOR(h, &k->legs) {
		struct leg *other = LIST_ENTRY(h, struct leg, hook);

		if (other->id != l->id)
			continue;
		let_go(other);
		leg_free(other);
	}
	kept_mend(k);
}

void primary_ended(const struct leg *l)
{
	primary_loaded(l);
	if (l->role == LEG_UCN)
		notify_drop(l->message->from, l->recipient, l->id);
}

static void wake(struct leg *l)
{
	int64_t due;
	enum turn t = look(l, &due);

	if (l->expires <= now_ms()) {
		let_go(l);
		leg_free(l);	/* the disk has it, and ends it */
	} else if (t == BY_IP || t == NEVER) {
		let_go(l);
		primary_turn(l);
	}
}

static void wake_kept(const struct user *u)
{
	struct kept *k = n_kept ? kept_of(u, false) : NULL;

	if (!k)
		return;
	LIST_FOR(h, &k->legs)
		wake(LIST_ENTRY(h, struct leg, hook));
	kept_mend(k);
}

/* For a gateway that is down, or from before a start. */
static void on_disk(enum err e, struct leg **legs, size_t n, bool more,
    void *arg)
{
	const struct user *u = user_by_id((uintptr_t)arg);
	uint64_t last = n ? legs[n - 1]->id : 0;
	int64_t due;

	(void)e;
	for (size_t i = 0; i < n; i++) {
		struct leg *l = legs[i];

		if (!sched_has(l->id) && !journal_is_unsaved(l->id) &&
		    l->expires > now_ms() && look(l, &due) == BY_IP)
			primary_turn(l);
		else
			leg_free(l);
	}
	if (more && u)
		journal_copies(u->key, last, PAGE, on_disk, arg);
}

void primary_woken(struct strv key)
{
	const struct user *u = user_find(key);
	struct primary p;

	if (!u || !primary_find(u, &p) || p.access != ACCESS_IP)
		return;
	wake_kept(u);
	journal_copies(u->key, 0, PAGE, on_disk, (void *)(uintptr_t)u->id);
}

void primary_start(void)
{
	map_init(&kept);
	n_kept = 0;
	access_start();
	notify_start();
}

void primary_stop(void)
{
	struct kept *k;
	size_t at = 0;

	while ((k = map_next(&kept, &at)) != NULL) {
		LIST_FOR(h, &k->legs) {
			struct leg *l = LIST_ENTRY(h, struct leg, hook);

			let_go(l);
			leg_free(l);
		}
		kept_mend(k);
	}
	map_deinit(&kept);
	access_stop();
	notify_stop();
}
