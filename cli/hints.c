/* hints.c - what may come next on a line: for Tab and for "?". */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/hints.h"
#include "wire/json.h"

#define WORDS 256
#define LIVE_TIMEOUT_S 1

struct hinting {
	struct session *s;
	struct strv partial;
	hint_fn *fn;
	void *arg;
};

static void offer(const char *word, const char *help, void *arg)
{
	struct hinting *h = arg;
	size_t n = strlen(word);

	if (word[0] != '<' && (n < h->partial.n ||
	    memcmp(word, h->partial.p, h->partial.n) != 0))
		return;
	h->fn(word, help, h->arg);
}

static void describe(struct hinting *h, const char *name, const char *help)
{
	char word[80];

	(void)snprintf(word, sizeof(word), "<%s>", name);
	offer(word, help, h);
}

/* In the form in which it can be typed. */
static void offer_name(struct hinting *h, struct strv name)
{
	struct buf b;

	if (name.n < h->partial.n ||
	    memcmp(name.p, h->partial.p, h->partial.n) != 0)
		return;
	buf_init(&b, BUF_NO_LIMIT);
	words_quote(&b, name);
	h->fn(b.p, "", h->arg);
	buf_deinit(&b);
}

/* Names that live in the daemon; a slow daemon offers none. */
static void live(struct hinting *h, const char *kind)
{
	struct client with = h->s->client;
	struct answer a;
	struct json_err e = { 0 };
	struct json *root;
	struct strv name;
	struct buf target, why;

	with.timeout_s = LIVE_TIMEOUT_S;
	buf_init(&target, 8192);
	buf_init(&why, 4096);
	buf_addz(&target, "/api/v1/complete?kind=");
	client_escape(&target, strv(kind));
	buf_addz(&target, "&prefix=");
	client_escape(&target, h->partial);
	if (client_call(&with, "GET", target.p, NULL, STRV_NONE, &a, &why)) {
		root = a.status == 200 ? json_parse(buf_strv(&a.body),
		    (size_t)1 << 20, &e) : NULL;
		for (const struct json *i = json_first(root ?
		    json_member(root, "items") : NULL); i; i = json_next(i))
			if (json_as_string(json_member(i, "name"), &name))
				offer_name(h, name);
		json_free(root);
		answer_free(&a);
	}
	buf_deinit(&target);
	buf_deinit(&why);
}

static void choices(struct hinting *h, const char *list)
{
	struct strv rest = strv(list);
	char word[64];

	while (rest.p) {
		struct strv one = strv_split(rest, '|', &rest);

		if (one.n >= sizeof(word))
			continue;
		memcpy(word, one.p, one.n);
		word[one.n] = 0;
		offer(word, "", h);
	}
}

/* --- settings ------------------------------------------------------------ */

static void setting_value(struct hinting *h, const struct setting *t)
{
	struct buf b;

	if (strcmp(t->type, "enum") == 0) {
		choices(h, t->choices);
	} else if (strcmp(t->type, "bool") == 0) {
		choices(h, "on|off");
	} else if (strncmp(t->type, "name", 4) == 0 && t->choices[0]) {
		live(h, t->choices);
	}
	buf_init(&b, 1024);
	buf_addz(&b, t->help);
	while (b.n && b.p[b.n - 1] == '.')
		b.p[--b.n] = 0;
	if (t->range[0])
		buf_addf(&b, ", %s", t->range);
	if (t->fallback[0])
		buf_addf(&b, " (default %s)", t->fallback);
	if (strcmp(t->impact, "relink") == 0)
		buf_addz(&b, "; reconnects");
	else if (strcmp(t->impact, "restart") == 0)
		buf_addz(&b, "; after a restart");
	describe(h, t->type, b.p);
	buf_deinit(&b);
}

