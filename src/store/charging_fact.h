/* charging_fact.h - chargeable facts, noted while a batch is written. */

#ifndef STORE_CHARGING_FACT_H
#define STORE_CHARGING_FACT_H

#include "store/db.h"

struct leg;
struct message;

/*
 * A message was accepted (state and was are LEG_READY, leg is its id << 8), or
 * a leg came from the state was to state.  In the table charge each is
 *
 *	leg (16 hex digits) was (1) state (1) at (11) newline
 */
struct charging_fact {
	uint64_t leg;
	unsigned was, state;	/* enum leg_state */
	int64_t at;		/* ms */
};
#define CHARGING_FACT_SIZE 30

/* false: text is not that of a fact. */
bool charging_fact_read(const char text[CHARGING_FACT_SIZE],
    struct charging_fact *f);

/*
 * From now on facts are noted, or not: in every transaction that begins later.
 * Any thread; off at first.
 */
void charging_facts_want(bool on);

/*
 * For who writes messages and moves legs, in a write of the store: what of it
 * is chargeable is noted.  Triggers would see it untold, but one of them costs
 * as much as the statement it belongs to.
 *
 * leg is what charging_leg() gives, or the id where it can be nothing else.  A
 * statement that does not know the former state says "state =
 * charge_move(leg, state, NEW)", which is NEW.
 */
void charging_note_message(const struct message *m);
void charging_note_move(uint64_t leg, unsigned was, unsigned state);
/* Its id; 0: a leg of a report or to our own exploder is never charged. */
uint64_t charging_leg(const struct message *m, const struct leg *l);
/* Make db know charge_move(). */
bool charging_facts_open(struct db *db);

/*
 * For writer.c, around a transaction of the store.  What put() puts are the
 * next numbers; cut() goes back to what was noted before something that is
 * undone alone.
 */
void charging_facts_begin(void);
size_t charging_facts_noted(void);
void charging_facts_cut(size_t noted);
enum err charging_facts_put(struct db *db);	/* before COMMIT */

#endif
