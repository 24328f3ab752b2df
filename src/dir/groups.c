/* groups.c - pre-defined groups: persistent addresses of many, in memory. */

#include <inttypes.h>
#include <stdlib.h>

#define LOG_UNIT "groups"
#include "base/alloc.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "dir/groups_priv.h"

struct entry {
	struct group g;
	char *texts;		/* of g.row */
};

static struct map by_key, by_id;
static uint64_t last_id;

static struct metric metrics[] = {
	GAUGE("parley_groups", NULL, "Groups provisioned."),
	GAUGE("parley_group_members", NULL, "Members of all groups."),
};
enum { GROUPS, MEMBERS };

/* --- rosters -------------------------------------------------------------- */

static int compare(struct strv a, struct strv b)
{
	int c = memcmp(a.p, b.p, a.n < b.n ? a.n : b.n);

	return c ? c : (a.n > b.n) - (a.n < b.n);
}

struct roster *roster_new(const struct group_member *members, size_t n)
{
	size_t texts = 0;
	struct roster *r;
	char *at;

	for (size_t i = 0; i < n; i++)
		texts += members[i].key.n;
	r = xalloc(sizeof(*r) + n * sizeof(r->member[0]) + texts);
	at = (char *)&r->member[n];
	r->refs = 1;
	r->n = n;
	for (size_t i = 0; i < n; i++) {
		r->member[i] = members[i];
		r->member[i].key.p = memcpy(at, members[i].key.p,
		    members[i].key.n);
		at += members[i].key.n;
	}
	return r;
}

struct roster *roster_ref(struct roster *r)
{
	r->refs++;
	return r;
}

void roster_unref(struct roster *r)
{
	if (r && --r->refs == 0)
		free(r);
}

static void roster_replace(struct group *g, struct roster *r)
{
	metric_add(&metrics[MEMBERS], (int64_t)r->n - (int64_t)g->roster->n);
	roster_unref(g->roster);
	g->roster = r;
}

static struct group_member changed(const struct group_change *c,
    const struct group_member *was)
{
	return (struct group_member){ c->member.key, c->member.role,
		was ? was->added : c->member.added };
}

/* Merge the members there are with n changes; both in the order of keys. */
static void merge(struct group *g, const struct group_change *c, size_t n)
{
	const struct roster *r = g->roster;
	struct group_member *out = xalloc((r->n + n + 1) * sizeof(*out));
	size_t made = 0, at = 0;

	for (size_t i = 0; i < n; i++) {
		const struct group_member *was = NULL;

		while (at < r->n && compare(r->member[at].key,
		    c[i].member.key) < 0)
			out[made++] = r->member[at++];
		if (at < r->n && strv_eq(r->member[at].key, c[i].member.key))
			was = &r->member[at++];
		if (c[i].kind == MEMBER_PUT)
			out[made++] = changed(&c[i], was);
	}
	while (at < r->n)
		out[made++] = r->member[at++];
	roster_replace(g, roster_new(out, made));
	free(out);
}

const struct group_member *group_find_member(const struct group *g,
    struct strv key)
{
	size_t low = 0, high = g->roster->n;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int c = compare(g->roster->member[at].key, key);

		if (c == 0)
			return &g->roster->member[at];
		if (c < 0)
			low = at + 1;
		else
			high = at;
	}
	return NULL;
}

/* --- groups --------------------------------------------------------------- */

