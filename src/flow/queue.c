/* queue.c - operations on what waits: hold, release, retry, purge. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/now.h"
#include "core/addr.h"
#include "dir/gateways.h"
#include "dir/groups.h"
#include "dir/jobs.h"
#include "dir/overrides.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/queue.h"
#include "flow/sched.h"
#include "store/audit.h"

#define AGE_MAX		(INT64_C(90) * 86400000)
#define HOLD		(1u << OVERRIDE_HOLD)

/* --- which queue ------------------------------------------------------------ */

/*
 * The hop of a gateway's name or of an address; it may be one that is no
 * more, of which something waits.  false: the call has failed.
 */
static bool queue_of(struct op_call *c, struct buf *hop, bool *known)
{
	struct strv text = op_text(c, "queue");
	const struct user *u;

	*known = gateway_find(text) != NULL;
	if (*known || !memchr(text.p, ':', text.n)) {
		buf_adds(hop, text);
		return true;
	}
	if (dir_key(text, hop) != ERR_OK) {
		op_fail(c, OP_INVALID, "\"%.*s\" is no gateway and no address; "
		    "show queues lists where messages wait", STRV_ARG(text));
		return false;
	}
	u = user_find(buf_strv(hop));
	*known = u || group_find(buf_strv(hop));
	if (u) {
		buf_clear(hop);
		buf_adds(hop, u->key);
	}
	return true;
}

/* --- hold and release ------------------------------------------------------- */

struct holding {
	struct op_call *c;
	struct buf hop;
};

static struct holding *holding_new(struct op_call *c, const struct buf *hop)
{
	struct holding *h = xalloc(sizeof(*h));

	h->c = c;
	buf_init(&h->hop, BUF_NO_LIMIT);
	buf_adds(&h->hop, buf_strv(hop));
	return h;
}

static void held_fields(struct op_call *c, struct strv hop)
{
	const struct override *o = override_hold(hop);

	op_field(c, "queue", hop);
	op_field_bool(c, "held", o != NULL);
	op_field(c, "by", o ? strv(o->who) : STRV(""));
	op_field_time(c, "since", o ? o->since : 0);
	op_field_time(c, "until", o ? o->until : 0);
	op_field(c, "reason", o ? strv(o->reason) : STRV(""));
	if (o)
		op_fieldf(c, "says", "what is for %.*s waits until it is "
		    "released or its time is over. Let it go: queue release "
		    "%.*s", STRV_ARG(hop), STRV_ARG(hop));
	else
		op_fieldf(c, "says", "what waits for %.*s goes now",
		    STRV_ARG(hop));
}

static void held(enum err e, void *arg)
{
	struct holding *h = arg;

	if (e != ERR_OK) {
		op_fail(h->c, OP_FAILED, "nothing was changed: the disk "
		    "refused it; see the log of the daemon");
	} else {
		held_fields(h->c, buf_strv(&h->hop));
		op_done(h->c);
	}
	buf_deinit(&h->hop);
	free(h);
}

static void run_hold(struct op_call *c)
{
	struct override_row r = { .kind = OVERRIDE_HOLD };
	struct buf hop;
	bool known;

	buf_init(&hop, BUF_NO_LIMIT);
	if (queue_of(c, &hop, &known)) {
		r.name = buf_strv(&hop);
		if (!known)
			op_fail(c, OP_NOT_FOUND, "%s is no gateway, "
			    "subscriber or group", hop.p);
		else if (override_args(c, &r))
			override_set(&r, op_who(c), "queue hold", held,
			    holding_new(c, &hop));
	}
	buf_deinit(&hop);
}

static void run_release(struct op_call *c)
{
	struct buf hop;
	bool known;

	buf_init(&hop, BUF_NO_LIMIT);
	if (queue_of(c, &hop, &known)) {
		if (override_hold(buf_strv(&hop)))
			override_lift(HOLD, buf_strv(&hop), op_who(c),
			    "queue release", held, holding_new(c, &hop));
		else
			op_fail(c, OP_CONFLICT, "the queue of %s is not held",
			    hop.p);
	}
	buf_deinit(&hop);
}

