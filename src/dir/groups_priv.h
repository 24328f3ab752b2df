/* groups_priv.h - what the files of the groups share. */

#ifndef DIR_GROUPS_PRIV_H
#define DIR_GROUPS_PRIV_H

#include "dir/groups.h"
#include "dir/users_priv.h"
#include "op/complete.h"

#define GROUP_SUBJECT_MAX 255	/* bytes */
#define GROUP_SIZE_MAX	100000	/* members, whatever is set */

/* --- groups.c: memory follows what was committed ------------------------- */

enum group_change_kind {
	GROUP_ADD, GROUP_SET, GROUP_DELETE, MEMBER_PUT, MEMBER_DELETE
};

struct group_change {
	enum group_change_kind kind;
	struct group_row row;		/* GROUP_*; DELETE: id only */
	struct member_row member;	/* MEMBER_* */
};

/* Changes of members of one group stand together, in the order of keys. */
void groups_follow(const struct group_change *changes, size_t n);
/* A subscriber is deleted: it leaves every group. */
void groups_forget(struct strv key);
uint64_t groups_next_id(void);
/* A row with the rules that "policy group" has for new groups. */
void groups_defaults(struct group_row *r);

/* --- groups_write.c: durable first ---------------------------------------- */

/* n changes with one line in the audit, inside a turn (users_priv.h). */
struct group_write {
	struct write w;
	struct strv actor, action, object, detail;
	struct group_change *changes;
	size_t n;
	/* after the commit, when memory has followed */
	void (*done)(struct group_write *p, enum err e);
	void *arg;
};
void groups_write(struct group_write *p);

/* The key of a sip: or tel: address; any thread; false: text is none. */
bool groups_is_address(const struct site *site, struct strv text,
    struct buf *key);

/*
 * The key of a group's or a member's address; the key of an alias is its
 * subscriber's.  false: why says what is wrong.
 */
bool groups_key(struct strv text, bool of_group, struct buf *key,
    struct buf *why);

/* --- tables of operations ------------------------------------------------- */

void groups_ops_register(void);
void groups_show_register(void);
void groups_import_register(void);

/* groups_show.c: names that begin with prefix. */
void groups_offer(struct strv prefix, complete_offer_fn *offer, void *arg);

/* "members", "admins", ...; texts of the enums in store/groups.h */
const char *group_who_name(enum group_who w);
const char *group_reports_name(enum group_reports r);
const char *group_state_name(enum group_state s);
const char *group_role_name(enum group_role r);
/* The value of such a name; -1: none of them. */
int group_who_of(struct strv name);
int group_reports_of(struct strv name);
int group_state_of(struct strv name);
int group_role_of(struct strv name);

#endif
