/* prefs.c - what the devices of a subscriber get (CPM-MLD-001, DEF-08). */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "conf/conf.h"
#include "dir/prefs_priv.h"
#include "dir/users.h"

#define SECTION		"device-rule"
#define CLASS_RULES	200

/* Of one subscriber; only those have one who have a profile. */
struct prefs {
	uint64_t id;
	struct prefs_profile *first;
};

static struct map all;			/* by subscriber */
static size_t n_active;			/* profiles that count, with rules */
static struct prefs_class_rule *class_rules;
static size_t n_class_rules;
static struct arena class_arena;	/* of their texts */
static void (*listener)(const struct user *u);

/* --- profiles ------------------------------------------------------------- */

static void count(const struct prefs_profile *p, int n)
{
	if (p->active && p->n > 0)
		n_active += (size_t)n;
}

static void profile_free(struct prefs_profile *p)
{
	count(p, -1);
	arena_deinit(&p->arena);
	free(p);
}

/* What is stored was good when it was written. */
static void read_rules(struct prefs_profile *p, struct strv text)
{
	struct buf why;

	buf_init(&why, 1000);
	p->rules = arena_alloc(&p->arena, PREFS_RULES * sizeof(*p->rules));
	while (text.n > 0 && p->n < PREFS_RULES)
		if (prefs_rule_read(strv_split(text, '\n', &text), &p->arena,
		    &p->rules[p->n], &why) == ERR_OK)
			p->n++;
	buf_deinit(&why);
}

static struct prefs_profile *profile_new(const struct profile_row *r)
{
	struct prefs_profile *p = xalloc(sizeof(*p));

	arena_init(&p->arena);
	p->name = arena_str(&p->arena, r->name);
	p->active = r->active;
	p->copies = arena_str(&p->arena, r->copies.p ? r->copies : STRV(""));
	read_rules(p, r->rules);
	return p;
}

static int compare(struct strv a, struct strv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = memcmp(a.p, b.p, n);

	return d ? d : a.n < b.n ? -1 : a.n > b.n;
}

/* Where the profile hangs, or would. */
static struct prefs_profile **place(struct prefs *s, struct strv name)
{
	struct prefs_profile **at = &s->first;

	while (*at && compare((*at)->name, name) < 0)
		at = &(*at)->next;
	return at;
}

static struct prefs *prefs_get(uint64_t id)
{
	struct prefs *s = map_get_u64(&all, id);

	if (s)
		return s;
	s = xalloc(sizeof(*s));
	s->id = id;
	(void)map_set_u64(&all, id, s);
	return s;
}

void prefs_put(const struct profile_row *r)
{
	struct prefs *s = prefs_get(r->subscriber);
	struct prefs_profile *p = profile_new(r), *was;
	struct prefs_profile **at = place(s, r->name);

	for (was = s->first; was && r->active; was = was->next) {
		count(was, -1);
		was->active = false;
	}
	was = *at && strv_eq((*at)->name, r->name) ? *at : NULL;
	p->next = was ? was->next : *at;
	*at = p;
	if (was)
		profile_free(was);
	count(p, 1);
}

void prefs_delete(uint64_t subscriber, struct strv name)
{
	struct prefs *s = map_get_u64(&all, subscriber);
	struct prefs_profile **at = s ? place(s, name) : NULL, *p;

	if (!at || !*at || !strv_eq((*at)->name, name))
		return;
	p = *at;
	*at = p->next;
	profile_free(p);
	if (s->first)
		return;
	(void)map_del_u64(&all, subscriber);
	free(s);
}

void prefs_forget(uint64_t subscriber)
{
	struct prefs *s;

	while ((s = map_get_u64(&all, subscriber)) != NULL)
		prefs_delete(subscriber, s->first->name);
}

const struct prefs_profile *prefs_profiles(const struct user *u)
{
	const struct prefs *s = all.n ? map_get_u64(&all, u->id) : NULL;

	return s ? s->first : NULL;
}

const struct prefs_profile *prefs_find(const struct user *u,
    struct strv name)
{
	const struct prefs_profile *p = prefs_profiles(u);

	while (p && !strv_eq(p->name, name))
		p = p->next;
	return p;
}

