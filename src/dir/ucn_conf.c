/* ucn_conf.c - the settings of notifications of content, checked. */

#include "base/near.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "dir/link.h"
#include "dir/ucn_priv.h"

#define LANGUAGES	100	/* "ucn LANG" objects that are looked at */
#define WORD_MAX	40	/* code points of a word for a type */

/* --- which text ----------------------------------------------------------- */

static const char *named(struct strv tag)
{
	const char *names[LANGUAGES];
	size_t n = conf_names(UCN_SECTION, names, LANGUAGES);

	for (size_t i = 0; i < n; i++) {
		if (strv_caseeq(strv(names[i]), tag))
			return names[i];
	}
	return "";
}

const char *ucn_instance(struct strv tag)
{
	struct strv rest, primary = strv_split(tag, '-', &rest);
	const char *name = named(tag);

	return *name || primary.n == tag.n ? name : named(primary);
}

static struct strv site_language(void)
{
	return strv(conf_text(UCN_POLICY, "", "language"));
}

/* Absent: there is none in this language. */
static struct strv template_in(struct strv tag)
{
	const struct ucn_language *l = ucn_built_in(tag);
	const char *name = ucn_instance(tag);

	if (*name && conf_is_set(UCN_SECTION, name, "text"))
		return strv(conf_text(UCN_SECTION, name, "text"));
	if (strv_caseeq(tag, site_language()) &&
	    conf_is_set(UCN_POLICY, "", "text"))
		return strv(conf_text(UCN_POLICY, "", "text"));
	return l ? strv(l->text) : STRV_NONE;
}

struct strv ucn_template(struct strv language, struct strv *tag)
{
	struct strv text = STRV_NONE;

	*tag = language;
	if (language.n)
		text = template_in(language);
	if (!text.p) {
		*tag = site_language();
		text = template_in(*tag);
	}
	if (!text.p) {
		*tag = STRV("en");
		text = template_in(*tag);
	}
	return text;
}

bool ucn_is_language(struct strv s)
{
	struct strv part;

	for (size_t i = 0; s.p; i++) {
		part = strv_split(s, '-', &s);
		if (part.n < 2 || part.n > 8)
			return false;
		for (size_t j = 0; j < part.n; j++) {
			char c = (char)(part.p[j] | 0x20);
			bool digit = part.p[j] >= '0' && part.p[j] <= '9';

			if ((c < 'a' || c > 'z') && (i == 0 || !digit))
				return false;
		}
		if (i == 0 && part.n > 3)
			return false;
	}
	return true;
}

/* --- checks --------------------------------------------------------------- */

static enum err refuse(struct buf *why, const char *what)
{
	buf_addz(why, what);
	return ERR_BAD_SYNTAX;
}

static enum err check_name(struct strv name, struct buf *why)
{
	struct near n = near_to(name);

	if (ucn_variable(name) < UCN_VARIABLES)
		return ERR_OK;
	for (size_t i = 0; i < UCN_VARIABLES; i++)
		near_offer(&n, ucn_variables[i]);
	buf_addf(why, "there is no variable {%.*s}", STRV_ARG(name));
	if (n.best)
		buf_addf(why, " (did you mean {%s}?)", n.best);
	else
		buf_addz(why, ": {sender} {type} {size} {link} {expires} "
		    "{count} {id}");
	return ERR_BAD_SYNTAX;
}

static size_t length(struct strv s)
{
	size_t n = 0;

	for (; s.n; n++)
		(void)utf8_next(&s, NULL);
	return n;
}

/* Brackets do not nest and are closed; with variables or not. */
static enum err check_brackets(struct strv s, struct buf *why)
{
	bool open = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != '[' && (s.p[i] != ']' || open)) {
			open &= s.p[i] != ']';
			continue;
		}
		if (s.p[i] == '[' && !open) {
			open = true;
			continue;
		}
		return refuse(why, s.p[i] == ']' ?
		    "a ] without [: it closes a part that is left out when "
		    "a variable in it is empty" :
		    "a [ inside of [ ]: parts that may be left out do not "
		    "nest");
	}
	return open ? refuse(why, "a [ without its ]") : ERR_OK;
}

enum err ucn_check(struct strv text, struct buf *why)
{
	enum err e = ERR_OK;
	struct strv s = text;

	if (!utf8_valid(text))
		return refuse(why, "this is not UTF-8");
	if (length(text) > UCN_TEMPLATE) {
		buf_addf(why, "the text has %zu characters; at most %d",
		    length(text), UCN_TEMPLATE);
		return ERR_TOO_BIG;
	}
	while (s.p && e == ERR_OK) {
		struct strv name, before = strv_split(s, '{', &name);

		if (before.n && memchr(before.p, '}', before.n))
			return refuse(why, "a } without {");
		if (!name.p)
			break;
		name = strv_split(name, '}', &s);
		if (!s.p)
			return refuse(why, "a { without its }");
		e = check_name(name, why);
	}
	return e == ERR_OK ? check_brackets(text, why) : e;
}

static enum err check_word(const char *name, size_t word, struct buf *why)
{
	struct strv s = strv(conf_text(UCN_SECTION, name,
	    ucn_word_names[word])), after, behind;