static void path_hints(struct hinting *h, const struct word *w, size_t n,
    bool value)
{
	const struct setting *at;
	const char *kind;

	if (!session_schema(h->s))
		return;
	schema_next(&h->s->schema, w, n, offer, h, &kind, &at);
	if (kind) {
		live(h, kind);
		describe(h, "NAME", "an existing name, or a new one");
	}
	if (at && value)
		setting_value(h, at);
}

static void configure_hints(struct hinting *h, const struct word *w, size_t n)
{
	static const char *const with_path[] = { "set", "delete", "show",
		"discard", "rename", "copy", "resolve" };
	static const struct {
		const char *verb, *word, *help;
	} next[] = {
		{ "commit", "comment", "why, for those who read the "
		  "revisions" },
		{ "commit", "revert-in", "undone after this time unless kept" },
		{ "commit", "confirmed", "the same, in minutes" },
		{ "commit", "and-exit", "leave when it is done" },
		{ "commit", "keep", "the revision that waits" },
		{ "compare", "rev", "a revision with what is in force" },
		{ "load", "merge", "add a file" },
		{ "load", "replace", "the file and nothing else" },
		{ "load", "set", "lines of set and delete" },
		{ "exit", "discard", "and forget what is staged" },
	};

	if (n == 0)
		draft_verbs(offer, h);
	for (size_t i = 0; n && i < sizeof(with_path) / sizeof(*with_path);
	    i++)
		if (strv_eq(w[0].text, strv(with_path[i])))
			path_hints(h, w + 1, n - 1, i == 0);
	for (size_t i = 0; n == 1 && i < sizeof(next) / sizeof(*next); i++)
		if (strv_eq(w[0].text, strv(next[i].verb)))
			offer(next[i].word, next[i].help, h);
}

/* --- filters ------------------------------------------------------------- */

/* Behind "|": which filter, and what it takes. */
static void filter_hints(struct hinting *h, const struct word *w, size_t n)
{
	bool line = n == 2 && (strv_eq(w[1].text, STRV("match")) ||
	    strv_eq(w[1].text, STRV("except")));

	if (n == 1)
		filters_each(offer, h);
	else if (line)
		describe(h, "REGEX", "what the line has");
	else if (n == 2 && (strv_eq(w[1].text, STRV("first")) ||
	    strv_eq(w[1].text, STRV("last"))))
		describe(h, "N", "how many lines");
	else if (n == 2 && strv_eq(w[1].text, STRV("save")))
		describe(h, "FILE", "its name; ~ is your own folder");
	else
		offer("|", "another filter", h);
}

/* --- operations ---------------------------------------------------------- */

static void arg_values(struct hinting *h, const struct gram_arg *a)
{
	char name[64];
	size_t i;

	if (strcmp(a->complete, "configuration") == 0)
		;
	else if (strchr(a->complete, '|'))
		choices(h, a->complete);
	else if (a->complete[0])
		live(h, a->complete);
	for (i = 0; a->name[i] && i + 1 < sizeof(name); i++)
		name[i] = (char)toupper((unsigned char)a->name[i]);
	name[i] = 0;
	describe(h, name, a->help);
}

static void option_names(struct hinting *h, const struct gram_op *op)
{
	static const struct {
		const char *word, *help;
	} common[] = {
		{ "--json", "as one JSON document" },
		{ "--csv", "as a table for spreadsheets" },
		{ "--columns", "only these, as A,B" },
		{ "--sort", "by a column; -COLUMN: the largest first" },
		{ "--limit", "at most so many rows" },
		{ "--watch", "again every few seconds" },
		{ "--timeout", "wait so many seconds at most" },
		{ "--no-pager", "all at once" },
		{ "--help", "what this command takes" },
	};
	char word[100];

	for (size_t i = 0; i < op->n_args; i++) {
		const struct gram_arg *a = &op->args[i];
		bool secret = a->flags & GRAM_SECRET;

		if (a->flags & GRAM_POSITION)
			continue;
		(void)snprintf(word, sizeof(word), "--%s%s", a->name,
		    secret ? "-file" : "");
		offer(word, a->help, h);
		if (!secret)
			continue;
		(void)snprintf(word, sizeof(word), "--%s-prompt", a->name);
		offer(word, a->help, h);
	}
	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		if (!gram_arg_find(op, strv(common[i].word + 2)))
			offer(common[i].word, common[i].help, h);
}

