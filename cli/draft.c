/* draft.c - the mode configure: the user's draft, line by line. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/near.h"
#include "base/now.h"
#include "cli/session.h"
#include "wire/json.h"

#define WORDS	70
#define CONFIG	"/api/v1/config/"

/* --- requests ------------------------------------------------------------ */

/* "/api/v1/config/drafts/main" and what follows it. */
static void target(const struct session *s, const char *what, struct buf *out)
{
	buf_init(out, BUF_NO_LIMIT);
	buf_addz(out, CONFIG "drafts/");
	client_escape(out, strv(s->draft));
	buf_addz(out, what);
}

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

/* The answer: what it says unless quiet, and how much is staged. */
static int send(struct session *s, const char *method, const char *where,
    struct strv body, bool quiet, struct answer *a)
{
	int code = session_call(s, method, where, body.p ?
	    "application/json" : NULL, body, &s->defaults, NULL, a);
	int64_t n;

	if (code != EXIT_OK)
		return code;
	n = number_in(buf_strv(&a->body), "staged", -1);
	if (n >= 0)
		s->staged = n;
	if (!quiet || s->defaults.json)
		code = session_said(s, &s->defaults, buf_strv(&a->body));
	answer_free(a);
	return code;
}

int draft_send(struct session *s, const char *method, const char *what,
    struct strv body, bool quiet)
{
	struct answer a;
	struct buf where;
	int code;

	target(s, what, &where);
	code = send(s, method, where.p, body, quiet, &a);
	buf_deinit(&where);
	return code;
}

/* --- the mode ------------------------------------------------------------ */

int draft_begin(struct session *s, struct strv name)
{
	int code;

	free(s->draft);
	s->draft = strndup(name.p, name.n);
	code = draft_send(s, "GET", "", STRV_NONE, true);
	if (code != EXIT_OK)
		return code;
	s->configuring = true;
	if (s->interactive && s->staged)
		fprintf(s->out.out, "draft %s has %lld changes: compare shows "
		    "them\n", s->draft, (long long)s->staged);
	else if (s->interactive)
		fprintf(s->out.out, "changes go to draft %s; nothing is in "
		    "force before commit\n", s->draft);
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

/* "&path=a&path=b" */
static void paths(struct buf *out, const struct word *w, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		buf_addz(out, "&path=");
		client_escape(out, w[i].text);
	}
}

static int show(struct session *s, const struct word *w, size_t n)
{
	struct answer a;
	struct buf where;
	int code;

	buf_init(&where, BUF_NO_LIMIT);
	buf_addz(&where, CONFIG "running?lines=on&draft=");
	client_escape(&where, strv(s->draft));
	paths(&where, w, n);
	code = send(s, "GET", where.p, STRV_NONE, false, &a);
	buf_deinit(&where);
	return code;
}

static bool is_number(struct strv t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
	return t.n > 0 && t.n < 19;
}

/* Two revisions, or one and what is in force. */
static int compare_revisions(struct session *s, struct strv from,
    struct strv to)
{
	struct answer a;
	struct buf where;
	int code;

	buf_init(&where, BUF_NO_LIMIT);
	buf_addf(&where, CONFIG "revisions/%.*s/diff/%.*s", STRV_ARG(from),
	    STRV_ARG(to));
	code = send(s, "GET", where.p, STRV_NONE, false, &a);
	buf_deinit(&where);
	return code;
}

/* "compare", "compare running", "compare rev N", "compare A B" */
static int compare(struct session *s, const struct word *w, size_t n)
{
	struct pending_state now;
	char running[32];
	int64_t staged = s->staged;
	int code;

	if (n == 0 || (n == 1 && strv_eq(w[0].text, STRV("running"))))
		return draft_send(s, "GET", "/diff", STRV_NONE, false);
	if (n != 2 || !is_number(w[1].text) || (!is_number(w[0].text) &&
	    !strv_eq(w[0].text, STRV("rev"))))
		return session_error(s, EXIT_USAGE, "usage: compare [running "
		    "| rev N | N M]");
	if (is_number(w[0].text)) {
		code = compare_revisions(s, w[0].text, w[1].text);
	} else {
		code = pending_read(s, &now);
		snprintf(running, sizeof(running), "%lld",
		    (long long)now.running);
		if (code == EXIT_OK)
			code = compare_revisions(s, w[1].text, strv(running));
	}
	s->staged = staged;
	return code;
}

static int check(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	return draft_send(s, "POST", "/check", STRV("{}"), false);
}

/* --- commit -------------------------------------------------------------- */