static void hold_changed(struct strv hop)
{
	if (override_hold(hop))
		sched_hold(hop);
	else
		sched_wake(hop);
}

/* --- retry and purge -------------------------------------------------------- */

static int state_of(const struct op_call *c)
{
	return !op_given(c, "state") ? -1 : op_is(c, "state", "held") ?
	    LEG_HELD : LEG_READY;
}

static bool reason_arg(struct op_call *c, struct strv *why)
{
	struct strv s = op_text(c, "reason");

	*why = STRV_NONE;
	if (!s.n)
		return true;
	for (int e = 0; e < ERR_N; e++) {
		*why = strv(err_info((enum err)e)->name);
		if (strv_caseeq(*why, s))
			return true;
	}
	op_fail(c, OP_INVALID, "--reason: \"%.*s\" is none; show messages "
	    "shows them: OFFLINE, BUSY", STRV_ARG(s));
	return false;
}

static bool key_arg(struct op_call *c, const char *arg, struct buf *key,
    struct strv *out)
{
	struct strv s = op_text(c, arg);

	*out = STRV_NONE;
	if (!s.n)
		return true;
	if (dir_key(s, key) != ERR_OK) {
		op_fail(c, OP_INVALID, "--%s: \"%.*s\" is no address", arg,
		    STRV_ARG(s));
		return false;
	}
	*out = buf_strv(key);
	return true;
}

/* Ids are ordered by time. */
static bool upto_arg(struct op_call *c, uint64_t *upto)
{
	struct strv s = op_text(c, "upto");
	int64_t age = op_span(c, "older_than");

	*upto = 0;
	if (s.n && !id_parse_leg(s, upto)) {
		op_fail(c, OP_INVALID, "--upto: \"%.*s\" is no id of a leg",
		    STRV_ARG(s));
		return false;
	}
	if (age && (!*upto || *upto > id_leg(id_at(now_ms() - age), 0)))
		*upto = id_leg(id_at(now_ms() - age), 0);
	return true;
}

static void work_on(struct op_call *c, enum queue_work kind)
{
	struct waiting_filter f;
	struct buf hop, from, to;
	bool known;

	buf_init(&hop, BUF_NO_LIMIT);
	buf_init(&from, BUF_NO_LIMIT);
	buf_init(&to, BUF_NO_LIMIT);
	f.state = state_of(c);
	if (queue_of(c, &hop, &known) && reason_arg(c, &f.why) &&
	    key_arg(c, "from", &from, &f.from) &&
	    key_arg(c, "to", &to, &f.to) && upto_arg(c, &f.upto)) {
		f.hop = buf_strv(&hop);
		queue_work(c, kind, &f);
	}
	buf_deinit(&hop);
	buf_deinit(&from);
	buf_deinit(&to);
}

static void run_retry(struct op_call *c) { work_on(c, QUEUE_RETRY); }
static void run_purge(struct op_call *c) { work_on(c, QUEUE_PURGE); }

/* --- one message ------------------------------------------------------------ */

static void message_retried(enum err e, const struct strv *hops, size_t n,
    void *arg)
{
	struct op_call *c = arg;

	if (e != ERR_OK) {
		op_fail(c, e == ERR_NO_USER ? OP_NOT_FOUND : OP_FAILED,
		    e == ERR_NO_USER ? "nothing of it waits: it has arrived, "
		    "ended or is under way; show message says which" :
		    "the database could not be written: nothing was changed; "
		    "see the log of the daemon");
		return;
	}
	for (size_t i = 0; i < n; i++)
		sched_due(hops[i]);
	audit_event(op_who(c), STRV("message retry"), op_text(c, "id"),
	    STRV("ok"), STRV_NONE);
	op_field(c, "message", op_text(c, "id"));
	op_field_int(c, "queues", (int64_t)n);
	op_field(c, "says", STRV("it goes as soon as its next hop can take it"));
	op_done(c);
}

