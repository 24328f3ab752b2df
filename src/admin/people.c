/* people.c - administrators in memory, and how they change. */

#define LOG_UNIT "admin"

#include <pthread.h>
#include <stdlib.h>

#include "admin/people.h"
#include "admin/tokens.h"
#include "base/alloc.h"
#include "base/id.h"
#include "base/log.h"
#include "base/now.h"
#include "store/audit.h"
#include "store/writer.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock; in order of name */
static struct admin *people;
static size_t n_people, size;

/* --- looking ------------------------------------------------------------- */

/* Where the name stands or would stand. */
static size_t place_of(const char *name)
{
	size_t i = 0;

	while (i < n_people && strcmp(people[i].name, name) < 0)
		i++;
	return i;
}

static struct admin *with_id(int64_t id)
{
	for (size_t i = 0; i < n_people; i++)
		if (people[i].id == id)
			return &people[i];
	return NULL;
}

static bool copy(const struct admin *a, struct admin *out)
{
	if (a)
		*out = *a;
	return a != NULL;
}

bool people_any(void)
{
	bool any;

	pthread_mutex_lock(&lock);
	any = n_people > 0;
	pthread_mutex_unlock(&lock);
	return any;
}

bool people_by_name(struct strv name, struct admin *out)
{
	const struct admin *found = NULL;
	bool yes;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_people && !found; i++)
		if (strv_eq(strv(people[i].name), name))
			found = &people[i];
	yes = copy(found, out);
	pthread_mutex_unlock(&lock);
	return yes;
}

bool people_by_id(int64_t id, struct admin *out)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = copy(with_id(id), out);
	pthread_mutex_unlock(&lock);
	return yes;
}

bool people_by_unix(const char *user, struct admin *out)
{
	const struct admin *found = NULL;
	bool yes;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_people && !found; i++)
		if (people[i].unix_user[0] &&
		    strcmp(people[i].unix_user, user) == 0)
			found = &people[i];
	yes = copy(found, out);
	pthread_mutex_unlock(&lock);
	return yes;
}

void people_each(admin_fn *fn, void *arg)
{
	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_people; i++)
		fn(&people[i], arg);
	pthread_mutex_unlock(&lock);
}

/* --- what is known -------------------------------------------------------- */

/* Under lock. */
static void forget(int64_t id)
{
	struct admin *a = with_id(id);

	if (!a)
		return;
	n_people--;
	memmove(a, a + 1, (size_t)(people + n_people - a) * sizeof(*a));
	explicit_bzero(&people[n_people], sizeof(*people));
}

/* Under lock. */
static void know(const struct admin *a)
{
	size_t at;

	forget(a->id);
	if (n_people == size) {
		size = size ? size * 2 : 8;
		people = xrealloc(people, size * sizeof(*people));
	}
	at = place_of(a->name);
	memmove(people + at + 1, people + at,
	    (n_people - at) * sizeof(*people));
	people[at] = *a;
	n_people++;
}

static void loaded(const struct admin *a, void *arg)
{
	(void)arg;
	know(a);
}

enum err people_load(void)
{
	enum err e;

	pthread_mutex_lock(&lock);
	e = admins_each(loaded, NULL);
	pthread_mutex_unlock(&lock);
	return e == ERR_OK ? tokens_load() : e;
}

void people_unload(void)
{
	pthread_mutex_lock(&lock);
	if (people)
		explicit_bzero(people, n_people * sizeof(*people));
	free(people);
	people = NULL;
	n_people = size = 0;
	pthread_mutex_unlock(&lock);
	tokens_unload();
}

/* --- changes -------------------------------------------------------------- */

struct saving {
	struct write write;	/* first: run() and done() get it back */
	struct people_change c;
	unsigned char (*recovery)[ADMIN_KEY];
	unsigned char used[ADMIN_KEY];
	bool is_new;
	char *actor, *action, *detail;
	people_done_fn *done;
	void *arg;
};

/* Somebody must be left who can let others in. */
static enum err keeps_security(struct db *db, const struct saving *s)
{
	const struct people_change *c = &s->c;
	bool sets = s->is_new || c->fields & ADMIN_ROLES;
	int64_t n;
	enum err e;