/* The option whose value is being typed, or NULL; counts the positions. */
static const struct gram_arg *pending(const struct gram_op *op,
    const struct word *w, size_t n, size_t *positions)
{
	const struct gram_arg *a = NULL;
	bool common_value = false;

	*positions = 0;
	for (size_t i = 0; i < n; i++) {
		struct strv name = w[i].text;

		if (a || common_value) {
			a = NULL;	/* this is its value */
			common_value = false;
			continue;
		}
		if (name.n < 3 || memcmp(name.p, "--", 2) != 0) {
			++*positions;
			continue;
		}
		a = gram_arg_find(op, (struct strv){ name.p + 2, name.n - 2 });
		common_value = !a && (strv_eq(name, STRV("--columns")) ||
		    strv_eq(name, STRV("--sort")) ||
		    strv_eq(name, STRV("--limit")) ||
		    strv_eq(name, STRV("--timeout")));
		if (a && (a->flags & (GRAM_FLAG | GRAM_SECRET)))
			a = NULL;
	}
	return a;
}

static void arg_hints(struct hinting *h, const struct gram_op *op,
    const struct word *w, size_t n)
{
	size_t positions;
	const struct gram_arg *a = pending(op, w, n, &positions);

	if (a) {
		arg_values(h, a);
		return;
	}
	a = gram_position(op, positions);
	if (a && strcmp(a->complete, "configuration") == 0)
		path_hints(h, w, n, false);
	else if (a && (h->partial.n == 0 || h->partial.p[0] != '-'))
		arg_values(h, a);
	if (h->partial.n == 0 && !a)
		describe(h, "Enter", op->help);
	if (h->partial.n || !a)
		option_names(h, op);
	else
		describe(h, "--OPTION", "type -- and Tab for the options");
}

static void command_hints(struct hinting *h, const struct word *w, size_t n)
{
	const struct gram_op *op;
	struct buf why;
	size_t used;
	int code;

	if (n == 0) {
		offer("configure", "change settings", h);
		offer("help", "what commands there are", h);
		offer("monitor", "what happens, as it happens", h);
		offer("version", "of this program", h);
		offer("quit", "leave the shell", h);
	}
	if (n && strv_eq(w[0].text, STRV("monitor"))) {
		monitor_topics(offer, h);
		return;
	}
	if (!h->s->have_grammar && !session_grammar(h->s, &code))
		return;
	buf_init(&why, 4096);
	op = n ? grammar_find(&h->s->grammar, w, n, true, &used, &why) : NULL;
	grammar_next(&h->s->grammar, w, n, offer, h);
	if (op)
		arg_hints(h, op, w + used, n - used);
	buf_deinit(&why);
}

void hints(struct session *s, struct strv line, struct strv *partial,
    hint_fn *fn, void *arg)
{
	struct hinting h = { s, STRV(""), fn, arg };
	struct word w[WORDS];
	struct arena a;
	size_t n, pipe = 0;
	bool inside;

	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	inside = line.n && line.p[line.n - 1] != ' ' && n;
	if (inside) {
		h.partial = w[--n].text;
		*partial = (struct strv){ line.p + w[n].at,
		    line.n - w[n].at };
	} else {
		*partial = STRV("");
	}
	for (size_t i = 0; n <= WORDS && i < n; i++)
		if (is_pipe(&w[i]) && !(s->configuring &&
		    draft_raw(w[0].text)))
			pipe = i;
	if (n <= WORDS && pipe)
		filter_hints(&h, w + pipe, n - pipe);
	else if (n <= WORDS && s->configuring)
		configure_hints(&h, w, n);
	else if (n <= WORDS)
		command_hints(&h, w, n);
	arena_deinit(&a);
}
