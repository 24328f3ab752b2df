/* text.h - the text of a message, and how a link shall carry it. */

#ifndef PORT_SMS_TEXT_H
#define PORT_SMS_TEXT_H

#include "core/message.h"
#include "port/sms/settings.h"
#include "wire/segment.h"

#define SMS_TEXT_MAX	65536	/* bytes of UTF-8 */

/*
 * Append the text of m as UTF-8: text/plain, also inside CPIM.  ERR_OK;
 * ERR_BAD_CONTENT: no text, or a charset we cannot read; ERR_BAD_SYNTAX;
 * ERR_TOO_BIG.
 */
enum err sms_text(const struct message *m, struct buf *out);

/* Alphabet and replacements for a text on this link; the rest is as set. */
void sms_text_fit(const struct sms_conf *c, struct strv utf8,
    struct segment_opt *opt);
uint8_t sms_text_coding(const struct sms_conf *c, enum dcs_alphabet a);

/*
 * The loop guard: what came from a network is not sent back to one for the
 * same sender and recipient within 10 s (spec/conversation.md 3.9).
 */
void sms_guard_note(struct strv from, struct strv to, struct strv text);
bool sms_guard_is_loop(struct strv from, struct strv to, struct strv text);

#endif
