/* list_edit.h - lists of a document and who is on them, one by one (RFC 4826). */

#ifndef WIRE_LIST_EDIT_H
#define WIRE_LIST_EDIT_H

#include "wire/list_doc.h"

/*
 * Only lists at the top of the document that have a name are meant, and
 * entries directly in them; all else of it stays as it is, also what is not
 * of RFC 4826.  An entry is known by the normal form of its uri.
 */
struct list_edit;

/* The normal form of a uri, appended; false: it has none. */
typedef bool list_edit_key_fn(struct strv uri, struct buf *key, void *arg);

/* An absent text is an empty document.  NULL: it is no document of lists. */
struct list_edit *list_edit_open(struct strv text, list_edit_key_fn *key,
    void *arg);
void list_edit_close(struct list_edit *e);	/* NULL is fine */
/* Append the document as it is now. */
enum xcap_result list_edit_text(struct list_edit *e, struct buf *out);

/* --- looking: texts live until fn returns ---------------------------------- */

struct list_edit_list {
	struct strv name, title;	/* title: display-name, or empty */
	size_t members;
	size_t lists;		/* inside it */
	size_t references;	/* to lists and entries elsewhere */
};

/* In the order of the document, until fn returns false. */
typedef bool list_edit_list_fn(const struct list_edit_list *l, void *arg);
void list_edit_each(struct list_edit *e, list_edit_list_fn *fn, void *arg);
/* One of them; false: there is none. */
bool list_edit_find(struct list_edit *e, struct strv name,
    list_edit_list_fn *fn, void *arg);

struct list_edit_member {
	struct strv uri, name;	/* name: display-name, or empty */
};
typedef bool list_edit_member_fn(const struct list_edit_member *m, void *arg);
/* false: there is no such list. */
bool list_edit_members(struct list_edit *e, struct strv list,
    list_edit_member_fn *fn, void *arg);

/* --- changing --------------------------------------------------------------- */

enum list_edited {
	LIST_EDITED,
	LIST_SAME,		/* it was so already */
	LIST_NO_LIST, LIST_NO_MEMBER,
	LIST_EXISTS		/* a list of that name */
};

enum list_edited list_edit_add(struct list_edit *e, struct strv name);
enum list_edited list_edit_delete(struct list_edit *e, struct strv name);
enum list_edited list_edit_rename(struct list_edit *e, struct strv name,
    struct strv to);
/* Empty: none any more. */
enum list_edited list_edit_title(struct list_edit *e, struct strv list,
    struct strv title);

/*
 * A member with this uri if there is none, and its name; absent: as it is,
 * empty: none.  *new: it was not there.
 */
enum list_edited list_edit_put(struct list_edit *e, struct strv list,
    struct strv uri, struct strv name, bool *new);
enum list_edited list_edit_take(struct list_edit *e, struct strv list,
    struct strv uri);

#endif
