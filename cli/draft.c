/* draft.c - the mode configure: the user's draft, line by line. */

#include <stdlib.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/near.h"
#include "cli/draft.h"
#include "cli/lock.h"
#include "wire/json.h"

#define WORDS	70

/* --- requests ------------------------------------------------------------ */

static int64_t number_in(struct strv json, const char *name, int64_t fallback)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)80 << 20, &e);
	int64_t n = fallback;

	if (root)
		(void)json_as_int(json_member(root, name), &n);
	json_free(root);
	return n;
}

int draft_request(struct session *s, const char *method, const char *where,
    struct strv body, bool quiet)
{
	struct answer a;
	int code = session_call(s, method, where, body.p ?
	    "application/json" : NULL, body, &s->defaults, NULL, &a);
	int64_t n;

	if (code != EXIT_OK)
		return code;
	n = number_in(buf_strv(&a.body), "staged", -1);
	if (n >= 0)
		s->staged = n;
	if (!quiet || s->defaults.json || s->defaults.jsonl)
		code = session_said(s, &s->defaults, buf_strv(&a.body));
	answer_free(&a);
	return code;
}

int draft_send(struct session *s, const char *method, const char *what,
    struct strv body, bool quiet)
{
	struct buf where;
	int code;

	buf_init(&where, BUF_NO_LIMIT);
	buf_addz(&where, DRAFT_CONFIG "drafts/");
	client_escape(&where, strv(s->draft));
	buf_addz(&where, what);
	code = draft_request(s, method, where.p, body, quiet);
	buf_deinit(&where);
	return code;
}

void draft_proposed(const struct session *s, struct buf *where)
{
	buf_addz(where, DRAFT_CONFIG "running?lines=on&draft=");
	client_escape(where, strv(s->draft));
}

/* --- the mode ------------------------------------------------------------ */

int draft_begin(struct session *s, struct strv name, bool exclusive)
{
	int code;

	free(s->draft);
	s->draft = strndup(name.p, name.n);
	code = draft_send(s, "GET", "", STRV_NONE, true);
	if (code == EXIT_OK && exclusive)
		code = lock_take(s);
	if (code != EXIT_OK)
		return code;
	s->configuring = true;
	s->place[0] = 0;
	if (s->interactive && s->staged)
		fprintf(s->out.out, "draft %s has %lld changes: compare shows "
		    "them\n", s->draft, (long long)s->staged);
	else if (s->interactive)
		fprintf(s->out.out, "changes go to draft %s; nothing is in "
		    "force before commit\n", s->draft);
	if (s->interactive && exclusive)
		fprintf(s->out.out, "nobody else can commit until you leave\n");
	return EXIT_OK;
}

static int stage(struct session *s, struct strv line)
{
	struct buf text, body, why;
	struct jsonw w;
	int code = EXIT_OK;

	buf_init(&text, DRAFT_TEXT);
	buf_init(&body, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	if (!configure_expand(line, &text, &why))
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	else if (text.full)
		code = session_error(s, EXIT_INVALID, "this is too long");
	if (code == EXIT_OK) {
		jsonw_init(&w, &body);
		jsonw_object(&w, NULL);
		jsonw_array(&w, "lines");
		jsonw_str(&w, NULL, buf_strv(&text));
		jsonw_end(&w);
		jsonw_end(&w);
		code = draft_send(s, "PATCH", "", buf_strv(&body), true);
	}
	explicit_bzero(text.p, text.size);
	explicit_bzero(body.p, body.size);
	buf_deinit(&text);
	buf_deinit(&body);
	buf_deinit(&why);
	return code;
}

static int run(struct session *s, const struct word *w, size_t n)
{
	return session_words(s, w, n);
}

static int words_help(struct session *s, const struct word *w, size_t n);

static const struct {
	const char *word;
	draft_verb *run;	/* NULL: a line for the draft */
	const char *usage, *help;
} verbs[] = {
	{ "set", NULL, "set PATH VALUE", "stage a value; @FILE is the content "
	  "of a file" },
	{ "delete", NULL, "delete PATH", "stage a removal" },
	{ "rename", NULL, "rename SECTION NAME NEW", "also in what refers to "
	  "it" },
	{ "copy", NULL, "copy SECTION NAME NEW", "its values but for "
	  "secrets" },
	{ "insert", NULL, "insert PATH VALUE before|after OTHER",
	  "into a list; or first|last" },
	{ "edit", draft_edit, "edit PATH", "paths begin there from now on" },
	{ "up", draft_up, "up", "paths begin one word before" },
	{ "top", draft_top, "top", "paths are whole again" },
	{ "show", draft_show, "show [PATH]", "settings as they would be" },
	{ "compare", draft_compare, "compare [rev N | N M]", "what is staged, "
	  "or differs" },
	{ "check", draft_check, "check", "could it be committed, and what "
	  "would happen" },
	{ "commit", draft_commit, "commit [comment TEXT] [revert-in 5m]",
	  "put it in force; durable at once" },
	{ "confirm", draft_keep, "commit keep, confirm", "keep a commit that "
	  "waits for it" },
	{ "undo", draft_undo, "undo", "end the wait now and go back" },
	{ "rollback", draft_rollback, "rollback N [PATH]", "stage an older "
	  "revision" },
	{ "resolve", draft_resolve, "resolve PATH mine|theirs",
	  "end a conflict" },
	{ "load", draft_load, "load merge|replace|set FILE|-", "stage a whole "
	  "file" },
	{ "save", draft_save, "save FILE", "the staged settings to a file" },
	{ "write", draft_save, NULL, NULL },
	{ "discard", draft_discard, "discard [PATH]", "forget what is "
	  "staged" },
	{ "run", run, "run COMMAND", "a command of the shell" },
	{ "exit", draft_leave, "exit [discard]", "leave; the draft stays" },
	{ "quit", draft_leave, NULL, NULL },
	{ "help", words_help, "help", "these words" },
};

#define VERBS (sizeof(verbs) / sizeof(verbs[0]))

static int words_help(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i].usage)
			fprintf(s->out.out, "%-38s %s\n", verbs[i].usage,
			    verbs[i].help);
	return EXIT_OK;
}

