/* fuzz_list_doc.c - wire/list_doc.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/list_doc.h"

#define LIMIT	((size_t)1 << 20)

static bool key_of(struct strv uri, struct buf *key, void *arg)
{
	(void)arg;
	buf_adds(key, uri);
	return uri.n > 0 && !key->full;
}

static const char *const names[] = { "one", "two" };
static const struct list_doc_views views = { names, 2, key_of, NULL };

/* What is kept is what is read again, and another time the same. */
static void keep(struct strv text, struct list_doc_entry *e, size_t n,
    struct arena *a)
{
	struct list_doc_entry *again;
	struct buf first, second;
	const char *why;
	size_t m;

	buf_init(&first, LIMIT);
	buf_init(&second, LIMIT);
	assert(list_doc_sync(text, &views, e, n, &first) == XCAP_OK);
	assert(list_doc_check(buf_strv(&first), &why) == XCAP_OK);
	assert(list_doc_read(buf_strv(&first), &views, 100, a, &again, &m) ==
	    XCAP_OK && m == n);
	for (size_t i = 0; i < n; i++)
		assert(list_doc_compare(&e[i], &again[i]) == 0 &&
		    e[i].view == again[i].view);
	assert(list_doc_sync(buf_strv(&first), &views, again, m, &second) ==
	    XCAP_OK);
	assert(strv_eq(buf_strv(&first), buf_strv(&second)));
	buf_deinit(&first);
	buf_deinit(&second);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv text = { (const char *)data, size };
	struct list_doc_entry *e;
	struct arena a;
	const char *why;
	size_t n;

	imdn_init();
	arena_init(&a);
	if (list_doc_check(text, &why) == XCAP_OK &&
	    list_doc_read(text, &views, 100, &a, &e, &n) == XCAP_OK)
		keep(text, e, n, &a);
	arena_deinit(&a);
	return 0;
}
