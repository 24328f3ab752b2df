/* receipt.c - delivery receipts in: whose message, what became of it. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define LOG_UNIT "sms"
#include "base/alloc.h"
#include "base/log.h"
#include "base/now.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "port/sms/every.h"
#include "port/sms/link.h"
#include "port/sms/lost.h"

#define ORPHAN_MS	60000	/* a receipt may come before the answer */
#define ORPHANS_MAX	1000
#define RETRY_TURN	100	/* orphans asked for again in one second */
#define HOPS_MAX	16	/* gateways asked for one receipt */

/* A receipt until it is known whose it is. */
struct receipt_in {
	struct list hook;	/* orphans, when it waits there */
	uint64_t bind;		/* 0: answered */
	uint32_t command, seq;
	char gateway[33];	/* it came by */
	unsigned asked;		/* gateways asked so far */
	struct sms_refs refs;
	char recipient[ADDR_MAX + 1];	/* key; "": anybody */
	enum report_status status;
	enum err why;
	int64_t until;		/* now_mono() */
	bool waits;		/* for flow_report() */
};

static struct list orphans = { &orphans, &orphans };
static struct map by_ref;	/* of orphans */
static size_t norphans;

/* --- orphans --------------------------------------------------------------- */

static void orphan_remove(struct receipt_in *r)
{
	if (list_empty(&r->hook))
		return;
	list_del(&r->hook);
	norphans--;
	for (size_t i = 0; i < r->refs.n; i++)
		if (map_get(&by_ref, strv(r->refs.s[i])) == r)
			(void)map_del(&by_ref, strv(r->refs.s[i]));
}

static void done(struct receipt_in *r)
{
	orphan_remove(r);
	free(r);
}

static void forget(struct receipt_in *r)
{
	struct sms_link *k = sms_link_find(strv(r->gateway));

	if (k)
		sms_count(&k->count, SMS_RECEIPT_UNKNOWN);
	log_info("receipt of an unknown message gateway=%s id=%s", r->gateway,
	    r->refs.s[0]);
	done(r);
}

static void orphan_add(struct receipt_in *r)
{
	if (!list_empty(&r->hook))
		return;
	if (norphans == ORPHANS_MAX) {
		struct receipt_in *oldest = LIST_ENTRY(orphans.next,
		    struct receipt_in, hook);

		if (!oldest->waits)
			forget(oldest);
		else
			orphan_remove(oldest);
	}
	list_push(&orphans, &r->hook);
	norphans++;
	for (size_t i = 0; i < r->refs.n; i++) {
		(void)map_del(&by_ref, strv(r->refs.s[i]));
		(void)map_set(&by_ref, strv(r->refs.s[i]), r);
	}
}

/* --- asking whose it is ---------------------------------------------------- */

static void answer(struct receipt_in *r, uint32_t status)
{
	if (r->bind)
		sms_bind_answer(r->bind, r->command, r->seq, status);
	r->bind = 0;
}

/* The one it came by first, then the others in their order. */
static struct sms_link *next_hop(struct receipt_in *r)
{
	unsigned i = 1;

	if (r->asked == 0)
		return sms_link_find(strv(r->gateway));
	/* another gateway's ids may be the same: the number must tell */
	if (!*r->recipient || r->asked >= HOPS_MAX)
		return NULL;
	LIST_FOR(at, &sms_links) {
		struct sms_link *k = LIST_ENTRY(at, struct sms_link, hook);

		if (strcmp(k->name, r->gateway) != 0 && i++ == r->asked)
			return k;
	}
	return NULL;
}

static void ask(struct receipt_in *r);

static void nobodys(struct receipt_in *r)
{
	r->asked = 0;
	answer(r, SMPP_ROK);
	if (r->until <= now_mono())
		forget(r);
	else
		orphan_add(r);
}

static void reported(enum err e, void *arg)
{
	struct receipt_in *r = arg;
	struct sms_link *k = sms_link_find(strv(r->gateway));

	r->waits = false;
	if (e == ERR_NO_USER) {
		ask(r);
		return;
	}
	if (e == ERR_OK) {
		answer(r, SMPP_ROK);
		if (k)
			sms_count(&k->count, r->status == STATUS_DELIVERED ?
			    SMS_RECEIPT_DELIVERED : SMS_RECEIPT_FAILED);
		done(r);
		return;
	}
	r->asked = 0;
	if (!r->bind && r->until > now_mono()) {
		orphan_add(r);		/* we said ROK: it is ours to keep */
		return;
	}
	log_warn("receipt not stored gateway=%s why=%s: the service centre "
	    "was asked to repeat it", r->gateway, err_info(e)->name);
	answer(r, sms_deliver_status(e, false));
	done(r);
}

static void ask(struct receipt_in *r)
{
	struct sms_link *k = next_hop(r);
	struct strv refs[RECEIPT_ID_N];
	struct flow_report f = { .port = "sms", .status = r->status,
	    .why = r->why, .refs = refs, .nrefs = r->refs.n };

	if (!k) {
		nobodys(r);
		return;
	}
	for (size_t i = 0; i < r->refs.n; i++)
		refs[i] = strv(r->refs.s[i]);
	if (*r->recipient)
		f.recipient = strv(r->recipient);
	f.hop = strv(k->name);
	r->asked++;
	r->waits = true;
	flow_report(&f, reported, r);
}

