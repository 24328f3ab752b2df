/* access.c - how a user's phone can be reached now: what was heard of it. */

#include <stdlib.h>

#define LOG_UNIT "access"
#include "base/alloc.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/users.h"
#include "flow/access_disk.h"

#define POLICY		"policy primary"
#define KNOWN_MAX	65536	/* users; the one longest unheard gives way */
#define SAVE_MS		300000	/* the same, heard again, is written again */

struct known {
	struct list age;	/* the longest untouched first */
	uint64_t user;
	struct access_info info;
	struct access_info saved;	/* as it is on disk, or will be */
	int64_t asked;		/* ms: the last question; 0: none */
	bool waits;		/* for its answer */
};

static struct map known;	/* by user.id */
static struct list by_age = { &by_age, &by_age };
static access_ask_fn *asker;
static bool on;

static struct metric metrics[HEARD_N + 1] = {
#define C(s, label) [s] = COUNTER("parley_access_signals_total", \
	"signal=\"" label "\"", "Signals about where phones are.")
	C(HEARD_ALERT, "alert"),
	C(HEARD_ATTACHED, "attached"),
	C(HEARD_DETACHED, "detached"),
	C(HEARD_NOTHING, "nothing"),
	C(HEARD_SMS, "sms"),
	C(HEARD_ABSENT, "absent"),
	C(HEARD_ANSWER, "answer"),
	C(HEARD_SILENCE, "silence"),
#undef C
	[HEARD_N] = GAUGE("parley_access_known", NULL,
	    "Users of whom something was heard."),
};

const char *access_name(enum access a)
{
	static const char *const names[ACCESS_N] = {
		[ACCESS_UNKNOWN] = "unknown", [ACCESS_NONE] = "none",
		[ACCESS_CS_ONLY] = "cs-only", [ACCESS_IP] = "ip",
	};

	return (unsigned)a < ACCESS_N ? names[a] : "?";
}

/* --- memory --------------------------------------------------------------- */

static void forget(struct known *k)
{
	list_del(&k->age);
	(void)map_del_u64(&known, k->user);
	free(k);
}

static struct known *remember(const struct user *u)
{
	struct known *k = map_get_u64(&known, u->id);

	if (!k) {
		if (known.n >= KNOWN_MAX)
			forget(LIST_ENTRY(by_age.next, struct known, age));
		k = xalloc(sizeof(*k));
		k->user = u->id;
		list_init(&k->age);
		(void)map_set_u64(&known, k->user, k);
		metric_set(&metrics[HEARD_N], (int64_t)known.n);
	}
	list_del(&k->age);
	list_push(&by_age, &k->age);
	return k;
}

static bool is_old(const struct access_info *i, int64_t now)
{
	int64_t last = i->heard > i->since ? i->heard : i->since;

	return now - last > conf_int(POLICY, "", "remember");
}

static struct known *find(const struct user *u)
{
	struct known *k = map_get_u64(&known, u->id);

	return k && !is_old(&k->info, now_ms()) ? k : NULL;
}

void access_get(const struct user *u, struct access_info *out)
{
	const struct known *k = find(u);

	*out = k ? k->info : (struct access_info){ .state = ACCESS_UNKNOWN };
}

/* --- signals -------------------------------------------------------------- */

/* What each signal says of the radio side. */
static const struct {
	bool radio;
	enum access state;
	bool anew;		/* it began now, whatever was known */
} signals[HEARD_N] = {
	[HEARD_ALERT]		= { true, ACCESS_CS_ONLY, true },
	[HEARD_ATTACHED]	= { true, ACCESS_CS_ONLY, false },
	[HEARD_DETACHED]	= { true, ACCESS_NONE, false },
	[HEARD_SMS]		= { true, ACCESS_CS_ONLY, false },
	[HEARD_ABSENT]		= { true, ACCESS_NONE, false },
};

static void change(struct access_info *i, enum access_signal what, int64_t at)
{
	if (what == HEARD_SILENCE)
		i->silent = at;
	if (what == HEARD_ANSWER)
		i->silent = 0;
	if (!signals[what].radio)
		return;
	if (i->state != signals[what].state || signals[what].anew)
		i->since = at;
	i->state = signals[what].state;
}

static void save(struct known *k)
{
	const struct access_info *i = &k->info, *was = &k->saved;

	if (i->state == was->state && i->since == was->since &&
	    i->silent == was->silent && i->heard - was->heard < SAVE_MS)
		return;
	k->saved = k->info;
	access_disk_note(k->user, i);
}

/* Who was never heard of answers as everybody does: nothing to remember. */
static bool is_idle(const struct user *u, enum access_signal what)
{
	return (what == HEARD_ANSWER || what == HEARD_NOTHING) &&
	    !map_get_u64(&known, u->id);
}

void access_heard(struct strv key, enum access_signal what, int64_t at)
{
	const struct user *u = on ? user_find(key) : NULL;
	struct known *k;

	if (!u || (unsigned)what >= HEARD_N || is_idle(u, what))
		return;
	metric_inc(&metrics[what]);
	k = remember(u);
	if (what == HEARD_ATTACHED || what == HEARD_DETACHED ||
	    what == HEARD_NOTHING)
		k->waits = false;
	if (is_old(&k->info, now_ms()))
		k->info = (struct access_info){ .state = ACCESS_UNKNOWN };
	if (at < k->info.heard)
		return;
	change(&k->info, what, at);
	if (what != HEARD_NOTHING)
		k->info.heard = at;
	save(k);
	log_debug("heard user=%.*s signal=%u state=%s", STRV_ARG(u->key),
	    (unsigned)what, access_name(k->info.state));
}

void access_asker(access_ask_fn *ask)
{
	asker = ask;
}

/* --- waiting -------------------------------------------------------------- */

static int64_t rest(int64_t from, int64_t ms)
{
	int64_t left = from + ms - now_ms();

	/* the clock may have been set back */
	return left < 0 || left > ms ? 0 : left;
}

static int64_t wait_of(const struct known *k)
{
	int64_t grace = k->info.state == ACCESS_NONE ? 0 :
	    rest(k->info.since, conf_int(POLICY, "", "grace"));
	int64_t answer = k->waits ? rest(k->asked, ACCESS_ASK_MS) : 0;

	return grace > answer ? grace : answer;
}

int64_t access_wait(const struct user *u)
{
	const struct known *k = find(u);

	return k ? wait_of(k) : 0;
}

int64_t access_expect(const struct user *u, struct strv number)
{
	int64_t now = now_ms();
	struct known *k = remember(u);

	if (is_old(&k->info, now))
		k->info = (struct access_info){ .since = now };
	if (asker && now - k->info.heard >= ACCESS_FRESH_MS &&
	    now - k->asked >= ACCESS_FRESH_MS && asker(number)) {
		k->asked = now;
		k->waits = true;
	}
	return wait_of(k);
}

/* --- life ----------------------------------------------------------------- */

void access_register(void)
{
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
}

static void load(uint64_t user, const struct access_info *i)
{
	const struct user *u = user_by_id(user);
	struct known *k = u ? remember(u) : NULL;

	if (k)
		k->info = k->saved = *i;
}

void access_start(void)
{
	map_init(&known);
	(void)access_disk_start(now_ms() - conf_int(POLICY, "", "remember"),
	    load);
	on = true;
}

void access_stop(void)
{
	on = false;
	access_disk_stop();
	while (!list_empty(&by_age))
		forget(LIST_ENTRY(by_age.next, struct known, age));
	map_deinit(&known);
}
