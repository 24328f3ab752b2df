/* fuzz_conf.c - conf/conf.h: lines of an edit, under libFuzzer or replay.c. */

#include <assert.h>
#include <string.h>

#include "base/utf8.h"
#include "conf/conf.h"
#include "fuzz.h"

static const struct conf_row rows[] = {
	{ .name = "text", .type = CONF_TEXT, .max = 100 },
	{ .name = "name", .type = CONF_NAME },
	{ .name = "via", .type = CONF_NAMES, .choices = "thing" },
	{ .name = "bool", .type = CONF_BOOL },
	{ .name = "int", .type = CONF_INT, .min = -5, .max = 1000 },
	{ .name = "duration", .type = CONF_DURATION },
	{ .name = "size", .type = CONF_SIZE },
	{ .name = "enum", .type = CONF_ENUM, .choices = "udp|tcp|tls" },
	{ .name = "address", .type = CONF_ADDRESS },
	{ .name = "peers", .type = CONF_ADDRESSES },
	{ .name = "domain", .type = CONF_DOMAIN },
	{ .name = "pattern", .type = CONF_PATTERN },
};
static const struct conf_section thing = {
	"thing", true, "a thing", rows, sizeof(rows) / sizeof(rows[0]), NULL,
	NULL,
};
static const struct conf_section two = {
	"two words", false, "two", rows, sizeof(rows) / sizeof(rows[0]), NULL,
	NULL,
};

/* What was taken is dumped as lines that make the same again. */
static void again(const struct buf *first)
{
	struct conf_edit *e = conf_edit_new();
	struct strv rest = buf_strv(first);
	struct buf second, why;

	buf_init(&second, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	while (rest.n)
		assert(conf_edit_line(e, strv_split(rest, '\n', &rest),
		    &why) == ERR_OK);
	conf_edit_apply(e);
	conf_dump(&second, false);
	assert(strcmp(first->p, second.p) == 0);
	assert(utf8_valid(buf_strv(&second)));
	buf_deinit(&second);
	buf_deinit(&why);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv rest = { (const char *)data, size };
	struct conf_edit *e;
	struct buf why, dump;

	conf_register(&thing);
	conf_register(&two);
	e = conf_edit_new();
	buf_init(&why, 4096);
	buf_init(&dump, BUF_NO_LIMIT);
	while (rest.n) {
		buf_clear(&why);
		/* a refusal always says why */
		assert((conf_edit_line(e, strv_split(rest, '\n', &rest),
		    &why) == ERR_OK) == (why.n == 0));
	}
	buf_clear(&why);
	assert((conf_edit_check(e, &why) == ERR_OK) == (why.n == 0));
	conf_edit_apply(e);
	conf_dump(&dump, false);
	again(&dump);
	buf_deinit(&dump);
	buf_deinit(&why);
	conf_reset();
	return 0;
}
