/* devices_ops.c - operations on devices: look, name, block, drop. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "dir/bindings.h"
#include "dir/devices_priv.h"
#include "dir/prefs_priv.h"
#include "dir/users_priv.h"
#include "op/complete.h"
#include "store/audit.h"

#define COMPLETE_LOOK	1000	/* devices looked at for a completion */

enum what { RENAME, BLOCK, UNBLOCK, PRIMARY, DEREGISTER, FORGET };

/* One operation from its call to its answer. */
struct changing {
	struct turn turn;
	struct write w;
	struct op_call *c;
	enum what what;
	struct arena arena;		/* of the row's texts */
	struct device_row row;		/* as it will be */
	struct strv key;		/* of the subscriber */
	struct buf detail;
};

static const char *const actions[] = {
	"device rename", "device block", "device unblock",
	"device make-primary", "device deregister", "device forget"
};

static device_access_fn *access_fn;

void devices_access(device_access_fn *fn)
{
	access_fn = fn;
}

/* --- rows ----------------------------------------------------------------- */

static void fields(struct op_call *c, const struct user *u,
    const struct device *d)
{
	const struct binding *b = device_binding(u, d->instance);
	struct strv rest;

	op_field(c, "subscriber", u->key);
	op_field(c, "name", d->name);
	op_field(c, "instance", d->instance);
	op_field_bool(c, "online", b != NULL);
	op_field(c, "transport", b ? strv_split(b->source, ' ', &rest) :
	    STRV(""));
	op_field(c, "agent", d->agent);
	op_field_time(c, "seen", device_seen(u, d));
	op_field_bool(c, "primary", d->primary);
	op_field_bool(c, "blocked", d->blocked);
	op_field(c, "access", strv(d->primary && access_fn ? access_fn(u) :
	    NULL));
}

/* --- look ----------------------------------------------------------------- */

/* A cursor is "USER.N": behind the first N devices of that user. */
static bool read_cursor(struct op_call *c, uint64_t *user, size_t *skip)
{
	struct strv text = op_text(c, "cursor");
	char s[48];

	*user = *skip = 0;
	if (!text.n)
		return true;
	(void)snprintf(s, sizeof(s), "%.*s", STRV_ARG(text));
	if (sscanf(s, "%" SCNu64 ".%zu", user, skip) == 2)
		return true;
	op_fail(c, OP_INVALID, "--cursor is what the page before gave as "
	    "next");
	return false;
}

static struct user *typed_user(struct op_call *c, const char *arg)
{
	struct strv address = op_text(c, arg);
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

struct page {
	struct op_call *c;
	int64_t left;
	bool full;
};

static void page_add(struct page *p, const struct user *u, size_t skip)
{
	size_t n = 0;

	for (const struct device *d = devices_of(u); d; d = d->next) {
		if (n++ < skip)
			continue;
		if (p->left-- == 0) {
			struct buf next;

			buf_init(&next, 64);
			buf_addf(&next, "%" PRIu64 ".%zu", u->id, n - 1);
			op_next(p->c, buf_strv(&next));
			buf_deinit(&next);
			p->full = true;
			return;
		}
		op_row(p->c);
		fields(p->c, u, d);
	}
}

/* A subscriber that lost all its devices meanwhile: the list is new. */
static void show_all(struct page *p, uint64_t from, size_t skip)
{
	const struct user *first = from ? user_by_id(from) : NULL;
	struct list *at = first && first->known ? &first->known->hook :
	    devices_users.next;

	if (!first || !first->known)
		skip = 0;
	for (; at != &devices_users && !p->full; at = at->next) {
		page_add(p, KNOWN_OF(at)->user, skip);
		skip = 0;
	}
}

static void op_show(struct op_call *c)
{
	struct page p = { .c = c, .left = op_int(c, "limit") };
	struct user *u = NULL;
	uint64_t from;
	size_t skip;

	if (!read_cursor(c, &from, &skip))
		return;
	if (op_text(c, "subscriber").n) {
		u = typed_user(c, "subscriber");
		if (!u)
			return;
	}
	op_list(c);
	if (u)
		page_add(&p, u, skip);
	else
		show_all(&p, from, skip);
	op_done(c);
}

/* --- the change ----------------------------------------------------------- */

/* The next turn begins when this one has nothing more to lose. */
static void finish(struct changing *g)
{
	turn_end(&g->turn);
	arena_deinit(&g->arena);
	buf_deinit(&g->detail);
	free(g);
}

static enum err write_run(struct write *w, struct db *db)
{
	struct changing *g = LIST_ENTRY(w, struct changing, w);
	enum err e = ERR_OK;

