/* session.h - one user at the shell: the daemon, the grammar, the screen. */

#ifndef CLI_SESSION_H
#define CLI_SESSION_H

#include "cli/client.h"
#include "cli/grammar.h"
#include "cli/output.h"
#include "cli/render.h"
#include "cli/request.h"
#include "cli/schema.h"

/* A revision that waits to be kept, as far as the daemon told. */
struct pending_state {
	int64_t running;
	int64_t revision;	/* 0: none waits */
	int64_t end;		/* now_mono() */
	char actor[64], notice[256];
};

#define PLACE 200	/* bytes of a place with its NUL */

struct session {
	struct client client;
	struct grammar grammar;
	bool have_grammar;
	struct schema schema;
	bool have_schema;
	struct render out;	/* all that is an answer goes there */
	struct output *way;	/* of out while a command runs, or NULL */
	bool interactive;	/* abbreviations; what cannot be undone asks */
	struct options defaults;	/* of the command line: for all lines */

	const char *file;	/* of a script, for errors; or NULL */
	size_t line;
	bool keep_going;	/* behind a line that fails */

	bool configuring;
	char *draft;		/* whose changes are staged; owned */
	char place[PLACE];	/* where paths begin: "gateway smsc1", or "" */
	bool exclusive;		/* nobody else can commit */
	int64_t renew;		/* now_mono(): when to say so again */
	int64_t staged;		/* how many */
	struct pending_state pending;
	int64_t own;		/* the newest revision that is no news */
	struct notices *notices;	/* interactive; or NULL */
	struct history *history;	/* interactive; of libedit, or NULL */
	int depth;		/* of files that run files */
	bool more;		/* the daemon has more rows than were shown */
	bool quit;
};

/* "error: FILE:LINE: ..." on standard error; returns code. */
int session_error(struct session *s, int code, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

/* Fetched once; false: said why on standard error, *code is the exit's. */
bool session_grammar(struct session *s, int *code);
bool session_schema(struct session *s);	/* silent: only for help */

/* What is about an answer, on standard error; not with --quiet. */
void session_note(struct session *s, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* One line or the words of one command; the exit code. */
int session_line(struct session *s, struct strv line);
int session_words(struct session *s, const struct word *w, size_t n);
/* The same for the words of a command line: "|" is the user's shell's. */
int session_argv(struct session *s, const struct word *w, size_t n);

/*
 * One request.  EXIT_OK: a has the answer, to be freed.  Otherwise what the
 * daemon refused was said on standard error.  name: of the file whose lines
 * were sent, or NULL.
 */
int session_call(struct session *s, const char *method, const char *target,
    const char *type, struct strv body, const struct options *o,
    const char *name, struct answer *a);

/* The exit code an answer carries, or EXIT_OK. */
int session_exit(struct strv json);
/* The answer on standard output, in the form asked for. */
int session_show(struct session *s, const struct options *o,
    struct strv json);

/* job.c: does the answer name a job; *target, to be freed, asks for it. */
bool job_of(struct strv json, struct buf *target);
/* Shows how far it is until it ends, then its answer; the exit code. */
int job_follow(struct session *s, const struct options *o,
    const char *target);

/* What the answer says to people, or all of it as JSON; its exit code. */
int session_said(struct session *s, const struct options *o,
    struct strv json);
int nothing_to_save(struct session *s, const struct word *w, size_t n);

/* configure.c: the command; a line with its @FILEs replaced and a newline. */
int configure_words(struct session *s, const struct word *w, size_t n);
bool configure_expand(struct strv line, struct buf *out, struct buf *why);

/* All lines of a file like that; false: said why on standard error. */
bool configure_read(struct session *s, const char *file, struct buf *lines);

/* draft.c: the mode configure, and a line in it.  exclusive: nobody else can
 * commit until it is left. */
int draft_begin(struct session *s, struct strv name, bool exclusive);
int draft_line(struct session *s, struct strv line);
/* A line that begins so is sent as it is: "|" is no filter there. */
bool draft_raw(struct strv word);
/* The verb that the word means at the prompt; NULL: none. */
const char *draft_word(struct strv word);
void draft_verbs(void (*fn)(const char *word, const char *help, void *arg),
    void *arg);

/* command.c: a command begins with exactly this word. */
bool command_word(struct session *s, struct strv word);

/* pending.c */
int pending_read(struct session *s, struct pending_state *p);
/* What this session did itself is no news to it: after a change, and the
 * answer to it. */
void pending_known(struct session *s);
void pending_own(struct session *s, struct strv body);
/* What is new about it, for people; false: nothing. */
bool pending_news(struct session *s, struct buf *out);
/* The same when the daemon tells of it by itself. */
void pending_event(struct session *s, struct strv body, struct buf *out);
void pending_prompt(const struct session *s, char *out, size_t size);

/* monitor.c: what happens, line by line. */
int monitor_words(struct session *s, const struct word *w, size_t n);
/* "trace ID --follow", and the words behind "trace". */
bool monitor_is_trace(const struct word *w, size_t n);
int monitor_trace(struct session *s, const struct word *w, size_t n);
void monitor_topics(void (*fn)(const char *word, const char *help, void *arg),
    void *arg);

/* complete.c: what the last of these words can become, a line each. */
int complete_run(struct session *s, char **argv, size_t n);

/* script.c */
int script_run(struct session *s, const char *path);
/* shell.c: the interactive shell. */
int shell_run(struct session *s);

#endif