void draft_verbs(void (*fn)(const char *word, const char *help, void *arg),
    void *arg)
{
	for (size_t i = 0; i < VERBS; i++)
		if (verbs[i].help)
			fn(verbs[i].word, verbs[i].help, arg);
}

/* --- a line -------------------------------------------------------------- */

/* The verb, or with abbreviate the only one that begins so; or VERBS. */
static size_t verb_of(struct strv word, bool abbreviate)
{
	size_t found = VERBS, n = 0;

	for (size_t i = 0; i < VERBS; i++) {
		if (strv_eq(word, strv(verbs[i].word)))
			return i;
		if (strncmp(verbs[i].word, word.p, word.n) == 0) {
			found = i;
			n++;
		}
	}
	return abbreviate && n == 1 ? found : VERBS;
}

const char *draft_word(struct strv word)
{
	size_t i = verb_of(word, true);

	return i < VERBS ? verbs[i].word : NULL;
}

bool draft_raw(struct strv word)
{
	size_t i = verb_of(word, true);

	return i < VERBS && !verbs[i].run;
}

static void ignore(const char *word, const char *help, void *arg)
{
	(void)word;
	(void)help;
	(void)arg;
}

/* "set gateway smsc1 password": its setting, if that is a secret. */
static const struct setting *secret_of(struct session *s, struct strv line)
{
	const struct setting *at = NULL;
	struct word w[WORDS];
	struct arena a;
	const char *kind;
	size_t n;

	if (!s->interactive || !session_schema(s))
		return NULL;
	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	if (n > 1 && n <= WORDS && strv_eq(w[0].text, STRV("set")))
		schema_next(&s->schema, w + 1, n - 1, ignore, NULL, &kind,
		    &at);
	arena_deinit(&a);
	return at && strcmp(at->type, "secret") == 0 ? at : NULL;
}

/* A secret without its value is asked for, unseen. */
static int secret_add(struct session *s, struct buf *line)
{
	const struct setting *t = secret_of(s, buf_strv(line));
	struct buf secret, why;
	int code = EXIT_OK;

	if (!t)
		return EXIT_OK;
	buf_init(&secret, 4096);
	buf_init(&why, 4096);
	if (secret_ask(t->name, &secret, &why)) {
		buf_addc(line, ' ');
		words_quote(line, buf_strv(&secret));
	} else {
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	}
	explicit_bzero(secret.p, secret.size);
	buf_deinit(&secret);
	buf_deinit(&why);
	return code;
}

/* "set gateway smsc1 password secret:9f86d081884c7d65": a copy, which is made
 * by "copy gateway smsc1 smsc2", lacks it. */
