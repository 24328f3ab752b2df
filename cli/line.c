/* line.c - one line: a command, and the way its answer goes. */

#include "cli/alias.h"

#define WORDS 256

/* Where the filters begin: the first "|" outside quotes, or n. */
static size_t pipe_at(const struct session *s, const struct word *w, size_t n)
{
	size_t i = 0;

	if (n && (s->configuring ? draft_raw(w[0].text) :
	    strv_eq(w[0].text, STRV("alias"))))
		return n;
	while (i < n && !is_pipe(&w[i]))
		i++;
	return i;
}

/* One command, its words in w or, for the mode configure, as a line. */
static int command(struct session *s, struct strv line, const struct word *w,
    size_t n)
{
	return s->configuring ? draft_line(s, line) : session_words(s, w, n);
}

static int filtered(struct session *s, struct filters *f, struct strv line,
    const struct word *w, size_t n)
{
	struct options was = s->defaults;
	struct output o;
	struct buf why;
	int code;

	buf_init(&why, 4096);
	s->defaults.json |= f->json;
	s->defaults.jsonl |= f->jsonl;
	if (f->sort)
		s->defaults.select.sort = strv(f->sort);
	s->defaults.csv |= f->csv;
	if (output_begin(&o, &s->out, f, !s->file, &why)) {
		s->way = &o;
		s->out.mask = s->defaults.mask;
		s->out.quiet = s->defaults.quiet;
		code = command(s, line, w, n);
		s->way = NULL;
		if (s->out.quiet)
			s->more = false;
		if (!output_end(&o, &why) && code == EXIT_OK)
			code = session_error(s, EXIT_FAILED, "%s", why.p);
		if (s->more)	/* behind the rows, also of a pager */
			fprintf(stderr, "there are more rows: ask for them "
			    "with --limit and --cursor\n");
		s->more = false;
	} else {
		code = session_error(s, EXIT_FAILED, "%s", why.p);
	}
	s->defaults = was;
	buf_deinit(&why);
	return code;
}

int session_argv(struct session *s, const struct word *w, size_t n)
{
	struct filters none = { .n = 0 };

	return filtered(s, &none, STRV_NONE, w, n);
}

static int split_line(struct session *s, struct strv line, struct word *w,
    size_t n)
{
	size_t at = pipe_at(s, w, n);
	struct filters f;
	struct buf why;
	int code;

	buf_init(&why, 4096);
	if (at < n)
		line.n = w[at].at;
	if (at < n && at == 0)
		code = session_error(s, EXIT_USAGE, "| stands behind a "
		    "command");
	else if (filters_read(&f, w + at, n - at, &why))
		code = filtered(s, &f, line, w, at);
	else
		code = session_error(s, EXIT_USAGE, "%s", why.p);
	buf_deinit(&why);
	return code;
}

static int whole_line(struct session *s, struct strv line, bool alias)
{
	struct buf meant;
	struct word w[WORDS];
	struct arena a;
	size_t n;
	int code;

	buf_init(&meant, BUF_NO_LIMIT);
	arena_init(&a);
	n = words_split(line, &a, w, WORDS);
	if (n == 0)
		code = EXIT_OK;
	else if (n > WORDS)
		code = session_error(s, EXIT_USAGE, "too many words");
	else if (w[n - 1].open)
		code = session_error(s, EXIT_USAGE, "a quote is not closed");
	else if (alias && alias_line(s, line, &w[0], &meant))
		code = whole_line(s, buf_strv(&meant), false);
	else
		code = split_line(s, line, w, n);
	arena_deinit(&a);
	buf_deinit(&meant);
	return code;
}

/* In a script every word is a command's own. */
int session_line(struct session *s, struct strv line)
{
	return whole_line(s, line, s->interactive && !s->configuring);
}
