/* jobs.h - long operations at work, on disk: which of them were cut short. */

#ifndef STORE_JOBS_H
#define STORE_JOBS_H

#include "store/db.h"

struct job_row {
	int64_t id;
	struct strv kind, action, object, who;
	struct strv means;	/* what it means that it was cut short */
	int64_t began, ended;	/* ms; ended 0: it was not known until now */
};

/* In run() of a write to DB_CONFIG. */
enum err job_row_put(struct db *db, const struct job_row *r);
enum err job_row_drop(struct db *db, int64_t id);
/* Whatever runs was cut short at now; what was so before that is dropped. */
enum err job_rows_end(struct db *db, int64_t now, int64_t before);

/* At start, in this thread; by id. */
typedef void job_row_fn(const struct job_row *r);
enum err job_rows_read(job_row_fn *fn);

#endif
