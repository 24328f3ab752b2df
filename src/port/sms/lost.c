/* lost.c - messages whose answer was lost: nobody knows if they went out. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "flow/flow.h"
#include "port/sms/lost.h"

struct lost {
	struct list hook;	/* oldest first */
	char gateway[33];
	char ref[RECEIPT_ID_SIZE];
	char id[RECEIPT_ID_SIZE];	/* what the late answer said; or "" */
	uint64_t bind;
	uint32_t seq;
	int64_t until;		/* now_ms() */
};

static struct list all = { &all, &all };
static size_t count;

static void drop(struct lost *l)
{
	list_del(&l->hook);
	count--;
	free(l);
}

static void reported(enum err e, void *arg)
{
	(void)arg;
	if (e != ERR_OK && e != ERR_NO_USER)
		log_warn("a lost message could not be reported why=%s",
		    err_info(e)->name);
}

static void report_failed(struct lost *l, enum err why)
{
	const struct strv ref = strv(l->ref);
	const struct flow_report r = {
		.port = "sms", .hop = strv(l->gateway),
		.refs = &ref, .nrefs = 1,
		.status = STATUS_FAILED, .why = why,
	};

	flow_report(&r, reported, NULL);
	drop(l);
}

void sms_lost_add(struct sms_link *k, uint64_t bind, uint32_t seq,
    struct strv ref, int64_t until)
{
	struct lost *l = xalloc(sizeof(*l));

	if (count == SMS_LOST_MAX)
		drop(LIST_ENTRY(all.next, struct lost, hook));
	(void)snprintf(l->gateway, sizeof(l->gateway), "%s", k->name);
	(void)snprintf(l->ref, sizeof(l->ref), "%.*s", STRV_ARG(ref));
	l->bind = bind;
	l->seq = seq;
	l->until = until;
	list_push(&all, &l->hook);
	count++;
}

bool sms_lost_answered(struct sms_bind *b, const struct smpp_pdu *p)
{
	const struct sms_conf *c = &b->link->conf;

	LIST_FOR(at, &all) {
		struct lost *l = LIST_ENTRY(at, struct lost, hook);

		if (l->bind != b->id || l->seq != p->seq)
			continue;
		log_info("answer came late gateway=%s seq=%" PRIu32
		    " status=%s", l->gateway, l->seq,
		    smpp_status_name(p->status));
		l->bind = 0;
		if (p->status != SMPP_ROK)
			report_failed(l, sms_verdict(p->status)->err);
		else
			sms_habit_ref(&b->link->habit, strv(p->message_id),
			    c->id_response, c->id_receipt, l->id);
		return true;
	}
	return false;
}

struct strv sms_lost_ref(const struct sms_link *k, const char *id)
{
	LIST_FOR(at, &all) {
		const struct lost *l = LIST_ENTRY(at, struct lost, hook);

		if (*l->id && strcmp(l->id, id) == 0 &&
		    strcmp(l->gateway, k->name) == 0)
			return strv(l->ref);
	}
	return STRV_NONE;
}

void sms_lost_tick(void)
{
	int64_t now = now_ms();

	LIST_FOR(at, &all) {
		struct lost *l = LIST_ENTRY(at, struct lost, hook);

		if (l->until <= now)
			report_failed(l, ERR_EXPIRED);
	}
}

void sms_lost_fini(void)
{
	LIST_FOR(at, &all)
		drop(LIST_ENTRY(at, struct lost, hook));
}
