/* configure.c - changes of settings: from a file, or line by line. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
#include "base/near.h"
#include "cli/session.h"
#include "wire/json.h"

#define WORDS	70
#define LINES	((size_t)1 << 20)	/* bytes; the daemon takes no more */

/* --- lines --------------------------------------------------------------- */

/* The value of "@FILE" is the file without its last newline. */
static bool add_file(const char *path, struct buf *out, struct buf *why)
{
	struct buf text;
	bool ok;

	buf_init(&text, LINES);
	ok = file_text(path, &text, why);
	last_newline_drop(&text);
	if (ok)
		words_quote(out, buf_strv(&text));
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	return ok;
}

/* One line with its @FILEs replaced, appended with a newline. */
static bool expand(struct strv line, struct buf *out, struct buf *why)
{
	struct word w[WORDS];
	struct arena a;
	size_t n, files = 0;
	bool ok = true;

	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	for (size_t i = 2; i < n && i < WORDS; i++)
		files += !w[i].quoted && w[i].text.n > 1 &&
		    w[i].text.p[0] == '@';
	if (files == 0 || n > WORDS || w[n - 1].open) {
		buf_adds(out, line);
		n = 0;
	}
	for (size_t i = 0; i < n && ok; i++) {
		if (i)
			buf_addc(out, ' ');
		if (i >= 2 && !w[i].quoted && w[i].text.n > 1 &&
		    w[i].text.p[0] == '@')
			ok = add_file(w[i].text.p + 1, out, why);
		else
			words_quote(out, w[i].text);
	}
	buf_addc(out, '\n');
	arena_deinit(&a);
	return ok;
}

/* check: NULL, "lines" (each for itself; says nothing) or "all". */
static int send_lines(struct session *s, struct strv lines,
    struct strv comment, const char *check, const char *name,
    const struct options *o)
{
	struct answer a;
	struct jsonw w;
	struct buf body;
	int code;

	buf_init(&body, BUF_NO_LIMIT);
	jsonw_init(&w, &body);
	jsonw_object(&w, NULL);
	jsonw_array(&w, "lines");
	while (lines.n)
		jsonw_str(&w, NULL, strv_split(lines, '\n', &lines));
	jsonw_end(&w);
	if (comment.p)
		jsonw_str(&w, "comment", comment);
	if (check)
		jsonw_str(&w, "check", strv(check));
	jsonw_end(&w);
	code = session_call(s, "POST", "/api/v1/configuration",
	    "application/json", buf_strv(&body), o, name, &a);
	explicit_bzero(body.p, body.size);
	buf_deinit(&body);
	if (code != EXIT_OK)
		return code;
	if (check && check[0] == 'l') {
		;
	} else if (o->json) {
		render_json(&s->out, buf_strv(&a.body));
	} else {
		struct json_err e = { 0 };
		struct json *root = json_parse(buf_strv(&a.body), LINES, &e);

		printf(check ? "this can be done (revision %lld is in force)\n"
		    : "revision %lld is in force\n", (long long)
		    json_opt_int(root, "revision", 0, INT64_MAX, 0, &e));
		json_free(root);
	}
	answer_free(&a);
	return EXIT_OK;
}

/* --- configure -f FILE --------------------------------------------------- */

struct given {
	const char *file;
	struct strv comment;
	bool commit;
	struct options options;
};

static int from_file(struct session *s, const struct given *g)
{
	struct buf text, lines, why;
	struct strv rest;
	size_t n = 0;
	int code = EXIT_OK;

	buf_init(&text, LINES);
	buf_init(&lines, 2 * LINES);
	buf_init(&why, 4096);
	if (!file_text(g->file, &text, &why))
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	rest = buf_strv(&text);
	while (code == EXIT_OK && rest.n) {
		n++;
		if (!expand(strv_split(rest, '\n', &rest), &lines, &why))
			code = session_error(s, EXIT_FAILED, "%s:%zu: %s",
			    g->file, n, why.p);
	}
	if (code == EXIT_OK)
		code = send_lines(s, buf_strv(&lines), g->comment,
		    g->commit ? NULL : "all", g->file, &g->options);
	if (code == EXIT_OK && !g->commit)
		fprintf(stderr, "nothing was changed: add --commit\n");
	explicit_bzero(text.p, text.size);
	explicit_bzero(lines.p, lines.size);
	buf_deinit(&text);
	buf_deinit(&lines);
	buf_deinit(&why);
	return code;
}

static int usage(struct session *s)
{
	return session_error(s, EXIT_USAGE, "usage: configure [-f FILE|- "
	    "[--commit] [--comment TEXT]]");
}

static int begin(struct session *s)
{
	if (!s->interactive && !s->file)
		return session_error(s, EXIT_USAGE, "configure without -f "
		    "FILE is for the interactive shell and scripts");
	s->configuring = true;
	buf_init(&s->changes, 2 * LINES);
	if (s->interactive)
		printf("set and delete lines; then commit, or exit to leave "
		    "everything as it is\n");
	return EXIT_OK;
}