struct committing {
	struct strv comment;
	int64_t revert_s;	/* -1: as the daemon thinks right */
	bool leave;
};

/* false: a word that does not belong there. */
static bool commit_words(const struct word *w, size_t n, struct committing *c)
{
	for (size_t i = 0; i < n; i++) {
		bool value = i + 1 < n;

		if (strv_eq(w[i].text, STRV("and-exit")))
			c->leave = true;
		else if (strv_eq(w[i].text, STRV("comment")) && value)
			c->comment = w[++i].text;
		else if (strv_eq(w[i].text, STRV("revert-in")) && value) {
			if (!duration_s(w[++i].text, "s", &c->revert_s))
				return false;
		} else if (strv_eq(w[i].text, STRV("confirmed"))) {
			c->revert_s = 600;
			if (value && !duration_s(w[++i].text, "m",
			    &c->revert_s))
				return false;
		} else {
			return false;
		}
	}
	return true;
}

static int keep(struct session *s, const struct word *w, size_t n)
{
	struct answer a;
	int code;

	(void)w;
	(void)n;
	code = send(s, "POST", CONFIG "pending/keep", STRV("{}"), false, &a);
	pending_known(s);
	return code;
}

static int undo(struct session *s, const struct word *w, size_t n)
{
	struct answer a;
	int code;

	(void)w;
	(void)n;
	code = send(s, "POST", CONFIG "pending/undo", STRV("{}"), false, &a);
	pending_known(s);
	return code;
}

static int commit(struct session *s, const struct word *w, size_t n)
{
	struct committing c = { .revert_s = -1 };
	struct jsonw j;
	struct buf body;
	int code;

	if (n == 1 && strv_eq(w[0].text, STRV("keep")))
		return keep(s, w, n);
	if (!commit_words(w, n, &c))
		return session_error(s, EXIT_USAGE, "usage: commit [comment "
		    "\"TEXT\"] [revert-in 5m | confirmed MINUTES] [and-exit], "
		    "commit keep");
	buf_init(&body, BUF_NO_LIMIT);
	jsonw_init(&j, &body);
	jsonw_object(&j, NULL);
	if (c.comment.p)
		jsonw_str(&j, "comment", c.comment);
	if (c.revert_s >= 0)
		jsonw_int(&j, "revert_in_s", c.revert_s);
	jsonw_end(&j);
	code = draft_send(s, "POST", "/commit", buf_strv(&body), false);
	buf_deinit(&body);
	if (code == EXIT_OK)
		s->staged = 0;
	pending_known(s);
	if (code == EXIT_OK && c.leave)
		s->configuring = false;
	return code;
}

/* --- the rest ------------------------------------------------------------ */

/* "rollback N [PATH...]": into the draft; commit puts it in force. */
static int rollback(struct session *s, const struct word *w, size_t n)
{
	struct jsonw j;
	struct buf body, path;
	int code;

	if (n == 0 || !is_number(w[0].text))
		return session_error(s, EXIT_USAGE, "usage: rollback REVISION "
		    "[PATH]");
	buf_init(&body, BUF_NO_LIMIT);
	buf_init(&path, BUF_NO_LIMIT);
	for (size_t i = 1; i < n; i++)
		buf_addf(&path, i > 1 ? " %.*s" : "%.*s", STRV_ARG(w[i].text));
	jsonw_init(&j, &body);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "revision", w[0].text);
	if (path.n)
		jsonw_str(&j, "path", buf_strv(&path));
	jsonw_end(&j);
	code = draft_send(s, "POST", "/rollback", buf_strv(&body), true);
	if (code == EXIT_OK && s->interactive && !s->defaults.json)
		fprintf(s->out.out, "%lld changes are staged: compare shows "
		    "them, commit puts them in force\n",
		    (long long)s->staged);
	buf_deinit(&path);
	buf_deinit(&body);
	return code;
}

static int discard(struct session *s, const struct word *w, size_t n)
{
	struct buf what, path;
	int code;

	if (n == 0 && s->staged == 0)
		return EXIT_OK;
	buf_init(&what, BUF_NO_LIMIT);
	buf_init(&path, BUF_NO_LIMIT);
	for (size_t i = 0; i < n; i++)
		buf_addf(&path, i ? " %.*s" : "%.*s", STRV_ARG(w[i].text));
	if (n) {
		buf_addz(&what, "?path=");
		client_escape(&what, buf_strv(&path));
	}
	code = draft_send(s, "DELETE", what.p, STRV_NONE, true);
	buf_deinit(&what);
	buf_deinit(&path);
	return code;
}

