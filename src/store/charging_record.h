/* charging_record.h - facts of the table charge as records of 24 fields. */

#ifndef STORE_CHARGING_RECORD_H
#define STORE_CHARGING_RECORD_H

#include "store/db.h"

enum charging_kind { CHARGING_NULL, CHARGING_TEXT, CHARGING_NUMBER };

struct charging_field {
	const char *name;
	enum charging_kind kind;
	struct strv text;
	int64_t number;
};
#define CHARGING_FIELDS 24

/* Lives until fn returns; false: no more. */
typedef bool charging_record_fn(int64_t seq,
    const struct charging_field fields[CHARGING_FIELDS], void *arg);

/* At most limit records with a seq above after, in order; on a reader. */
enum err charging_records(const char *site, int64_t after, size_t limit,
    charging_record_fn *fn, void *arg);

/* One line of a file; and the line above the first one. */
void charging_jsonl(const struct charging_field *fields, struct buf *out);
void charging_csv(const struct charging_field *fields, struct buf *out);
void charging_csv_head(struct buf *out);

#endif
