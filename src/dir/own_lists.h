/* own_lists.h - a subscriber's resource-lists: the document as one reads it. */

#ifndef DIR_OWN_LISTS_H
#define DIR_OWN_LISTS_H

#include "dir/own.h"
#include "dir/site.h"
#include "wire/list_doc.h"

#define OWN_LISTS_MAX	((size_t)1 << 20)	/* bytes of a document */
#define OWN_LISTS_USAGE	"resource-lists"
#define OWN_LISTS_NAME	"index"

/*
 * The document of one subscriber.  Two lists of it are the addresses that he
 * blocks, which are kept as rules of screening and put into it as it is read.
 * A change is read, checked and written within one turn (own.h).  All of it
 * is borrowed until it is written.
 */
struct own_lists {
	uint64_t user;
	struct strv object;		/* his key */
	const struct site *site;	/* a copy for this thread */
	struct arena *arena;

	/* own_lists.c's */
	struct list_doc_entry *blocked;	/* as it is, in the order of keys */
	size_t n;
	struct own_block *changes;
	struct own_document write;
};

/*
 * Any thread: the document, appended.  ERR_NO_USER: there is none;
 * ERR_STORAGE: it cannot be read now; ERR_BAD_SYNTAX: what is kept is none.
 */
enum err own_lists_read(struct own_lists *l, struct buf *out);

/*
 * Any thread, behind own_lists_read(): may the document be this?  It becomes
 * what will be read again.  OK, or a conflict with why; TOO_BIG.  With NULL
 * it shall go.
 */
enum xcap_result own_lists_check(struct own_lists *l, struct buf *text,
    const char **why);

/* What the audit has of it; absent: the document was put or deleted. */
struct own_lists_note {
	struct strv actor, action, detail;
};

/* Core, behind own_lists_check(): absent text: delete it.  done comes after
 * the commit. */
void own_lists_write(struct own_lists *l, struct strv text,
    const struct own_lists_note *note,
    void (*done)(struct own_document *d, enum err e), void *arg);

/* Whether the list is one of the two, and what it does to messages. */
enum screen_effect own_lists_effect(struct strv name);
/* The normal form of a uri; arg is a struct site. */
bool own_lists_key(struct strv uri, struct buf *key, void *arg);

#endif
