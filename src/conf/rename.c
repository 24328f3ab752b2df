/* rename.c - which instances an edit renames, and renames taken back. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "conf/conf_priv.h"
#include "conf/draft.h"

/* One that stays as it was under its old name was copied in the end. */
static bool is_renamed(const struct conf_edit *e, const struct instance *will)
{
	const struct instance *was, *still;

	if (!will->from)
		return false;
	was = set_find(&e->was, will->sect, strv(will->from));
	still = set_find(&e->will, will->sect, strv(will->from));
	return was && !(still && instance_same(was, still));
}

void conf_edit_renames(const struct conf_edit *e, conf_rename_fn *fn,
    void *arg)
{
	for (size_t i = 0; i < e->will.n; i++) {
		const struct instance *will = e->will.p[i];

		if (is_renamed(e, will))
			fn(will->sect->def->name, will->from, will->name, arg);
	}
}

/* "SECTION FROM TO"; the section may be of several words. */
static bool is_rename(struct strv line, struct strv section,
    struct strv name, struct strv *to)
{
	struct strv rest;

	if (line.n <= section.n || memcmp(line.p, section.p, section.n) != 0 ||
	    line.p[section.n] != ' ')
		return false;
	rest = (struct strv){ line.p + section.n + 1, line.n - section.n - 1 };
	return strv_eq(strv_split(rest, ' ', to), name) && to->n;
}

/* What it is called now that was called so once. */
static struct strv name_now(const struct instance *i, struct strv renamed)
{
	struct strv name = strv(i->name), to;
	bool moved = false;	/* by this revision */

	while (renamed.n) {
		struct strv line = strv_split(renamed, '\n', &renamed);

		if (line.n == 0) {
			moved = false;
		} else if (!moved && is_rename(line,
		    strv(i->sect->def->name), name, &to)) {
			moved = true;
			name = to;
		}
	}
	return name;
}

void conf_edit_unrename(struct conf_edit *e, struct strv renamed)
{
	struct arena a;

	arena_init(&a);
	for (size_t i = 0; renamed.n && i < e->will.n; i++) {
		struct instance *one = e->will.p[i];
		struct strv now = name_now(one, renamed);

		if (!strv_eq(now, strv(one->name)) &&
		    set_find(&e->was, one->sect, now))
			instance_came_from(set_own(&e->will, one->sect,
			    strv(one->name)), arena_str(&a, now).p);
	}
	arena_deinit(&a);
}
