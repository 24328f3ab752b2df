/* access_disk.c - what was heard of phones, for after a restart. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "flow/access_disk.h"
#include "loop/timer.h"
#include "store/access.h"
#include "store/writer.h"

#define WRITE_MS	1000
#define WRITE_ROWS	500	/* of one write */

static struct map pending;	/* struct access_row, by subscriber */
static struct timer timer;

struct writing {
	struct write w;
	size_t n;
	struct access_row *rows[WRITE_ROWS];
};

static enum err run(struct write *w, struct db *db)
{
	const struct writing *b = (struct writing *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < b->n && e == ERR_OK; i++)
		e = access_row_put(db, b->rows[i]);
	return e;
}

static void done(struct write *w)
{
	struct writing *b = (struct writing *)(void *)w;

	for (size_t i = 0; i < b->n; i++)
		free(b->rows[i]);
	free(b);
}

static void write_some(void *arg)
{
	struct writing *b = xalloc(sizeof(*b));
	struct access_row *r;
	size_t at = 0;

	(void)arg;
	b->w = (struct write){ .db = DB_STORE, .run = run, .done = done };
	while (b->n < WRITE_ROWS && (r = map_next(&pending, &at)) != NULL) {
		(void)map_del_u64(&pending, r->subscriber);
		b->rows[b->n++] = r;
	}
	writer_put(&b->w);
	if (pending.n)
		timer_set(&timer, 1);
}

void access_disk_note(uint64_t user, const struct access_info *i)
{
	struct access_row *r = map_get_u64(&pending, user);

	if (!r) {
		r = xalloc(sizeof(*r));
		(void)map_set_u64(&pending, user, r);
	}
	*r = (struct access_row){ user, (int)i->state, i->since, i->heard,
		i->silent };
	if (!timer_is_set(&timer))
		timer_set(&timer, WRITE_MS);
}

/* --- life ----------------------------------------------------------------- */

static void load(const struct access_row *r, void *arg)
{
	access_disk_fn *const *each = arg;
	const struct access_info i = { .since = r->since, .heard = r->heard,
		.silent = r->silent, .state = r->state == ACCESS_NONE ||
		    r->state == ACCESS_CS_ONLY ? (enum access)r->state :
		    ACCESS_UNKNOWN };

	(*each)(r->subscriber, &i);
}

enum err access_disk_start(int64_t since, access_disk_fn *each)
{
	map_init(&pending);
	timer_init(&timer, "access", write_some, NULL);
	return access_rows_each(since, load, &each);
}

void access_disk_stop(void)
{
	while (pending.n)
		write_some(NULL);
	timer_cancel(&timer);
	map_deinit(&pending);
}
