/* groups.h - pre-defined groups: persistent addresses of many, in memory. */

#ifndef DIR_GROUPS_H
#define DIR_GROUPS_H

#include "base/buf.h"
#include "store/groups.h"

struct group_member {
	struct strv key;	/* a subscriber's own for its alias */
	enum group_role role;
	int64_t added;
};

/* The members at one time: never changed, replaced as a whole. */
struct roster {
	unsigned refs;
	size_t n;
	struct group_member member[];	/* in the order of their keys */
};

/*
 * The texts may be replaced when a change is committed, and the group may be
 * deleted: keep neither across turns of the loop.  A roster that is counted
 * may be kept.
 */
struct group {
	struct group_row row;
	struct roster *roster;	/* never NULL */
};

/* Settings "policy group", operations, metrics. */
void groups_register(void);
/* At start, behind users_load(). */
enum err groups_load(void);
void groups_unload(void);

/* By canonical key; NULL: no group.  A key is never a user's and a group's. */
struct group *group_find(struct strv key);
struct group *group_by_id(uint64_t id);
size_t groups_count(void);
/* Walk all within a turn of the loop: at starts as 0; NULL: the end. */
const struct group *groups_next(size_t *at);

const struct group_member *group_find_member(const struct group *g,
    struct strv key);			/* NULL: is none */

/*
 * The address of the exploder, to which messages with a list of recipients
 * go (RFC 5365); the setting "policy group exploder-user" in the home domain.
 */
bool groups_is_exploder(struct strv key);
bool groups_exploder(struct buf *key);	/* its key; false: it is none */

/*
 * May who (a key) send to g, by its rules for members and admins?  An alias
 * stands for its subscriber.  A suspended group is not looked at here.
 */
bool group_may_send(const struct group *g, struct strv who);

/* A copy of members[0..n), which are in the order of keys; one reference. */
struct roster *roster_new(const struct group_member *members, size_t n);
struct roster *roster_ref(struct roster *r);	/* returns r */
void roster_unref(struct roster *r);		/* NULL is fine */

#endif