	if (g->what == FORGET)
		e = device_delete(db, g->row.subscriber, g->row.instance);
	else if (g->what != DEREGISTER)
		e = device_put(db, &g->row);
	if (e == ERR_OK)
		e = audit_put(db, op_who(g->c), strv(actions[g->what]),
		    g->key, buf_strv(&g->detail));
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void drop_bindings(struct user *u, struct strv instance)
{
	LIST_FOR(h, &u->bindings) {
		if (strv_eq(BINDING_OF(h)->instance, instance))
			binding_drop(BINDING_OF(h));
	}
}

/* Memory follows what was committed. */
static void follow(struct changing *g, struct user *u)
{
	struct device *d;

	if (g->what == DEREGISTER || g->what == FORGET || g->what == BLOCK)
		drop_bindings(u, g->row.instance);
	d = device_find(u, g->row.instance);
	if (g->what != DEREGISTER && g->what != FORGET)
		d = device_set(u, &g->row);
	op_field(g->c, "subscriber", u->key);
	op_field(g->c, "name", g->row.name);
	op_field(g->c, "instance", g->row.instance);
	op_field_bool(g->c, "primary", g->row.primary);
	op_field_bool(g->c, "blocked", g->row.blocked);
	if (d && g->what == FORGET)
		device_remove(u, d);
	if (g->what == FORGET || g->what == BLOCK)
		device_is_gone(u, g->row.instance);
	if (g->what == PRIMARY || g->what == RENAME)
		prefs_changed(u);
}

static void written(struct write *w)
{
	struct changing *g = LIST_ENTRY(w, struct changing, w);
	struct user *u = user_by_id(g->row.subscriber);

	if (u && u->known)
		u->known->changing--;
	if (w->err == ERR_OK && u) {
		follow(g, u);
		op_done(g->c);
	} else {
		op_fail(g->c, OP_FAILED, "the database could not be written: "
		    "nothing was changed; see the log of the daemon");
	}
	finish(g);
}

static bool name_good(struct changing *g, const struct user *u,
    const struct device *of)
{
	struct strv name = op_text(g->c, "name");

	for (const struct device *d = devices_of(u); d; d = d->next) {
		if (d == of || !strv_caseeq(d->name, name))
			continue;
		op_fail(g->c, OP_CONFLICT, "%.*s has another device with the "
		    "name %.*s", STRV_ARG(u->key), STRV_ARG(d->name));
		return false;
	}
	return true;
}

static struct device *typed_device(struct op_call *c, const struct user *u)
{
	struct strv text = op_text(c, "device");
	struct device *d;
	enum err e = device_meant(u, text, &d);

