/* hints.c - what may come next on a line: for Tab and for "?". */

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "cli/alias.h"
#include "cli/command.h"
#include "cli/hints_priv.h"
#include "wire/json.h"

#define WORDS 256
#define LIVE_TIMEOUT_S 1

void hint_offer(const char *word, const char *help, void *arg)
{
	struct hinting *h = arg;
	size_t n = strlen(word);

	if (word[0] != '<' && (n < h->partial.n ||
	    memcmp(word, h->partial.p, h->partial.n) != 0))
		return;
	h->fn(word, help, h->arg);
}

void hint_describe(struct hinting *h, const char *name, const char *help)
{
	char word[80];

	(void)snprintf(word, sizeof(word), "<%s>", name);
	hint_offer(word, help, h);
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

void hint_live(struct hinting *h, const char *kind)
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
	} else {
		hint_describe(h, "...", "the daemon is slow: it named none in "
		    "time");
	}
	buf_deinit(&target);
	buf_deinit(&why);
}

void hint_choices(struct hinting *h, const char *list)
{
	struct strv rest = strv(list);
	char word[64];

	while (rest.p) {
		struct strv one = strv_split(rest, '|', &rest);

		if (one.n >= sizeof(word))
			continue;
		memcpy(word, one.p, one.n);
		word[one.n] = 0;
		hint_offer(word, "", h);
	}
}

/* --- filters ------------------------------------------------------------- */

/* Behind "|": which filter, and what it takes. */
static void filter_hints(struct hinting *h, const struct word *w, size_t n)
{
	bool line = n == 2 && (strv_eq(w[1].text, STRV("match")) ||
	    strv_eq(w[1].text, STRV("except")));
	bool sort = n == 2 && strv_eq(w[1].text, STRV("sort"));

	if (n == 1)
		filters_each(hint_offer, h);
	else if (line)
		hint_describe(h, "REGEX", "an extended regular expression");
	else if (n == 2 && (strv_eq(w[1].text, STRV("first")) ||
	    strv_eq(w[1].text, STRV("last"))))
		hint_describe(h, "N", "how many lines, 1 to 1000000");
	else if (n == 2 && strv_eq(w[1].text, STRV("save")))
		hint_describe(h, "FILE", "its name; ~ is your own folder");
	else if (sort)
		hint_describe(h, "[-]COLUMN", "of rows, if it stands first; "
		    "without one the lines");
	if (n > 2 || sort || (n == 2 && !filter_takes(w[1].text)))
		hint_offer("|", "another filter", h);
}

/* --- operations ---------------------------------------------------------- */

static void arg_values(struct hinting *h, const struct gram_arg *a)
{
	bool number = strcmp(a->type, "int") == 0 ||
	    strcmp(a->type, "span") == 0;
	struct buf about;
	char name[64];
	size_t i;

	if (strcmp(a->complete, "configuration") == 0)
		;
	else if (strchr(a->complete, '|'))
		hint_choices(h, a->complete);
	else if (a->complete[0])
		hint_live(h, a->complete);
	for (i = 0; a->option[i] && i + 1 < sizeof(name); i++)
		name[i] = (char)toupper((unsigned char)a->option[i]);
	name[i] = 0;
	buf_init(&about, 8192);
	gram_about(a, !number, &about);
	hint_describe(h, number ? a->range : name, about.p);
	buf_deinit(&about);
}

/* Options of every command; a value of any kind when there is no choice. */
static const struct common {
	const char *word, *help;
	const char *value, *about;	/* NULL: it takes none */
} common[] = {
	{ "--json", "as one JSON document", NULL, NULL },
	{ "--jsonl", "as JSON, a row to a line", NULL, NULL },
	{ "--csv", "as a table for spreadsheets", NULL, NULL },
	{ "--columns", "only these, as A,B", "A,B", "names of columns in small "
	  "letters" },
	{ "--sort", "by a column; -COLUMN: the largest first", "[-]COLUMN",
	  "one column in small letters" },
	{ "--filter", "only rows that fit, of all there are", "CONDITION",
	  "such as \"size>20 and state=held\"" },
	{ "--limit", "at most so many rows", "N", "1 to 1000000 rows" },
	{ "--watch", "again every few seconds", NULL, NULL },
	{ "--wait", "until every state here is this one", "STATE",
	  "one of the states it can show, several with commas" },
	{ "--timeout", "wait so many seconds at most", "SECONDS",
	  "1 to 86400" },
	{ "--color", "auto, always or never", "auto|always|never", NULL },
	{ "--utc", "times on a terminal in UTC", NULL, NULL },
	{ "--yes", "do not ask", NULL, NULL },
	{ "--no-pager", "all at once", NULL, NULL },
	{ "--mask", "numbers and addresses unreadable, for pictures", NULL,
	  NULL },
	{ "--quiet", "only the answer: no hints, no progress", NULL, NULL },
	{ "--help", "what this command takes", NULL, NULL },
};

