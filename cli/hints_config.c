/* hints_config.c - what may come next in the mode configure. */

#include <string.h>

#include "cli/draft.h"
#include "cli/hints_priv.h"

#define WORDS 256

/* --- settings ------------------------------------------------------------ */

/* What the types take, for those whose range does not say it. */
static const struct {
	const char *type, *form;
} forms[] = {
	{ "duration", "such as 500ms, 30s, 5m, 12h, 7d" },
	{ "size", "bytes, or such as 64k, 1m" },
	{ "address", "HOST:PORT, [::1]:5060" },
	{ "addresses", "IP or IP/LEN, several with commas" },
	{ "names", "several with commas" },
	{ "pattern", "tel:+1555*, sip:*@example.org, tel:*" },
	{ "secret", "Enter asks for it unseen; or @FILE" },
};

static void setting_value(struct hinting *h, const struct setting *t)
{
	struct buf b;

	if (strcmp(t->type, "enum") == 0)
		hint_choices(h, t->choices);
	else if (strcmp(t->type, "bool") == 0)
		hint_choices(h, "on|off");
	else if (strncmp(t->type, "name", 4) == 0 && t->choices[0])
		hint_live(h, t->choices);
	buf_init(&b, 1024);
	buf_addz(&b, t->help);
	while (b.n && b.p[b.n - 1] == '.')
		b.p[--b.n] = 0;
	if (t->range[0])
		buf_addf(&b, ", %s", t->range);
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (strcmp(t->type, forms[i].type) == 0)
			buf_addf(&b, "; %s", forms[i].form);
	if (t->fallback[0])
		buf_addf(&b, " (default %s)", t->fallback);
	if (strcmp(t->impact, "relink") == 0)
		buf_addz(&b, "; reconnects");
	else if (strcmp(t->impact, "rebind") == 0)
		buf_addz(&b, "; opens anew");
	else if (strcmp(t->impact, "restart") == 0)
		buf_addz(&b, "; after a restart");
	else if (strcmp(t->impact, "lockout") == 0)
		buf_addz(&b, "; undone unless it is kept");
	hint_describe(h, t->type, b.p);
	buf_deinit(&b);
}

void hints_path(struct hinting *h, const struct word *w, size_t n,
    enum hint_path what)
{
	const struct setting *at;
	const char *kind;

	if (!session_schema(h->s) || (what == HINT_PLACE &&
	    schema_whole(&h->s->schema, w, n)))
		return;
	schema_next(&h->s->schema, w, n, hint_offer, h, &kind, &at);
	if (kind) {
		hint_live(h, kind);
		hint_describe(h, "NAME", "an existing name, or a new one");
	}
	if (at && what == HINT_VALUE)
		setting_value(h, at);
}

/* The words behind the verb, behind the place of the session. */
static void path_hints(struct hinting *h, const struct word *w, size_t n,
    enum hint_path what)
{
	struct word all[WORDS];
	struct arena a;
	size_t before;

	arena_init(&a);
	before = words_split(strv(h->s->place), &a, all, WORDS);
	for (size_t i = 0; i < n && before + i < WORDS; i++)
		all[before + i] = w[i];
	n = before + n < WORDS ? before + n : WORDS;
	hints_path(h, all, n, what);
	arena_deinit(&a);
}

/* --- verbs --------------------------------------------------------------- */

/* Words behind a verb, or behind its word w; "<...>" says what is expected. */
static const struct {
	const char *verb, *behind, *word, *help;
} next[] = {
	{ "commit", NULL, "comment", "why, for those who read the revisions" },
	{ "commit", NULL, "revert-in", "undone after this time unless kept" },
	{ "commit", NULL, "confirmed", "the same, in minutes" },
	{ "commit", NULL, "and-exit", "leave when it is done" },
	{ "commit", NULL, "keep", "the revision that waits" },
	{ "commit", "comment", "<TEXT>", "in quotes if it has blanks" },
	{ "commit", "revert-in", "<TIME>", "90s, 5m, 2h; at most 24h" },
	{ "commit", "confirmed", "<MINUTES>", "1 to 1440; 10 without it" },
	{ "compare", NULL, "rev", "a revision with what is in force" },
	{ "compare", NULL, "running", "the draft with what is in force" },
	{ "compare", NULL, "<N>", "a revision, and then another one" },
	{ "compare", "rev", "<N>", "run show configuration history lists "
	  "them" },
	{ "rollback", NULL, "<N>", "run show configuration history lists "
	  "them" },
	{ "load", NULL, "merge", "add a file" },
	{ "load", NULL, "replace", "the file and nothing else" },
	{ "load", NULL, "set", "lines of set and delete" },
	{ "load", "merge", "<FILE>", "its name; - is the terminal" },
	{ "load", "replace", "<FILE>", "its name; - is the terminal" },
	{ "load", "set", "<FILE>", "its name; - is the terminal" },
	{ "save", NULL, "<FILE>", "its name; ~ is your own folder" },
	{ "exit", NULL, "discard", "and forget what is staged" },
	{ "exit", NULL, "<Enter>", "leave; the draft stays" },
	{ "check", NULL, "<Enter>", "could it be committed" },
	{ "up", NULL, "<Enter>", "paths begin one word before" },
	{ "top", NULL, "<Enter>", "paths are whole again" },
	{ "undo", NULL, "<Enter>", "end the wait now and go back" },
	{ "confirm", NULL, "<Enter>", "keep the revision that waits" },
};

