/* import.c - changes of settings as JSON and as whole texts. */

#include <inttypes.h>

#include "admin/import.h"
#include "base/arena.h"
#include "base/jsonw.h"
#include "base/words.h"
#include "wire/json.h"

#define SIZE_LIMIT	((size_t)16 << 20)
#define WORDS		8

/* --- operations ---------------------------------------------------------- */

static bool word_add(struct buf *line, const struct json *v)
{
	struct strv text;
	int64_t n;
	bool yes;

	buf_addc(line, ' ');
	if (json_as_string(v, &text))
		words_quote(line, text);
	else if (json_as_int(v, &n))
		buf_addf(line, "%" PRId64, n);
	else if (json_as_bool(v, &yes))
		buf_addz(line, yes ? "on" : "off");
	else
		return false;
	return true;
}

/* A word, or a list of them. */
static bool words_add(struct buf *line, const struct json *v)
{
	if (json_type(v) != JSON_ARRAY)
		return word_add(line, v);
	for (const struct json *w = json_first(v); w; w = json_next(w))
		if (!word_add(line, w))
			return false;
	return json_count(v) > 0;
}

static bool op_line(const struct json *o, struct buf *line, struct buf *why)
{
	static const char *const members[] = { "op", "path", "value", NULL };
	const struct json *path = json_member(o, "path");
	const struct json *value = json_member(o, "value");
	struct json_err e = { 0 };
	struct strv op = json_need_string(o, "op", 16, &e);

	(void)json_only(o, members, &e);
	if (e.bad) {
		buf_addz(why, e.why);
		return false;
	}
	if (!strv_listed(STRV("set delete rename copy"), op)) {
		buf_addz(why, "op must be set, delete, rename or copy");
		return false;
	}
	buf_adds(line, op);
	if (!path || !words_add(line, path) ||
	    (value && json_type(value) != JSON_NULL &&
	    !words_add(line, value))) {
		buf_addz(why, "path must be a list of words, value a text, a "
		    "number, true, false, or a list of them");
		return false;
	}
	return true;
}

bool import_ops(struct conf_edit *e, struct strv json, size_t *n,
    struct buf *why)
{
	struct json_err bad = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &bad);
	struct buf line;
	bool ok = root && json_type(root) == JSON_ARRAY;

	*n = 0;
	if (!ok)
		buf_addz(why, root ? "ops must be a list" : bad.why);
	buf_init(&line, SIZE_LIMIT);
	for (const struct json *o = ok ? json_first(root) : NULL; o && ok;
	    o = json_next(o)) {
		++*n;
		buf_clear(&line);
		ok = op_line(o, &line, why) &&
		    conf_edit_line(e, buf_strv(&line), why) == ERR_OK;
	}
	explicit_bzero(line.p, line.size);
	buf_deinit(&line);
	json_free(root);
	return ok;
}

/* --- whole texts --------------------------------------------------------- */

bool import_lines(struct conf_edit *e, struct strv *text, size_t most,
    size_t *line, struct buf *why)
{
	while (text->n && most-- > 0) {
		++*line;
		if (conf_edit_line(e, strv_split(*text, '\n', text), why) !=
		    ERR_OK)
			return false;
	}
	return true;
}

/* "set gateway smsc1 window", whatever stands in the names. */
static void path_line(struct buf *line, struct strv instance,
    struct strv setting)
{
	buf_addz(line, "set");
	while (instance.p) {
		buf_addc(line, ' ');
		words_quote(line, strv_split(instance, ' ', &instance));
	}
	buf_addc(line, ' ');
	words_quote(line, setting);
}

/* {"gateway smsc1":{"window":"10"}} */
bool import_json(struct conf_edit *e, struct strv text, struct buf *why)
{
	struct json_err bad = { 0 };
	struct json *root = json_parse(text, SIZE_LIMIT, &bad);
	struct buf line;
	bool ok = root && json_type(root) == JSON_OBJECT;

	if (!ok)
		buf_addz(why, root ? "an export is an object" : bad.why);
	buf_init(&line, SIZE_LIMIT);
	for (const struct json *i = ok ? json_first(root) : NULL; i && ok;
	    i = json_next(i)) {
		ok = json_type(i) == JSON_OBJECT;
		if (!ok)
			buf_addf(why, "%.*s: an object of settings is "
			    "expected", STRV_ARG(json_name(i)));
		for (const struct json *v = ok ? json_first(i) : NULL;
		    v && ok; v = json_next(v)) {
			buf_clear(&line);
			path_line(&line, json_name(i), json_name(v));
			ok = words_add(&line, v);
			if (!ok)
				buf_addf(why, "%.*s %.*s: a text is expected",
				    STRV_ARG(json_name(i)),
				    STRV_ARG(json_name(v)));
			else
				ok = conf_edit_line(e, buf_strv(&line),
				    why) == ERR_OK;
		}
	}
	explicit_bzero(line.p, line.size);
	buf_deinit(&line);
	json_free(root);
	return ok;
}

bool import_is_json(struct strv text)
{
	size_t blank = 0;

	while (blank < text.n && strchr(" \t\r\n", text.p[blank]))
		blank++;
	return blank < text.n && text.p[blank] == '{';
}

/* --- export -------------------------------------------------------------- */

void export_json(struct strv content, struct buf *out)
{
	struct buf now, last;
	struct jsonw w;
	bool open = false;

	buf_init(&now, 4096);
	buf_init(&last, 4096);
	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	while (content.n) {
		struct strv line = strv_split(content, '\n', &content);
		struct word word[WORDS];
		struct arena a;
		size_t n;

		arena_init(&a);
		n = words_split(line, &a, word, WORDS);
		buf_clear(&now);
		for (size_t i = 1; n <= WORDS && i + 2 < n; i++)
			buf_addf(&now, i > 1 ? " %.*s" : "%.*s",
			    STRV_ARG(word[i].text));
		if (n >= 4 && n <= WORDS) {
			if (!open || strcmp(now.p, last.p) != 0) {
				if (open)
					jsonw_end(&w);
				jsonw_object(&w, now.p);
				open = true;
				buf_clear(&last);
				buf_addz(&last, now.p);
			}
			jsonw_str(&w, word[n - 2].text.p, word[n - 1].text);
		}
		arena_deinit(&a);
	}
	if (open)
		jsonw_end(&w);
	jsonw_end(&w);
	buf_deinit(&now);
	buf_deinit(&last);
}
