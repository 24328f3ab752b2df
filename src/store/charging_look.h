/* charging_look.h - what the records of many facts are made of. */

#ifndef STORE_CHARGING_LOOK_H
#define STORE_CHARGING_LOOK_H

#include "base/arena.h"
#include "store/charging_fact.h"

/* Columns of the tables; all 0 and absent: it was deleted meanwhile. */
struct charging_message {
	int64_t kind, origin;
	struct strv sender, recipient, conversation, contribution, imdn_id;
	struct strv service;
	int64_t received;
	struct strv port, in_ref, type;
	int64_t size;
};
struct charging_leg {
	struct strv port, recipient, hop, why;
	int64_t role, segments;
};

/*
 * Messages and legs of n facts, each read once and in the order of their ids:
 * to step to the next row costs a fraction of a look-up.  In one thread, on its
 * reader.
 */
struct charging_look {
	struct arena arena;
	size_t nmessages, nlegs;
	uint64_t *message_ids, *leg_ids;	/* sorted */
	struct charging_message *messages;
	struct charging_leg *legs;
};
enum err charging_look_init(struct charging_look *k,
    const struct charging_fact *facts, size_t n);
void charging_look_deinit(struct charging_look *k);
/* Never NULL for what was among the facts. */
const struct charging_message *charging_look_message(
    const struct charging_look *k, uint64_t id);
const struct charging_leg *charging_look_leg(const struct charging_look *k,
    uint64_t id);

/*
 * The class of a subscriber; absent: of nobody, or none.  Known ones are kept
 * until the directory changes.  One call at a time, in any thread, inside a
 * transaction of its reader, which begins with charging_classes(); the text
 * lives until the next of these.
 */
void charging_classes(void);
struct strv charging_class(struct strv key);

#endif