static void next_hints(struct hinting *h, const char *verb,
    const struct word *w, size_t n)
{
	/* commit takes its words in any order */
	bool repeats = strcmp(verb, "commit") == 0;

	for (size_t i = 0; i < sizeof(next) / sizeof(next[0]); i++) {
		bool behind = next[i].behind && n && strv_eq(w[n - 1].text,
		    strv(next[i].behind));
		bool first = !next[i].behind && (n == 0 || (repeats &&
		    strv_eq(w[n - 1].text, STRV("and-exit"))) ||
		    (repeats && n % 2 == 0));

		if (strcmp(next[i].verb, verb) == 0 && (behind || first))
			hint_offer(next[i].word, next[i].help, h);
	}
}

static void ignore(const char *word, const char *help, void *arg)
{
	(void)word;
	(void)help;
	(void)arg;
}

/* Behind "insert": a path to a list, a value, and where it goes. */
static void insert_hints(struct hinting *h, const struct word *w, size_t n)
{
	const struct setting *at = NULL;
	struct word all[WORDS];
	struct arena a;
	const char *kind;
	size_t path = 0, given;

	arena_init(&a);
	given = words_split(strv(h->s->place), &a, all, WORDS);
	for (size_t i = 0; i < n && given < WORDS; i++)
		all[given++] = w[i];
	for (size_t i = 0; !at && i <= given && session_schema(h->s); i++) {
		schema_next(&h->s->schema, all, i, ignore, NULL, &kind, &at);
		path = i;
	}
	if (!at || given == path)
		hints_path(h, all, given, HINT_VALUE);
	else if (given == path + 1)
		hint_choices(h, "before|after|first|last");
	else if (given == path + 2 && at->choices[0] &&
	    (strv_eq(all[path + 1].text, STRV("before")) ||
	    strv_eq(all[path + 1].text, STRV("after"))))
		hint_live(h, at->choices);
	arena_deinit(&a);
}

static void verb_hints(struct hinting *h, const char *verb,
    const struct word *w, size_t n)
{
	static const struct {
		const char *verb;
		enum hint_path what;
		size_t skip;	/* words before the path */
	} with_path[] = {
		{ "set", HINT_VALUE, 0 }, { "delete", HINT_SETTING, 0 },
		{ "show", HINT_SETTING, 0 }, { "discard", HINT_SETTING, 0 },
		{ "resolve", HINT_SETTING, 0 }, { "edit", HINT_PLACE, 0 },
		{ "rename", HINT_PLACE, 0 }, { "copy", HINT_PLACE, 0 },
		{ "rollback", HINT_SETTING, 1 },
	};

	if (strcmp(verb, "run") == 0)
		hints_command(h, w, n);
	if (strcmp(verb, "insert") == 0)
		insert_hints(h, w, n);
	next_hints(h, verb, w, n);
	for (size_t i = 0; i < sizeof(with_path) / sizeof(*with_path); i++)
		if (strcmp(verb, with_path[i].verb) == 0 &&
		    n >= with_path[i].skip)
			path_hints(h, w + with_path[i].skip,
			    n - with_path[i].skip, with_path[i].what);
	if ((strcmp(verb, "rename") == 0 || strcmp(verb, "copy") == 0) && n)
		hint_describe(h, "NEW", "behind the name: the new one");
	if (strcmp(verb, "resolve") == 0 && n)
		hint_choices(h, "mine|theirs");
}

void hints_configure(struct hinting *h, const struct word *w, size_t n)
{
	const char *verb = n ? draft_word(w[0].text) : NULL;

	if (n == 0)
		draft_verbs(hint_offer, h);
	else if (verb)
		verb_hints(h, verb, w + 1, n - 1);
}