const struct prefs_profile *prefs_active(const struct user *u)
{
	const struct prefs_profile *p = prefs_profiles(u);

	while (p && !p->active)
		p = p->next;
	return p;
}

bool prefs_any(void)
{
	return n_active + n_class_rules > 0;
}

void prefs_watch(void (*changed)(const struct user *u))
{
	listener = changed;
}

void prefs_changed(const struct user *u)
{
	if (listener)
		listener(u);
}

/* --- rules of classes ----------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "rule", .type = CONF_TEXT, .required = true,
	  .max = PREFS_RULE,
	  .help = "whole, notice or nothing, then what must be so: device=, "
	  "type=, over=, has=, lacks=, time=; as of a subscriber's profile" },
	{ .name = "class", .type = CONF_TEXT, .max = 32,
	  .help = "the class of service it is for; all if unset" },
	{ .name = "order", .type = CONF_INT, .fallback = "100",
	  .min = 0, .max = 10000,
	  .help = "of the rules that fit the one with the smallest order "
	  "counts" },
	{ .name = "firm", .type = CONF_BOOL, .fallback = "off",
	  .help = "it counts before what the subscriber wants; otherwise only "
	  "where the subscriber's rules say nothing" },
};

static enum err check(const char *name, struct buf *why)
{
	struct prefs_rule r;
	struct arena a;
	struct buf what;
	enum err e;

	arena_init(&a);
	buf_init(&what, 1000);
	e = prefs_rule_read(strv(conf_text(SECTION, name, "rule")), &a, &r,
	    &what);
	if (e != ERR_OK)
		buf_addf(why, "device-rule %s: %s", name, what.p);
	buf_deinit(&what);
	arena_deinit(&a);
	return e;
}

static int by_order(const void *a, const void *b)
{
	const struct prefs_class_rule *x = a, *y = b;

	return x->order != y->order ? (x->order > y->order ? 1 : -1) :
	    strcmp(x->name, y->name);
}

static void add_class_rule(const char *name)
{
	struct prefs_class_rule *r = &class_rules[n_class_rules];
	struct buf why;

	buf_init(&why, 1000);
	if (prefs_rule_read(strv(conf_text(SECTION, name, "rule")),
	    &class_arena, &r->rule, &why) == ERR_OK) {
		r->name = arena_str(&class_arena, strv(name)).p;
		r->klass = arena_str(&class_arena, strv(conf_text(SECTION,
		    name, "class")));
		r->firm = conf_bool(SECTION, name, "firm");
		r->order = conf_int(SECTION, name, "order");
		n_class_rules++;
	}
	buf_deinit(&why);
}

/* Any change makes all of them anew. */
static void applied(const char *name, bool gone)
{
	const char *names[CLASS_RULES];
	size_t n = conf_names(SECTION, names, CLASS_RULES);

	(void)name;
	(void)gone;
	free(class_rules);
	arena_deinit(&class_arena);
	n = n > CLASS_RULES ? CLASS_RULES : n;
	class_rules = xalloc((n + 1) * sizeof(*class_rules));
	n_class_rules = 0;
	for (size_t i = 0; i < n; i++)
		add_class_rule(names[i]);
	qsort(class_rules, n_class_rules, sizeof(*class_rules), by_order);
	prefs_changed(NULL);
}

const struct prefs_class_rule *prefs_class_rules(size_t *n)
{
	*n = n_class_rules;
	return class_rules;
}

static const struct conf_section section = {
	.name = SECTION, .named = true, .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "which devices get the whole message, which only a "
	"notification of it",
	.apply = applied, .check = check
};

/* --- life ----------------------------------------------------------------- */

void prefs_register(void)
{
	conf_register(&section);
	prefs_ops_register();
}

static void load_one(const struct profile_row *r, void *arg)
{
	(void)arg;
	prefs_put(r);
}

enum err prefs_load(void)
{
	map_init(&all);
	n_active = 0;
	return profiles_each(load_one, NULL);
}

void prefs_unload(void)
{
	struct prefs *s;
	size_t at;

	for (at = 0; (s = map_next(&all, &at)) != NULL; at = 0)
		prefs_forget(s->id);
	map_deinit(&all);
}
