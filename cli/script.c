/* script.c - lines of a file, one after the other. */

#include <string.h>

#include "cli/command.h"
#include "cli/stop.h"

#define DEEP 8	/* files that run files */

/* The lines of a script until one fails, or all: then the code of the last
 * that failed if none succeeded. */
static int lines_run(struct session *s, struct strv rest)
{
	size_t failed = 0;
	int code = EXIT_OK, one;

	while (rest.n && (code == EXIT_OK || s->keep_going) && !s->quit &&
	    !stop_asked()) {
		s->line++;
		one = session_line(s, strv_split(rest, '\n', &rest));
		failed += one != EXIT_OK;
		code = one != EXIT_OK ? one : code;
	}
	return s->keep_going && failed && failed < s->line ? EXIT_PARTLY :
	    code;
}

/* In scripts words are never cut short, and nobody is asked. */
static int file_run(struct session *s, const char *path)
{
	const char *file = s->file;
	size_t line = s->line;
	bool interactive = s->interactive;
	struct buf text, why;
	int code = EXIT_OK;

	buf_init(&text, (size_t)16 << 20);
	buf_init(&why, 4096);
	if (!file_text(path, &text, &why)) {
		code = session_error(s, EXIT_FAILED, "%s", why.p);
		buf_clear(&text);
	}
	s->file = strcmp(path, "-") == 0 ? "stdin" : path;
	s->line = 0;
	s->interactive = false;
	if (code == EXIT_OK)
		code = lines_run(s, buf_strv(&text));
	s->interactive = interactive;
	s->file = file;
	s->line = line;
	buf_deinit(&text);
	buf_deinit(&why);
	return code;
}

/* Says which line failed. */
int script_run(struct session *s, const char *path)
{
	int code = file_run(s, path);

	if (code == EXIT_OK && s->configuring && s->staged)
		code = session_error(s, EXIT_CONFLICT, "the script ends with "
		    "changes that are not committed; draft %s keeps them",
		    s->draft);
	return code;
}

int source_words(struct session *s, const struct word *w, size_t n)
{
	int code;

	if (n != 1)
		return session_error(s, EXIT_USAGE, "usage: source FILE");
	if (s->depth == DEEP)
		return session_error(s, EXIT_USAGE, "files that run files, "
		    "more than %d deep", DEEP);
	s->depth++;
	code = file_run(s, w[0].text.p);
	s->depth--;
	pending_known(s);
	return code;
}
