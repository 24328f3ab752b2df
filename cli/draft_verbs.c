/* draft_verbs.c - what can be said of a draft in the mode configure. */

#include <stdio.h>
#include <string.h>

#include "base/jsonw.h"
#include "cli/draft.h"
#include "cli/lock.h"

/* --- paths and bodies ---------------------------------------------------- */

void draft_path(struct session *s, const struct word *w, size_t n,
    struct buf *out)
{
	struct buf text;

	buf_init(&text, BUF_NO_LIMIT);
	for (size_t i = 0; i < n; i++) {
		buf_addc(&text, ' ');
		words_quote(&text, w[i].text);
	}
	draft_whole(s, buf_strv(&text), out);
	while (out->n && out->p[out->n - 1] == ' ')
		out->p[--out->n] = 0;
	buf_deinit(&text);
}

struct member {
	const char *name;
	struct strv text;	/* empty: it is left out */
};

static int post(struct session *s, const char *what, const struct member *m,
    size_t n)
{
	struct jsonw j;
	struct buf body;
	int code;

	buf_init(&body, BUF_NO_LIMIT);
	jsonw_init(&j, &body);
	jsonw_object(&j, NULL);
	for (size_t i = 0; i < n; i++)
		if (m[i].text.n)
			jsonw_str(&j, m[i].name, m[i].text);
	jsonw_end(&j);
	code = draft_send(s, "POST", what, buf_strv(&body), true);
	buf_deinit(&body);
	return code;
}

static bool is_number(struct strv t)
{
	for (size_t i = 0; i < t.n; i++)
		if (t.p[i] < '0' || t.p[i] > '9')
			return false;
	return t.n > 0 && t.n < 19;
}

/* --- looking ------------------------------------------------------------- */

/* "&path=a&path=b" */
static void paths(struct buf *where, struct strv path)
{
	struct word w[16];
	struct arena a;
	size_t n;

	arena_init(&a);
	n = words_split(path, &a, w, 16);
	for (size_t i = 0; i < n && i < 16; i++) {
		buf_addz(where, "&path=");
		client_escape(where, w[i].text);
	}
	arena_deinit(&a);
}

int draft_show(struct session *s, const struct word *w, size_t n)
{
	struct buf where, path;
	int code;

	buf_init(&where, BUF_NO_LIMIT);
	buf_init(&path, BUF_NO_LIMIT);
	draft_proposed(s, &where);
	draft_path(s, w, n, &path);
	paths(&where, buf_strv(&path));
	code = draft_request(s, "GET", where.p, STRV_NONE, false);
	buf_deinit(&where);
	buf_deinit(&path);
	return code;
}

/* Two revisions, or one and what is in force. */
static int compare_revisions(struct session *s, struct strv from,
    struct strv to)
{
	int64_t staged = s->staged;
	struct buf where;
	int code;

	buf_init(&where, BUF_NO_LIMIT);
	buf_addf(&where, DRAFT_CONFIG "revisions/%.*s/diff/%.*s",
	    STRV_ARG(from), STRV_ARG(to));
	code = draft_request(s, "GET", where.p, STRV_NONE, false);
	buf_deinit(&where);
	s->staged = staged;
	return code;
}

/* "compare", "compare running", "compare rev N", "compare A B" */
int draft_compare(struct session *s, const struct word *w, size_t n)
{
	struct pending_state now;
	char running[32];
	int code;

	if (n == 0 || (n == 1 && strv_eq(w[0].text, STRV("running"))))
		return draft_send(s, "GET", "/diff", STRV_NONE, false);
	if (n == 2 && is_number(w[0].text) && is_number(w[1].text))
		return compare_revisions(s, w[0].text, w[1].text);
	if (n != 2 || !strv_eq(w[0].text, STRV("rev")) ||
	    !is_number(w[1].text))
		return session_error(s, EXIT_USAGE, "usage: compare [running "
		    "| rev N | N M]");
	code = pending_read(s, &now);
	if (code != EXIT_OK)
		return code;
	(void)snprintf(running, sizeof(running), "%lld",
	    (long long)now.running);
	return compare_revisions(s, w[1].text, strv(running));
}

