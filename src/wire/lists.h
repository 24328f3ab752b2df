/* lists.h - URI lists: who a message is for (RFC 4826, 5364, 5365). */

#ifndef WIRE_LISTS_H
#define WIRE_LISTS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/err.h"
#include "wire/mime.h"

#define LISTS_MAX_SIZE	262144	/* bytes of a document */
#define LISTS_MAX_TEXT	1024	/* bytes of one text in it */

enum lists_copy { LISTS_TO, LISTS_CC, LISTS_BCC };

struct lists_entry {
	struct strv uri;
	struct strv name;	/* display-name, or absent */
	enum lists_copy copy;	/* copyControl; bcc when it is not said */
	bool anonymize;		/* to or cc, but the others see no URI */
};

struct lists {
	struct lists_entry *entry;	/* in the arena */
	size_t n;
	const char *why;	/* after an error: what is wrong, for people */
};

/*
 * Decode application/resource-lists+xml; texts are copied to a.  Elements and
 * attributes are matched by local name; lists inside lists are one list.
 *
 * ERR_TOO_BIG: over LISTS_MAX_SIZE, or more than max entries.
 * ERR_BAD_SYNTAX: not well-formed, a DTD, no resource-lists root, no entry,
 * an entry without URI, too deep, a text too long, or a reference to another
 * list (entry-ref, external), which we would have to fetch.
 */
enum err lists_decode(struct strv xml, size_t max, struct arena *a,
    struct lists *out);

/* A message to a URI list: the body of a MESSAGE that requires
 * recipient-list-message. */
struct lists_message {
	struct lists list;
	struct mime_part content;	/* what they shall get; views */
	const char *why;
};

/*
 * Split a multipart in any order into the list (Content-Disposition:
 * recipient-list, application/resource-lists+xml) and what is sent: the
 * first message/cpim, or else the first other part.
 *
 * ERR_BAD_CONTENT: no multipart, or the part has a transfer encoding.
 * ERR_BAD_SYNTAX, ERR_TOO_BIG: as mime_split() and lists_decode(), or there
 * is no list, two, or nothing else.  why is set.
 */
enum err lists_message_decode(struct strv type, struct strv body, size_t max,
    struct arena *a, struct lists_message *out);

/*
 * Append what recipients may know of the list (RFC 5364): the URIs of to and
 * cc, each once; those to be anonymous are only counted.  false, and nothing
 * is appended: nobody is to be shown, or it does not fit.
 */
bool lists_history(const struct lists *l, struct buf *out);

/*
 * Append the body of content and history, and its Content-Type to type; the
 * boundary must stand in neither.
 */
void lists_history_join(const struct mime_part *content, struct strv history,
    const char *boundary, struct buf *type, struct buf *body);

/* Undo that: false, it is something else.  content is a view. */
bool lists_history_split(struct strv type, struct strv body,
    struct mime_part *content);

#endif
