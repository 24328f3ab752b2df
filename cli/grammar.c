/* grammar.c - the daemon's operations as the words of a shell. */

#include <ctype.h>
#include <string.h>

#include "base/near.h"
#include "cli/grammar.h"
#include "wire/json.h"

#define SIZE_LIMIT ((size_t)8 << 20)

/* --- reading ------------------------------------------------------------- */

static const struct {
	const char *name;
	unsigned flag;
} flags[] = {
	{ "required", GRAM_REQUIRED }, { "position", GRAM_POSITION },
	{ "repeat", GRAM_REPEAT }, { "secret", GRAM_SECRET },
	{ "flag", GRAM_FLAG }, { "file", GRAM_FILE }, { "path", GRAM_PATH },
};

static const char *text(struct grammar *g, const struct json *o,
    const char *name, struct json_err *e)
{
	struct strv s = json_opt_string(o, name, 4096, e);

	return arena_str(&g->arena, s.p ? s : STRV("")).p;
}

/* As it is typed. */
static const char *dashed(struct grammar *g, const char *name)
{
	char *p = (char *)(uintptr_t)arena_str(&g->arena, strv(name)).p;

	for (char *c = p; *c; c++)
		*c = *c == '_' ? '-' : *c;
	return p;
}

static void read_arg(struct grammar *g, const struct json *o,
    struct gram_arg *a, struct json_err *e)
{
	a->name = text(g, o, "name", e);
	a->option = dashed(g, a->name);
	a->complete = text(g, o, "complete", e);
	a->help = text(g, o, "help", e);
	a->type = text(g, o, "type", e);
	a->range = text(g, o, "range", e);
	a->unit = text(g, o, "unit", e);
	a->fallback = text(g, o, "default", e);
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (json_opt_bool(o, flags[i].name, false, e))
			a->flags |= flags[i].flag;
}

static void read_op(struct grammar *g, const struct json *o,
    struct gram_op *op, struct json_err *e)
{
	const struct json *args = json_opt_array(o, "args", 64, e);

	op->command = text(g, o, "command", e);
	op->method = text(g, o, "method", e);
	op->path = text(g, o, "path", e);
	op->role = text(g, o, "role", e);
	op->help = text(g, o, "help", e);
	op->n_words = words_split(strv(op->command), &g->arena, op->words, 8);
	if (op->n_words > 8)
		json_fail(e, "a command has more than 8 words");
	op->args = arena_alloc(&g->arena,
	    (json_count(args) + 1) * sizeof(*op->args));
	for (const struct json *a = json_first(args); a; a = json_next(a))
		read_arg(g, a, &op->args[op->n_args++], e);
}

bool grammar_read(struct grammar *g, struct strv json, struct buf *why)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, SIZE_LIMIT, &e);
	const struct json *items = root ?
	    json_opt_array(root, "items", 10000, &e) : NULL;

	*g = (struct grammar){ 0 };
	arena_init(&g->arena);
	if (!items)
		json_fail(&e, "there are no operations");
	g->ops = arena_alloc(&g->arena,
	    (json_count(items) + 1) * sizeof(*g->ops));
	for (const struct json *o = json_first(items); o && !e.bad;
	    o = json_next(o))
		read_op(g, o, &g->ops[g->n++], &e);
	json_free(root);
	if (!e.bad)
		return true;
	buf_addf(why, "the daemon's list of operations is not understood: %s",
	    e.why);
	grammar_free(g);
	return false;
}

void grammar_free(struct grammar *g)
{
	arena_deinit(&g->arena);
	*g = (struct grammar){ 0 };
}

/* --- words to operations ------------------------------------------------- */

static bool begins(struct strv s, struct strv with)
{
	return s.n >= with.n && memcmp(s.p, with.p, with.n) == 0;
}

/* The operation's first n words are these. */
static bool under(const struct gram_op *op, const struct strv *words,
    size_t n)
{
	if (op->n_words < n)
		return false;
	for (size_t i = 0; i < n; i++)
		if (!strv_eq(op->words[i].text, words[i]))
			return false;
	return true;
}