static struct strv put_str(char **at, struct strv s)
{
	struct strv copy = { *at, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

/* The row may borrow from the texts it replaces. */
static void put_row(struct entry *e, const struct group_row *row)
{
	char *was = e->texts, *at;

	at = xalloc(row->key.n + row->written.n + row->subject.n + 1);
	e->texts = at;
	if (was)
		(void)map_del(&by_key, e->g.row.key);
	e->g.row = *row;
	e->g.row.key = put_str(&at, row->key);
	e->g.row.written = put_str(&at, row->written);
	e->g.row.subject = put_str(&at, row->subject);
	(void)map_set(&by_key, e->g.row.key, e);
	free(was);
}

static void put_group(const struct group_row *row)
{
	struct entry *e = map_get_u64(&by_id, row->id);

	if (!e) {
		e = xalloc(sizeof(*e));
		e->g.roster = roster_new(NULL, 0);
		(void)map_set_u64(&by_id, row->id, e);
		metric_add(&metrics[GROUPS], 1);
	}
	put_row(e, row);
	if (row->id > last_id)
		last_id = row->id;
}

static void entry_free(struct entry *e)
{
	roster_unref(e->g.roster);
	free(e->texts);
	free(e);
}

static void drop_group(uint64_t id)
{
	struct entry *e = map_del_u64(&by_id, id);

	if (!e)
		return;
	(void)map_del(&by_key, e->g.row.key);
	metric_add(&metrics[GROUPS], -1);
	metric_add(&metrics[MEMBERS], -(int64_t)e->g.roster->n);
	entry_free(e);
}

void groups_follow(const struct group_change *c, size_t n)
{
	for (size_t i = 0, run = 1; i < n; i += run, run = 1) {
		struct group *g;

		if (c[i].kind == GROUP_ADD || c[i].kind == GROUP_SET) {
			put_group(&c[i].row);
			continue;
		}
		if (c[i].kind == GROUP_DELETE) {
			drop_group(c[i].row.id);
			continue;
		}
		while (i + run < n && c[i + run].kind >= MEMBER_PUT &&
		    c[i + run].member.group == c[i].member.group)
			run++;
		g = group_by_id(c[i].member.group);
		if (g)
			merge(g, &c[i], run);
	}
}

void groups_forget(struct strv key)
{
	struct group_change c = { .kind = MEMBER_DELETE,
		.member = { .key = key } };
	struct entry *e;
	size_t at = 0;

	while ((e = map_next(&by_id, &at)) != NULL)
		if (group_find_member(&e->g, key))
			merge(&e->g, &c, 1);
}

uint64_t groups_next_id(void)
{
	return ++last_id;
}

/* --- find ----------------------------------------------------------------- */

struct group *group_find(struct strv key)
{
	struct entry *e = key.p ? map_get(&by_key, key) : NULL;

	return e ? &e->g : NULL;
}

struct group *group_by_id(uint64_t id)
{
	struct entry *e = map_get_u64(&by_id, id);

