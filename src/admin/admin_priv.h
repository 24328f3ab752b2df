/* admin_priv.h - what the files of admin/ share. */

#ifndef ADMIN_ADMIN_PRIV_H
#define ADMIN_ADMIN_PRIV_H

#include "httpd/httpd.h"
#include "op/op.h"

#define API "/api/v1"

/* router.c */
void route(struct httpd_request *r);
httpd_limit_fn route_limit;
httpd_file_fn route_file;

void errand_register(void);	/* errand.c: its figures */

/* arguments.c: path, query and body to the call's arguments. */
struct problem {
	unsigned status;	/* 0: none */
	const char *code, *title;
	struct buf detail;
};
void arguments_take(struct op_call *c, const struct op *op,
    const struct httpd_request *r, const struct strv *params,
    struct problem *p);

/*
 * pages.c: a file of the console, appended to body, and the headers it needs
 * on r.  Returns its type; NULL: there is none.
 */
const char *page_take(struct httpd_request *r, struct strv path,
    struct buf *body);

/* the tables of operations */
void ops_settings(void);
void ops_drafts(void);
void ops_revisions(void);
void ops_meta(void);
void ops_health(void);
void ops_stats(void);
void ops_audit(void);
void ops_charging(void);
void ops_backup(void);
void ops_content(void);
/* ops_backup_files.c: the files themselves, out and in. */
void ops_backup_files(void);
/* Whether its body goes to a file: to this one, of at most *limit bytes. */
bool upload_is(const struct op *op);
int upload_file(uint64_t *limit);
void ops_certificates(void);
void ops_log(void);
void ops_system(void);
void ops_log_stop(void);	/* all levels are as they were at the start */

/* checks.c: looks around once a minute. */
void checks_register(void);
void checks_start(void);
void checks_stop(void);
/*
 * Look again at all that is not looked at with each call: done() when that
 * is over.  Core.  false: too much waits already.
 */
bool checks_look(void (*done)(void *arg), void *arg);
void site_checks_register(void);	/* site_checks.c */

/* ops_health.c: all checks every five seconds, for /metrics. */
void health_watch_start(void);
void health_watch_stop(void);

/* ops_backup.c: the schedule; stop ends what is at work. */
void backup_jobs_start(void);
void backup_jobs_stop(void);

/* ops_audit.c: looks at the chain once a day. */
void audit_watch_start(void);
void audit_watch_stop(void);
/* A call has ended: whether it is for the audit (refused, or failed), and
 * into it. */
bool refusal_counts(const struct op_call *c);
void refusal_note(const struct op_call *c);

/* ops_stats.c: sampling, in the core. */
void stats_start(void);
void stats_stop(void);
void ops_setup(void);
void ops_auth(void);
void ops_admins(void);
void ops_totp(void);
void ops_tokens(void);
void ops_openapi(void);
void ops_events(void);
void events_start(void);
void events_stop(void);

/* ops_admins.c: of an administrator, from a call and for its answer. */
bool admin_name_ok(struct strv name, struct buf *why);
/* Of "role", which repeats; false: the call has failed. */
bool roles_take(struct op_call *c, unsigned *roles);
void roles_field(struct op_call *c, unsigned roles);
void people_fail(struct op_call *c, enum err e);

void bootstrap_stop(void);	/* bootstrap.c: after the hasher */

/* process.c: what the kernel says of us, as Prometheus names it. */
typedef void process_fn(const char *name, const char *kind,
    const char *help, double value, void *arg);
void process_init(void);
int64_t process_since(void);	/* ms since the epoch */
double process_cpu(void);	/* seconds so far */
double process_resident(void);	/* bytes */
void process_each(process_fn *fn, void *arg);

#endif
