/* xcap_priv.h - what the files of the XCAP port share. */

#ifndef PORT_XCAP_XCAP_PRIV_H
#define PORT_XCAP_XCAP_PRIV_H

#include "base/list.h"
#include "dir/own.h"
#include "dir/site.h"
#include "dir/users.h"
#include "httpd/httpd.h"
#include "loop/timer.h"
#include "wire/xcap_doc.h"

enum xcap_method { XCAP_GET, XCAP_PUT, XCAP_DELETE, XCAP_OTHER };

/*
 * One request from its arrival to its answer.  It belongs to the core, or
 * while it works (exchange.c) to one of the workers.
 */
struct exchange {
	struct list hook;
	struct httpd_request *r;
	struct arena arena;
	enum xcap_method method;
	struct strv method_name, path, authorization, peer;
	struct strv if_match, if_none_match, type;
	struct xcap_uri uri;
	enum err uri_err;
	const struct usage *usage;
	struct site site;	/* a copy: keys can be made in any thread */
	uint64_t user;
	struct strv who;	/* the user's key */
	struct own_turn *turn;	/* of a change */
	struct timer pause;	/* before an answer to bad credentials */

	struct buf doc;		/* the document as it is */
	bool exists;		/* it is there */
	struct buf new;		/* as it shall be */
	bool created;		/* what is put was not there */
	enum xcap_result result;
	const char *why;	/* of a conflict or refusal, for people */

	unsigned status;	/* HTTP; 0: not decided yet */
	struct buf body;	/* of the answer */
	const char *body_type;
	void *own;		/* the usage's, in the arena */
};

/* An application usage (RFC 4825 5). */
struct usage {
	const char *auid, *type, *ns;
	bool global;		/* documents in the global tree too */
	bool global_parts;	/* whose elements may be put and deleted */
	bool only_read;
	/*
	 * Core: the document of this name, as far as it is in memory, or what
	 * read() needs.  May set status to refuse.
	 */
	void (*begin)(struct exchange *x);
	/* Worker: the document, if begin() has not filled it; may be NULL. */
	void (*read)(struct exchange *x);
	/*
	 * Worker: may new (with DELETE of a document: nothing) be?  Sets
	 * result and why, and may rewrite new as it will be read again.
	 */
	void (*check)(struct exchange *x);
	/* Core, in a turn: make it durable, then exchange_written(). */
	void (*write)(struct exchange *x);
};

extern const struct usage usage_lists, usage_groups, usage_prefs, usage_caps;
const struct usage *usage_find(struct strv auid);

/* --- exchange.c ----------------------------------------------------------- */

void exchange_new(struct httpd_request *r);	/* HTTP thread */
size_t exchange_limit(const struct httpd_request *r);
/* Core: answer it; why may be NULL. */
void exchange_refuse(struct exchange *x, unsigned status, const char *why);
/* A conflict (409): from now on its answer; and from write(): answer it. */
void exchange_conflict(struct exchange *x, enum xcap_result r,
    const char *why);
void exchange_fail(struct exchange *x, enum xcap_result r, const char *why);
/* The change is on disk, or could not be; new is what is read again. */
void exchange_written(struct exchange *x, enum err e);
/* No more are taken; empty comes, maybe at once, when the last has ended. */
void exchanges_stop(void (*empty)(void));
void exchanges_init(void);			/* metrics */

/* --- login.c -------------------------------------------------------------- */

void xcap_login_start(void);
void xcap_login_stop(void);
/* Who it is; NULL: it is answered, or will be. */
struct user *xcap_login(struct exchange *x);

/* --- xcap.c --------------------------------------------------------------- */

/* Settings, copied for the HTTP thread. */
size_t xcap_max_document(void);
void xcap_root(struct buf *out);

#endif