int configure_words(struct session *s, const struct word *w, size_t n)
{
	struct given g = { .options = s->defaults };
	struct buf why;
	int step;

	if (n == 0)
		return begin(s);
	buf_init(&why, 256);
	for (size_t i = 0; i < n; i += (size_t)step) {
		bool value = i + 1 < n;

		step = 1;
		if (strv_eq(w[i].text, STRV("--commit"))) {
			g.commit = true;
		} else if (strv_eq(w[i].text, STRV("-f")) && value) {
			g.file = w[i + 1].text.p;
			step = 2;
		} else if (strv_eq(w[i].text, STRV("--comment")) && value) {
			g.comment = w[i + 1].text;
			step = 2;
		} else {
			step = options_take(&g.options, w + i, n - i, &why);
			if (step <= 0)
				break;
		}
	}
	buf_deinit(&why);
	if (step <= 0 || !g.file || g.options.help)
		return usage(s);
	return from_file(s, &g);
}

/* --- line by line -------------------------------------------------------- */

static void end(struct session *s)
{
	s->configuring = false;
	explicit_bzero(s->changes.p, s->changes.size);
	buf_deinit(&s->changes);
}

/* Kept if the daemon understands it, with what is there already. */
static int stage(struct session *s, struct strv line)
{
	size_t before = s->changes.n;
	struct buf why;
	int code = EXIT_OK;

	buf_init(&why, 4096);
	if (!expand(line, &s->changes, &why))
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	else if (s->changes.full)
		code = session_error(s, EXIT_INVALID, "too many lines");
	else
		code = send_lines(s, buf_strv(&s->changes), STRV_NONE,
		    "lines", s->interactive ? NULL : "staged", &s->defaults);
	s->changes.full = false;
	if (code != EXIT_OK) {
		s->changes.n = before;
		s->changes.p[before] = 0;
	}
	buf_deinit(&why);
	return code;
}

static int check(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	return send_lines(s, buf_strv(&s->changes), STRV_NONE, "all",
	    "staged", &s->defaults);
}

/* "commit", "commit comment TEXT" */
static int commit(struct session *s, const struct word *w, size_t n)
{
	struct strv comment = STRV_NONE;
	int code;

	if (n == 2 && strv_eq(w[0].text, STRV("comment")))
		comment = w[1].text;
	else if (n)
		return session_error(s, EXIT_USAGE, "usage: commit [comment "
		    "\"TEXT\"]");
	code = send_lines(s, buf_strv(&s->changes), comment, NULL, "staged",
	    &s->defaults);
	if (code == EXIT_OK)
		buf_clear(&s->changes);
	return code;
}

static int staged(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	fwrite(s->changes.p, 1, s->changes.n, s->out.out);
	return EXIT_OK;
}

static int discard(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	explicit_bzero(s->changes.p, s->changes.size);
	buf_clear(&s->changes);
	return EXIT_OK;
}

static int leave(struct session *s, const struct word *w, size_t n)
{
	if (s->changes.n && !(n == 1 && strv_eq(w[0].text, STRV("discard"))))
		return session_error(s, EXIT_CONFLICT, "there are lines that "
		    "are not committed: commit, or exit discard");
	end(s);
	return EXIT_OK;
}

static int run(struct session *s, const struct word *w, size_t n)
{
	return session_words(s, w, n);
}

static int words_help(struct session *s, const struct word *w, size_t n)
{
	(void)s;
	(void)w;
	(void)n;
	printf("set PATH VALUE, delete PATH    stage a change; @FILE is the "
	    "content of a file\n"
	    "show                           what is staged\n"
	    "check                          could it be done\n"
	    "commit [comment \"TEXT\"]        do it; durable at once\n"
	    "discard                        forget what is staged\n"
	    "run COMMAND                    a command of the shell\n"
	    "exit [discard]                 leave\n");
	return EXIT_OK;
}

static const struct {
	const char *word;
	int (*run)(struct session *s, const struct word *w, size_t n);
} verbs[] = {
	{ "check", check }, { "commit", commit }, { "show", staged },
	{ "discard", discard }, { "exit", leave }, { "quit", leave },
	{ "run", run }, { "help", words_help },
};

static int unknown(struct session *s, struct strv word)
{
	struct near near = near_to(word);

	near_offer(&near, "set");
	near_offer(&near, "delete");
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		near_offer(&near, verbs[i].word);
	return session_error(s, EXIT_USAGE, "unknown word \"%.*s\"%s%s%s",
	    STRV_ARG(word), near.best ? " (did you mean " : "; try help",
	    near.best ? near.best : "", near.best ? "?)" : "");
}

int configure_line(struct session *s, struct strv line)
{
	struct word w[WORDS];
	struct arena a;
	size_t n;
	int code = EXIT_OK;
	bool done = false;

	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	n = n > WORDS ? WORDS : n;
	if (n && (strv_eq(w[0].text, STRV("set")) ||
	    strv_eq(w[0].text, STRV("delete")))) {
		code = stage(s, line);
		done = true;
	}
	for (size_t i = 0; n && !done &&
	    i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strv_eq(w[0].text, strv(verbs[i].word))) {
			code = verbs[i].run(s, w + 1, n - 1);
			done = true;
		}
	if (n && !done)
		code = unknown(s, w[0].text);
	arena_deinit(&a);
	return code;
}
