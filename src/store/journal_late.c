/* journal_late.c - legs for devices that a message has not reached yet. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "store/journal_priv.h"
#include "store/recent.h"

/*
 * The next ordinal of the message; nothing when the device has a leg already,
 * so that a move that is written twice makes one.  A UCN is not the message.
 */
static enum err put_one(struct db *db, const struct journal_late *l,
    struct strv device)
{
	struct stmt *s = stmt(db, "INSERT INTO leg (id, state, why, tries, "
	    "due, expires, answered, port, recipient, hop, device, reached, "
	    "ref, role) SELECT max(id) + 1, 1, ?1, 0, ?2, ?3, 0, ?4, ?5, ?6, "
	    "?7, NULL, NULL, ?10 FROM leg WHERE id BETWEEN ?8 AND ?9 "
	    "HAVING count(*) > 0 AND max(id) < ?9 AND "
	    "total(device IS ?7 AND recipient = ?5 AND "
	    "(role < 2) = (?10 < 2)) = 0");

	stmt_text(s, strv(err_info(l->why)->name));
	stmt_int(s, l->due);
	stmt_int(s, l->expires);
	stmt_text(s, strv(l->port));
	stmt_text(s, l->recipient);
	stmt_text(s, l->hop);
	stmt_text(s, device);
	stmt_int(s, (int64_t)id_leg(l->message, 0));
	stmt_int(s, (int64_t)id_leg(l->message, 255));
	stmt_int(s, l->role);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

enum err late_put(struct db *db, const struct journal_late *l)
{
	struct strv list = l->devices;
	enum err e = ERR_OK;

	recent_name(l->message, STRV_NONE, l->recipient);
	while (list.n > 0 && e == ERR_OK)
		e = put_one(db, l, strv_split(list, ' ', &list));
	return e;
}

struct late {
	struct write w;
	struct arena arena;
	struct journal_late what;	/* its strings are in the arena */
};

static enum err run(struct write *w, struct db *db)
{
	return late_put(db, &((struct late *)(void *)w)->what);
}

static void done(struct write *w)
{
	struct late *l = (struct late *)(void *)w;

	arena_deinit(&l->arena);
	free(l);
}

void journal_late(const struct journal_late *late)
{
	struct late *l = xalloc(sizeof(*l));

	l->w = (struct write){ .db = DB_STORE, .run = run, .done = done };
	arena_init(&l->arena);
	l->what = *late;
	l->what.recipient = arena_str(&l->arena, late->recipient);
	l->what.hop = arena_str(&l->arena, late->hop);
	l->what.port = arena_str(&l->arena, strv(late->port)).p;
	l->what.devices = arena_str(&l->arena, late->devices);
	writer_put(&l->w);
}
