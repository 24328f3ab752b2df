/* errand.h - a request to the API, from its first look to its answer. */

#ifndef ADMIN_ERRAND_H
#define ADMIN_ERRAND_H

#include "admin/figures.h"
#include "admin/guard.h"
#include "base/list.h"

/* op_owner() of every call that the router makes; lives until its end. */
struct errand {
	struct httpd_request *r;
	struct who who;
	char id[17];		/* request_id */
	char last_event[32];	/* Last-Event-ID */
	char if_match[80];	/* "": none; only what our own ETags need */
	char if_none[80];
	char key[256];		/* Idempotency-Key; "": none */
	enum request_kind kind;
	int64_t began;		/* now_us() */
	bool whole;		/* a GET without a query: it has an ETag */
	struct op_call *call;
	struct op_call *twin;	/* the GET whose ETag must match */
	bool twin_seen;		/* it has answered */
	bool twin_late;		/* it did not at once */
	struct list hook;	/* while its change is under way; core */
	uint64_t subject;	/* hash of the path it changes; 0: none */
};

struct errand *errand_new(struct httpd_request *r);
/* Make the call that was asked for, and answer when it is done. */
void errand_run(struct errand *x, const struct op *op,
    const struct strv *params);
/* Answers; x is gone. */
void errand_reply(struct errand *x, unsigned status, const char *type,
    struct strv body);
void errand_refuse(struct errand *x, unsigned status, const char *code,
    const char *title, struct strv detail);
/* Of one that was answered in another way. */
void errand_free(struct errand *x);

/* Over HTTPS a change needs If-Match; a POST may have an Idempotency-Key. */
bool errand_needs_tag(const struct op *op);
bool errand_is_repeatable(const struct op *op);

/* Of an operation that only makes sense for a person behind a request. */
static inline const struct who *who_of(const struct op_call *c)
{
	return &((const struct errand *)op_owner(c))->who;
}

#endif
