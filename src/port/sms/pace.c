/* pace.c - how fast: token bucket, throttle pauses, reconnect pauses. */

#include "port/sms/pace.h"

#define ONE	1000	/* level of one message */

static int64_t most(const struct sms_bucket *b)
{
	return b->rate > 10 ? (int64_t)b->rate * ONE / 10 : ONE;
}

void sms_bucket_set(struct sms_bucket *b, unsigned rate, int64_t now)
{
	b->rate = rate;
	b->level = most(b);
	b->at = now;
}

static void fill(struct sms_bucket *b, int64_t now)
{
	int64_t passed = now - b->at;

	if (passed <= 0)
		return;
	b->at = now;
	if (passed > 1000)
		passed = 1000;
	b->level += passed * (int64_t)b->rate;
	if (b->level > most(b))
		b->level = most(b);
}

bool sms_bucket_take(struct sms_bucket *b, int64_t now)
{
	if (b->rate == 0)
		return true;
	fill(b, now);
	if (b->level < ONE)
		return false;
	b->level -= ONE;
	return true;
}

int64_t sms_bucket_wait(struct sms_bucket *b, int64_t now)
{
	int64_t rate = (int64_t)b->rate;

	if (rate == 0)
		return 0;
	fill(b, now);
	return b->level >= ONE ? 0 : (ONE - b->level + rate - 1) / rate;
}

void sms_throttle_hit(struct sms_throttle *t, int64_t now)
{
	if (t->until)
		return;
	t->pause = t->pause ? t->pause * 2 : SMS_THROTTLE_MIN;
	if (t->pause > SMS_THROTTLE_MAX)
		t->pause = SMS_THROTTLE_MAX;
	t->until = now + t->pause;
}

void sms_throttle_ok(struct sms_throttle *t)
{
	if (!t->until)
		t->pause = 0;
}

bool sms_throttle_on(const struct sms_throttle *t)
{
	return t->until != 0;
}

void sms_throttle_end(struct sms_throttle *t)
{
	t->until = 0;
}

int64_t sms_reconnect_ms(unsigned n, int64_t min, int64_t max,
    uint32_t chance)
{
	int64_t ms = min;

	while (n-- && ms < max)
		ms *= 2;
	if (ms > max)
		ms = max;
	return ms - ms / 5 + ms * 2 / 5 * (int64_t)chance / UINT32_MAX;
}
