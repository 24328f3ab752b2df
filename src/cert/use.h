/* use.h - what has a certificate: HTTPS servers and SIP TLS listeners. */

#ifndef CERT_USE_H
#define CERT_USE_H

#include "base/list.h"
#include "cert/files.h"

enum cert_source {
	CERT_OWN,	/* its own file: self-signed, or put there by hand */
	CERT_ASSIGNED,	/* of the store, by cert_assign() */
	CERT_SETTING	/* files that the configuration names */
};

/* Where a use has its certificate from. */
struct cert_where {
	enum cert_source source;
	char name[CERT_NAME];		/* CERT_ASSIGNED */
	char pem[CERT_PATH];		/* the chain, perhaps with its key */
	char key[CERT_PATH];		/* otherwise here; or "" */
};

/* Of it, as cert_read(); any thread. */
enum err cert_where_read(const char *dir, const struct cert_where *w,
    struct buf *out);

struct cert_use;

struct cert_use_class {
	/* In the core.  Fills in all but the name of what is assigned. */
	void (*where)(const struct cert_use *u, struct cert_where *out);
	/*
	 * In the core: read again what where() says and give it to every
	 * new handshake; connections stay.  It has been looked at before.
	 * Otherwise one sentence in why, and what was in force stays.
	 */
	enum err (*take)(struct cert_use *u, struct buf *why);
};

/* Embedded in its owner, who adds it when it begins to listen. */
struct cert_use {
	struct list hook;
	char use[CERT_USE];		/* "console", "listener:edge" */
	const struct cert_use_class *class;
	const char *dir;		/* data directory */
	unsigned days;			/* of a self-signed one */
	char names[600];		/* of a self-signed one, with commas */
};

/* Core alone. */
void cert_use_add(struct cert_use *u);		/* also when it is there */
void cert_use_remove(struct cert_use *u);	/* also when it is not */
struct cert_use *cert_use_find(struct strv use);
struct cert_use *cert_use_next(const struct cert_use *u);  /* NULL: first */

/* With what is assigned looked up. */
void cert_use_where(const struct cert_use *u, struct cert_where *out);

#endif
