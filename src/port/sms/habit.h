/* habit.h - how a service centre writes message ids, learned by watching. */

#ifndef PORT_SMS_HABIT_H
#define PORT_SMS_HABIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"
#include "port/sms/settings.h"
#include "wire/receipt.h"

#define SMS_HABIT_RECENT	256	/* ids remembered */
#define SMS_HABIT_SURE		20	/* equal hits in a row */

struct sms_habit {
	char (*recent)[RECEIPT_ID_SIZE];	/* normal forms, a ring */
	size_t at;
	enum receipt_id_form form;	/* of the last hits */
	unsigned hits;			/* in a row; stops at SURE */
};

void sms_habit_init(struct sms_habit *h);
void sms_habit_deinit(struct sms_habit *h);

/* The id of a submit_sm_resp as it is stored; remembered for learning. */
void sms_habit_ref(struct sms_habit *h, struct strv id,
    enum sms_id_mode mode_response, enum sms_id_mode mode_receipt,
    char out[RECEIPT_ID_SIZE]);

struct sms_refs {
	size_t n;	/* 1.. */
	char s[RECEIPT_ID_N][RECEIPT_ID_SIZE];
};

/*
 * What the message of a receipt may be stored as, most likely first.  true:
 * this hit made the habit known, which is worth a line in the log.
 */
bool sms_habit_refs(struct sms_habit *h, struct strv id,
    enum sms_id_mode mode_response, enum sms_id_mode mode_receipt,
    struct sms_refs *out);

const char *sms_habit_name(enum receipt_id_form f);

#endif
