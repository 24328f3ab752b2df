/* groups_write.c - changes of groups: checked addresses, durable first. */

#include "dir/groups_priv.h"
#include "store/audit.h"

static enum err put_one(struct db *db, const struct group_change *c)
{
	switch (c->kind) {
	case GROUP_ADD:
		return group_add(db, &c->row);
	case GROUP_SET:
		return group_set(db, &c->row);
	case GROUP_DELETE:
		return group_delete(db, c->row.id);
	case MEMBER_PUT:
		return member_put(db, &c->member);
	case MEMBER_DELETE:
		return member_delete(db, c->member.group, c->member.key);
	}
	return ERR_STORAGE;
}

static enum err run(struct write *w, struct db *db)
{
	struct group_write *p = (struct group_write *)(void *)w;
	enum err e = ERR_OK;

	for (size_t i = 0; i < p->n && e == ERR_OK; i++)
		e = put_one(db, &p->changes[i]);
	if (e == ERR_OK)
		e = audit_put(db, p->actor, p->action, p->object, p->detail);
	return e == ERR_OK ? ERR_OK : ERR_STORAGE;
}

static void done(struct write *w)
{
	struct group_write *p = (struct group_write *)(void *)w;

	if (w->err == ERR_OK)
		groups_follow(p->changes, p->n);
	p->done(p, w->err);
}

void groups_write(struct group_write *p)
{
	p->w = (struct write){ .db = DB_CONFIG, .run = run, .done = done };
	writer_put(&p->w);
}

/* --- addresses ------------------------------------------------------------ */

static bool is_sip(struct strv key)
{
	return key.n > 4 && memcmp(key.p, "sip:", 4) == 0 &&
	    addr_user(key).n > 0;
}

static bool is_ours(struct strv key)
{
	return addr_is_number(key) || dir_is_home(addr_host(key));
}

bool groups_is_address(const struct site *site, struct strv text,
    struct buf *key)
{
	return site_key(site, text, key) == ERR_OK &&
	    (addr_is_number(buf_strv(key)) || is_sip(buf_strv(key)));
}

bool groups_key(struct strv text, bool of_group, struct buf *key,
    struct buf *why)
{
	const struct user *u;
	struct strv s;

	if (!groups_is_address(site_now(), text, key)) {
		buf_addf(why, "this is no sip: or tel: address: \"%.*s\"",
		    STRV_ARG(text));
		return false;
	}
	s = buf_strv(key);
	if (of_group && !is_ours(s)) {
		buf_addf(why, "this address is not of the site's domain: "
		    "\"%.*s\"", STRV_ARG(text));
		return false;
	}
	u = user_find(s);
	if (u && !of_group && !strv_eq(u->key, s)) {
		buf_clear(key);
		buf_adds(key, u->key);
	}
	return true;
}