/* false: the receipts of other parts decide. */
static bool decides(struct receipt_in *r)
{
	char message[RECEIPT_ID_SIZE];

	for (size_t i = 0; i < r->refs.n; i++)
		switch (sms_every_receipt(r->gateway, r->refs.s[i],
		    r->status == STATUS_DELIVERED, now_ms(), message)) {
		case SMS_EVERY_NONE:
			break;
		case SMS_EVERY_WAIT:
			return false;
		case SMS_EVERY_DECIDED:
			memcpy(r->refs.s[0], message, sizeof(message));
			r->refs.n = 1;
			return true;
		}
	return true;
}

/* It came before the answer that tells what it is about. */
static void ask_again(struct receipt_in *r)
{
	orphan_remove(r);	/* its refs may change */
	if (decides(r))
		ask(r);
	else
		done(r);
}

void sms_receipt_named(struct sms_link *k, struct strv ref)
{
	struct receipt_in *r = norphans ? map_get(&by_ref, ref) : NULL;

	(void)k;
	if (r && !r->waits)
		ask_again(r);
}

void sms_receipt_tick(void)
{
	unsigned n = 0;
	int64_t now = now_mono();

	LIST_FOR(at, &orphans) {
		struct receipt_in *r = LIST_ENTRY(at, struct receipt_in, hook);

		if (r->waits)
			continue;
		if (r->until <= now) {
			forget(r);
			continue;
		}
		if (n++ == RETRY_TURN)
			break;
		ask_again(r);	/* to the end, if it still waits */
	}
}

void sms_receipt_fini(void)
{
	LIST_FOR(at, &orphans)
		done(LIST_ENTRY(at, struct receipt_in, hook));
	map_deinit(&by_ref);
}

/* --- a receipt arrives ----------------------------------------------------- */

static void refuse(struct sms_bind *b, const struct smpp_pdu *p)
{
	log_warn("receipt without id or state gateway=%s seq=%" PRIu32,
	    b->link->name, p->seq);
	sms_count(&b->link->count, SMS_RECEIPT_MALFORMED);
	b->link->count.errors++;
	sms_bind_answer(b->id, p->id, p->seq, SMPP_RX_P_APPN);
}

/* Who reports: the number it is from, by the name its leg has. */
static void set_recipient(struct receipt_in *r, const struct sms_link *k,
    const struct smpp_pdu *p)
{
	struct addr_rules rules;
	const struct user *u;
	struct buf key;

	if (!k->conf.receipt_number || !*p->src.addr)
		return;
	sms_settings_rules(&k->conf, &rules);
	buf_init(&key, ADDR_MAX);
	if (sms_key(&p->src, &rules, &key) == ERR_OK) {
		u = user_find(buf_strv(&key));
		(void)snprintf(r->recipient, sizeof(r->recipient), "%.*s",
		    STRV_ARG(u ? u->key : buf_strv(&key)));
	}
	buf_deinit(&key);
}

static void set_refs(struct receipt_in *r, struct sms_link *k, struct strv id)
{
	if (sms_habit_refs(&k->habit, id, k->conf.id_response,
	    k->conf.id_receipt, &r->refs))
		log_info("message ids are %s gateway=%s",
		    sms_habit_name(k->habit.form), k->name);
	for (size_t i = 0; i < r->refs.n; i++) {
		struct strv ours = sms_lost_ref(k, r->refs.s[i]);

		if (!ours.p)
			continue;
		(void)snprintf(r->refs.s[0], RECEIPT_ID_SIZE, "%.*s",
		    STRV_ARG(ours));
		r->refs.n = 1;
	}
}

void sms_receipt(struct sms_bind *b, const struct smpp_pdu *p)
{
	struct sms_link *k = b->link;
	struct receipt_in *r;
	struct receipt in;
	enum report_status status;
	enum err why;

	if (receipt_decode(p, &in) != ERR_OK) {
		refuse(b, p);
		return;
	}
	if (!sms_receipt_status(in.state, &status, &why)) {
		sms_count(&k->count, SMS_RECEIPT_PROGRESS);
		sms_bind_answer(b->id, p->id, p->seq, SMPP_ROK);
		return;
	}
	r = xalloc(sizeof(*r));
	list_init(&r->hook);
	r->bind = b->id;
	r->command = p->id;
	r->seq = p->seq;
	r->status = status;
	r->why = why;
	r->until = now_mono() + ORPHAN_MS;
	(void)snprintf(r->gateway, sizeof(r->gateway), "%s", k->name);
	set_refs(r, k, in.id);
	set_recipient(r, k, p);
	log_debug("receipt gateway=%s id=%.*s state=%s", k->name,
	    STRV_ARG(in.id), receipt_state_name(in.state));
	if (decides(r)) {
		ask(r);
		return;
	}
	answer(r, SMPP_ROK);
	done(r);
}
