/* devices_priv.h - what the files of the devices share. */

#ifndef DIR_DEVICES_PRIV_H
#define DIR_DEVICES_PRIV_H

#include "dir/devices.h"
#include "store/devices.h"

struct binding;

#define DEVICE_NAME_MAX	64	/* bytes */

/* All devices of a user; exists while there is one. */
struct known {
	struct list hook;	/* of all users with devices, by their first */
	struct list dirty;	/* something is not written yet */
	struct user *user;
	struct device *first;
	unsigned n;
	unsigned changing;	/* operations on their way: write nothing */
};

#define KNOWN_OF(h) LIST_ENTRY(h, struct known, hook)
extern struct list devices_users;	/* struct known */

/* --- devices.c ------------------------------------------------------------ */

void devices_register(void);	/* settings, operations, metrics */
/*
 * After the commit of a registration; what is new is written later.  false:
 * the device was blocked meanwhile.
 */
bool device_registered(struct user *u, const struct binding *b);
/* b is about to go: when it was seen is kept. */
void device_lapsed(const struct binding *b);
/* At start, before the registrations. */
enum err devices_load(void);
void devices_free(struct user *u);	/* in memory only */
void devices_unload(void);		/* all are freed: nothing is written */

/* Make or replace the device of r->instance; a primary one is the only. */
struct device *device_set(struct user *u, const struct device_row *r);
void device_remove(struct user *u, struct device *d);
void device_row(const struct user *u, const struct device *d,
    struct device_row *out);	/* texts are borrowed */

/* Tells the listener; instance is the caller's. */
void device_is_gone(const struct user *u, struct strv instance);

/* --- devices_ops.c -------------------------------------------------------- */

void devices_ops_register(void);

#endif
