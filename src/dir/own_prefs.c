/* own_prefs.c - what a subscriber prefers: devices' names, times, reports. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/now.h"
#include "dir/devices_priv.h"
#include "dir/own.h"
#include "dir/prefs_priv.h"
#include "dir/screening_priv.h"
#include "dir/users_priv.h"
#include "store/audit.h"
#include "store/screens.h"

/* All of it on its way to the writer, in one transaction. */
struct job {
	struct write w;
	struct own_prefs *p;
	struct arena arena;
	struct account account;
	struct device_row devices[DEVICES_MAX];	/* those with a new name */
	size_t ndevices;
	struct profile_row profile;	/* the one to switch on or off */
	bool switches;
	bool holds;		/* the devices are held as they are */
};

static void job_free(struct job *j)
{
	arena_deinit(&j->arena);
	free(j);
}

/* --- the write ------------------------------------------------------------ */

static enum err job_run(struct write *w, struct db *db)
{
	struct job *j = LIST_ENTRY(w, struct job, w);
	const struct own_prefs *p = j->p;
	enum err e = screen_wish_put(db, p->user, p->quiet, p->anonymous);

	if (e == ERR_OK)
		e = account_set(db, &j->account);
	for (size_t i = 0; i < j->ndevices && e == ERR_OK; i++)
		e = device_put(db, &j->devices[i]);
	if (e == ERR_OK && j->switches)
		e = profile_put(db, &j->profile);
	if (e == ERR_OK)
		e = audit_put(db, p->actor, STRV("preferences set"),
		    j->account.keys[0], STRV(""));
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

/* Memory follows what was committed. */
static void follow(struct job *j, struct user *u)
{
	const struct own_prefs *p = j->p;

	screening_wish(p->user, p->quiet, p->anonymous);
	for (size_t i = 0; i < j->ndevices; i++)
		(void)device_set(u, &j->devices[i]);
	if (j->switches)
		prefs_put(&j->profile);
	prefs_changed(users_put(&j->account));
}

static void job_done(struct write *w)
{
	struct job *j = LIST_ENTRY(w, struct job, w);
	struct user *u = user_by_id(j->p->user);
	struct own_prefs *p = j->p;
	enum err e = u ? w->err : ERR_STORAGE;

	if (u && j->holds)
		u->known->changing--;
	if (e == ERR_OK)
		follow(j, u);
	job_free(j);
	p->done(p, e);
}

/* --- what changes --------------------------------------------------------- */

static bool is_named_twice(const struct own_prefs *p, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (strv_caseeq(p->devices[k].name, p->devices[i].name) ||
		    strv_eq(p->devices[k].instance, p->devices[i].instance))
			return true;
	return false;
}

static enum err plan_device(struct job *j, const struct user *u, size_t i)
{
	const struct own_device *d = &j->p->devices[i];
	struct device *was = device_find(u, d->instance);
	struct device_row *r = &j->devices[j->ndevices];

	if (!was)
		return ERR_NO_USER;
	if (!d->name.n || !profile_is_text(d->name, DEVICE_NAME_MAX))
		return ERR_BAD_SYNTAX;
	if (is_named_twice(j->p, i))
		return ERR_BUSY;
	if (strv_eq(was->name, d->name))
		return ERR_OK;
	device_row(u, was, r);
	r->instance = arena_str(&j->arena, r->instance);
	r->agent = arena_str(&j->arena, r->agent);
	r->name = d->name;
	j->ndevices++;
	return ERR_OK;
}

static enum err plan_devices(struct job *j, const struct user *u)
{
	size_t n = 0;
	enum err e = ERR_OK;

	for (const struct device *d = devices_of(u); d; d = d->next)
		n++;
	if (n != j->p->ndevices || n > DEVICES_MAX)
		return ERR_NO_USER;
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		e = plan_device(j, u, i);
	return e;
}

/* The rules of a profile as they are on disk. */
static struct strv rules_of(struct arena *a, const struct prefs_profile *p)
{
	struct strv all;
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 0; i < p->n; i++)
		buf_addf(&b, "%s%.*s", i ? "\n" : "",
		    STRV_ARG(p->rules[i].text));
	all = arena_str(a, buf_strv(&b));
	buf_deinit(&b);
	return all;
}

static enum err plan_profile(struct job *j, const struct user *u)
{
	const struct prefs_profile *now = prefs_active(u), *next = NULL;

	if (j->p->profile.p) {
		next = prefs_find(u, j->p->profile);
		if (!next)
			return ERR_NO_USER;
	}
	if (next == now)
		return ERR_OK;
	j->switches = true;
	j->profile = (struct profile_row){ .subscriber = u->id,
		.active = next != NULL };
	if (!next)
		next = now;
	j->profile.name = arena_str(&j->arena, next->name);
	j->profile.copies = arena_str(&j->arena, next->copies);
	j->profile.rules = rules_of(&j->arena, next);
	return ERR_OK;
}

static enum err plan_job(struct job *j, const struct user *u)
{
	struct screen_window windows[SCREEN_WINDOWS];
	enum err e;

	if (j->p->quiet.n && screen_times(j->p->quiet, windows) == 0)
		return ERR_BAD_SYNTAX;
	e = plan_devices(j, u);
	if (e == ERR_OK)
		e = plan_profile(j, u);
	user_account(u, &j->account);
	j->account.reads_private = j->p->reads_private;
	j->account.changed = now_ms();
	return e;
}

enum err own_prefs_write(struct own_prefs *p)
{
	struct user *u = user_by_id(p->user);
	struct job *j = xalloc(sizeof(*j));
	enum err e;

	arena_init(&j->arena);
	j->p = p;
	e = u ? plan_job(j, u) : ERR_NO_USER;
	if (e != ERR_OK) {
		job_free(j);
		return e;
	}
	j->holds = u->known != NULL;
	if (j->holds)
		u->known->changing++;
	j->w = (struct write){ .db = DB_CONFIG, .run = job_run,
		.done = job_done };
	writer_put(&j->w);
	return ERR_OK;
}
