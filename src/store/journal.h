/* journal.h - messages, legs and reports on disk: every durable step. */

#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

#include "base/buf.h"
#include "core/leg.h"
#include "core/message.h"

/*
 * All calls come from the core and return at once; the callbacks come in the
 * core, later, exactly once, in the order of the calls.  The journal keeps
 * its own copies or references of what it is given.
 */

/* --- acceptance ----------------------------------------------------------- */

struct journal_accepted {
	bool duplicate;		/* (from, imdn_id, recipient) came before */
	uint64_t id;		/* the message's; of a duplicate: the first's */
	enum leg_state state;	/* duplicate: of its first leg */
	enum err why;
	enum leg_answer answered;
};

typedef void journal_accepted_fn(enum err e,
    const struct journal_accepted *a, void *arg);

/*
 * Write m and its legs; ERR_OK: committed.  A duplicate (messages with an
 * imdn_id, within the last 7 days, from the same sender, whose first leg is
 * for the same recipient) is ERR_OK too and writes nothing.
 * ERR_STORAGE: nothing was written.  Legs keep the states they have, but for
 * the early ones; those READY or SENDING count as in flight.
 */
void journal_accept(struct message *m, struct leg *const *legs, size_t n,
    journal_accepted_fn *done, void *arg);

/* --- transitions ---------------------------------------------------------- */

/*
 * Write the leg's state, why, tries, due, ref, reached, port, hop, answered,
 * role, segments, the legs that late asks for, and what it replaces.
 * A leg that a report made DELIVERED or DISPLAYED on disk meanwhile does not
 * go back.
 */
void journal_move(const struct leg *l);

/*
 * A move of the leg is not written yet: what was read from disk about it may
 * not be true.  Results come in the order of the calls, so this holds for
 * whatever a load that was asked for before the move has found.  A move that
 * could not be written is tried again until it is, or the leg moves again.
 */
bool journal_is_unsaved(uint64_t leg);

/* Legs for single devices of a recipient. */
struct journal_late {
	uint64_t message;
	struct strv recipient, hop;
	const char *port;
	struct strv devices;	/* separated by spaces */
	enum err why;
	int64_t due, expires;
	enum leg_role role;
};

/*
 * Write a leg HELD for each of the devices that has none of this message yet,
 * where a UCN is not the message.  What a full disk refuses is lost.
 */
void journal_late(const struct journal_late *late);

/* --- reports -------------------------------------------------------------- */

enum journal_find { FIND_LEG, FIND_REF, FIND_IMDN };

/* What is reported, and how the message is found. */
struct journal_report {
	enum journal_find find;
	uint64_t leg;			/* FIND_LEG */
	const char *port;		/* FIND_REF: the port, its hop, and */
	struct strv hop;		/*   the peer's id in every spelling */
	const struct strv *refs;
	size_t nrefs;
	struct strv recipient;		/* FIND_REF, FIND_IMDN: who reports,
					 * the recipient of the leg; none:
					 * anybody (FIND_REF) */
	struct strv sender;		/* FIND_IMDN: of the message */
	struct strv imdn_id;		/* FIND_IMDN */

	enum report_status status;
	enum leg_state state;		/* the found leg moves here if it may */
	enum err why;
	/*
	 * The report as a client sent it, to be passed on as it is, with the
	 * ids of its own; or content NULL: the port writes it.
	 */
	struct message *form;		/* conversation, headers, content, ... */
	uint64_t ids[2];		/* for up to two reports; from id_new() */
	int64_t now, hold;		/* ms; a report waits hold at the most */
	bool early;			/* its leg is, if it is for a user */
	/* What was displayed is noted; the sender learns of the delivery. */
	bool private;
	/*
	 * The port whose hops are users: a COPY that failed goes back there
	 * and waits for its device.  NULL: it fails.
	 */
	const char *user_port;
};

enum journal_verdict {
	REPORT_UNKNOWN,		/* no such message */
	REPORT_NOTED,		/* state changed; no report is owed */
	REPORT_REPEATED,	/* was reported before: nothing changed */
	REPORT_OWED		/* legs[] carry the report(s) to the sender */
};

struct journal_reported {
	enum journal_verdict verdict;
	uint64_t leg;		/* the leg found */
	enum message_kind kind;	/* of the message found */
	struct strv recipient;	/* of the leg found; gone after the callback */
	enum leg_role role;	/* of it, before */
	bool again;		/* it is HELD for its device now */
	struct leg *legs[2];	/* READY; display may bring delivery first */
	size_t n;		/* taken over by the callback */
};

typedef void journal_reported_fn(enum err e, struct journal_reported *r,
    void *arg);

