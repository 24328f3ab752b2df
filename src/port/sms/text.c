/* text.c - the text of a message, and how a link shall carry it. */

#include "base/map.h"
#include "base/now.h"
#include "core/content.h"
#include "port/sms/text.h"
#include "wire/sipbody.h"

#define GUARD_MS	10000
#define GUARD_SIZE	1024

/* What came in lately, as a ring; hashes suffice for a guard. */
static struct {
	uint64_t hash;
	int64_t until;		/* now_mono() */
} lately[GUARD_SIZE];
static size_t lately_at;

enum err sms_text(const struct message *m, struct buf *out)
{
	struct sipbody_in in = { .max_size = SMS_TEXT_MAX };
	struct sipbody body;
	struct arena a;
	enum err e;

	if (!m->content)
		return ERR_BAD_CONTENT;
	in.type = m->content->type;
	in.encoding = m->content->encoding;
	in.body = m->content->bytes;
	arena_init(&a);
	e = sipbody_decode(&in, &a, &body);
	if (e == ERR_OK && body.kind != SIPBODY_TEXT)
		e = ERR_BAD_CONTENT;
	if (e == ERR_OK)
		e = sipbody_text(&body, out);
	arena_deinit(&a);
	return e;
}

void sms_text_fit(const struct sms_conf *c, struct strv utf8,
    struct segment_opt *opt)
{
	opt->alphabet = c->alphabet;
	opt->mode = c->translit;
	if (dcs_fits(c->alphabet, utf8, c->translit))
		return;
	if (c->ucs2)
		opt->alphabet = DCS_UCS2;
	else
		opt->mode = GSM7_FORCE;
}

uint8_t sms_text_coding(const struct sms_conf *c, enum dcs_alphabet a)
{
	return a == c->alphabet ? 0 : dcs_value(a, -1);
}

static uint64_t guard_hash(struct strv from, struct strv to, struct strv text)
{
	return map_hash(from) ^ map_hash(to) << 1 ^ map_hash(text) << 2;
}

void sms_guard_note(struct strv from, struct strv to, struct strv text)
{
	lately[lately_at].hash = guard_hash(from, to, text);
	lately[lately_at].until = now_mono() + GUARD_MS;
	lately_at = (lately_at + 1) % GUARD_SIZE;
}

bool sms_guard_is_loop(struct strv from, struct strv to, struct strv text)
{
	uint64_t hash = guard_hash(from, to, text);
	int64_t now = now_mono();

	for (size_t i = 0; i < GUARD_SIZE; i++) {
		size_t at = (lately_at + GUARD_SIZE - 1 - i) % GUARD_SIZE;

		if (lately[at].until <= now)
			break;		/* the rest is older */
		if (lately[at].hash == hash)
			return true;
	}
	return false;
}