	return e ? &e->g : NULL;
}

size_t groups_count(void)
{
	return by_id.n;
}

const struct group *groups_next(size_t *at)
{
	const struct entry *e = map_next(&by_id, at);

	return e ? &e->g : NULL;
}

bool group_may_send(const struct group *g, struct strv who)
{
	const struct user *u = user_find(who);
	const struct group_member *m = group_find_member(g, u ? u->key : who);

	switch (g->row.may_send) {
	case WHO_ANYONE:
		return true;
	case WHO_MEMBERS:
		return m != NULL;
	case WHO_ADMINS:
		return m && m->role == ROLE_OF_ADMIN;
	}
	return false;
}

bool groups_is_exploder(struct strv key)
{
	return strv_eq(addr_user(key), strv(conf_text("policy group", "",
	    "exploder-user"))) && strv_caseeq(addr_host(key),
	    strv(dir_realm()));
}

bool groups_exploder(struct buf *key)
{
	buf_clear(key);
	buf_addf(key, "sip:%s@%s", conf_text("policy group", "",
	    "exploder-user"), dir_realm());
	return !key->full;
}

/* --- names ---------------------------------------------------------------- */

static const char *const whos[] = { "members", "admins", "anyone", NULL };
static const char *const kinds_of_reports[] = { "all", "failures", "none",
	NULL };
static const char *const states[] = { "active", "suspended", NULL };
static const char *const roles[] = { "member", "admin", NULL };

static int find_name(const char *const *names, struct strv name)
{
	for (int i = 0; names[i]; i++)
		if (strv_eq(strv(names[i]), name))
			return i;
	return -1;
}

const char *group_who_name(enum group_who w) { return whos[w]; }
const char *group_reports_name(enum group_reports r)
{
	return kinds_of_reports[r];
}
const char *group_state_name(enum group_state s) { return states[s]; }
const char *group_role_name(enum group_role r) { return roles[r]; }
int group_who_of(struct strv s) { return find_name(whos, s); }
int group_reports_of(struct strv s) { return find_name(kinds_of_reports, s); }
int group_state_of(struct strv s) { return find_name(states, s); }
int group_role_of(struct strv s) { return find_name(roles, s); }

void groups_defaults(struct group_row *r)
{
	*r = (struct group_row){
		.subject = STRV(""),
		.may_send = (enum group_who)group_who_of(strv(
		    conf_text("policy group", "", "who-may-send"))),
		.reports = (enum group_reports)group_reports_of(strv(
		    conf_text("policy group", "", "reports"))),
		.copy = conf_bool("policy group", "", "copy-to-sender"),
		.max_size = conf_int("policy group", "", "max-size"),
		.closed = true
	};
}

/* --- life ----------------------------------------------------------------- */

static const struct conf_row policy_rows[] = {
	{ .name = "max-size", .type = CONF_INT, .fallback = "1000",
	  .min = 1, .max = GROUP_SIZE_MAX,
	  .help = "members a new group may have, if it is not told otherwise" },
	{ .name = "who-may-send", .type = CONF_ENUM, .fallback = "members",
	  .choices = "members|admins|anyone",
	  .help = "who may send to a new group, if it is not told otherwise" },
	{ .name = "reports", .type = CONF_ENUM, .fallback = "all",
	  .choices = "all|failures|none",
	  .help = "which reports of the members of a new group the sender "
	  "gets, of those it asks for" },
	{ .name = "copy-to-sender", .type = CONF_BOOL, .fallback = "off",
	  .help = "whether the sender's other devices get what was sent to a "
	  "new group" },
	{ .name = "parallel", .type = CONF_INT, .fallback = "100",
	  .min = 1, .max = 1000,
	  .help = "members of one group that are served at the same time" },
	{ .name = "exploder-user", .type = CONF_NAME, .fallback = "exploder",
	  .help = "the user of this domain to whom clients send a message "
	  "with a list of recipients" },
	{ .name = "max-recipients", .type = CONF_INT, .fallback = "10",
	  .min = 1, .max = 1000,
	  .help = "recipients that one list may name" },
	{ .name = "list-history", .type = CONF_BOOL, .fallback = "off",
	  .help = "show recipients of a list those whom its sender marked to "
	  "or cc, as a second part beside the CPIM; on only if all clients "
	  "can read that" },
};

static const struct conf_section policy = {
	.name = "policy group", .rows = policy_rows,
	.n = sizeof(policy_rows) / sizeof(*policy_rows),
	.help = "messages to many: what new groups are like, how fast they "
	"are served, lists of recipients"
};

void groups_register(void)
{
	conf_register(&policy);
	metric_register(metrics, sizeof(metrics) / sizeof(*metrics));
	groups_ops_register();
	groups_show_register();
	groups_import_register();
}

static void load_group(const struct group_row *row, void *arg)
{
	(void)arg;
	put_group(row);
}

/* Members of one group, until the next group begins. */
struct loading {
	struct arena arena;
	struct group_change *c;
	size_t n, size;
};

static void load_end(struct loading *l)
{
	groups_follow(l->c, l->n);
	arena_deinit(&l->arena);
	arena_init(&l->arena);
	l->n = 0;
}

static void load_member(const struct member_row *m, void *arg)
{
	struct loading *l = arg;

	if (l->n && l->c[0].member.group != m->group)
		load_end(l);
	if (l->n == l->size) {
		l->size = l->size ? 2 * l->size : 256;
		l->c = xrealloc(l->c, l->size * sizeof(*l->c));
	}
	l->c[l->n] = (struct group_change){ .kind = MEMBER_PUT,
		.member = *m };
	l->c[l->n++].member.key = arena_str(&l->arena, m->key);
}

enum err groups_load(void)
{
	struct loading l = { .c = NULL };
	int64_t began = now_us();
	enum err e;

	map_init(&by_key);
	map_init(&by_id);
	last_id = 0;
	arena_init(&l.arena);
	e = groups_each(load_group, NULL);
	if (e == ERR_OK)
		e = members_each(load_member, &l);
	load_end(&l);
	arena_deinit(&l.arena);
	free(l.c);
	if (groups_count())
		log_info("groups loaded n=%zu members=%" PRId64 " ms=%" PRId64,
		    groups_count(), metric_get(&metrics[MEMBERS]),
		    (now_us() - began) / 1000);
	return e;
}

void groups_unload(void)
{
	struct entry *e;
	size_t at = 0;

	while ((e = map_next(&by_id, &at)) != NULL)
		entry_free(e);
	map_deinit(&by_key);
	map_deinit(&by_id);
	metric_set(&metrics[GROUPS], 0);
	metric_set(&metrics[MEMBERS], 0);
}
