/* place.c - where paths begin in the mode configure: edit, up, top. */

#include <stdio.h>
#include <string.h>

#include "base/near.h"
#include "cli/draft.h"

#define WORDS 70

struct candidates {
	struct near near;
	char best[64];		/* the words live only while they are told */
	struct buf list;
	struct strv word;
	bool found;
};

static void candidate(const char *word, const char *help, void *arg)
{
	struct candidates *c = arg;

	(void)help;
	near_offer(&c->near, word);
	if (c->near.best == word) {
		(void)snprintf(c->best, sizeof(c->best), "%s", word);
		c->near.best = c->best;
	}
	buf_addf(&c->list, c->list.n ? ", %s" : "%s", word);
	c->found |= strv_eq(c->word, strv(word));
}

/* Word i of the path: a word of a section, or a name. */
static bool word_ok(struct session *s, const struct word *w, size_t i)
{
	struct candidates c = { .near = near_to(w[i].text),
	    .word = w[i].text };
	const struct setting *at;
	const char *kind;

	buf_init(&c.list, 4096);
	schema_next(&s->schema, w, i, candidate, &c, &kind, &at);
	if (schema_whole(&s->schema, w, i)) {
		(void)session_error(s, EXIT_INVALID, "\"%.*s\" is no place: "
		    "edit SECTION [NAME], then set SETTING VALUE",
		    STRV_ARG(w[i].text));
		c.found = false;
	} else if (kind) {
		c.found = true;
	} else if (!c.found) {
		(void)session_error(s, EXIT_INVALID, "there are no settings "
		    "called \"%.*s\"%s%s%s", STRV_ARG(w[i].text),
		    c.near.best ? " (did you mean " : "; there are ",
		    c.near.best ? c.near.best : c.list.p,
		    c.near.best ? "?)" : "");
	}
	buf_deinit(&c.list);
	return c.found;
}

/* --- words in full ------------------------------------------------------- */

struct beginning {
	struct strv typed;
	char found[64];
	size_t n;		/* words that begin so */
	bool exact;
};

static void begins(const char *word, const char *help, void *arg)
{
	struct beginning *b = arg;

	(void)help;
	b->exact |= strv_eq(b->typed, strv(word));
	if (strncmp(word, b->typed.p, b->typed.n) != 0)
		return;
	b->n++;
	(void)snprintf(b->found, sizeof(b->found), "%s", word);
}

/* Word i in full, as a name, or as it is; false: the path ends before it. */
static bool word_full(struct session *s, struct word *w, size_t i,
    struct arena *a)
{
	struct beginning b = { .typed = w[i].text };
	const struct setting *at;
	const char *kind;

	schema_next(&s->schema, w, i, begins, &b, &kind, &at);
	if (at || (!kind && b.n == 0))
		return false;
	if (!kind && !b.exact && b.n == 1 && !w[i].quoted)
		w[i].text = arena_str(a, strv(b.found));
	return true;
}

void draft_whole(struct session *s, struct strv text, struct buf *out)
{
	struct word w[WORDS];
	struct buf all;
	struct arena a;
	size_t n, i = 0, rest;

	buf_init(&all, BUF_NO_LIMIT);
	buf_addf(&all, "%s ", s->place);
	buf_adds(&all, text);
	arena_init(&a);
	n = words_split(buf_strv(&all), &a, w, WORDS);
	if (s->interactive && n && n <= WORDS && session_schema(s))
		while (i < n && word_full(s, w, i, &a))
			i++;
	for (size_t k = 0; k < i; k++) {
		if (k)
			buf_addc(out, ' ');
		words_quote(out, w[k].text);
	}
	rest = i < n && n <= WORDS ? w[i].at : i ? all.n : 0;
	if (i && rest < all.n)
		buf_addc(out, ' ');
	while (i == 0 && rest < all.n && all.p[rest] == ' ')
		rest++;
	buf_adds(out, (struct strv){ all.p + rest, all.n - rest });
	explicit_bzero(all.p, all.size);
	arena_deinit(&a);
	buf_deinit(&all);
}

/* --- edit, up, top ------------------------------------------------------- */

static int enter(struct session *s, struct strv path)
{
	struct word w[16];
	struct arena a;
	size_t n;
	bool ok;

	arena_init(&a);
	n = words_split(path, &a, w, 16);
	ok = n <= 16;
	for (size_t i = 0; ok && i < n; i++)
		ok = word_ok(s, w, i);
	arena_deinit(&a);
	if (!ok)
		return EXIT_INVALID;
	memcpy(s->place, path.p, path.n);
	s->place[path.n] = 0;
	return EXIT_OK;
}

int draft_edit(struct session *s, const struct word *w, size_t n)
{
	struct buf path;
	int code;

	if (n == 0)
		return session_error(s, EXIT_USAGE, "usage: edit PATH, such as "
		    "edit gateway smsc1");
	if (!session_schema(s))
		return session_error(s, EXIT_FAILED, "the daemon does not "
		    "tell which settings there are");
	buf_init(&path, PLACE - 1);
	draft_path(s, w, n, &path);
	code = path.full ? session_error(s, EXIT_INVALID, "this path is too "
	    "long") : enter(s, buf_strv(&path));
	buf_deinit(&path);
	return code;
}

int draft_up(struct session *s, const struct word *w, size_t n)
{
	char *last = strrchr(s->place, ' ');

	(void)w;
	if (n)
		return session_error(s, EXIT_USAGE, "usage: up");
	if (last)
		*last = 0;
	else
		s->place[0] = 0;
	return EXIT_OK;
}

int draft_top(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	if (n)
		return session_error(s, EXIT_USAGE, "usage: top; the screen of "
		    "that name is run top");
	s->place[0] = 0;
	return EXIT_OK;
}