/* "resolve PATH mine|theirs" */
static int resolve(struct session *s, const struct word *w, size_t n)
{
	struct jsonw j;
	struct buf body, path;
	int code;

	if (n < 2)
		return session_error(s, EXIT_USAGE, "usage: resolve PATH "
		    "mine|theirs");
	buf_init(&body, BUF_NO_LIMIT);
	buf_init(&path, BUF_NO_LIMIT);
	for (size_t i = 0; i + 1 < n; i++)
		buf_addf(&path, i ? " %.*s" : "%.*s", STRV_ARG(w[i].text));
	jsonw_init(&j, &body);
	jsonw_object(&j, NULL);
	jsonw_str(&j, "path", buf_strv(&path));
	jsonw_str(&j, "choose", w[n - 1].text);
	jsonw_end(&j);
	code = draft_send(s, "POST", "/resolve", buf_strv(&body), true);
	buf_deinit(&path);
	buf_deinit(&body);
	return code;
}

static int leave(struct session *s, const struct word *w, size_t n)
{
	if (n == 1 && strv_eq(w[0].text, STRV("discard"))) {
		int code = discard(s, NULL, 0);

		if (code != EXIT_OK)
			return code;
	}
	if (s->staged && s->interactive)
		fprintf(s->out.out, "draft %s keeps %lld changes that are not "
		    "in force\n", s->draft, (long long)s->staged);
	s->configuring = false;
	s->staged = 0;
	return EXIT_OK;
}

static int run(struct session *s, const struct word *w, size_t n)
{
	return session_words(s, w, n);
}

static int words_help(struct session *s, const struct word *w, size_t n);

static const struct {
	const char *word;
	int (*run)(struct session *s, const struct word *w, size_t n);
	const char *usage, *help;
} verbs[] = {
	{ "set", NULL, "set PATH VALUE", "stage a value; @FILE is the content "
	  "of a file" },
	{ "delete", NULL, "delete PATH", "stage a removal" },
	{ "rename", NULL, "rename SECTION NAME NEW", "also in what refers to "
	  "it" },
	{ "copy", NULL, "copy SECTION NAME NEW", "all its values" },
	{ "show", show, "show [PATH]", "settings as they would be" },
	{ "compare", compare, "compare [rev N | N M]", "what is staged, or "
	  "differs" },
	{ "check", check, "check", "could it be committed, and what would "
	  "happen" },
	{ "commit", commit, "commit [comment TEXT] [revert-in 5m]",
	  "put it in force; durable at once" },
	{ "confirm", keep, "commit keep, confirm", "keep a commit that waits "
	  "for it" },
	{ "undo", undo, "undo", "end the wait now and go back" },
	{ "rollback", rollback, "rollback N [PATH]", "stage an older "
	  "revision" },
	{ "resolve", resolve, "resolve PATH mine|theirs", "end a conflict" },
	{ "load", draft_load, "load merge|replace|set FILE|-", "stage a whole "
	  "file" },
	{ "save", draft_save, "save FILE", "the staged settings to a file" },
	{ "write", draft_save, NULL, NULL },
	{ "discard", discard, "discard [PATH]", "forget what is staged" },
	{ "run", run, "run COMMAND", "a command of the shell" },
	{ "exit", leave, "exit [discard]", "leave; the draft stays" },
	{ "quit", leave, NULL, NULL },
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

bool draft_raw(struct strv word)
{
	size_t i = verb_of(word, true);

	return i < VERBS && !verbs[i].run;
}

/* The line with its verb in full. */
static int stage_verb(struct session *s, size_t i, struct strv line,
    const struct word *w)
{
	size_t behind = w->at + w->text.n;
	struct buf whole;
	int code;

	buf_init(&whole, BUF_NO_LIMIT);
	buf_addz(&whole, verbs[i].word);
	buf_adds(&whole, (struct strv){ line.p + behind, line.n - behind });
	code = stage(s, buf_strv(&whole));
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
	if (n > 1 && s->interactive) {
		code = session_error(s, EXIT_USAGE, "\"%.*s\" can mean "
		    "several words: %s", STRV_ARG(word), many.p);
		buf_deinit(&many);
		return code;
	}
	buf_deinit(&many);
	return session_error(s, EXIT_USAGE, "unknown word \"%.*s\"%s%s%s",
	    STRV_ARG(word), near.best ? " (did you mean " : "; try help",
	    near.best ? near.best : "", near.best ? "?)" : "");
}

int draft_line(struct session *s, struct strv line)
{
	struct word w[WORDS];
	struct arena a;
	size_t n, i = 0;
	int code = EXIT_OK;

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