	if (!c->remove && (!sets || c->a.roles & AS_SECURITY))
		return ERR_OK;
	e = admins_count_others(db, c->a.id, AS_SECURITY, &n);
	return e != ERR_OK ? e : n > 0 ? ERR_OK : ERR_FORBIDDEN;
}

static enum err is_first(struct db *db, const struct people_change *c)
{
	int64_t n = 0;
	enum err e = c->first ? admins_count(db, &n) : ERR_OK;

	return e != ERR_OK ? e : n > 0 ? ERR_BUSY : ERR_OK;
}

static enum err save_run(struct write *w, struct db *db)
{
	struct saving *s = (struct saving *)w;
	enum err e = is_first(db, &s->c);

	if (e == ERR_OK)
		e = keeps_security(db, s);
	if (e == ERR_OK && s->c.used)
		e = admin_recovery_use(db, s->c.a.id, s->used);
	if (e == ERR_OK)
		e = s->c.remove ? admin_delete(db, s->c.a.id) :
		    s->is_new ? admin_add(db, &s->c.a) :
		    admin_set(db, &s->c.a, s->c.fields);
	if (e == ERR_OK && s->c.recovery)
		e = admin_recovery_set(db, s->c.a.id,
		    (const unsigned char (*)[ADMIN_KEY])s->recovery,
		    s->c.n_recovery);
	return e == ERR_OK ? audit_put(db, strv(s->actor), strv(s->action),
	    strv(s->c.a.name), strv(s->detail)) : e;
}

/* Under lock: the fields that were changed, into what is known. */
static void merge(struct admin *to, const struct admin *a, unsigned fields)
{
	if (fields & ADMIN_PASSWORD)
		memcpy(to->password, a->password, sizeof(to->password));
	if (fields & ADMIN_ROLES)
		to->roles = a->roles;
	if (fields & ADMIN_UNIX)
		memcpy(to->unix_user, a->unix_user, sizeof(to->unix_user));
	if (fields & ADMIN_TOTP)
		memcpy(to->totp, a->totp, sizeof(to->totp));
	if (fields & ADMIN_STEP)
		to->totp_step = a->totp_step;
	to->changed = a->changed;
}

static void save_known(struct saving *s)
{
	struct admin *known = with_id(s->c.a.id);

	if (s->c.remove) {
		forget(s->c.a.id);
	} else if (known) {
		merge(known, &s->c.a, s->c.fields);
		s->c.a = *known;
	} else {
		know(&s->c.a);
	}
}

static void save_done(struct write *w)
{
	struct saving *s = (struct saving *)w;

	if (w->err == ERR_OK) {
		pthread_mutex_lock(&lock);
		save_known(s);
		pthread_mutex_unlock(&lock);
		if (s->c.remove)
			tokens_forget_of(s->c.a.id);
		log_info("administrator changed name=%s action=\"%s\" "
		    "actor=%.*s", s->c.a.name, s->action,
		    STRV_ARG(audit_name(strv(s->actor))));
	}
	s->done(w->err, &s->c.a, s->arg);
	free(s->recovery);
	free(s->actor);
	free(s->action);
	free(s->detail);
	explicit_bzero(s, sizeof(*s));
	free(s);
}

static char *copy_of(struct strv s)
{
	return xstrndup(s.p ? s.p : "", s.n);
}

void people_save(const struct people_change *c, people_done_fn *done,
    void *arg)
{
	struct saving *s = xalloc(sizeof(*s));

	s->write = (struct write){ .db = DB_CONFIG, .run = save_run,
		.done = save_done };
	s->c = *c;
	s->c.a.changed = now_ms();
	s->is_new = s->c.a.id == 0;
	if (c->used)
		memcpy(s->used, c->used, sizeof(s->used));
	if (s->is_new) {
		s->c.a.id = (int64_t)id_new();
		s->c.a.created = s->c.a.changed;
	}
	if (c->recovery) {
		s->recovery = xalloc((c->n_recovery + 1) * ADMIN_KEY);
		memcpy(s->recovery, c->recovery, c->n_recovery * ADMIN_KEY);
	}
	s->actor = copy_of(c->actor);
	s->action = copy_of(c->action);
	s->detail = copy_of(c->detail);
	s->done = done;
	s->arg = arg;
	writer_put(&s->write);
}
