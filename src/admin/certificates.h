/* certificates.h - jobs about certificates: looking and writing in a worker. */

#ifndef ADMIN_CERTIFICATES_H
#define ADMIN_CERTIFICATES_H

#include "cert/chain.h"
#include "cert/use.h"
#include "op/op.h"

#define CERT_WHY	1024

/* One certificate, looked at. */
struct held {
	bool there;			/* about is filled in */
	struct cert_about about;
	char why[CERT_WHY];		/* why it cannot be used; "": it can */
	bool waiting;			/* a request waits for its answer */
	char request_key[24];		/* of it */
};

/* A use as it was when the job began. */
struct cert_user {
	char use[CERT_USE], names[600];
	unsigned days;
	struct cert_where own, where;	/* without and with assignments */
	struct held held;
};

/*
 * run is called in a worker with everything copied, done in the core.  One
 * job that writes runs at a time.
 */
struct cert_job {
	struct op_call *c;		/* NULL: nobody asked */
	void (*run)(struct cert_job *j);
	void (*done)(struct cert_job *j);
	bool writes;
	char dir[4096];
	char name[CERT_NAME];		/* of the certificate it is about */
	struct cert_user *users;
	size_t n, user;			/* user: the one it is about */
	/* what run leaves; code counts when why has something */
	enum op_code code;
	struct buf why;
	struct held held;
	struct buf pem, request, warnings;
	struct cert_row {
		char name[CERT_NAME];
		struct held held;
	} *rows;
	size_t n_rows;
};

/* j is on the heap and ends by itself after done().  false: the call has
 * failed, j is gone. */
bool cert_job_start(struct cert_job *j);
void cert_job_write(struct cert_job *j);	/* the same of one that writes */
struct cert_job *cert_job_new(struct op_call *c,
    void (*run)(struct cert_job *j), void (*done)(struct cert_job *j));
/* Before cert_job_start(): the call fails, j is gone. */
void cert_job_drop(struct cert_job *j, enum op_code code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));
/* In run: the job has failed; code is what op_fail() takes. */
void cert_job_fail(struct cert_job *j, enum op_code code, const char *fmt,
    ...) __attribute__((format(printf, 3, 4)));

/* In a worker. */
void held_look(struct held *h, struct strv text);
void held_look_name(struct held *h, const char *dir, const char *name);
void cert_users_look(struct cert_job *j);
void cert_rows_look(struct cert_job *j);
bool cert_is_used(const struct cert_user *u, const char *dir,
    const char *name);

/* certificates_watch.c: the health of all of them, and their renewal. */
void certificates_register(void);
void certificates_start(void);
void certificates_stop(void);
void certificates_look(void);	/* soon: something has changed */

/* Over, with all that was in it. */
void cert_wipe(struct buf *b);

/* certificates_change.c; h, if there, is what the audit says of it. */
void certificate_install(struct op_call *c);
void certificate_request(struct op_call *c);
void certificate_cancel(struct op_call *c);
void cert_note(const struct cert_job *j, const char *action,
    const char *object, const struct held *h);
/* certificates_give.c */
void certificate_assign(struct op_call *c);
void certificate_self_sign(struct op_call *c);
void certificate_delete(struct op_call *c);
void certificate_renew(const char *use);	/* nobody asked */

/* ops_certificates.c */
void cert_user_fields(struct op_call *c, const struct cert_user *u);
void held_fields(struct op_call *c, const struct held *h);
/* The {name} of the call into j->name; false: the call has failed, j is gone. */
bool cert_take_name(struct cert_job *j);

#endif
