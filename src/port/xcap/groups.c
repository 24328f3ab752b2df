/* groups.c - groups as documents of those who administer them. */

#include "conf/conf.h"
#include "core/addr.h"
#include "dir/groups.h"
#include "port/xcap/xcap_priv.h"
#include "wire/group_doc.h"

#define MEMBERS_MAX	5000	/* as many as a document holds */

struct edit {
	struct strv key;	/* of the group */
	bool fresh;		/* there was no such group */
	struct group_doc wish;
	struct own_group write;
};

/* --- which one ------------------------------------------------------------ */

/* An address, the part of one before @home-domain, or that with .xml. */
static bool name_key(struct strv name, struct buf *key)
{
	struct buf uri;
	bool good;

	if (name.n > 4 && memcmp(name.p + name.n - 4, ".xml", 4) == 0)
		name.n -= 4;
	buf_init(&uri, ADDR_MAX);
	if (!memchr(name.p, ':', name.n)) {
		buf_addz(&uri, "sip:");
		addr_escape(name, &uri);
		buf_addf(&uri, "@%s", dir_realm());
	} else {
		buf_adds(&uri, name);
	}
	good = name.n && dir_key(buf_strv(&uri), key) == ERR_OK;
	buf_deinit(&uri);
	return good;
}

static bool find_key(const struct exchange *x, struct buf *key)
{
	static const struct strv by_id = { "byGroupID/", 10 };
	struct strv name = x->uri.document;

	if (!x->uri.global)
		return name_key(name, key);
	return name.n > by_id.n &&
	    memcmp(name.p, by_id.p, by_id.n) == 0 &&
	    dir_key((struct strv){ name.p + by_id.n, name.n - by_id.n },
	    key) == ERR_OK;
}

/* Its admins have it in their trees; in the global tree rules say who. */
static bool may_read(const struct exchange *x, const struct group *g)
{
	const struct group_member *m = group_find_member(g, x->who);

	if (m && m->role == ROLE_OF_ADMIN)
		return true;
	return x->uri.global && (g->row.may_see == WHO_ANYONE ||
	    (m && g->row.may_see == WHO_MEMBERS));
}

/* Who comes into an open group changes what he may not see. */
static bool may_come(const struct exchange *x, const struct group *g)
{
	return x->uri.global && x->method == XCAP_PUT && !g->row.closed;
}

/* --- reading -------------------------------------------------------------- */

static void encode(struct exchange *x, const struct group *g,
    struct buf *out)
{
	const struct roster *r = g->roster;
	struct group_doc doc = { .uri = g->row.key, .name = g->row.subject,
		.n = r->n, .max = g->row.max_size,
		.member = arena_alloc(&x->arena,
		    (r->n + 1) * sizeof(*doc.member)) };

	for (size_t i = 0; i < r->n; i++)
		doc.member[i] = r->member[i].key;
	group_doc_encode(&doc, out);
}

static void groups_begin(struct exchange *x)
{
	struct edit *e = arena_alloc(&x->arena, sizeof(*e));
	const struct group *g;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (find_key(x, &key))
		e->key = arena_str(&x->arena, buf_strv(&key));
	buf_deinit(&key);
	x->own = e;
	g = group_find(e->key);
	if (g && may_read(x, g) && g->roster->n > MEMBERS_MAX) {
		x->status = 403;	/* only the site changes it */
	} else if (g && (may_read(x, g) || may_come(x, g))) {
		x->exists = true;
		encode(x, g, &x->doc);
	} else if (g && x->method == XCAP_PUT) {
		exchange_conflict(x, XCAP_NOT_UNIQUE, "this address is not "
		    "yours to use");
	} else if (!e->key.p) {
		x->status = 404;
	}
	e->fresh = !g;
}

/* --- changing ------------------------------------------------------------- */

static void refuse(struct exchange *x, enum xcap_result r, const char *why)
{
	x->result = r;
	x->why = why;
}

/* Keys instead of what was written; the group's must be the document's. */
static bool make_keys(struct exchange *x, struct edit *e)
{
	struct buf key;
	bool good = true, same;

	buf_init(&key, ADDR_MAX);
	same = site_key(&x->site, e->wish.uri, &key) == ERR_OK &&
	    strv_eq(buf_strv(&key), e->key);
	for (size_t i = 0; i < e->wish.n && good; i++) {
		good = site_key(&x->site, e->wish.member[i], &key) == ERR_OK;
		if (good)
			e->wish.member[i] = arena_str(&x->arena,
			    buf_strv(&key));
	}
	buf_deinit(&key);
	if (!same)
		refuse(x, XCAP_CONSTRAINT, "the document is called as the "
		    "group: its uri, or what stands before the @ of this "
		    "domain");
	else if (!good)
		refuse(x, XCAP_CONSTRAINT, "a member is no address");
	return same && good;
}