	(void)strv_split(s, '{', &after);
	if (!after.p && (!s.n || !memchr(s.p, '}', s.n)))
		return ERR_OK;
	if (word == UCN_SEVERAL && after.p &&
	    strv_eq(strv_split(after, '}', &behind), STRV("count")) &&
	    behind.p && !(behind.n && strpbrk(behind.p, "{}")))
		return ERR_OK;
	buf_addf(why, "%s %s %s: %s", UCN_SECTION, name, ucn_word_names[word],
	    word == UCN_SEVERAL ? "the only variable here is {count}, once" :
	    "a word has no variables");
	return ERR_BAD_SYNTAX;
}

static enum err check_text(const char *section, const char *name,
    struct buf *why)
{
	enum err e;
	struct buf b;

	buf_init(&b, 1024);
	e = ucn_check(strv(conf_text(section, name, "text")), &b);
	if (e != ERR_OK)
		buf_addf(why, "%s%s%s text: %s", section, *name ? " " : "",
		    name, b.p);
	buf_deinit(&b);
	return e;
}

static enum err check_language(const char *name, struct buf *why)
{
	enum err e = check_text(UCN_SECTION, name, why);

	if (e != ERR_OK)
		return e;
	if (!ucn_is_language(strv(name))) {
		buf_addf(why, "ucn %s: this is no language tag; de, or pt-BR",
		    name);
		return ERR_BAD_SYNTAX;
	}
	if (!ucn_built_in(strv(name)) &&
	    !conf_is_set(UCN_SECTION, name, "text")) {
		buf_addf(why, "ucn %s: give its text; there is none built in "
		    "for this language", name);
		return ERR_BAD_SYNTAX;
	}
	for (size_t i = 0; i < UCN_WORDS && e == ERR_OK; i++)
		e = check_word(name, i, why);
	return e;
}

static enum err check_policy(const char *name, struct buf *why)
{
	struct strv language = strv(conf_text(UCN_POLICY, name, "language"));

	if (!ucn_is_language(language)) {
		buf_addf(why, "policy ucn language: \"%.*s\" is no language "
		    "tag; de, or pt-BR", STRV_ARG(language));
		return ERR_BAD_SYNTAX;
	}
	return check_text(UCN_POLICY, name, why);
}

/* --- settings ------------------------------------------------------------- */

static void apply_policy(const char *name, bool gone)
{
	(void)gone;
	link_days(conf_int(UCN_POLICY, name, "link-days"));
}

#define WORD(word, what) \
	{ .name = word, .type = CONF_TEXT, .min = 1, .max = WORD_MAX, \
	  .help = what }

static const struct conf_row language_rows[] = {
	{ .name = "text", .type = CONF_TEXT, .min = 1, .max = UCN_TEMPLATE,
	  .help = "what a phone without data is told; variables {sender} "
	  "{type} {size} {link} {expires} {count} {id}; a part in [ ] is left "
	  "out when a variable in it is empty; unset: built in" },
	WORD("message", "{type} of a message: a message"),
	WORD("picture", "{type} of an image"),
	WORD("video", "{type} of a video"),
	WORD("audio", "{type} of sound"),
	WORD("contact", "{type} of a vCard"),
	WORD("location", "{type} of a place"),
	WORD("file", "{type} of anything else"),
	WORD("several", "{type} for more than one: {count} messages"),
	WORD("unknown", "{sender} of an anonymous message"),
};

static const struct conf_row policy_rows[] = {
	{ .name = "text", .type = CONF_TEXT, .min = 1, .max = UCN_TEMPLATE,
	  .help = "the text in the site's language, as of ucn LANG text" },
	{ .name = "language", .type = CONF_TEXT, .fallback = "en", .min = 2,
	  .max = 32, .help = "for subscribers without a language of their "
	  "own: en, de, pt-BR" },
	{ .name = "link-days", .type = CONF_INT, .fallback = "7", .min = 1,
	  .max = 90, .help = "how long a link opens the content at the least; "
	  "it stays so long" },
	{ .name = "interval", .type = CONF_DURATION, .fallback = "60s",
	  .min = 0, .max = 86400000,
	  .help = "at most one of a sender to a recipient in this time; the "
	  "next one stands for all that came meanwhile" },
	{ .name = "delivered-by", .type = CONF_ENUM, .fallback = "receipt",
	  .choices = "receipt|sending",
	  .help = "when the sender is told that what it is about was "
	  "delivered: with the receipt for it, or, as always where there "
	  "are no receipts, when the service centre took it" },
};

static const struct conf_section sections[] = {
	{ .name = UCN_POLICY, .rows = policy_rows,
	  .n = sizeof(policy_rows) / sizeof(*policy_rows),
	  .help = "the short message that tells a phone without data of "
	  "content (UCN)", .apply = apply_policy, .check = check_policy },
	{ .name = UCN_SECTION, .named = true, .rows = language_rows,
	  .n = sizeof(language_rows) / sizeof(*language_rows),
	  .help = "that message's text and words in one language",
	  .check = check_language },
};

void ucn_register(void)
{
	for (size_t i = 0; i < sizeof(sections) / sizeof(*sections); i++)
		conf_register(&sections[i]);
	ucn_ops_register();
}
