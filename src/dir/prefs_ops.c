/* prefs_ops.c - operations on profiles: what a subscriber's devices get. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/jsonw.h"
#include "dir/devices.h"
#include "dir/prefs_priv.h"
#include "dir/users_priv.h"
#include "store/audit.h"

#define NAME_BYTES	32
#define COPIES_BYTES	400

enum what { ADD, SET, ACTIVATE, DEACTIVATE, DELETE };

static const char *const actions[] = {
	"profile add", "profile set", "profile activate",
	"profile deactivate", "profile delete"
};

/* One change from its call to its answer. */
struct preferring {
	struct turn turn;
	struct write w;
	struct op_call *c;
	enum what what;
	struct arena arena;		/* of the texts */
	struct profile_row row;		/* as it will be */
	struct strv key;		/* of the subscriber */
};

/* --- look ----------------------------------------------------------------- */

static struct user *typed_user(struct op_call *c)
{
	struct strv address = op_text(c, "subscriber");
	struct user *u = NULL;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (dir_key(address, &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&key);
	if (!u)
		op_fail(c, OP_NOT_FOUND, "there is no subscriber %.*s",
		    STRV_ARG(address));
	return u;
}

/* A device that has a name is shown by it. */
static void add_rule(const struct user *u, const struct prefs_rule *r,
    struct jsonw *w)
{
	const struct device *d = r->device.p ? device_find(u, r->device) :
	    NULL;
	struct buf text;

	buf_init(&text, 2 * PREFS_RULE);
	if (d)
		prefs_rule_name(r->text, d->name, &text);
	else
		buf_adds(&text, r->text);
	jsonw_str(w, NULL, buf_strv(&text));
	buf_deinit(&text);
}

static void show_copies(struct op_call *c, const struct user *u,
    struct strv list)
{
	struct buf names;

	buf_init(&names, BUF_NO_LIMIT);
	if (!list.n)
		buf_addz(&names, "as the site");
	while (list.n) {
		struct strv one = strv_split(list, ',', &list);
		const struct device *d = device_find(u, one);

		buf_addf(&names, "%s%.*s", names.n ? "," : "",
		    STRV_ARG(d ? d->name : one));
	}
	op_field(c, "copies", buf_strv(&names));
	buf_deinit(&names);
}

static void fields(struct op_call *c, const struct user *u,
    const struct prefs_profile *p)
{
	struct buf rules;
	struct jsonw w;

	buf_init(&rules, BUF_NO_LIMIT);
	jsonw_init(&w, &rules);
	jsonw_array(&w, NULL);
	for (size_t i = 0; i < p->n; i++)
		add_rule(u, &p->rules[i], &w);
	jsonw_end(&w);
	op_field(c, "subscriber", u->key);
	op_field(c, "profile", p->name);
	op_field_bool(c, "active", p->active);
	show_copies(c, u, p->copies);
	op_field_json(c, "rules", buf_strv(&rules));
	buf_deinit(&rules);
}

static void op_show(struct op_call *c)
{
	const struct user *u = typed_user(c);

	if (!u)
		return;
	op_list(c);
	for (const struct prefs_profile *p = prefs_profiles(u); p;
	    p = p->next) {
		op_row(c);
		fields(c, u, p);
	}
	op_done(c);
}

/* --- the write ------------------------------------------------------------ */

static void finish(struct preferring *g)
{
	turn_end(&g->turn);
	arena_deinit(&g->arena);
	free(g);
}

static enum err write_run(struct write *w, struct db *db)
{
	struct preferring *g = LIST_ENTRY(w, struct preferring, w);
	const struct profile_row *r = &g->row;
	enum err e = g->what == DELETE ?
	    profile_delete(db, r->subscriber, r->name) : profile_put(db, r);

