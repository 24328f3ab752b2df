/* groups.h - pre-defined groups and their members on disk. */

#ifndef STORE_GROUPS_H
#define STORE_GROUPS_H

#include "store/db.h"

/* The numbers are stored. */
enum group_state { GROUP_ACTIVE, GROUP_SUSPENDED };
enum group_who { WHO_MEMBERS, WHO_ADMINS, WHO_ANYONE };
enum group_reports { REPORTS_ALL, REPORTS_FAILURES, REPORTS_NONE };
enum group_role { ROLE_OF_MEMBER, ROLE_OF_ADMIN };

struct group_row {
	uint64_t id;
	struct strv key, written, subject;
	enum group_state state;
	enum group_who may_send, may_see;
	bool closed;		/* only admins add members */
	int64_t max_size;	/* members */
	enum group_reports reports;	/* of members, to the sender */
	bool copy;		/* to the sender's other devices */
	int64_t created, changed;	/* ms */
};

struct member_row {
	uint64_t group;
	struct strv key;
	enum group_role role;
	int64_t added;		/* ms */
};

/* Any thread; texts live until fn returns. */
typedef void group_fn(const struct group_row *g, void *arg);
enum err groups_each(group_fn *fn, void *arg);
/* In the order of group and key. */
typedef void member_fn(const struct member_row *m, void *arg);
enum err members_each(member_fn *fn, void *arg);

/*
 * Any thread: groups whose key is greater than after and begins with prefix,
 * with the number of their members, in the order of keys, until false.
 */
typedef bool group_list_fn(const struct group_row *g, int64_t members,
    void *arg);
enum err groups_list(struct strv prefix, struct strv after,
    group_list_fn *fn, void *arg);
/* Members of the group with that key, behind after; ERR_NO_USER: no group. */
typedef bool member_list_fn(const struct member_row *m, void *arg);
enum err members_list(struct strv group, struct strv after,
    member_list_fn *fn, void *arg);

/* In run() of a write to DB_CONFIG; ERR_STORAGE when it fails. */
enum err group_add(struct db *db, const struct group_row *g);
enum err group_set(struct db *db, const struct group_row *g);
enum err group_delete(struct db *db, uint64_t id);	/* members too */
enum err member_put(struct db *db, const struct member_row *m);
enum err member_delete(struct db *db, uint64_t group, struct strv key);
enum err member_delete_all(struct db *db, struct strv key);

#endif