static void run_message(struct op_call *c)
{
	struct strv text = op_text(c, "id");
	uint64_t id, leg, first, last;

	if (submit_is_stopping()) {
		op_fail(c, OP_BUSY, "the daemon stops");
		return;
	}
	if (!id_parse(text, &id) || id_leg(id, 0) > INT64_MAX) {
		op_fail(c, OP_INVALID, "\"%.*s\" is no id of a message or "
		    "leg; show messages has them", STRV_ARG(text));
		return;
	}
	first = id_leg(id, 0);
	last = id_leg(id, 255);
	if (id_parse_leg(text, &leg))
		first = last = leg;
	waiting_retry_message(first, last, message_retried, c);
}

/* --- the table -------------------------------------------------------------- */

#define QUEUE { "queue", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "queue", \
	"a gateway's name, or the address of a subscriber or group", \
	  IS_TEXT(1, ADDR_MAX) }
#define FILTER \
	{ "state", 0, "held|ready", "only those", IS_CHOICE }, \
	{ "reason", 0, NULL, "only what waits because of this: OFFLINE, " \
	  "BUSY", IS_TEXT(0, 32) }, \
	{ "older_than", 0, NULL, "only what came so long ago: 30m, 7d", \
	  IS_SPAN(1000, AGE_MAX) }, \
	{ "from", 0, "subscriber", "only of this sender", \
	  IS_TEXT(0, ADDR_MAX) }, \
	{ "to", 0, "address", "only for this recipient", \
	  IS_TEXT(0, ADDR_MAX) }, \
	{ "upto", 0, NULL, "nothing that came later than this leg, as queue " \
	  "purge says it", IS_TEXT(0, 32) }
#define HELD "queue held:bool by since:time? until:time? reason says"
#define END { 0 }

static const struct op_arg hold_args[] = { QUEUE, OVERRIDE_ARGS, END };
static const struct op_arg queue_args[] = { QUEUE, END };
static const struct op_arg retry_args[] = { QUEUE, FILTER, END };
static const struct op_arg purge_args[] = {
	QUEUE, FILTER,
	{ "expect", 0, NULL, "so many, as a look without it said; without it "
	  "nothing is removed", IS_INT(0, INT64_MAX, "messages") },
	END
};
static const struct op_arg message_args[] = {
	{ "id", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "of the message, or of one of its legs", IS_TEXT(1, 64) },
	END
};

static const struct op ops[] = {
	{ "queue hold", "POST", "/queues/{queue}/hold", CAP_OPERATE, OP_CORE,
	  hold_args, "nothing leaves it until it is released", run_hold, HELD },
	{ "queue release", "POST", "/queues/{queue}/release", CAP_OPERATE,
	  OP_CORE, queue_args, "end a hold", run_release, HELD },
	{ "queue retry", "POST", "/queues/{queue}/retry", CAP_OPERATE, OP_CORE,
	  retry_args, "try what waits there now, not when its time comes",
	  run_retry, JOB_ANSWER },
	{ "queue purge", "POST", "/queues/{queue}/purge", CAP_OPERATE, OP_CORE,
	  purge_args, "remove what waits there for good; without --expect "
	  "only count it", run_purge,
	  "queue~ matching:int~ oldest:time?~ newest:time?~ upto?~ says~ job~ "
	  "id:int~ kind~ object~ state=preview|running|done|failed|cancelled "
	  "done:int~ total:int~ errors:int~ skipped:int~ by~ began:time~ "
	  "ended:time?~ why~" },
	{ "message retry", "POST", "/messages/{id}/retry", CAP_OPERATE,
	  OP_CORE, message_args, "try a message that waits now", run_message,
	  "message queues:int says" },
};

void queue_register(void)
{
	override_watch(HOLD, hold_changed);
	jobs_register();
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
