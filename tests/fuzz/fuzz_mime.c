/* fuzz_mime.c - wire/mime.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/lists.h"

static bool is_inside(struct strv s, struct strv body)
{
	return !s.p || (s.p >= body.p && s.p + s.n <= body.p + body.n);
}

/* The first line is the Content-Type. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv all = { (const char *)data, size }, body;
	struct strv type = strv_split(all, '\n', &body);
	struct lists_message list;
	struct arena a;
	struct mime m;
	enum err e;

	if (!body.p)
		body = (struct strv){ type.p + type.n, 0 };
	e = mime_split(type, body, &m);
	assert((e == ERR_OK) == (m.why == NULL));
	assert((e == ERR_OK) == (m.n > 0));
	for (size_t i = 0; i < m.n; i++) {
		assert(is_inside(m.part[i].body, body));
		assert(is_inside(m.part[i].type, body));
		assert(is_inside(m.part[i].disposition, body));
	}
	imdn_init();
	arena_init(&a);
	e = lists_message_decode(type, body, 10, &a, &list);
	assert((e == ERR_OK) == (list.why == NULL));
	assert(e != ERR_OK || is_inside(list.content.body, body));
	arena_deinit(&a);
	return 0;
}
