/* habit.c - how a service centre writes message ids, learned by watching. */

#include <stdlib.h>

#include "base/alloc.h"
#include "port/sms/habit.h"

static const char *const names[RECEIPT_ID_N] = {
	[RECEIPT_ID_EXACT] = "the same in answer and receipt",
	[RECEIPT_ID_STRIPPED] = "the same but for zeros and case",
	[RECEIPT_ID_DEC_TO_HEX] = "hex in the answer, decimal in the receipt",
	[RECEIPT_ID_HEX_TO_DEC] = "decimal in the answer, hex in the receipt",
};

const char *sms_habit_name(enum receipt_id_form f)
{
	return names[f];
}

void sms_habit_init(struct sms_habit *h)
{
	*h = (struct sms_habit){ .at = 0 };
	h->recent = xalloc(SMS_HABIT_RECENT * sizeof(*h->recent));
}

void sms_habit_deinit(struct sms_habit *h)
{
	free(h->recent);
	h->recent = NULL;
}

static bool is_learned(enum sms_id_mode response, enum sms_id_mode receipt)
{
	return response == SMS_ID_AUTO || receipt == SMS_ID_AUTO;
}

static void canon(struct strv id, enum sms_id_mode mode,
    char out[RECEIPT_ID_SIZE])
{
	static const enum receipt_id_base bases[] = {
		[SMS_ID_AUTO] = RECEIPT_ID_STRING,
		[SMS_ID_STRING] = RECEIPT_ID_STRING,
		[SMS_ID_DEC] = RECEIPT_ID_DEC,
		[SMS_ID_HEX] = RECEIPT_ID_HEX,
	};

	(void)receipt_id_canon(id, bases[mode], out);
}

void sms_habit_ref(struct sms_habit *h, struct strv id,
    enum sms_id_mode mode_response, enum sms_id_mode mode_receipt,
    char out[RECEIPT_ID_SIZE])
{
	if (!is_learned(mode_response, mode_receipt)) {
		canon(id, mode_response, out);
		return;
	}
	receipt_id_norm(id, out);
	memcpy(h->recent[h->at], out, RECEIPT_ID_SIZE);
	h->at = (h->at + 1) % SMS_HABIT_RECENT;
}

static bool is_recent(const struct sms_habit *h, const char *ref)
{
	for (size_t i = 0; i < SMS_HABIT_RECENT; i++)
		if (strcmp(h->recent[i], ref) == 0)
			return true;
	return false;
}

static bool learn(struct sms_habit *h, enum receipt_id_form form)
{
	if (form != h->form) {
		h->form = form;
		h->hits = 0;
	}
	if (h->hits == SMS_HABIT_SURE)
		return false;
	return ++h->hits == SMS_HABIT_SURE;
}

static void add(struct sms_refs *out, const char *ref)
{
	for (size_t i = 0; i < out->n; i++)
		if (strcmp(out->s[i], ref) == 0)
			return;
	memcpy(out->s[out->n++], ref, RECEIPT_ID_SIZE);
}

bool sms_habit_refs(struct sms_habit *h, struct strv id,
    enum sms_id_mode mode_response, enum sms_id_mode mode_receipt,
    struct sms_refs *out)
{
	struct receipt_ids ids;
	char norm[RECEIPT_ID_N][RECEIPT_ID_SIZE];
	bool news = false;

	out->n = 0;
	if (!is_learned(mode_response, mode_receipt)) {
		canon(id, mode_receipt, out->s[out->n++]);
		return false;
	}
	receipt_id_candidates(id, &ids);
	for (unsigned i = 0; i < ids.n; i++) {
		receipt_id_norm(strv(ids.id[i].s), norm[i]);
		if (h->hits == SMS_HABIT_SURE && ids.id[i].form == h->form)
			add(out, norm[i]);
	}
	for (unsigned i = 0; i < ids.n && h->hits < SMS_HABIT_SURE; i++)
		if (is_recent(h, norm[i])) {
			news = learn(h, ids.id[i].form);
			add(out, norm[i]);
			break;
		}
	for (unsigned i = 0; i < ids.n; i++)
		add(out, norm[i]);
	return news;
}