	if (e == ERR_OK)
		e = audit_put(db, op_who(g->c), strv(actions[g->what]),
		    g->key, r->name);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

/* Memory follows what was committed. */
static void follow(struct preferring *g, struct user *u)
{
	if (g->what == DELETE) {
		prefs_delete(u->id, g->row.name);
		op_field(g->c, "subscriber", u->key);
		op_field(g->c, "profile", g->row.name);
	} else {
		prefs_put(&g->row);
		fields(g->c, u, prefs_find(u, g->row.name));
	}
	op_done(g->c);
	prefs_changed(u);
}

static void written(struct write *w)
{
	struct preferring *g = LIST_ENTRY(w, struct preferring, w);
	struct user *u = user_by_id(g->row.subscriber);

	if (w->err == ERR_OK && u)
		follow(g, u);
	else
		op_fail(g->c, OP_FAILED, "the database could not be written: "
		    "nothing was changed; see the log of the daemon");
	finish(g);
}

/* --- checks; false: the call has failed ----------------------------------- */

static bool is_name(struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		if (!strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUV"
		    "WXYZ0123456789-_", s.p[i]))
			return false;
	return s.n > 0 && s.n <= NAME_BYTES;
}

static size_t count(const struct user *u)
{
	size_t n = 0;

	for (const struct prefs_profile *p = prefs_profiles(u); p; p = p->next)
		n++;
	return n;
}

static bool read_name(struct preferring *g, const struct user *u,
    const struct prefs_profile **was)
{
	struct strv name = op_text(g->c, "profile");

	*was = prefs_find(u, name);
	g->row.name = arena_str(&g->arena, name);
	if (!is_name(name)) {
		op_fail(g->c, OP_INVALID, "a profile's name is 1 to %d "
		    "letters, digits, - and _", NAME_BYTES);
		return false;
	}
	if (g->what != ADD && !*was) {
		op_fail(g->c, OP_NOT_FOUND, "%.*s has no profile %.*s",
		    STRV_ARG(u->key), STRV_ARG(name));
		return false;
	}
	if (g->what == ADD && *was) {
		op_fail(g->c, OP_CONFLICT, "%.*s has a profile %.*s already",
		    STRV_ARG(u->key), STRV_ARG(name));
		return false;
	}
	if (g->what == ADD && count(u) >= PREFS_PROFILES) {
		op_fail(g->c, OP_CONFLICT, "%.*s has %d profiles already, the "
		    "most there may be", STRV_ARG(u->key), PREFS_PROFILES);
		return false;
	}
	return true;
}

/*
 * A device that is known is meant by its id from now on, so that it may get
 * another name; one that is not yet known, by the name it will have.
 */
static enum err add_line(const struct user *u, struct strv text,
    struct arena *a, struct buf *lines, struct buf *why)
{
	struct prefs_rule r;
	struct device *d;
	enum err e = prefs_rule_read(text, a, &r, why);

	if (e != ERR_OK)
		return e;
	if (lines->n)
		buf_addc(lines, '\n');
	if (r.device.p && !strv_eq(r.device, STRV("primary")) &&
	    !strv_eq(r.device, STRV("secondary")) &&
	    device_meant(u, r.device, &d) == ERR_OK)
		prefs_rule_name(text, d->instance, lines);
	else
		buf_adds(lines, text);
	return ERR_OK;
}

static bool read_rules(struct preferring *g, const struct user *u)
{
	struct buf lines, why;
	struct strv text;
	enum err e = ERR_OK;
	size_t i;

	buf_init(&lines, BUF_NO_LIMIT);
	buf_init(&why, 1000);
	for (i = 0; e == ERR_OK && (text = op_nth(g->c, "rule", i)).p; i++)
		if (text.n || i)	/* one that is empty: no rules */
			e = add_line(u, text, &g->arena, &lines, &why);
	if (e != ERR_OK)
		op_fail(g->c, OP_INVALID, "rule %zu: %s", i, why.p);
	else if (i > PREFS_RULES) {
		op_fail(g->c, OP_INVALID, "at most %d rules", PREFS_RULES);
		e = ERR_TOO_BIG;
	}
	g->row.rules = arena_str(&g->arena, buf_strv(&lines));
	buf_deinit(&lines);
	buf_deinit(&why);
	return e == ERR_OK;
}

/* Names of devices that are known become their ids. */
static struct strv copy_names(struct arena *a, const struct user *u,
    struct strv list)
{
	struct buf ids;
	struct device *d;
	struct strv all;