int draft_check(struct session *s, const struct word *w, size_t n)
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

static int end_wait(struct session *s, const char *where)
{
	int code = draft_request(s, "POST", where, STRV("{}"), false);

	pending_known(s);
	return code;
}

int draft_keep(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	return end_wait(s, DRAFT_CONFIG "pending/keep");
}

int draft_undo(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	return end_wait(s, DRAFT_CONFIG "pending/undo");
}

static void mode_end(struct session *s)
{
	lock_leave(s);
	s->configuring = false;
	s->staged = 0;
	s->place[0] = 0;
}

int draft_commit(struct session *s, const struct word *w, size_t n)
{
	struct committing c = { .revert_s = -1 };
	struct jsonw j;
	struct buf body;
	int code;

	if (n == 1 && strv_eq(w[0].text, STRV("keep")))
		return draft_keep(s, w, n);
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
		mode_end(s);
	return code;
}

/* --- the rest ------------------------------------------------------------ */

/* "rollback N [PATH...]": into the draft; commit puts it in force. */
int draft_rollback(struct session *s, const struct word *w, size_t n)
{
	struct buf path;
	int code;

	if (n == 0 || !is_number(w[0].text))
		return session_error(s, EXIT_USAGE, "usage: rollback REVISION "
		    "[PATH]");
	buf_init(&path, BUF_NO_LIMIT);
	draft_path(s, w + 1, n - 1, &path);
	code = post(s, "/rollback", (const struct member[]){
	    { "revision", w[0].text }, { "path", buf_strv(&path) } }, 2);
	if (code == EXIT_OK && s->interactive && !s->defaults.json)
		fprintf(s->out.out, "%lld changes are staged: compare shows "
		    "them, commit puts them in force\n",
		    (long long)s->staged);
	buf_deinit(&path);
	return code;
}

static int discard_path(struct session *s, struct strv path)
{
	struct buf what;
	int code;

	buf_init(&what, BUF_NO_LIMIT);
	if (path.n) {
		buf_addz(&what, "?path=");
		client_escape(&what, path);
	}
	code = draft_send(s, "DELETE", what.p, STRV_NONE, true);
	buf_deinit(&what);
	return code;
}

int draft_discard(struct session *s, const struct word *w, size_t n)
{
	struct buf path;
	int code = EXIT_OK;

	buf_init(&path, BUF_NO_LIMIT);
	draft_path(s, w, n, &path);
	if (n || s->staged)
		code = discard_path(s, buf_strv(&path));
	buf_deinit(&path);
	return code;
}

/* "resolve PATH mine|theirs" */
int draft_resolve(struct session *s, const struct word *w, size_t n)
{
	struct buf path;
	int code;

	if (n < 2 && !(n == 1 && s->place[0]))
		return session_error(s, EXIT_USAGE, "usage: resolve PATH "
		    "mine|theirs");
	buf_init(&path, BUF_NO_LIMIT);
	draft_path(s, w, n - 1, &path);
	code = post(s, "/resolve", (const struct member[]){
	    { "path", buf_strv(&path) }, { "choose", w[n - 1].text } }, 2);
	buf_deinit(&path);
	return code;
}

/* "exit [discard]": the whole mode, from every place in it. */
int draft_leave(struct session *s, const struct word *w, size_t n)
{
	int code = EXIT_OK;

	if (n == 1 && strv_eq(w[0].text, STRV("discard")))
		code = s->staged ? discard_path(s, STRV_NONE) : EXIT_OK;
	else if (n)
		code = session_error(s, EXIT_USAGE, "usage: exit [discard]");
	if (code != EXIT_OK)
		return code;
	if (s->staged && s->interactive)
		fprintf(s->out.out, "draft %s keeps %lld changes that are not "
		    "in force\n", s->draft, (long long)s->staged);
	mode_end(s);
	return EXIT_OK;
}
