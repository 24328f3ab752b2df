/* sticky.c - the rows behind dir/sticky.h. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "store/db_priv.h"
#include "store/sticky.h"
#include "store/writer.h"

struct put {
	struct write w;
	struct arena arena;
	struct strv user, peer, service, contribution;
	int64_t at;
};

static enum err put_run(struct write *w, struct db *db)
{
	const struct put *p = (const struct put *)(const void *)w;
	struct stmt *s = stmt(db, "INSERT INTO sticky (user, peer, service, "
	    "contribution, at) VALUES (?, ?, ?, ?, ?) "
	    "ON CONFLICT (user, peer) DO UPDATE SET "
	    "service = excluded.service, "
	    "contribution = excluded.contribution, at = excluded.at");

	stmt_text(s, p->user);
	stmt_text(s, p->peer);
	stmt_text(s, p->service);
	stmt_text(s, p->contribution.p ? p->contribution : STRV(""));
	stmt_int(s, p->at);
	return stmt_end(s);
}

static void put_done(struct write *w)
{
	struct put *p = (struct put *)(void *)w;

	arena_deinit(&p->arena);
	free(p);
}

void store_sticky_put(struct strv user, struct strv peer, struct strv service,
    struct strv contribution, int64_t at)
{
	struct put *p = xalloc(sizeof(*p));

	arena_init(&p->arena);
	p->w = (struct write){ .db = DB_STORE, .run = put_run,
		.done = put_done };
	p->user = arena_str(&p->arena, user);
	p->peer = arena_str(&p->arena, peer);
	p->service = arena_str(&p->arena, service);
	p->contribution = arena_str(&p->arena, contribution);
	p->at = at;
	writer_put(&p->w);
}

enum err store_sticky_each(int64_t after, void (*each)(struct strv user,
    struct strv peer, struct strv service, int64_t at))
{
	struct db *db = db_writer(DB_STORE);
	struct stmt *s = stmt(db, "DELETE FROM sticky WHERE at < ?");
	enum err e;

	stmt_int(s, after);
	e = stmt_end(s);
	if (e != ERR_OK)
		return e;
	s = stmt(db, "SELECT user, peer, service, at FROM sticky ORDER BY at");
	while (stmt_row(s)) {
		struct strv user = col_text(s), peer = col_text(s);
		struct strv service = col_text(s);

		each(user, peer, service, col_int(s));
	}
	return stmt_end(s);
}
