/* session.h - one user at the shell: the daemon, the grammar, the screen. */

#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/client.h"
#include "cli/grammar.h"
#include "cli/render.h"
#include "cli/request.h"
#include "cli/schema.h"

struct session {
	struct client client;
	struct grammar grammar;
	bool have_grammar;
	struct schema schema;
	bool have_schema;
	struct render out;
	bool interactive;	/* abbreviations; what cannot be undone asks */
	struct options defaults;	/* of the command line: for all lines */

	const char *file;	/* of a script, for errors; or NULL */
	size_t line;

	bool configuring;
	struct buf changes;	/* lines of configure, not yet committed */
	bool quit;
};

/* "error: FILE:LINE: ..." on standard error; returns code. */
int session_error(struct session *s, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Fetched once; false: said why on standard error, *code is the exit's. */
bool session_grammar(struct session *s, int *code);
bool session_schema(struct session *s);	/* silent: only for help */

/* One line or the words of one command; the exit code. */
int session_line(struct session *s, struct strv line);
int session_words(struct session *s, const struct word *w, size_t n);

/*
 * One request.  EXIT_OK: a has the answer, to be freed.  Otherwise what the
 * daemon refused was said on standard error.  name: of the file whose lines
 * were sent, or NULL.
 */
int session_call(struct session *s, const char *method, const char *target,
    const char *type, struct strv body, const struct options *o,
    const char *name, struct answer *a);

/* The answer on standard output, in the form asked for. */
void session_show(struct session *s, const struct options *o,
    struct strv json);

/* job.c: does the answer name a job; *target, to be freed, asks for it. */
bool job_of(struct strv json, struct buf *target);
/* Shows how far it is until it ends, then its answer; the exit code. */
int job_follow(struct session *s, const struct options *o,
    const char *target);

/* configure.c: the command, and a line while s->configuring. */
int configure_words(struct session *s, const struct word *w, size_t n);
int configure_line(struct session *s, struct strv line);

/* shell.c: a script; an interactive shell. */
int script_run(struct session *s, const char *path);
int shell_run(struct session *s);

#endif