	if (e == ERR_OK)
		return d;
	if (e == ERR_TOO_BIG)
		op_fail(c, OP_CONFLICT, "several devices of %.*s begin with "
		    "%.*s: give more of it", STRV_ARG(u->key),
		    STRV_ARG(text));
	else
		op_fail(c, OP_NOT_FOUND, "%.*s has no device %.*s: see show "
		    "devices", STRV_ARG(u->key), STRV_ARG(text));
	return NULL;
}

static void change_row(struct changing *g, const struct user *u,
    const struct device *d)
{
	struct device_row *r = &g->row;

	device_row(u, d, r);
	r->instance = arena_str(&g->arena, r->instance);
	r->agent = arena_str(&g->arena, r->agent);
	r->name = arena_str(&g->arena, g->what == RENAME ?
	    op_text(g->c, "name") : r->name);
	g->key = arena_str(&g->arena, u->key);
	buf_addf(&g->detail, "device %.*s", STRV_ARG(r->instance));
	if (g->what == RENAME)
		buf_addf(&g->detail, " name \"%.*s\" -> \"%.*s\"",
		    STRV_ARG(d->name), STRV_ARG(r->name));
	r->blocked = g->what == BLOCK || (g->what != UNBLOCK && r->blocked);
	r->primary = g->what == PRIMARY || r->primary;
}

static void run(struct turn *t)
{
	struct changing *g = LIST_ENTRY(t, struct changing, turn);
	struct user *u;
	struct device *d;

	if (writer_busy()) {
		op_fail(g->c, OP_BUSY, "the store is busy: try again");
		finish(g);
		return;
	}
	u = typed_user(g->c, "subscriber");
	d = u ? typed_device(g->c, u) : NULL;
	if (!d || (g->what == RENAME && !name_good(g, u, d))) {
		finish(g);
		return;
	}
	change_row(g, u, d);
	u->known->changing++;
	g->w = (struct write){ .db = DB_CONFIG, .run = write_run,
		.done = written };
	writer_put(&g->w);
}

static void change(struct op_call *c, enum what what)
{
	struct changing *g = xalloc(sizeof(*g));

	g->c = c;
	g->what = what;
	arena_init(&g->arena);
	buf_init(&g->detail, 1024);
	g->turn.run = run;
	turn(&g->turn);
}

static void op_rename(struct op_call *c) { change(c, RENAME); }
static void op_block(struct op_call *c) { change(c, BLOCK); }
static void op_unblock(struct op_call *c) { change(c, UNBLOCK); }
static void op_primary(struct op_call *c) { change(c, PRIMARY); }
static void op_deregister(struct op_call *c) { change(c, DEREGISTER); }
static void op_forget(struct op_call *c) { change(c, FORGET); }

/* --- completion ----------------------------------------------------------- */

/* The shell does not say of whom, so any device that was met so far. */
static void names(struct strv prefix, complete_offer_fn *offer, void *arg)
{
	int looked = 0;
	bool more = true;

	LIST_FOR(h, &devices_users) {
		struct device *d = KNOWN_OF(h)->first;

		for (; d && more && looked < COMPLETE_LOOK; d = d->next) {
			looked++;
			if (d->name.n >= prefix.n && strv_caseeq((struct strv){
			    d->name.p, prefix.n }, prefix))
				more = offer(d->name, arg);
		}
	}
}

/* --- the table ------------------------------------------------------------ */

#define SUBSCRIBER \
	{ "subscriber", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "subscriber", \
	  "whose device it is", IS_TEXT(0, ADDR_MAX) }
#define DEVICE \
	{ "device", ARG_REQUIRED | ARG_POSITION | ARG_PATH, "device", \
	  "its name, its instance id, or the beginning of one", \
	  IS_TEXT(1, 512) }

static const struct op_arg show_args[] = {
	{ "subscriber", 0, "subscriber", "only of this subscriber",
	  IS_TEXT(0, ADDR_MAX) },
	LIMIT_ARG,
	CURSOR_ARG,
	{ 0 }
};
static const struct op_arg one_args[] = {
	SUBSCRIBER, DEVICE,
	{ 0 }
};
static const struct op_arg rename_args[] = {
	SUBSCRIBER, DEVICE,
	{ "name", ARG_REQUIRED | ARG_POSITION, NULL, "the new name; no other "
	  "device of the subscriber has it", IS_TEXT(1, DEVICE_NAME_MAX) },
	{ 0 }
};

#define ONE	"/subscribers/{subscriber}/devices/{device}"
#define DEVICE_ANSWER \
	"subscriber name instance primary:bool blocked:bool"

static const struct op ops[] = {
	{ "show devices", "GET", "/devices", CAP_PEOPLE_READ, OP_CORE,
	  show_args,
	  "the devices that subscribers have, also those that are not "
	  "registered now", op_show,
	  "[subscriber name instance online:bool transport agent "
	  "seen:time? primary:bool blocked:bool access?]" },
	{ "device rename", "PATCH", ONE, CAP_PEOPLE, OP_CORE, rename_args,
	  "give a device another name", op_rename,
	  DEVICE_ANSWER },
	{ "device block", "POST", ONE "/block", CAP_PEOPLE, OP_CORE,
	  one_args, "let a device register no more", op_block,
	  DEVICE_ANSWER },
	{ "device unblock", "POST", ONE "/unblock", CAP_PEOPLE, OP_CORE,
	  one_args, "let a blocked device register again", op_unblock,
	  DEVICE_ANSWER },
	{ "device make-primary", "POST", ONE "/make-primary", CAP_PEOPLE,
	  OP_CORE, one_args, "this device has the SIM; the others are "
	  "secondary", op_primary,
	  DEVICE_ANSWER },
	{ "device deregister", "POST", ONE "/deregister", CAP_PEOPLE,
	  OP_CORE, one_args, "end the registration of a device",
	  op_deregister,
	  DEVICE_ANSWER },
	{ "device forget", "DELETE", ONE, CAP_PEOPLE, OP_CORE, one_args,
	  "a device that is used no more", op_forget,
	  DEVICE_ANSWER },
};

void devices_ops_register(void)
{
	static const struct completer rows[] = { { "device", names } };

	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	complete_register(rows, 1);
}