/* What the typed word at depth n means: itself, or what it abbreviates. */
static struct strv meaning(const struct grammar *g, const struct strv *words,
    size_t n, struct strv typed, bool abbreviate, bool *many)
{
	struct strv found = STRV_NONE;

	*many = false;
	for (size_t i = 0; i < g->n; i++) {
		const struct gram_op *op = &g->ops[i];
		struct strv word;

		if (op->n_words <= n || !under(op, words, n))
			continue;
		word = op->words[n].text;
		if (strv_eq(word, typed))
			return word;
		if (!abbreviate || !typed.n || !begins(word, typed))
			continue;
		if (found.p && !strv_eq(found, word))
			*many = true;
		found = word;
	}
	if (*many)
		found = STRV_NONE;
	else if (found.p)
		*many = false;
	return found;
}

static const struct gram_op *whole(const struct grammar *g,
    const struct strv *words, size_t n)
{
	for (size_t i = 0; i < g->n; i++)
		if (n && g->ops[i].n_words == n && under(&g->ops[i], words, n))
			return &g->ops[i];
	return NULL;
}

struct listing {
	struct buf *out;
	struct near near;
	size_t n;
};

static void list_word(const char *word, const char *help, void *arg)
{
	struct listing *l = arg;

	(void)help;
	near_offer(&l->near, word);
	buf_addf(l->out, l->n++ ? ", %s" : "%s", word);
}

/* "show certificates": the command is "certificate list". */
static const char *other_verb(const struct grammar *g, struct strv typed)
{
	struct strv one = typed;

	if (one.n > 1 && one.p[one.n - 1] == 's')
		one.n--;
	for (size_t i = 0; i < g->n; i++)
		if (g->ops[i].n_words == 2 &&
		    strcmp(g->ops[i].method, "GET") == 0 &&
		    strv_eq(g->ops[i].words[0].text, one))
			return g->ops[i].command;
	return NULL;
}

static void explain(const struct grammar *g, const struct word *w, size_t n,
    size_t depth, bool many, struct buf *why)
{
	struct strv typed = depth < n ? w[depth].text : STRV_NONE;
	struct listing l = { .near = near_to(typed) };
	struct buf list;

	buf_init(&list, 4096);
	l.out = &list;
	grammar_next(g, w, depth, list_word, &l);
	if (many)
		buf_addf(why, "\"%.*s\" can mean several words: %s",
		    STRV_ARG(typed), list.p);
	else if (!typed.p)
		buf_addf(why, "more is expected: %s", list.p);
	else if (l.near.best)
		buf_addf(why, "unknown word \"%.*s\" (did you mean %s?)",
		    STRV_ARG(typed), l.near.best);
	else if (depth == 1 && other_verb(g, typed))
		buf_addf(why, "unknown word \"%.*s\" (did you mean %s?)",
		    STRV_ARG(typed), other_verb(g, typed));
	else if (depth == 0)
		buf_addf(why, "unknown word \"%.*s\"; help lists the "
		    "commands", STRV_ARG(typed));
	else
		buf_addf(why, "unknown word \"%.*s\"; expected %s",
		    STRV_ARG(typed), list.p);
	buf_deinit(&list);
}

const struct gram_op *grammar_find(const struct grammar *g,
    const struct word *w, size_t n, bool abbreviate, size_t *used,
    struct buf *why)
{
	const struct gram_op *op, *best = NULL;
	struct strv words[8];
	bool many = false;
	size_t depth = 0;

	*used = 0;
	while (depth < n && depth < 8 && !w[depth].quoted) {
		words[depth] = meaning(g, words, depth, w[depth].text,
		    abbreviate, &many);
		if (!words[depth].p)
			break;
		op = whole(g, words, ++depth);
		if (op) {
			best = op;
			*used = depth;
		}
	}
	if (!best)
		explain(g, w, n, depth, many, why);
	return best;
}

