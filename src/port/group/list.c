/* list.c - a message that brings the list of its recipients (RFC 5365). */

#include <stdlib.h>

#include "base/rand.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "core/content.h"
#include "dir/users.h"
#include "port/group/list.h"
#include "wire/lists.h"
#include "wire/sipbody.h"

#define MAX	1000	/* whatever was allowed when it came in */
#define BOUNDARY 32	/* random digits: in no content */

/* In the order that a roster has. */
static int compare(const void *a, const void *b)
{
	const struct strv x = ((const struct group_member *)a)->key;
	const struct strv y = ((const struct group_member *)b)->key;
	int c = memcmp(x.p, y.p, x.n < y.n ? x.n : y.n);

	return c ? c : (x.n > y.n) - (x.n < y.n);
}

/* A subscriber's own key for its alias; false: no address. */
static bool read_key(struct strv uri, struct arena *a, struct strv *out)
{
	const struct user *u;
	struct buf key;
	bool good;

	buf_init(&key, ADDR_MAX);
	good = dir_key(uri, &key) == ERR_OK;
	u = good ? user_find(buf_strv(&key)) : NULL;
	if (good)
		*out = arena_str(a, u ? u->key : buf_strv(&key));
	buf_deinit(&key);
	return good;
}

static enum err read_list(const struct lists *l, struct arena *a,
    struct fanout_to *to)
{
	struct group_member *m = arena_alloc(a, l->n * sizeof(*m));
	size_t n = 1;

	for (size_t i = 0; i < l->n; i++)
		if (!read_key(l->entry[i].uri, a, &m[i].key))
			return ERR_BAD_SYNTAX;
	qsort(m, l->n, sizeof(*m), compare);
	for (size_t i = 1; i < l->n; i++)
		if (!strv_eq(m[i].key, m[n - 1].key))
			m[n++] = m[i];
	to->roster = roster_new(m, n);
	return ERR_OK;
}

/* With the others' addresses beside it; a CPIM only, others have no place
 * for it. */
static struct content *with_history(const struct lists_message *m)
{
	struct content *c = NULL;
	struct buf history, type, body;
	char boundary[BOUNDARY + 1];

	buf_init(&history, LISTS_MAX_SIZE);
	if (lists_history(&m->list, &history)) {
		buf_init(&type, 128);
		buf_init(&body, BUF_NO_LIMIT);
		rand_hex(boundary, BOUNDARY);
		lists_history_join(&m->content, buf_strv(&history), boundary,
		    &type, &body);
		c = content_new(buf_strv(&type), STRV_NONE, buf_strv(&body));
		buf_deinit(&type);
		buf_deinit(&body);
	}
	buf_deinit(&history);
	return c;
}

static struct content *content_of(const struct lists_message *m)
{
	struct content *c = NULL;

	if (conf_bool("policy group", "", "list-history") &&
	    sipbody_type_is(m->content.type, STRV("message/cpim")))
		c = with_history(m);
	return c ? c : content_new(m->content.type.p ? m->content.type :
	    STRV("text/plain"), m->content.encoding, m->content.body);
}

enum err list_expand(const struct content *c, struct fanout_to *to)
{
	struct lists_message m;
	struct arena a;
	enum err e;

	arena_init(&a);
	e = lists_message_decode(c->type, c->bytes, MAX, &a, &m);
	if (e == ERR_TOO_BIG)
		e = ERR_BAD_CONTENT;
	if (e == ERR_OK)
		e = read_list(&m.list, &a, to);
	if (e == ERR_OK)
		to->content = content_of(&m);
	arena_deinit(&a);
	return e;
}
