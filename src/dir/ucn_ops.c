/* ucn_ops.c - the operation that shows what a phone would be told. */

#include "base/now.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "dir/ucn_priv.h"
#include "op/op.h"
#include "wire/segment.h"

#define SHOWN	20	/* characters that GSM-7 lacks, at the most */
#define DAY_MS	INT64_C(86400000)

/* As the links do it that are set up as they come. */
static const enum gsm7_mode mode = GSM7_PUNCTUATION;

/* Characters of s that make it UCS-2, each once. */
static void lacking(struct strv s, struct buf *out)
{
	uint32_t seen[SHOWN];
	size_t n = 0;

	while (s.n && n < SHOWN) {
		uint32_t c = utf8_next(&s, NULL);
		uint8_t unit[GSM7_UNIT_MAX];
		size_t i = 0;

		if (gsm7_unit(c, mode, unit) > 0)
			continue;
		while (i < n && seen[i] != c)
			i++;
		if (i < n)
			continue;
		seen[n++] = c;
		utf8_add(out, c);
	}
}

static size_t characters(struct strv s)
{
	size_t n = 0;

	for (; s.n; n++)
		(void)utf8_next(&s, NULL);
	return n;
}

static void say_cost(struct op_call *c, struct strv text)
{
	struct segment_opt opt = { .mode = mode, .carriage = SEGMENT_UDH8,
		.clusters = true };
	struct buf b;

	opt.alphabet = segment_alphabet(text, mode);
	buf_init(&b, 4 * SHOWN);
	lacking(text, &b);
	op_field_int(c, "characters", (int64_t)characters(text));
	op_field(c, "encoding", opt.alphabet == DCS_UCS2 ? STRV("UCS-2") :
	    STRV("GSM-7"));
	op_field_int(c, "segments", (int64_t)segment_count(text, &opt));
	op_field(c, "not-in-gsm7", buf_strv(&b));
	buf_deinit(&b);
}

static struct strv or(struct strv given, struct strv otherwise)
{
	return given.p ? given : otherwise;
}

/* false: the call has failed. */
static bool read_facts(struct op_call *c, struct ucn_facts *f)
{
	f->size = op_int(c, "size");
	f->count = (unsigned)op_int(c, "count");
	f->language = op_text(c, "language");
	f->sender = op_meant(c, "sender");
	f->type = op_meant(c, "type");
	f->link = op_meant(c, "link");
	f->id = op_meant(c, "id");
	f->expires = now_ms() + 7 * DAY_MS;
	if (!f->language.n || ucn_is_language(f->language))
		return true;
	op_fail(c, OP_INVALID, "\"%.*s\" is no language tag; de, or pt-BR",
	    STRV_ARG(f->language));
	return false;
}

static void run_preview(struct op_call *c)
{
	struct strv given = op_text(c, "text"), tag;
	struct ucn_facts f = { .size = 0 };
	struct strv template;
	struct buf why, text;

	if (!read_facts(c, &f))
		return;
	template = ucn_template(f.language, &tag);
	buf_init(&why, 1024);
	buf_init(&text, UCN_TEXT);
	if (given.n && ucn_check(given, &why) != ERR_OK) {
		op_fail(c, OP_INVALID, "text: %s", why.p);
	} else {
		ucn_text_of(&text, given.n ? given : template, &f);
		op_field(c, "language", or(tag, STRV("en")));
		op_field(c, "template", given.n ? given : template);
		op_field(c, "text", buf_strv(&text));
		say_cost(c, buf_strv(&text));
		op_done(c);
	}
	buf_deinit(&why);
	buf_deinit(&text);
}

static const struct op_arg preview_args[] = {
	{ "language", ARG_POSITION, "ucn", "de, or pt-BR (the site's)",
	  IS_TEXT(0, 35) },
	{ "text", 0, NULL, "a template to try; else the one in force",
	  IS_TEXT(0, 4 * UCN_TEMPLATE) },
	{ "sender", 0, NULL, "example values: who sent it",
	  IS_TEXT(0, ADDR_MAX), BY_DEFAULT("tel:+15550100001") },
	{ "type", 0, NULL, "its Content-Type",
	  IS_TEXT(0, 128), BY_DEFAULT("image/jpeg") },
	{ "size", 0, NULL, "its bytes",
	  IS_INT(0, INT64_C(1) << 40, "bytes"), BY_DEFAULT("1240000") },
	{ "count", 0, NULL, "messages it stands for",
	  IS_INT(1, 1000, "messages"), BY_DEFAULT("1") },
	{ "link", 0, NULL, "the link; an empty value: none",
	  IS_TEXT(0, 255), BY_DEFAULT("https://msg.example.org/"
	  "AGHzorTF1gCkX3qZsT9uVwBnM2LdYhRe") },
	{ "id", 0, NULL, "the id; an empty value: none",
	  IS_TEXT(0, 64), BY_DEFAULT("0061f3a2b4c5d6") },
	{ 0 }
};

static const struct op ops[] = {
	{ "ucn preview", "POST", "/ucn/preview", CAP_PEOPLE_READ, OP_CORE,
	  preview_args, "what a phone without data is told, and how many "
	  "short messages that takes", run_preview,
	  "language~ template~ text~ characters:int~ encoding~ "
	  "segments:int~ not-in-gsm7~" },
};

void ucn_ops_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
