/* fuzz_cpim.c - wire/cpim.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/cpim.h"

static struct cpim c, again;

static void inside(struct strv all, struct strv s)
{
	assert(!s.p || s.n == 0 ||
	    (s.p >= all.p && s.p + s.n <= all.p + all.n));
}

/* What was read can be written, and says the same when read again. */
static void back(void)
{
	struct cpim_out o = { .from = c.from, .to = c.to, .type = c.type,
	    .datetime = c.datetime, .message_id = c.message_id,
	    .wants = c.wants, .original_to = c.original_to,
	    .service = c.service, .content = c.content };
	struct buf out;

	buf_init(&out, 1 << 20);
	if (cpim_encode(&o, &out) == ERR_OK) {
		assert(cpim_decode(buf_strv(&out), &again) == ERR_OK);
		assert(strv_eq(again.from, o.from));
		assert(strv_eq(again.message_id, o.message_id));
		assert(again.wants == o.wants);
		assert(again.datetime == o.datetime);
	}
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv body = { (const char *)data, size };

	if (cpim_decode(body, &c) != ERR_OK) {
		assert(c.why && c.line);
		return 0;
	}
	assert(c.n_headers && c.n_headers <= CPIM_HEADERS);
	for (size_t i = 0; i < c.n_headers; i++) {
		inside(body, c.headers[i].name);
		inside(body, c.headers[i].value);
		inside(body, c.headers[i].line);
		assert(c.headers[i].name.n);
	}
	inside(body, c.content);
	inside(body, c.from);
	inside(body, c.to);
	inside(body, c.original_to);
	assert(c.message_id.n <= CPIM_ID);
	back();
	return 0;
}
