/* fuzz_import.c - changes of settings as JSON and as whole texts. */

#include <assert.h>

#include "admin/import.h"
#include "fuzz.h"

static const struct conf_row rows[] = {
	{ .name = "text", .type = CONF_TEXT },
	{ .name = "number", .type = CONF_INT, .fallback = "1" },
	{ .name = "names", .type = CONF_NAMES, .choices = "thing" },
};
static const struct conf_section thing = {
	"thing", true, "a thing", rows, 3, NULL, NULL,
};
static const struct conf_section two = {
	"two words", false, "another", rows, 2, NULL, NULL,
};

/* A whole text; a few lines at a time, as the daemon takes it. */
static bool take(struct conf_edit *e, struct strv text, struct buf *why)
{
	size_t line = 0;

	if (import_is_json(text))
		return import_json(e, text, why);
	while (text.n)
		if (!import_lines(e, &text, 3, &line, why))
			return false;
	return true;
}

/* What was taken is exported, and the export makes the same again. */
static void again(const struct conf_edit *e)
{
	struct conf_edit *copy = conf_edit_new();
	struct buf content, json, second, why;

	buf_init(&content, BUF_NO_LIMIT);
	buf_init(&json, BUF_NO_LIMIT);
	buf_init(&second, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	conf_content(e, &content);
	export_json(buf_strv(&content), &json);
	assert(take(copy, buf_strv(&json), &why));
	conf_content(copy, &second);
	assert(strcmp(content.p, second.p) == 0);
	conf_edit_free(copy);
	buf_deinit(&content);
	buf_deinit(&json);
	buf_deinit(&second);
	buf_deinit(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv text = { (const char *)data, size };
	struct conf_edit *e;
	struct buf why;
	size_t n;

	conf_register(&thing);
	conf_register(&two);
	buf_init(&why, 4096);
	e = conf_edit_new();
	/* a refusal always says why */
	assert(import_ops(e, text, &n, &why) == (why.n == 0));
	again(e);
	conf_edit_free(e);
	buf_clear(&why);
	e = conf_edit_new();
	assert(take(e, text, &why) == (why.n == 0));
	again(e);
	conf_edit_free(e);
	buf_deinit(&why);
	conf_reset();
	return 0;
}
