/* devices.h - the devices each subscriber is known to have (CPM-MLD). */

#ifndef DIR_DEVICES_H
#define DIR_DEVICES_H

#include <stdbool.h>
#include <stdint.h>

#include "base/err.h"
#include "base/strv.h"
#include "dir/users.h"

/*
 * A device is known by its instance id (RFC 5626) from its first REGISTER on
 * and stays so when its registration lapses.  One without an instance id is
 * never known.  One allocation holds the struct and its strings; keep neither
 * across turns of the loop.
 */
struct device {
	struct device *next;	/* of its user, in the order of adding */
	struct strv instance;	/* without <> */
	struct strv name;	/* unique of its user, in any case */
	struct strv agent;	/* User-Agent */
	int64_t added;		/* ms */
	int64_t seen;		/* ms; see device_seen() */
	bool primary;		/* at most one of a user */
	bool blocked;		/* may not register and gets nothing */
};

struct binding;

#define DEVICES_MAX	16	/* setting "policy devices max" */

struct device *devices_of(const struct user *u);	/* the first; or NULL */
/* NULL: not known. */
struct device *device_find(const struct user *u, struct strv instance);
/* A live binding of it; NULL: it is not online. */
const struct binding *device_binding(const struct user *u,
    struct strv instance);
bool device_is_online(const struct user *u, struct strv instance);
/* The last REGISTER of it. */
int64_t device_seen(const struct user *u, const struct device *d);

/*
 * The device that a person means: its name, its instance id, or the
 * beginning of one of them (of the id also without "urn:uuid:").
 * ERR_OK, ERR_NO_USER: none, ERR_TOO_BIG: several.
 */
enum err device_meant(const struct user *u, struct strv text,
    struct device **out);

size_t devices_count(void);

/*
 * Who knows how the phone of u, its primary device, can be reached now: a
 * word for "show devices"; NULL: nothing to say.
 */
typedef const char *device_access_fn(const struct user *u);
void devices_access(device_access_fn *fn);

/*
 * To be told, in the core: a device came to be known by its first REGISTER;
 * one is no more, or blocked.  One listener; NULL: none any more.
 */
struct devices_listener {
	void (*known)(const struct user *u, struct strv instance);
	void (*gone)(const struct user *u, struct strv instance);
};
void devices_watch(const struct devices_listener *l);

#endif