static void secret_note(struct session *s, struct strv line,
    const struct word *copy, size_t n)
{
	static const char secret[] = "secret:";
	struct word w[WORDS];
	struct arena a;
	size_t k;

	arena_init(&a);
	k = words_split(line, &a, w, WORDS);
	if (k > 2 && k <= WORDS && strncmp(w[k - 1].text.p, secret,
	    sizeof(secret) - 1) == 0)
		session_note(s, "%.*s is not copied, as a copy is as a rule "
		    "for another account: set %.*s %.*s %.*s\n",
		    STRV_ARG(w[k - 2].text), STRV_ARG(copy[1].text),
		    STRV_ARG(copy[n - 1].text), STRV_ARG(w[k - 2].text));
	arena_deinit(&a);
}

/* Which settings of a copy are still to be given. */
static void copy_note(struct session *s, struct strv line)
{
	struct word w[WORDS];
	struct strv text = STRV(""), rest;
	struct json_err e = { 0 };
	struct json *root;
	struct answer a;
	struct arena arena;
	struct buf where;
	size_t n;

	buf_init(&where, BUF_NO_LIMIT);
	arena_init(&arena);
	n = words_split(line, &arena, w, WORDS);
	draft_proposed(s, &where);
	for (size_t i = 1; i + 1 < n && n <= WORDS; i++) {
		buf_addz(&where, "&path=");
		client_escape(&where, w[i].text);
	}
	if (session_call(s, "GET", where.p, NULL, STRV_NONE, &s->defaults,
	    NULL, &a) == EXIT_OK) {
		root = json_parse(buf_strv(&a.body), (size_t)80 << 20, &e);
		(void)json_as_string(root ? json_member(root, "text") : NULL,
		    &text);
		for (rest = text; rest.n;)
			secret_note(s, strv_split(rest, '\n', &rest), w, n);
		json_free(root);
		answer_free(&a);
	}
	arena_deinit(&arena);
	buf_deinit(&where);
}

/* The line with its verb in full and its path whole. */
static int stage_verb(struct session *s, size_t i, struct strv line,
    const struct word *w)
{
	size_t behind = w->at + w->text.n;
	struct buf whole;
	int code;

	buf_init(&whole, BUF_NO_LIMIT);
	buf_addf(&whole, "%s ", verbs[i].word);
	draft_whole(s, (struct strv){ line.p + behind, line.n - behind },
	    &whole);
	code = secret_add(s, &whole);
	if (code == EXIT_OK)
		code = stage(s, buf_strv(&whole));
	if (code == EXIT_OK && strcmp(verbs[i].word, "copy") == 0)
		copy_note(s, buf_strv(&whole));
	explicit_bzero(whole.p, whole.size);
	buf_deinit(&whole);
	return code;
}

static int unknown(struct session *s, struct strv word)
{
	struct near near = near_to(word);
	struct buf many;
	size_t n = 0;
	int code;

	buf_init(&many, 1024);
	for (size_t i = 0; i < VERBS; i++) {
		near_offer(&near, verbs[i].word);
		if (word.n && strncmp(verbs[i].word, word.p, word.n) == 0)
			buf_addf(&many, n++ ? ", %s" : "%s", verbs[i].word);
	}
	if (n > 1 && s->interactive)
		code = session_error(s, EXIT_USAGE, "\"%.*s\" can mean "
		    "several words: %s", STRV_ARG(word), many.p);
	else if (near.best)
		code = session_error(s, EXIT_USAGE, "unknown word \"%.*s\" "
		    "(did you mean %s?)", STRV_ARG(word), near.best);
	else if (command_word(s, word))
		code = session_error(s, EXIT_USAGE, "\"%.*s\" is a command of "
		    "the shell: run %.*s ..., or exit first", STRV_ARG(word),
		    STRV_ARG(word));
	else
		code = session_error(s, EXIT_USAGE, "unknown word \"%.*s\"; "
		    "try help", STRV_ARG(word));
	buf_deinit(&many);
	return code;
}

int draft_line(struct session *s, struct strv line)
{
	struct word w[WORDS];
	struct arena a;
	size_t n, i = 0;
	int code = EXIT_OK;

	if (!lock_renew(s))
		fprintf(stderr, "*** others can commit again: the lock was "
		    "lost\n");
	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	n = n > WORDS ? WORDS : n;
	if (n)
		i = w[0].quoted ? VERBS : verb_of(w[0].text, s->interactive);
	if (n && i == VERBS)
		code = unknown(s, w[0].text);
	else if (n && verbs[i].run)
		code = verbs[i].run(s, w + 1, n - 1);
	else if (n)
		code = stage_verb(s, i, line, &w[0]);
	arena_deinit(&a);
	return code;
}