void grammar_next(const struct grammar *g, const struct word *w, size_t n,
    gram_word_fn *fn, void *arg)
{
	struct strv words[8];
	bool many;

	for (size_t i = 0; i < n; i++) {
		words[i < 8 ? i : 7] = i < 8 ? meaning(g, words, i, w[i].text,
		    true, &many) : STRV_NONE;
		if (i >= 8 || !words[i].p)
			return;
	}
	for (size_t i = 0; i < g->n; i++) {
		const struct gram_op *op = &g->ops[i];
		bool seen = false;

		if (op->n_words <= n || !under(op, words, n))
			continue;
		for (size_t k = 0; k < i && !seen; k++)
			seen = g->ops[k].n_words > n &&
			    under(&g->ops[k], words, n) && strv_eq(
			    g->ops[k].words[n].text, op->words[n].text);
		if (!seen)
			fn(op->words[n].text.p, op->n_words == n + 1 ?
			    op->help : "...", arg);
	}
}

/* --- arguments ----------------------------------------------------------- */

/* "older_than" is the name of a member of JSON, "older-than" of an option. */
static bool same_name(const char *name, struct strv typed)
{
	size_t i = 0;

	for (; i < typed.n && name[i]; i++)
		if (name[i] != typed.p[i] &&
		    !(name[i] == '_' && typed.p[i] == '-'))
			return false;
	return i == typed.n && !name[i];
}

const struct gram_arg *gram_arg_find(const struct gram_op *op,
    struct strv name)
{
	for (size_t i = 0; i < op->n_args; i++)
		if (same_name(op->args[i].name, name))
			return &op->args[i];
	return NULL;
}

const struct gram_arg *gram_position(const struct gram_op *op, size_t i)
{
	for (size_t a = 0; a < op->n_args; a++) {
		if (!(op->args[a].flags & GRAM_POSITION))
			continue;
		if (i == 0 || (op->args[a].flags & GRAM_REPEAT))
			return &op->args[a];
		i--;
	}
	return NULL;
}

static void upper(struct buf *out, const char *s)
{
	for (; *s; s++)
		buf_addc(out, (char)toupper((unsigned char)*s));
}

static bool needed(const struct gram_arg *a)
{
	return a->flags & (GRAM_REQUIRED | GRAM_PATH);
}

static void usage_arg(const struct gram_arg *a, bool brief, struct buf *out)
{
	bool need = needed(a);

	buf_addz(out, need ? " " : " [");
	if (!(a->flags & GRAM_POSITION))
		buf_addf(out, "--%s", a->option);
	if (a->flags & GRAM_SECRET) {
		buf_addf(out, "-file FILE | --%s-prompt", a->option);
	} else if (!(a->flags & GRAM_FLAG)) {
		if (!(a->flags & GRAM_POSITION))
			buf_addc(out, ' ');
		if (!brief && strchr(a->complete, '|'))
			buf_addz(out, a->complete);
		else
			upper(out, a->option);
	}
	if (!need)
		buf_addc(out, ']');
	if (a->flags & GRAM_REPEAT)
		buf_addz(out, "...");
}

void gram_usage(const struct gram_op *op, struct buf *out)
{
	buf_addz(out, op->command);
	for (size_t i = 0; i < op->n_args; i++)
		if (op->args[i].flags & GRAM_POSITION)
			usage_arg(&op->args[i], false, out);
	for (size_t i = 0; i < op->n_args; i++)
		if (!(op->args[i].flags & GRAM_POSITION))
			usage_arg(&op->args[i], false, out);
}

void gram_about(const struct gram_arg *a, bool range, struct buf *out)
{
	buf_addz(out, a->help);
	if (range && *a->range && !(a->flags & GRAM_FILE))
		buf_addf(out, "; %s%s%s", a->range, *a->unit ? " " : "",
		    a->unit);
	else if (*a->unit && !(a->flags & GRAM_FILE))
		buf_addf(out, " (%s)", a->unit);
	if (*a->fallback)
		buf_addf(out, " (default %s)", a->fallback);
}

void gram_shortest(const struct gram_op *op, struct buf *out)
{
	buf_addz(out, op->command);
	for (size_t i = 0; i < op->n_args; i++)
		if (needed(&op->args[i]))
			usage_arg(&op->args[i], true, out);
}
