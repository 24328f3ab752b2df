/* jobs.h - long operations: how far they are, how they end, by whom. */

#ifndef DIR_JOBS_H
#define DIR_JOBS_H

#include "base/list.h"
#include "op/op.h"

#define JOBS_RUNNING	16	/* at once */
#define JOBS_KEPT	64	/* that ended, one can still ask for */

enum job_state { JOB_RUNNING, JOB_DONE, JOB_FAILED, JOB_CANCELLED,
	JOB_INTERRUPTED };	/* the daemon ended meanwhile */

struct job;

struct job_kind {
	const char *name;	/* "queue-purge" */
	const char *action;	/* for the audit: "queue purge" */
	/* What is done and what is not, and what to do, if the daemon ends in
	 * the middle: a sentence that the next start can say. */
	const char *interrupted;
	/* Somebody wants it to end: job_end() follows, soon or inside. */
	void (*cancel)(struct job *j);
	/* Fields and text of its own; or NULL. */
	void (*fields)(struct op_call *c, const struct job *j);
	/* Frees what arg points to, long after the end; or NULL. */
	void (*release)(void *arg);
};

/* All of it core; the counters are the owner's to change. */
struct job {
	struct list hook;
	uint64_t id;
	const struct job_kind *kind;
	char *object, *who;	/* who: op_who() */
	enum job_state state;
	int64_t done, total;	/* total 0: not known */
	int64_t errors, skipped;
	int64_t began, ended;	/* ms */
	char why[200];		/* for people; or "" */
	void *arg;
};

/*
 * Copies object.  detail goes into the audit, which has a row for the begin
 * and one for the end.  NULL: too many are running, and the call has failed.
 */
struct job *job_begin(struct op_call *c, const struct job_kind *kind,
    struct strv object, struct strv detail, void *arg);
/* The answer of the call that began it, which ends. */
void job_answer(struct op_call *c, const struct job *j);
#define JOB_FIELDS \
	"id:int kind object state=running|done|failed|cancelled|" \
	"interrupted done:int " \
	"total:int errors:int skipped:int by began:time ended:time? why"
#define JOB_MORE /* of some kinds */ \
	"stages:[stage=resolve|connect|tls|bind|echo|submit|unbind " \
	"result=waiting|running|ok|failed|skipped ms:int detail remedy]~ " \
	"added:int~ changed:int~ updated:int~ problems:[line:int text]~ " \
	"exit:int~"
#define JOB_ANSWER "job " JOB_FIELDS
/*
 * Once; detail as above.  j stays for those who ask, arg as well, until
 * JOBS_KEPT others have ended after it.
 */
void job_end(struct job *j, enum job_state state, struct strv detail);

void jobs_register(void);
/*
 * At start: what ran when the daemon ended is a job too, interrupted, for a
 * week.
 */
enum err jobs_load(void);
void jobs_unload(void);	/* tests: forget those that ended */

#endif