#define COMMON (sizeof(common) / sizeof(common[0]))

static const struct common *common_find(struct strv word)
{
	for (size_t i = 0; i < COMMON; i++)
		if (strv_eq(word, strv(common[i].word)))
			return &common[i];
	return NULL;
}

static void option_names(struct hinting *h, const struct gram_op *op)
{
	struct buf about;
	char word[100];

	buf_init(&about, 8192);
	for (size_t i = 0; i < op->n_args; i++) {
		const struct gram_arg *a = &op->args[i];
		bool secret = a->flags & GRAM_SECRET;

		if (a->flags & GRAM_POSITION)
			continue;
		buf_clear(&about);
		gram_about(a, true, &about);
		(void)snprintf(word, sizeof(word), "--%s%s", a->option,
		    secret ? "-file" : "");
		hint_offer(word, about.p, h);
		if (!secret)
			continue;
		(void)snprintf(word, sizeof(word), "--%s-prompt", a->option);
		hint_offer(word, about.p, h);
	}
	if (strcmp(op->command, "trace") == 0)
		hint_offer("--follow", "its steps as they happen; q ends", h);
	if (strcmp(op->command, "health") == 0)
		hint_offer("--nagios", "one line and 0 to 3, as plugins of "
		    "Nagios say it", h);
	buf_deinit(&about);
	for (size_t i = 0; i < COMMON; i++)
		if (!gram_arg_find(op, strv(common[i].word + 2)))
			hint_offer(common[i].word, common[i].help, h);
}

/* What is being typed: the value of an option, or a position. */
struct typing {
	const struct gram_arg *arg;	/* whose value, or NULL */
	const struct common *common;	/* the same */
	bool secret_file;
	size_t positions;		/* before it */
};

static void option_typed(struct typing *t, const struct gram_op *op,
    struct strv word)
{
	struct strv name = { word.p + 2, word.n - 2 };

	t->arg = gram_arg_find(op, name);
	t->common = t->arg ? NULL : common_find(word);
	if (t->common && !t->common->value)
		t->common = NULL;
	if (t->arg && (t->arg->flags & (GRAM_FLAG | GRAM_SECRET)))
		t->arg = NULL;
	if (name.n <= 5 || memcmp(name.p + name.n - 5, "-file", 5) != 0)
		return;
	name.n -= 5;
	t->secret_file = gram_arg_find(op, name) &&
	    (gram_arg_find(op, name)->flags & GRAM_SECRET);
}

static struct typing typing_of(const struct gram_op *op,
    const struct word *w, size_t n)
{
	struct typing t = { .positions = 0 };

	for (size_t i = 0; i < n; i++) {
		if (t.arg || t.common || t.secret_file)
			t = (struct typing){ .positions = t.positions };
		else if (w[i].text.n < 3 || memcmp(w[i].text.p, "--", 2) != 0)
			t.positions++;
		else
			option_typed(&t, op, w[i].text);
	}
	return t;
}

