/* query.h - look at messages, queues and registrations; changes nothing. */

#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "core/leg.h"
#include "core/message.h"
#include "store/db.h"

/*
 * Any thread, on its own read-only connection; the core should not: a search
 * may take a second.  Texts live until fn returns.
 */

/* One leg and the envelope of its message; never the content. */
struct query_leg {
	uint64_t leg;
	enum leg_state state;
	struct strv why;		/* name in err.def */
	uint32_t tries;
	int64_t due, expires;
	struct strv port, recipient, hop, device, reached, ref;
	enum leg_role role;

	enum message_kind kind;
	unsigned wants;
	struct strv from, to;
	struct strv conversation, contribution, imdn_id;
	struct strv service, in, in_ref;
	struct strv type;
	int64_t size;			/* bytes of the content */
	int64_t received;
	uint64_t report_of;		/* 0: it is no report */
};

struct query_filter {
	struct strv from, to;		/* keys; absent: any */
	struct strv hop;		/* gateway or user */
	struct strv why;
	int state;			/* enum leg_state; -1: any */
	int64_t since;			/* ms; 0: any time */
	uint64_t before;		/* legs with smaller ids; 0: all */
	bool up;			/* the oldest first, ids above before */
};

/* Newest first unless up, until fn returns false. */
typedef bool query_leg_fn(const struct query_leg *l, void *arg);
enum err query_legs(const struct query_filter *f, query_leg_fn *fn,
    void *arg);

/*
 * The message that people mean by text: its id or that of a leg in hex; else
 * among the newest QUERY_RECENT the Message-ID of IMDN, the Contribution-ID,
 * the port's name for it (Call-ID), or the next hop's (SMSC id).
 * ERR_OK, ERR_NO_USER: none, ERR_STORAGE.
 */
#define QUERY_RECENT	200000
enum err query_find(struct strv text, uint64_t *message);

/* All legs of a message, in the order of their ids. */
enum err query_message(uint64_t message, query_leg_fn *fn, void *arg);

/*
 * What a message says: its bytes as they are kept, at most max.  fn is called
 * once; ERR_NO_USER: there is no such message, or it has none any more;
 * ERR_TOO_BIG.
 */
struct query_content {
	struct strv from, to, type, encoding, body;
	int64_t size;
};
typedef void query_content_fn(const struct query_content *k, void *arg);
enum err query_content(uint64_t message, size_t max, query_content_fn *fn,
    void *arg);

struct query_queue {
	struct strv hop;
	int64_t waiting;	/* legs READY or HELD */
	int64_t oldest;		/* ms: when its oldest message came */
};
/* The hops with the most waiting legs first, at most limit. */
typedef void query_queue_fn(const struct query_queue *q, void *arg);
enum err query_queues(int64_t limit, query_queue_fn *fn, void *arg);

/* For whom a message waits that is only for one of his devices, and for which;
 * each pair once.  Looks at all that waits. */
typedef void query_apart_fn(struct strv hop, struct strv device, void *arg);
enum err query_apart(query_apart_fn *fn, void *arg);

struct query_device {
	uint64_t id;
	struct strv address;		/* of the subscriber, as a key */
	struct strv contact, instance, source, agent, features;
	int64_t expires, seen;		/* ms */
};
/* Registered devices with ids above after, in their order, until false;
 * of one subscriber (by the key of an address of it) or of all (absent). */
typedef bool query_device_fn(const struct query_device *d, void *arg);
enum err query_devices(struct strv address, uint64_t after, int64_t now,
    query_device_fn *fn, void *arg);

#endif
