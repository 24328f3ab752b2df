/* fuzz_list_doc.c - wire/list_doc.h and list_edit.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/imdn.h"
#include "wire/list_doc.h"
#include "wire/list_edit.h"

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

/* --- one change after the other -------------------------------------------- */

static bool first_list(const struct list_edit_list *l, void *arg)
{
	buf_adds(arg, l->name);
	return false;
}

static bool first_member(const struct list_edit_member *m, void *arg)
{
	buf_adds(arg, m->uri);
	return false;
}

/* What is put is there, what is taken is gone, and all can be read again. */
static void edit(struct list_edit *e, struct strv list)
{
	struct buf uri, out;
	const char *why;
	bool new;

	buf_init(&uri, LIST_DOC_TEXT);
	buf_init(&out, LIMIT);
	assert(list_edit_put(e, list, STRV("sip:new@x"), STRV("N"), &new) <=
	    LIST_SAME);
	assert(list_edit_put(e, list, STRV("sip:new@x"), STRV("N"), &new) ==
	    LIST_SAME && !new);
	(void)list_edit_members(e, list, first_member, &uri);
	if (uri.n && !uri.full)
		assert(list_edit_take(e, list, buf_strv(&uri)) == LIST_EDITED);
	assert(list_edit_title(e, list, STRV("T")) <= LIST_SAME);
	assert(list_edit_title(e, list, STRV("T")) == LIST_SAME);
	assert(list_edit_text(e, &out) == XCAP_OK);
	assert(list_doc_check(buf_strv(&out), &why) == XCAP_OK);
	assert(list_edit_delete(e, list) == LIST_EDITED);
	buf_deinit(&uri);
	buf_deinit(&out);
}

static void edit_first(struct strv text)
{
	struct list_edit *e = list_edit_open(text, key_of, NULL);
	struct buf name;

	assert(e != NULL);
	buf_init(&name, LIST_DOC_TEXT);
	list_edit_each(e, first_list, &name);
	if (name.n == 0) {
		buf_addz(&name, "new");
		assert(list_edit_add(e, buf_strv(&name)) == LIST_EDITED);
	}
	edit(e, buf_strv(&name));
	buf_deinit(&name);
	list_edit_close(e);
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
	if (list_doc_check(text, &why) == XCAP_OK)
		edit_first(text);
	if (list_doc_check(text, &why) == XCAP_OK &&
	    list_doc_read(text, &views, 100, &a, &e, &n) == XCAP_OK)
		keep(text, e, n, &a);
	arena_deinit(&a);
	return 0;
}