static void arg_hints(struct hinting *h, const struct gram_op *op,
    const struct word *w, size_t n)
{
	struct typing t = typing_of(op, w, n);
	const struct gram_arg *a = gram_position(op, t.positions);

	if (t.arg) {
		arg_values(h, t.arg);
	} else if (t.secret_file) {
		hint_describe(h, "FILE", "that has it on its first line");
	} else if (t.common && t.common->about) {
		hint_describe(h, t.common->value, t.common->about);
	} else if (t.common) {
		hint_choices(h, t.common->value);
	} else {
		if (a && strcmp(a->complete, "configuration") == 0)
			hints_path(h, w, n, HINT_SETTING);
		else if (a && (h->partial.n == 0 || h->partial.p[0] != '-'))
			arg_values(h, a);
		if (h->partial.n == 0 && !a)
			hint_describe(h, "Enter", op->help);
		if (h->partial.n || !a)
			option_names(h, op);
		else
			hint_describe(h, "--OPTION", "type -- and Tab for the "
			    "options");
	}
}

static void operation_hints(struct hinting *h, const struct word *w, size_t n)
{
	const struct gram_op *op;
	struct buf why;
	size_t used;
	int code;

	if (!h->s->have_grammar && !session_grammar(h->s, &code))
		return;
	buf_init(&why, 4096);
	op = n ? grammar_find(&h->s->grammar, w, n, true, &used, &why) : NULL;
	grammar_next(&h->s->grammar, w, n, hint_offer, h);
	if (op)
		arg_hints(h, op, w + used, n - used);
	buf_deinit(&why);
}

/* --- words of the shell itself ------------------------------------------- */

/* "<...>" says what is expected; behind: the word before it. */
static const struct {
	const char *first, *behind, *word, *help;
} ours[] = {
	{ "configure", "configure", "exclusive", "nobody else can commit "
	  "meanwhile" },
	{ "configure", NULL, "--draft", "another draft of yours than main" },
	{ "configure", NULL, "--exclusive", "nobody else can commit "
	  "meanwhile" },
	{ "configure", NULL, "-f", "lines of a file; all or none" },
	{ "configure", NULL, "--commit", "put the lines in force" },
	{ "configure", NULL, "--comment", "why, for those who read the "
	  "revisions" },
	{ "configure", NULL, "--revert-in", "undone after this time unless "
	  "kept" },
	{ "configure", "-f", "<FILE>", "its name; - is standard input" },
	{ "configure", "--revert-in", "<TIME>", "90s, 5m, 2h; at most 24h" },
	{ "configure", "--comment", "<TEXT>", "in quotes if it has blanks" },
	{ "history", "history", "<N>", "how many lines; 20 without it" },
	{ "source", "source", "<FILE>", "with a command on each line" },
	{ "top", "top", "<SECONDS>", "between two looks; 2 without it" },
	{ "watch", "watch", "<SECONDS>", "between two looks; 2 without it" },
};

/* true: the line is about one of them. */
static bool own_hints(struct hinting *h, const struct word *w, size_t n)
{
	bool found = false, value = false;

	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++)
		value |= n > 1 && ours[i].behind && ours[i].word[0] == '<' &&
		    strv_eq(w[n - 1].text, strv(ours[i].behind));
	for (size_t i = 0; i < sizeof(ours) / sizeof(ours[0]); i++) {
		if (!strv_eq(w[0].text, strv(ours[i].first)))
			continue;
		found = true;
		if (ours[i].behind ? strv_eq(w[n - 1].text,
		    strv(ours[i].behind)) : !value)
			hint_offer(ours[i].word, ours[i].help, h);
	}
	if (strv_eq(w[0].text, STRV("monitor")))
		monitor_topics(hint_offer, h);
	else if (strv_eq(w[0].text, STRV("alias")) && n == 1)
		alias_each(hint_offer, h);
	else
		return found;
	return true;
}

void hints_command(struct hinting *h, const struct word *w, size_t n)
{
	int64_t every;

	if (n == 0) {
		command_own(hint_offer, h);
		if (h->s->interactive)
			alias_each(hint_offer, h);
	}
	if (n && own_hints(h, w, n) && !strv_eq(w[0].text, STRV("watch")))
		return;
	if (n && (strv_eq(w[0].text, STRV("watch")) ||
	    strv_eq(w[0].text, STRV("help")))) {
		w++;
		n--;
		if (n && duration_s(w[0].text, "s", &every)) {
			w++;
			n--;
		}
	}
	operation_hints(h, w, n);
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
		hints_configure(&h, w, n);
	else if (n <= WORDS)
		hints_command(&h, w, n);
	arena_deinit(&a);
}