/*
 * In one transaction: find the leg, move it, and if the sender asked for this
 * report, no report of the kind was made for this message and recipient, and
 * (failures) no other leg to this recipient succeeded or may still succeed,
 * write the unique row and the report's message and leg.
 * A display also brings the delivery that was asked for and not yet sent.
 * The newest leg that fits is found, by FIND_IMDN rather one of the port.
 *
 * The report's leg leaves by the port the message came in by, for its sender
 * and the device that sent it; its hop is the sender, or for a message from
 * a network the gateway in ";via=" of its service.
 */
void journal_report(const struct journal_report *r, journal_reported_fn *done,
    void *arg);

/* --- what waits ----------------------------------------------------------- */

typedef void journal_legs_fn(enum err e, struct leg **legs, size_t n,
    bool more, void *arg);

/* Legs READY or HELD of hop with ids above after and due (ms) at the latest,
 * oldest first; the callback takes the legs over, the array stays the
 * journal's.  A leg whose content cannot be read is left out, and expires in
 * the end without one. */
void journal_load(struct strv hop, uint64_t after, int64_t due, size_t limit,
    journal_legs_fn *done, void *arg);

/*
 * The same for a user: whatever is due, and of the legs for single devices
 * only those for one of devices; also the first leg of a report whose device
 * is not among awaited, unless that is absent.  Both separated by spaces.
 */
void journal_load_user(struct strv hop, uint64_t after, struct strv devices,
    struct strv awaited, size_t limit, journal_legs_fn *done, void *arg);

/* Of these at most JOURNAL_PICK legs those that are READY or HELD. */
#define JOURNAL_PICK	32
void journal_pick(const uint64_t *ids, size_t n, journal_legs_fn *done,
    void *arg);

/* Legs COPY, READY or HELD, for this recipient, by any hop. */
void journal_copies(struct strv recipient, uint64_t after, size_t limit,
    journal_legs_fn *done, void *arg);

typedef void journal_hops_fn(enum err e, const struct strv *hops, size_t n,
    void *arg);

/*
 * Hops of the HELD legs with 0 < due <= now, at most limit legs, each hop once.
 * These legs wait for a wake from now on, so none is found twice.  A leg due
 * later than anybody asks for, since the clock was set back, is due too.
 */
#define JOURNAL_DUE_MAX	3600000		/* ms ahead */
void journal_due(int64_t now, size_t limit, journal_hops_fn *done, void *arg);

/*
 * hop went offline: its HELD legs wait for a wake and not for a time.  It is
 * done in steps: a wake meanwhile may have missed some, so that done, told
 * once, looks whether hop is back.
 */
typedef void journal_rested_fn(struct strv hop);
void journal_rest(struct strv hop, journal_rested_fn *done);

/*
 * All legs of one hop are of another from now on: what waits, and what waits
 * for a receipt.  In steps; done is told once, and how many there were.
 */
typedef void journal_renamed_fn(enum err e, size_t n, void *arg);
void journal_rename(struct strv hop, struct strv to, journal_renamed_fn *done,
    void *arg);

/* Legs READY or HELD with expires <= now. */
void journal_expired(int64_t now, size_t limit, journal_legs_fn *done,
    void *arg);

/* A UCN: when it went out, or will at the earliest. */
struct journal_ucn {
	uint64_t leg;
	struct strv sender, recipient;	/* keys */
	bool waits;		/* HELD, or its outcome is not known */
	int64_t at;		/* ms */
};
/* At start, in this thread: those of messages since then (ms), and all that
 * wait, the oldest first. */
enum err journal_ucns(int64_t since,
    void (*each)(const struct journal_ucn *u));

/*
 * At start, before the loop runs, in this thread: legs found SENDING or READY
 * become HELD and due at once (their outcome is unknown; they are sent
 * again).  Gives the greatest message id, the number of legs that wait.
 */
enum err journal_recover(uint64_t *last_id, int64_t *waiting);

/*
 * Delete messages without open legs that are older than before (ms), at most
 * limit; done with the count through the metrics.  One of which a UCN went
 * out stays while its link may work: until that leg has expired and it is
 * older than linked (ms), too.
 */
void journal_purge(int64_t before, int64_t linked, size_t limit);

/* --- parts of long short messages ----------------------------------------- */

struct journal_part {
	struct strv key;	/* link, source, destination, reference, ... */
	uint8_t seq, total;
	uint8_t data_coding;
	struct strv bytes;	/* user data behind its header */
	int64_t received;
};

/* Write one part; done after the commit (e only). */
typedef void journal_done_fn(enum err e, void *arg);
void journal_part_add(const struct journal_part *p, journal_done_fn *done,
    void *arg);
/* Forget the parts of key, in the batch of the journal_accept() that follows
 * it in the same turn of the loop. */
void journal_parts_drop(struct strv key);
/* At start, in this thread: each stored part. */
enum err journal_parts_load(void (*each)(const struct journal_part *p));

#endif
