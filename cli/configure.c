/* configure.c - changes of settings from a file; begins the mode of draft.c. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/jsonw.h"
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

bool configure_expand(struct strv line, struct buf *out, struct buf *why)
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

struct given {
	const char *file;
	struct strv comment;
	bool commit, exclusive;
	int64_t revert_s;	/* 0: never; a script is not asked */
	struct options options;
};

static int send_lines(struct session *s, struct strv lines,
    const struct given *g)
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
	if (g->comment.p)
		jsonw_str(&w, "comment", g->comment);
	if (!g->commit)
		jsonw_bool(&w, "check", true);
	else
		jsonw_int(&w, "revert_in_s", g->revert_s);
	jsonw_end(&w);
	code = session_call(s, "POST", "/api/v1/config/running",
	    "application/json", buf_strv(&body), &g->options, g->file, &a);
	explicit_bzero(body.p, body.size);
	buf_deinit(&body);
	if (code != EXIT_OK)
		return code;
	code = session_said(s, &g->options, buf_strv(&a.body));
	answer_free(&a);
	return code;
}

/* --- configure -f FILE --------------------------------------------------- */

bool configure_read(struct session *s, const char *file, struct buf *lines)
{
	struct buf text, why;
	struct strv rest;
	size_t n = 0;
	bool ok;

	buf_init(&text, LINES);
	buf_init(&why, 4096);
	ok = file_text(file, &text, &why);
	if (!ok)
		(void)session_error(s, EXIT_FAILED, "%s", why.p);
	rest = ok ? buf_strv(&text) : STRV("");
	while (ok && rest.n) {
		n++;
		ok = configure_expand(strv_split(rest, '\n', &rest), lines,
		    &why);
		if (!ok)
			(void)session_error(s, EXIT_FAILED, "%s:%zu: %s",
			    file, n, why.p);
	}
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	buf_deinit(&why);
	return ok;
}

static int from_file(struct session *s, const struct given *g)
{
	struct buf lines;
	int code = EXIT_FAILED;

	buf_init(&lines, 2 * LINES);
	if (configure_read(s, g->file, &lines))
		code = send_lines(s, buf_strv(&lines), g);
	if (code == EXIT_OK && !g->commit)
		session_note(s, "nothing was changed: add --commit\n");
	explicit_bzero(lines.p, lines.size);
	buf_deinit(&lines);
	return code;
}

static int usage(struct session *s)
{
	return session_error(s, EXIT_USAGE, "usage: configure [exclusive] "
	    "[--draft NAME] | -f FILE|- [--commit] [--comment TEXT] [--revert-in TIME]");
}

static int begin(struct session *s, struct strv draft, bool exclusive)
{
	if (!s->interactive && !s->file)
		return session_error(s, EXIT_USAGE, "configure without -f "
		    "FILE is for the interactive shell and scripts");
	return draft_begin(s, draft, exclusive);
}

/* The option at w[0]; the words used, 0: it is none of ours. */
static int option(struct given *g, struct strv *draft, const struct word *w,
    size_t n)
{
	if (strv_eq(w[0].text, STRV("--commit"))) {
		g->commit = true;
		return 1;
	}
	if (strv_eq(w[0].text, STRV("exclusive")) ||
	    strv_eq(w[0].text, STRV("--exclusive"))) {
		g->exclusive = true;
		return 1;
	}
	if (n < 2)
		return 0;
	if (strv_eq(w[0].text, STRV("-f")))
		g->file = w[1].text.p;
	else if (strv_eq(w[0].text, STRV("--comment")))
		g->comment = w[1].text;
	else if (strv_eq(w[0].text, STRV("--draft")))
		*draft = w[1].text;
	else if (!strv_eq(w[0].text, STRV("--revert-in")) ||
	    !duration_s(w[1].text, "s", &g->revert_s))
		return 0;
	return 2;
}

int configure_words(struct session *s, const struct word *w, size_t n)
{
	struct given g = { .options = s->defaults };
	struct strv draft = STRV_NONE;
	struct buf why;
	int step = 1;

	buf_init(&why, 256);
	for (size_t i = 0; i < n && step > 0; i += (size_t)step) {
		step = option(&g, &draft, w + i, n - i);
		if (step == 0)
			step = options_take(&g.options, w + i, n - i, &why);
		if (step <= 0)
			break;
	}
	buf_deinit(&why);
	s->out.quiet |= g.options.quiet;
	s->out.mask |= g.options.mask;
	if (step <= 0 || g.options.help ||
	    (n && !g.file && !draft.p && !g.exclusive) ||
	    (g.file && (draft.p || g.exclusive)))
		return usage(s);
	return g.file ? from_file(s, &g) : begin(s, draft.p ? draft :
	    STRV("main"), g.exclusive);
}
