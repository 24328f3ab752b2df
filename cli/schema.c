/* schema.c - every setting there is, for completion and help. */

#include <string.h>

#include "cli/schema.h"
#include "wire/json.h"

#define SIZE_LIMIT ((size_t)8 << 20)

static const char *text(struct schema *s, const struct json *o,
    const char *name)
{
	struct json_err e = { 0 };
	struct strv v = json_opt_string(o, name, 4096, &e);

	return arena_str(&s->arena, v.p ? v : STRV("")).p;
}

static void read_one(struct schema *s, const struct json *o,
    struct setting *to)
{
	struct json_err e = { 0 };

	to->section = text(s, o, "section");
	to->named = json_opt_bool(o, "named", false, &e);
	to->name = text(s, o, "name");
	to->type = text(s, o, "type");
	to->range = text(s, o, "range");
	to->choices = text(s, o, "choices");
	to->fallback = text(s, o, "default");
	to->impact = text(s, o, "impact");
	to->help = text(s, o, "help");
	to->about = text(s, o, "about");
}

bool schema_read(struct schema *s, struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items = root ?
	    json_opt_array(root, "items", 100000, &e) : NULL;

	*s = (struct schema){ 0 };
	arena_init(&s->arena);
	s->settings = arena_alloc(&s->arena,
	    (json_count(items) + 1) * sizeof(*s->settings));
	for (const struct json *o = json_first(items); o; o = json_next(o))
		read_one(s, o, &s->settings[s->n++]);
	json_free(root);
	return items != NULL;
}

void schema_free(struct schema *s)
{
	arena_deinit(&s->arena);
	*s = (struct schema){ 0 };
}

/* The i-th word of a section's name, or absent. */
static struct strv section_word(const struct setting *t, size_t i)
{
	struct strv rest = strv(t->section), word = STRV_NONE;

	for (size_t k = 0; k <= i && rest.p; k++)
		word = strv_split(rest, ' ', &rest);
	return rest.p || i == 0 || word.p != t->section ? word : STRV_NONE;
}

static size_t section_words(const struct setting *t)
{
	return strchr(t->section, ' ') ? 2 : 1;
}

/* How far the typed words follow this setting's path: all that can. */
static bool follows(const struct setting *t, const struct word *w, size_t n)
{
	size_t words = section_words(t);
	size_t at = words + t->named;

	for (size_t i = 0; i < n && i < words; i++)
		if (!strv_eq(w[i].text, section_word(t, i)))
			return false;
	return n <= at || strv_eq(w[at].text, strv(t->name));
}

static void offer(const struct setting *t, size_t n, schema_word_fn *fn,
    void *arg, const char **kind, const struct setting **at)
{
	size_t words = section_words(t);
	struct strv word;
	char text_of[64];

	if (n < words) {
		word = section_word(t, n);
		if (word.n >= sizeof(text_of))
			return;
		memcpy(text_of, word.p, word.n);
		text_of[word.n] = 0;
		fn(text_of, n + 1 == words ? t->about : "...", arg);
	} else if (n == words && t->named) {
		*kind = t->section;
	} else if (n == words + t->named) {
		fn(t->name, t->help, arg);
	} else if (n == words + t->named + 1) {
		*at = t;
	}
}

/* Its next section word was offered by a setting before it. */
static bool repeats(const struct schema *s, size_t i, const struct word *w,
    size_t n)
{
	const struct setting *t = &s->settings[i];

	if (n >= section_words(t))
		return n == section_words(t) && t->named && i &&
		    strcmp(s->settings[i - 1].section, t->section) == 0;
	for (size_t k = 0; k < i; k++)
		if (n < section_words(&s->settings[k]) &&
		    follows(&s->settings[k], w, n) &&
		    strv_eq(section_word(&s->settings[k], n),
		    section_word(t, n)))
			return true;
	return false;
}

void schema_next(const struct schema *s, const struct word *w, size_t n,
    schema_word_fn *fn, void *arg, const char **kind,
    const struct setting **at)
{
	*kind = NULL;
	*at = NULL;
	for (size_t i = 0; i < s->n; i++)
		if (follows(&s->settings[i], w, n) && !repeats(s, i, w, n))
			offer(&s->settings[i], n, fn, arg, kind, at);
}

bool schema_whole(const struct schema *s, const struct word *w, size_t n)
{
	for (size_t i = 0; i < s->n; i++) {
		const struct setting *t = &s->settings[i];

		if (n == section_words(t) + t->named && follows(t, w, n))
			return true;
	}
	return false;
}
