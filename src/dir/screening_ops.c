/* screening_ops.c - operations on screening: rules and wishes. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "conf/conf.h"
#include "dir/screening_priv.h"
#include "dir/show_priv.h"
#include "store/audit.h"
#include "store/screens.h"

enum what { RULE_ADD, RULE_REMOVE, QUIET, NOT_QUIET, ANONYMOUS };

/* One change from its call to its answer. */
struct screening {
	struct turn turn;
	struct write w;
	struct op_call *c;
	enum what what;
	enum screen_effect effect;
	uint64_t id;			/* 0: the site */
	struct arena arena;
	struct strv action, object, detail, pattern, times;
};

static struct screening *screening_of(struct write *w)
{
	return LIST_ENTRY(w, struct screening, w);
}

static void finish(struct screening *g)
{
	turn_end(&g->turn);
	arena_deinit(&g->arena);
	free(g);
}

/* --- the write ------------------------------------------------------------ */

static enum err change_run(struct write *w, struct db *db)
{
	const struct screening *g = screening_of(w);
	enum err e;

	if (g->what == RULE_ADD)
		e = screen_rule_put(db, g->id, g->pattern, g->effect);
	else if (g->what == RULE_REMOVE)
		e = screen_rule_delete(db, g->id, g->pattern);
	else
		e = screen_wish_put(db, g->id, g->times, g->effect);
	if (e == ERR_OK)
		e = audit_put(db, op_who(g->c), g->action, g->object,
		    g->detail);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void follow(const struct screening *g)
{
	if (g->what == RULE_ADD)
		screening_put(g->id, g->pattern, g->effect);
	else if (g->what == RULE_REMOVE)
		screening_delete(g->id, g->pattern);
	else
		screening_wish(g->id, g->times, g->effect);
}

static void answer(const struct screening *g)
{
	struct op_call *c = g->c;

	op_field(c, "of", g->object);
	if (g->pattern.n)
		op_field(c, "pattern", g->pattern);
	if (g->what == QUIET || g->what == NOT_QUIET)
		op_field(c, "quiet", g->times);
	else if (g->what == RULE_REMOVE)
		op_field(c, "effect", STRV("removed"));
	else
		op_field(c, "effect", strv(g->effect ?
		    screen_effect_name(g->effect) : "as the site"));
	op_done(c);
}

static void changed(struct write *w)
{
	struct screening *g = screening_of(w);

	if (w->err == ERR_OK) {
		follow(g);
		answer(g);
	} else {
		op_fail(g->c, OP_FAILED, "the database could not be written: "
		    "nothing was changed; see the log of the daemon");
	}
	finish(g);
}

/* --- checks; false: the call has failed ----------------------------------- */

static bool read_owner(struct screening *g)
{
	struct strv text = op_text(g->c, "subscriber");
	const struct user *u = NULL;
	struct buf key;

	g->object = STRV("site");
	if (!text.n && (g->what == RULE_ADD || g->what == RULE_REMOVE))
		return true;
	buf_init(&key, ADDR_MAX);
	if (dir_key(text, &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&key);
	if (!u) {
		op_fail(g->c, OP_NOT_FOUND, "there is no subscriber %.*s",
		    STRV_ARG(text));
		return false;
	}
	g->id = u->id;
	g->object = arena_str(&g->arena, u->key);
	return true;
}

/* *, a pattern as of a route, or an address in any spelling */
static bool read_pattern(struct screening *g)
{
	static const struct conf_row row = { .name = "pattern",
		.type = CONF_PATTERN };
	struct strv text = op_text(g->c, "pattern");
	struct buf key, why;
	bool good;

	buf_init(&key, ADDR_MAX);
	buf_init(&why, 1000);
	if (strv_eq(text, STRV("*")))
		buf_adds(&key, text);
	else if (text.n && memchr(text.p, '*', text.n))
		(void)conf_value(&row, text, &key, &why);
	else if (dir_key(text, &key) != ERR_OK)
		buf_addf(&why, "\"%.*s\" is no address", STRV_ARG(text));
	good = why.n == 0;
	if (good)
		g->pattern = arena_str(&g->arena, buf_strv(&key));
	else
		op_fail(g->c, OP_INVALID, "%s", why.p);
	buf_deinit(&key);
	buf_deinit(&why);
	return good;
}

static bool check_rule(struct screening *g)
{
	enum screen_effect has = screening_rule(g->id, g->pattern);
	size_t most = g->id ? SCREEN_RULES_USER : SCREEN_RULES_SITE;

	if (g->what == RULE_REMOVE && (has == SCREEN_NONE ||
	    (has == SCREEN_ALLOW) != (g->effect == SCREEN_ALLOW))) {
		op_fail(g->c, OP_NOT_FOUND, "%.*s has no such rule %.*s",
		    STRV_ARG(g->object), STRV_ARG(g->pattern));
		return false;
	}
	if (g->what == RULE_ADD && has == SCREEN_NONE &&
	    screening_rules(g->id) >= most) {
		op_fail(g->c, OP_CONFLICT, "%.*s has %zu rules already, the "
		    "most there may be", STRV_ARG(g->object), most);
		return false;
	}
	return true;
}

/* all: also those that only anonymous senders may get */
static bool read_effect(struct op_call *c, const char *arg, bool all,
    enum screen_effect *out)
{
	static const struct { const char *word; enum screen_effect effect; }
	words[] = {
		{ "refused", SCREEN_REFUSED }, { "silent", SCREEN_SILENT },
		{ "allowed", SCREEN_ALLOW }, { "site", SCREEN_NONE }
	};
	struct strv text = op_text(c, arg);

	*out = SCREEN_REFUSED;
	for (size_t i = 0; text.p && i < (all ? 4 : 2); i++) {
		*out = words[i].effect;
		if (strv_eq(text, strv(words[i].word)))
			return true;
	}
	if (!text.p)
		return true;
	op_fail(c, OP_INVALID, "%s: \"%.*s\" is not %s", arg,
	    STRV_ARG(text), all ? "allowed, silent, refused or site" :
	    "silent or refused");
	return false;
}

static bool read_times(struct screening *g)
{
	struct screen_window windows[SCREEN_WINDOWS];
	struct strv text = op_text(g->c, "times");

	if (screen_times(text, windows) == 0) {
		op_fail(g->c, OP_INVALID, "times: \"%.*s\" is not like "
		    "22:00-07:00 or 22:00-07:00,12:30-13:30, at most %d",
		    STRV_ARG(text), SCREEN_WINDOWS);
		return false;
	}
	g->times = arena_str(&g->arena, text);
	return true;
}

/* A wish leaves the other one as it is. */
static void keep_wish(struct screening *g)
{
	const struct user *u = user_by_id(g->id);

	if (g->what != ANONYMOUS)
		g->effect = screen_anonymous(u);
	else
		g->times = arena_str(&g->arena, screen_quiet_times(u));
}

static void set_detail(struct screening *g)
{
	struct buf b;

	buf_init(&b, 2 * ADDR_MAX);
	if (g->what == QUIET || g->what == NOT_QUIET)
		buf_addf(&b, "quiet \"%.*s\"", STRV_ARG(g->times));
	else if (g->what == ANONYMOUS)
		buf_addf(&b, "anonymous %s", g->effect ?
		    screen_effect_name(g->effect) : "as the site");
	else
		buf_addf(&b, "%.*s %s", STRV_ARG(g->pattern),
		    g->what == RULE_ADD ? screen_effect_name(g->effect) : "");
	g->detail = arena_str(&g->arena, buf_strv(&b));
	buf_deinit(&b);
}

static bool is_good(struct screening *g)
{
	if (writer_busy()) {
		op_fail(g->c, OP_BUSY, "the store is busy: try again");
		return false;
	}
	if (!read_owner(g))
		return false;
	if (g->what == RULE_ADD || g->what == RULE_REMOVE)
		return read_pattern(g) && check_rule(g);
	if (g->what == QUIET && !read_times(g))
		return false;
	keep_wish(g);
	return true;
}

static void run(struct turn *t)
{
	struct screening *g = LIST_ENTRY(t, struct screening, turn);

	if (!is_good(g)) {
		finish(g);
		return;
	}
	set_detail(g);
	writer_put(&g->w);
}

static void change(struct op_call *c, enum what what, const char *action,
    enum screen_effect effect)
{
	struct screening *g = xalloc(sizeof(*g));

	arena_init(&g->arena);
	g->w = (struct write){ .db = DB_CONFIG, .run = change_run,
		.done = changed };
	g->c = c;
	g->what = what;
	g->action = strv(action);
	g->effect = effect;
	g->turn.run = run;
	turn(&g->turn);
}

static void block_add(struct op_call *c)
{
	enum screen_effect effect;

	if (read_effect(c, "effect", false, &effect))
		change(c, RULE_ADD, "screening block add", effect);
}

static void block_remove(struct op_call *c)
{
	change(c, RULE_REMOVE, "screening block remove", SCREEN_REFUSED);
}

static void allow_add(struct op_call *c)
{
	change(c, RULE_ADD, "screening allow add", SCREEN_ALLOW);
}

static void allow_remove(struct op_call *c)
{
	change(c, RULE_REMOVE, "screening allow remove", SCREEN_ALLOW);
}

static void dnd_set(struct op_call *c)
{
	change(c, QUIET, "screening dnd set", SCREEN_NONE);
}

static void dnd_clear(struct op_call *c)
{
	change(c, NOT_QUIET, "screening dnd clear", SCREEN_NONE);
}

static void anonymous_set(struct op_call *c)
{
	enum screen_effect effect;

	if (read_effect(c, "effect", true, &effect))
		change(c, ANONYMOUS, "screening anonymous", effect);
}

/* --- look ----------------------------------------------------------------- */

struct looking {
	struct show_page page;
	struct strv of;		/* key; absent: all */
	bool allow;
};

static bool one_rule(const struct screen_row *r, void *arg)
{
	struct looking *q = arg;
	struct op_call *c = q->page.c;

	if ((r->effect == SCREEN_ALLOW) != q->allow ||
	    (q->of.p && !strv_eq(q->of, r->address)))
		return true;
	if (!show_row(&q->page))
		return false;
	buf_addf(&q->page.last, "%" PRId64, r->id);
	op_field(c, "of", r->address.p ? r->address : STRV("site"));
	op_field(c, "pattern", r->pattern);
	op_field(c, "effect",
	    strv(screen_effect_name((enum screen_effect)r->effect)));
	return true;
}

static void list(struct op_call *c, bool allow)
{
	struct looking q = { .allow = allow };
	struct buf key;

	buf_init(&key, ADDR_MAX);
	show_page(c, &q.page);
	if (show_key(c, "subscriber", &key, &q.of)) {
		op_list(c);
		show_end(&q.page, screens_each_rule(op_int(c, "cursor"),
		    one_rule, &q));
	}
	buf_deinit(&key);
}

static void block_show(struct op_call *c) { list(c, false); }
static void allow_show(struct op_call *c) { list(c, true); }

static void show(struct op_call *c)
{
	struct strv text = op_text(c, "subscriber");
	const struct user *u = NULL;
	enum screen_effect anonymous;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (dir_key(text, &key) == ERR_OK)
		u = user_find(buf_strv(&key));
	buf_deinit(&key);
	if (!u) {
		op_fail(c, OP_NOT_FOUND, "there is no subscriber %.*s",
		    STRV_ARG(text));
		return;
	}
	anonymous = screen_anonymous(u);
	op_field(c, "subscriber", u->key);
	op_field(c, "quiet", screen_quiet_times(u));
	op_field(c, "anonymous", strv(anonymous ?
	    screen_effect_name(anonymous) : "as the site"));
	op_field_int(c, "rules", (int64_t)screening_rules(u->id));
	op_done(c);
}

/* --- the table ------------------------------------------------------------ */

#define PATTERN_HELP "an address, tel:+1900*, sip:*@spam.example, or * for all"
#define OWNER_HELP "whose list; without one the site's"

static const struct op_arg block_args[] = {
	{ "pattern", ARG_REQUIRED | ARG_POSITION, NULL, PATTERN_HELP,
	  IS_TEXT(1, ADDR_MAX) },
	{ "subscriber", 0, "subscriber", OWNER_HELP, IS_TEXT(0, ADDR_MAX) },
	{ "effect", 0, "silent|refused", "silent: kept as spam, and the "
	  "sender learns nothing; refused: 403",
	  IS_CHOICE, BY_DEFAULT("refused") },
	{ 0 }
};
static const struct op_arg allow_args[] = {
	{ "pattern", ARG_REQUIRED | ARG_POSITION, NULL, PATTERN_HELP,
	  IS_TEXT(1, ADDR_MAX) },
	{ "subscriber", 0, "subscriber", OWNER_HELP, IS_TEXT(0, ADDR_MAX) },
	{ 0 }
};
static const struct op_arg remove_args[] = {
	{ "pattern", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "the rule's, as it was given", IS_TEXT(1, ADDR_MAX) },
	{ "subscriber", 0, "subscriber", OWNER_HELP, IS_TEXT(0, ADDR_MAX) },
	{ 0 }
};
static const struct op_arg list_args[] = {
	{ "subscriber", 0, "subscriber", "only this one's",
	  IS_TEXT(0, ADDR_MAX) },
	LIMIT_ARG,
	CURSOR_ARG,
	{ 0 }
};
static const struct op_arg one_args[] = {
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber",
	  "whose", IS_TEXT(0, ADDR_MAX) },
	{ 0 }
};
static const struct op_arg times_args[] = {
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber",
	  "whose", IS_TEXT(0, ADDR_MAX) },
	{ "times", ARG_REQUIRED | ARG_POSITION, NULL, "22:00-07:00, or several "
	  "with commas", IS_TEXT(1, 64) },
	{ 0 }
};
static const struct op_arg anonymous_args[] = {
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber",
	  "whose", IS_TEXT(0, ADDR_MAX) },
	{ "effect", ARG_REQUIRED | ARG_POSITION,
	  "allowed|silent|refused|site", "what messages without a sender's "
	  "name get; site: what policy screening anonymous says", IS_CHOICE },
	{ 0 }
};

