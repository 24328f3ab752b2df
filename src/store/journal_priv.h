/* journal_priv.h - what the files of the journal share. */

#ifndef STORE_JOURNAL_PRIV_H
#define STORE_JOURNAL_PRIV_H

#include "store/blob.h"
#include "store/journal.h"
#include "store/writer.h"

/* --- journal_row.c: structs to rows and back, in the writer thread -------- */

/*
 * Columns in the order in which row_leg() and row_message() read them; a
 * query gives those of the leg first.
 */
#define LEG_COLUMNS \
	"leg.id, leg.state, leg.why, leg.tries, leg.due, leg.expires, " \
	"leg.answered, leg.port, leg.recipient, leg.hop, leg.device, " \
	"leg.reached, leg.ref, leg.role, leg.segments"
#define MESSAGE_COLUMNS \
	"message.id, message.kind, message.origin, message.wants, " \
	"message.sender, message.recipient, message.device, " \
	"message.subject, message.conversation, message.contribution, " \
	"message.imdn_id, message.replies_to, message.service, " \
	"message.headers, message.received, message.expires, " \
	"message.port, message.in_ref, message.hops, message.text_chars, " \
	"message.anonymous, " \
	"message.report_of, message.report_kind, message.report_status, " \
	"message.report_imdn_id, message.report_recipient, " \
	"message.report_sent, message.type, message.encoding, " \
	"message.file, message.body"

/* recipient: of its first leg, for twins. */
enum err row_put_message(struct db *db, const struct message *m,
    struct strv recipient);
enum err row_put_leg(struct db *db, const struct leg *l);

/* The strings go to an arena of the caller's. */
void row_leg(struct stmt *s, struct arena *a, struct leg *out);
/*
 * Fill a new message.  Its content stays NULL when it has none, or when it is
 * in a file that cannot be read: then *lost.
 */
void row_message(struct stmt *s, struct message *out, bool *lost);

/*
 * The hash under which messages from sender with imdn_id to recipient are
 * found.  The same in every process; equal hashes prove nothing.
 */
int64_t twin_hash(struct strv sender, struct strv imdn_id,
    struct strv recipient);

/* The value of a name in err.def; STORAGE if there is none. */
enum err err_by_name(struct strv name);

/* --- journal_late.c ------------------------------------------------------- */

enum err late_put(struct db *db, const struct journal_late *late);

/* --- the metrics of each file --------------------------------------------- */

void journal_metrics(void);
void journal_move_metrics(void);
void journal_purge_metrics(void);

/* --- parts.c -------------------------------------------------------------- */

/* Keys that journal_parts_drop() left for the next acceptance. */
struct part_drop {
	struct part_drop *next;
	size_t n;
	char key[];
};

struct part_drop *parts_take(void);		/* core */
enum err parts_delete(struct db *db, const struct part_drop *list);
void parts_free(struct part_drop *list);	/* NULL is fine */

#endif