static void groups_check(struct exchange *x)
{
	struct edit *e = x->own;

	if (x->method == XCAP_DELETE && x->uri.what == XCAP_DOCUMENT)
		return;
	x->result = group_doc_decode(buf_strv(&x->new), MEMBERS_MAX,
	    &x->arena, &e->wish);
	x->why = e->wish.why;
	if (x->result == XCAP_OK)
		(void)make_keys(x, e);
}

/* A subscriber stands in a group by its own key. */
static void use_own_keys(struct exchange *x, struct group_doc *wish)
{
	for (size_t i = 0; i < wish->n; i++) {
		const struct user *u = user_find(wish->member[i]);

		if (u)
			wish->member[i] = arena_str(&x->arena, u->key);
	}
}

/* What is read again is what was made of the wish. */
static void written(struct own_group *g, enum err e)
{
	struct exchange *x = g->arg;
	const struct group *now = group_find(g->key);

	buf_clear(&x->new);
	if (e == ERR_OK && now)
		encode(x, now, &x->new);
	exchange_written(x, e);
}

static bool may_create(struct exchange *x)
{
	if (!conf_bool("xcap", "", "create-groups")) {
		exchange_refuse(x, 403, "groups are made by the site");
		return false;
	}
	if ((int64_t)own_groups(x->who) >=
	    conf_int("xcap", "", "max-groups")) {
		exchange_fail(x, XCAP_CONSTRAINT, "you have as many groups "
		    "as you may have");
		return false;
	}
	return true;
}

/* Nobody but who writes comes or goes, and nothing else changes. */
static bool is_about_self(const struct exchange *x, const struct group *g,
    const struct group_doc *wish, bool *come)
{
	size_t others = g->roster->n - (group_find_member(g, x->who) != NULL);

	*come = false;
	for (size_t i = 0; i < wish->n; i++) {
		if (strv_eq(wish->member[i], x->who))
			*come = true;
		else if (!group_find_member(g, wish->member[i]) ||
		    others-- == 0)
			return false;
	}
	/* nor does a stranger learn who is on the list */
	return others == 0 && (*come || group_find_member(g, x->who)) &&
	    wish->max == g->row.max_size &&
	    strv_eq(wish->name.p ? wish->name : STRV(""), g->row.subject);
}

static void write_self(struct exchange *x)
{
	struct edit *e = x->own;
	const struct group *g = group_find(e->key);
	bool come;
	enum err err = g && is_about_self(x, g, &e->wish, &come) ?
	    own_group_self(&e->write, come) : ERR_UNAUTHORISED;

	if (err == ERR_UNAUTHORISED)
		exchange_refuse(x, 403, "here you may only put yourself on "
		    "the list, or take yourself off");
	else if (err == ERR_FORBIDDEN)
		exchange_refuse(x, 403, "the group is closed, or you are an "
		    "admin of it, who stays");
	else if (err == ERR_TOO_BIG)
		exchange_fail(x, XCAP_CONSTRAINT, "the group is full");
}

static void groups_write(struct exchange *x)
{
	struct edit *e = x->own;
	struct own_group *g = &e->write;

	if (e->fresh && !may_create(x))
		return;
	use_own_keys(x, &e->wish);
	g->actor = x->who;
	g->key = e->key;
	g->owner = x->who;
	g->done = written;
	g->arg = x;
	if (x->uri.global) {
		write_self(x);
		return;
	}
	g->gone = x->method == XCAP_DELETE && x->uri.what == XCAP_DOCUMENT;
	g->subject = e->wish.name.p ? e->wish.name : STRV("");
	g->max_size = e->wish.max;
	g->members = e->wish.member;
	g->nmembers = e->wish.n;
	switch (own_group_write(g)) {
	case ERR_OK:
		return;
	case ERR_TOO_BIG:
		exchange_fail(x, XCAP_CONSTRAINT, "more members than the "
		    "group may have");
		return;
	case ERR_BAD_SYNTAX:
		exchange_fail(x, XCAP_CONSTRAINT, "a group in itself, or a "
		    "display-name too long");
		return;
	default:
		exchange_fail(x, XCAP_NOT_UNIQUE, "this address is not yours "
		    "to use");
		return;
	}
}

const struct usage usage_groups = {
	.auid = "org.openmobilealliance.groups",
	.type = "application/vnd.oma.poc.groups+xml",
	.ns = GROUP_DOC_NS,
	.global = true,
	.global_parts = true,
	.begin = groups_begin,
	.check = groups_check,
	.write = groups_write,
};