#define ONE	"/screening/subscribers/{subscriber}"
#define EFFECT \
	"of pattern effect"

static const struct op ops[] = {
	{ "screening block add", "POST", "/screening/block", CAP_PEOPLE,
	  OP_CORE, block_args, "messages from these senders are spam or "
	  "refused", block_add,
	  EFFECT },
	{ "screening block remove", "DELETE", "/screening/block/{pattern}",
	  CAP_PEOPLE, OP_CORE, remove_args, "forget such a rule",
	  block_remove,
	  EFFECT },
	{ "screening block show", "GET", "/screening/block", CAP_PEOPLE_READ,
	  OP_READ, list_args, "who is blocked", block_show,
	  "[" EFFECT "]" },
	{ "screening allow add", "POST", "/screening/allow", CAP_PEOPLE,
	  OP_CORE, allow_args, "messages from these senders pass, whatever a "
	  "less exact rule says", allow_add,
	  EFFECT },
	{ "screening allow remove", "DELETE", "/screening/allow/{pattern}",
	  CAP_PEOPLE, OP_CORE, remove_args, "forget such a rule",
	  allow_remove,
	  EFFECT },
	{ "screening allow show", "GET", "/screening/allow", CAP_PEOPLE_READ,
	  OP_READ, list_args, "who is allowed", allow_show,
	  "[" EFFECT "]" },
	{ "screening dnd set", "POST", ONE "/dnd", CAP_PEOPLE, OP_CORE,
	  times_args, "at these times messages wait", dnd_set,
	  "of quiet?" },
	{ "screening dnd clear", "DELETE", ONE "/dnd", CAP_PEOPLE, OP_CORE,
	  one_args, "messages come at any time again", dnd_clear,
	  "of quiet?" },
	{ "screening anonymous", "POST", ONE "/anonymous", CAP_PEOPLE,
	  OP_CORE, anonymous_args, "what senders without a name get",
	  anonymous_set,
	  "of effect" },
	{ "screening show", "GET", ONE, CAP_PEOPLE_READ, OP_CORE, one_args,
	  "what a subscriber wishes", show,
	  "subscriber quiet? anonymous rules:int" },
};

void screening_ops_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