	buf_init(&ids, BUF_NO_LIMIT);
	while (list.n) {
		struct strv one = strv_split(list, ',', &list);

		buf_addf(&ids, "%s%.*s", ids.n ? "," : "",
		    STRV_ARG(device_meant(u, one, &d) == ERR_OK ?
		    d->instance : one));
	}
	all = arena_str(a, buf_strv(&ids));
	buf_deinit(&ids);
	return all;
}

static bool read_copies(struct preferring *g, const struct user *u)
{
	struct strv text = op_text(g->c, "copies");

	if (text.n > COPIES_BYTES || !profile_is_text(text, COPIES_BYTES)) {
		op_fail(g->c, OP_INVALID, "copies: none, all, site, or names "
		    "of devices with commas, at most %d bytes", COPIES_BYTES);
		return false;
	}
	if (strv_eq(text, STRV("site")))
		g->row.copies = STRV("");
	else if (strv_eq(text, STRV("none")) || strv_eq(text, STRV("all")))
		g->row.copies = arena_str(&g->arena, text);
	else
		g->row.copies = copy_names(&g->arena, u, text);
	return true;
}

/* What is not given stays as it was. */
static void keep(struct preferring *g, const struct prefs_profile *was)
{
	struct buf lines;

	buf_init(&lines, BUF_NO_LIMIT);
	for (size_t i = 0; was && i < was->n; i++)
		buf_addf(&lines, "%s%.*s", i ? "\n" : "",
		    STRV_ARG(was->rules[i].text));
	g->row.rules = arena_str(&g->arena, buf_strv(&lines));
	g->row.copies = arena_str(&g->arena, was ? was->copies : STRV(""));
	g->row.active = g->what == ACTIVATE || (was && was->active &&
	    g->what != DEACTIVATE);
	buf_deinit(&lines);
}

static bool is_good(struct preferring *g)
{
	const struct prefs_profile *was;
	struct user *u;

	if (writer_busy()) {
		op_fail(g->c, OP_BUSY, "the store is busy: try again");
		return false;
	}
	u = typed_user(g->c);
	if (!u || !read_name(g, u, &was))
		return false;
	g->key = arena_str(&g->arena, u->key);
	g->row.subscriber = u->id;
	keep(g, was);
	if (g->what > SET)
		return true;
	if (op_given(g->c, "rule") && !read_rules(g, u))
		return false;
	return !op_given(g->c, "copies") || read_copies(g, u);
}

static void run(struct turn *t)
{
	struct preferring *g = LIST_ENTRY(t, struct preferring, turn);

	if (is_good(g))
		writer_put(&g->w);
	else
		finish(g);
}

static void change(struct op_call *c, enum what what)
{
	struct preferring *g = xalloc(sizeof(*g));

	g->c = c;
	g->what = what;
	arena_init(&g->arena);
	g->w = (struct write){ .db = DB_CONFIG, .run = write_run,
		.done = written };
	g->turn.run = run;
	turn(&g->turn);
}

static void op_add(struct op_call *c) { change(c, ADD); }
static void op_set(struct op_call *c) { change(c, SET); }
static void op_activate(struct op_call *c) { change(c, ACTIVATE); }
static void op_deactivate(struct op_call *c) { change(c, DEACTIVATE); }
static void op_delete(struct op_call *c) { change(c, DELETE); }

/* --- the table ------------------------------------------------------------ */

#define SUBSCRIBER \
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, \
	  "subscriber", "whose profile it is", IS_TEXT(1, ADDR_MAX) }
#define RULES \
	{ "rule", ARG_REPEAT, NULL, "like \"notice device=tablet " \
	  "type=image/*,video/* over=200k lacks=largemsg " \
	  "time=22:00-07:00\"; begins with whole, notice or nothing, and of " \
	  "several the first that fits counts", IS_TEXT(0, PREFS_RULE) }, \
	{ "copies", 0, NULL, "which other devices get copies of reports: " \
	  "none, all, site (as policy reports copy), or names of devices " \
	  "with commas", IS_TEXT(0, COPIES_BYTES) }

static const struct op_arg show_args[] = {
	SUBSCRIBER,
	{ 0 }
};
static const struct op_arg add_args[] = {
	SUBSCRIBER,
	{ "profile", ARG_REQUIRED | ARG_POSITION, NULL, "its name",
	  IS_TEXT(1, NAME_BYTES) },
	RULES,
	{ 0 }
};
static const struct op_arg set_args[] = {
	SUBSCRIBER,
	{ "profile", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "its name", IS_TEXT(1, NAME_BYTES) },
	RULES,
	{ 0 }
};
static const struct op_arg one_args[] = {
	SUBSCRIBER,
	{ "profile", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "its name", IS_TEXT(1, NAME_BYTES) },
	{ 0 }
};

#define ALL	"/subscribers/{subscriber}/profiles"
#define ONE	ALL "/{profile}"
#define PROFILE \
	"subscriber profile active:bool copies rules:texts"

static const struct op ops[] = {
	{ "show profiles", "GET", ALL, CAP_PEOPLE_READ, OP_CORE, show_args,
	  "what a subscriber wants its devices to get", op_show,
	  "[" PROFILE "]" },
	{ "profile add", "POST", ALL, CAP_PEOPLE, OP_CORE, add_args,
	  "which devices get the whole message and which a notification of "
	  "it; it counts when it is active", op_add,
	  PROFILE },
	{ "profile set", "PATCH", ONE, CAP_PEOPLE, OP_CORE, set_args,
	  "other rules, which replace those it has, or other copies",
	  op_set,
	  PROFILE },
	{ "profile activate", "POST", ONE "/activate", CAP_PEOPLE, OP_CORE,
	  one_args, "this profile counts, the subscriber's others do not",
	  op_activate,
	  PROFILE },
	{ "profile deactivate", "POST", ONE "/deactivate", CAP_PEOPLE,
	  OP_CORE, one_args, "this profile does not count any more",
	  op_deactivate,
	  PROFILE },
	{ "profile delete", "DELETE", ONE, CAP_PEOPLE, OP_CORE, one_args,
	  "forget a profile", op_delete,
	  "subscriber profile" },
};

void prefs_ops_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
