/* charging_class.c - classes of subscribers, as charging asks for them. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "store/charging_look.h"

#define KNOWN	20000	/* subscribers that a reader knows */
#define READERS	4	/* more than there are workers */

struct known {
	struct strv class;
	char bytes[];		/* the key, the class */
};

/* Each reader counts the changes of a database in its own way. */
struct classes {
	struct db *db;
	int64_t version;
	struct map of;
};
static struct classes all[READERS], *now;

static int64_t version_of(struct db *db)
{
	struct stmt *s = stmt(db, "PRAGMA data_version");
	int64_t v = stmt_row(s) ? col_int(s) : -1;

	return stmt_stop(s) == ERR_OK ? v : -1;
}

static void forget(struct classes *c)
{
	struct known *k;
	size_t at = 0;

	while ((k = map_next(&c->of, &at)) != NULL)
		free(k);
	map_deinit(&c->of);
	map_init(&c->of);
}

void charging_classes(void)
{
	struct db *db = db_reader(DB_CONFIG);
	int64_t version = version_of(db);

	now = all;
	while (now->db && now->db != db && now < all + READERS - 1)
		now++;
	if (now->db != db || now->version != version || version < 0 ||
	    now->of.n >= KNOWN)
		forget(now);
	now->db = db;
	now->version = version;
}

static struct known *look_up(struct strv key)
{
	struct stmt *s = stmt(now->db, "SELECT class FROM subscriber "
	    "JOIN address ON address.subscriber = subscriber.id "
	    "WHERE address.key = ?");
	struct strv class = STRV_NONE;
	struct known *k;

	stmt_text(s, key);
	if (stmt_row(s))
		class = col_text(s);
	k = xalloc(sizeof(*k) + key.n + class.n);
	memcpy(k->bytes, key.p, key.n);
	if (class.n) {
		memcpy(k->bytes + key.n, class.p, class.n);
		k->class = (struct strv){ k->bytes + key.n, class.n };
	}
	(void)map_set(&now->of, (struct strv){ k->bytes, key.n }, k);
	(void)stmt_stop(s);
	return k;
}

struct strv charging_class(struct strv key)
{
	struct known *k;

	if (!key.n)
		return STRV_NONE;
	k = map_get(&now->of, key);
	return (k ? k : look_up(key))->class;
}
