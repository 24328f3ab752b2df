/* every.h - messages with a receipt for every part: the last one decides. */

#ifndef PORT_SMS_EVERY_H
#define PORT_SMS_EVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/strv.h"
#include "wire/receipt.h"

#define SMS_EVERY_MAX	4096	/* messages; the oldest gives way */

/*
 * A message whose n parts are stored as refs by the gateway; ref is the
 * message's.  Forgotten at until (now_ms()).
 */
void sms_every_add(const char *gateway, struct strv ref,
    char (*refs)[RECEIPT_ID_SIZE], size_t n, int64_t until);

enum sms_every {
	SMS_EVERY_NONE,		/* no part of such a message */
	SMS_EVERY_WAIT,		/* others have to come */
	SMS_EVERY_DECIDED	/* *message is what to report on */
};

/* A receipt: delivered, or failed, which is enough. */
enum sms_every sms_every_receipt(const char *gateway, const char *ref,
    bool delivered, int64_t now, char message[RECEIPT_ID_SIZE]);

void sms_every_fini(void);

#endif
