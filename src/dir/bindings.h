/* bindings.h - where users are now: registered contacts (RFC 3261 10). */

#ifndef DIR_BINDINGS_H
#define DIR_BINDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/list.h"
#include "base/strv.h"
#include "dir/users.h"

/*
 * Key: (user, instance, reg_id); without an instance the contact URI.
 * One allocation holds the struct and its strings.
 */
struct binding {
	struct list hook;	/* of its user */
	struct list wheel;	/* bindings.c's: by time of expiry */
	struct user *user;
	uint64_t id;		/* of the device in logs and columns */
	struct strv contact;	/* URI, without header parameters */
	struct strv instance;	/* +sip.instance without <>; or empty */
	struct strv path;	/* Path values, joined by ", "; or empty */
	struct strv source;	/* "udp 127.0.0.1:5062": where REGISTER came */
	struct strv features;	/* Contact header parameters, feature tags */
	struct strv agent;	/* User-Agent */
	struct strv call_id;
	uint32_t cseq;
	uint32_t reg_id;	/* 0: none */
	uint16_t q;		/* thousandths */
	int64_t expires;	/* ms since the epoch */
	int64_t seen;		/* last REGISTER */
};

/* What its device is called in legs: the instance, else the contact. */
static inline struct strv binding_name(const struct binding *b)
{
	return b->instance.n > 0 ? b->instance : b->contact;
}

void bindings_register(void);	/* metrics */
enum err bindings_load(void);	/* after users_load(); drops expired ones */

/*
 * A change of all of one REGISTER, committed as a whole and then applied.
 * put: fields are copied; instance and reg_id, or without an instance the
 * contact, choose what is replaced, which keeps its id.  del: by the same.
 * At most BINDINGS_MAX live bindings: past it the commit is ERR_TOO_BIG and
 * nothing changed, unless the put replaces one.  Edits of one user take
 * effect in the order of their commits.
 */
#define BINDINGS_MAX	16	/* setting "policy registration max-contacts" */

struct bindings_edit;
struct bindings_edit *bindings_edit_new(struct user *u);
void bindings_edit_put(struct bindings_edit *e, const struct binding *b);
void bindings_edit_del(struct bindings_edit *e, const struct binding *b);
typedef void bindings_done_fn(enum err e, struct user *u, bool appeared,
    void *arg);
/*
 * done comes in the core after the commit and after memory changed; appeared:
 * a binding is new or its contact, path or source changed (the caller then
 * wakes the flow).  ERR_STORAGE: nothing changed; ERR_NO_USER: u was deleted
 * meanwhile and is valid only inside done.  Takes the edit over.
 */
void bindings_edit_commit(struct bindings_edit *e, bindings_done_fn *done,
    void *arg);

/* A contact was found dead (430, transport error): drop it now. */
void binding_drop(struct binding *b);

/*
 * Live bindings of u are in u->bindings, the newest REGISTER first; one that
 * a commit replaces or drops is freed.  Online: active and one is live.
 */
bool user_is_online(const struct user *u);
/* A device of u with this binding_name() is live; the names of all that are,
 * separated by spaces. */
bool user_has(const struct user *u, struct strv device);
void user_devices(const struct user *u, struct buf *names);

#define BINDING_OF(h) LIST_ENTRY(h, struct binding, hook)

size_t bindings_count(void);

#endif
