/* topics.c - topics of events: operations asked each second for all. */

#include "admin/topics.h"

#include <stdio.h>
#include <stdlib.h>

#include "admin/admin_priv.h"
#include "base/alloc.h"
#include "base/list.h"
#include "base/map.h"
#include "store/drafts.h"
#include "loop/loop.h"
#include "loop/work.h"

#define TRACE	"trace:"
#define REST_S	4		/* more, after a look that found nothing */

static const struct topic {
	const char *name;
	const char *path;	/* of the operation; NULL: it comes by itself */
	enum cap need;		/* without a path */
	int seconds;		/* between two looks */
} topics[] = {
	{ "stats", "/stats/snapshot", CAP_VIEW, 1 },
	{ "gateways", "/gateways", CAP_VIEW, 1 },
	{ "queues", "/queues", CAP_TRAFFIC, 2 },
	{ "messages", "/messages", CAP_TRAFFIC, 1 },
	{ "registrations", "/registrations", CAP_PEOPLE_READ, 5 },
	{ "jobs", "/imports", CAP_PEOPLE_READ, 1 },
	{ "work", "/jobs", CAP_TRAFFIC, 1 },
	{ "alerts", "/health/checks", CAP_VIEW, 5 },
	{ "config", "/config/revisions", CAP_VIEW, 1 },
	{ "pending", "/config/pending", CAP_VIEW, 1 },
	{ "audit", "/audit", CAP_AUDIT, 2 },
	{ "sessions", NULL, CAP_SECURITY, 0 },
	{ "drafts", NULL, CAP_DRAFT, 0 },
	{ "log", NULL, CAP_TRAFFIC, 0 },
	{ TRACE, "/messages/{id}/trace", CAP_TRAFFIC, 1 },
};

#define N_TOPICS (sizeof(topics) / sizeof(topics[0]))

/* One that somebody watches.  All fields: core. */
struct look {
	struct list hook;
	const struct topic *topic;
	char name[EVENT_TOPIC];	/* "trace:4a..." */
	uint64_t hash;		/* of what was published last; 0: nothing */
	int age;		/* seconds since the last look */
	bool busy;
};

static struct list looks = { &looks, &looks };

static const struct op *op_of(const struct topic *t)
{
	size_t n;
	const struct op *const *all = op_all(&n);

	for (size_t i = 0; t->path && i < n; i++)
		if (strcmp(all[i]->path, t->path) == 0 &&
		    strcmp(all[i]->method, "GET") == 0)
			return all[i];
	return NULL;
}

static const struct topic *topic_of(struct strv name)
{
	struct strv trace = STRV(TRACE);

	for (size_t i = 0; i < N_TOPICS; i++) {
		struct strv t = strv(topics[i].name);

		if (strv_eq(t, trace) ? name.n > t.n &&
		    memcmp(name.p, t.p, t.n) == 0 : strv_eq(name, t))
			return &topics[i];
	}
	return NULL;
}

bool topic_ok(struct strv name, unsigned roles, struct buf *why,
    bool *forbidden)
{
	const struct topic *t = name.n < EVENT_TOPIC ? topic_of(name) : NULL;
	const struct op *op = t ? op_of(t) : NULL;

	*forbidden = false;
	for (size_t i = 0; t && i < name.n; i++)
		if ((unsigned char)name.p[i] <= ' ')
			t = NULL;
	if (!t || (t->path && !op)) {
		buf_addf(why, "there is no topic \"%.*s\": ",
		    (int)(name.n < 64 ? name.n : 64), name.p);
		for (size_t i = 0; i < N_TOPICS; i++)
			buf_addf(why, "%s%s%s", i ? ", " : "", topics[i].name,
			    topics[i].name[strlen(topics[i].name) - 1] == ':' ?
			    "ID" : "");
		return false;
	}
	*forbidden = !role_may(roles, op ? op->need : t->need);
	if (*forbidden)
		buf_addf(why, "your roles do not allow to watch %.*s",
		    STRV_ARG(name));
	return !*forbidden;
}

bool topic_covers(const char *topic, const char *event, const char *own,
    unsigned roles)
{
	size_t n = strlen(DRAFT_TOPIC);

	if (strncmp(event, DRAFT_TOPIC, n) != 0)
		return strcmp(topic, event) == 0;
	return strcmp(topic, "drafts") == 0 &&
	    (role_may(roles, CAP_COMMIT) || strcmp(event, own) == 0);
}

/* --- looking --------------------------------------------------------------- */

struct asking {
	char name[EVENT_TOPIC];
	struct op_call *call;
};

static struct look *look_of(const char *name)
{
	LIST_FOR(h, &looks) {
		struct look *l = LIST_ENTRY(h, struct look, hook);

		if (strcmp(l->name, name) == 0)
			return l;
	}
	return NULL;
}

/* Core again. */
static void looked(void *arg)
{
	struct asking *a = arg;
	struct look *l = look_of(a->name);
	struct strv body = op_call_body(a->call);
	uint64_t hash = map_hash(body) | 1;

	if (l)
		l->busy = false;
	if (l && op_call_status(a->call) != 200)
		l->age = -REST_S;
	if (l && op_call_status(a->call) == 200 && hash != l->hash) {
		l->hash = hash;
		event_publish(a->name, body);
	}
	op_call_free(a->call);
	free(a);
}

static void answered(struct op_call *c, void *arg)
{
	(void)c;
	loop_post(looked, arg);
}

static void ask(void *arg)
{
	op_call_run(arg);
}

static void look(struct look *l)
{
	const struct op *op = op_of(l->topic);
	struct strv id = strv(l->name + strlen(l->topic->name));
	struct asking *a = xalloc(sizeof(*a));

	l->busy = true;
	l->age = 0;
	memcpy(a->name, l->name, sizeof(a->name));
	a->call = op_call_new(op, STRV("events"), AS_ALL, answered, a);
	if (id.n)
		(void)op_call_arg(a->call, "id", id);
	if (strcmp(op->path, "/config/revisions") == 0 ||
	    strcmp(op->path, "/audit") == 0)
		(void)op_call_arg(a->call, "limit", STRV("1"));
	if (op->where == OP_CORE) {
		op_call_run(a->call);
	} else if (!work_put(WORK_READ, ask, NULL, a->call)) {
		op_call_free(a->call);
		free(a);
		l->busy = false;
	}
}

void topic_again(const char *name)
{
	const struct topic *t = topic_of(strv(name));
	struct look *l = look_of(name);

	if (!t || !t->path)
		return;
	if (!l) {
		l = xalloc(sizeof(*l));
		l->topic = t;
		(void)snprintf(l->name, sizeof(l->name), "%s", name);
		list_push(&looks, &l->hook);
	}
	l->hash = 0;
	l->age = t->seconds;
}

void topics_look(topic_wanted_fn *wanted)
{
	LIST_FOR(h, &looks) {
		struct look *l = LIST_ENTRY(h, struct look, hook);

		if (l->busy)
			continue;
		if (!wanted(l->name)) {
			list_del(h);
			free(l);
		} else if (l->age++ >= l->topic->seconds) {
			look(l);
		}
	}
}

void topics_reset(void)
{
	LIST_FOR(h, &looks) {
		list_del(h);
		free(LIST_ENTRY(h, struct look, hook));
	}
}
