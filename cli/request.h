/* request.h - words and options to one request of the API. */

#ifndef CLI_REQUEST_H
#define CLI_REQUEST_H

#include "cli/grammar.h"
#include "cli/render.h"
#include "cli/select.h"

enum {		/* exit codes, one table for every command: parley(1) */
	EXIT_OK = 0, EXIT_FAILED = 1, EXIT_USAGE = 2, EXIT_NOT_FOUND = 3,
	EXIT_FORBIDDEN = 4, EXIT_INVALID = 5, EXIT_CONFLICT = 6,
	EXIT_NO_DAEMON = 7, EXIT_TIMEOUT = 8, EXIT_PARTLY = 9,
	EXIT_DECLINED = 12,
	EXIT_INTERRUPTED = 130
};

/* Options that every command has. */
struct options {
	bool json, jsonl, csv, help, no_pager, utc;
	bool mask;		/* numbers and addresses */
	bool quiet;		/* nothing but the answer */
	bool nagios;		/* health as a plugin of Nagios says it */
	bool yes;		/* do not ask */
	enum render_color color;
	int watch_s;		/* 0: once */
	struct strv filter;	/* of rows, for the daemon; or absent */
	struct strv wait;	/* states, "a,b"; or absent */
	int timeout_s;		/* 0: as the client's */
	struct selection select;
};

struct request {
	const char *method;
	struct buf target;	/* path and query, escaped */
	const char *type;	/* NULL: no body */
	struct buf body;
	struct buf file;	/* the name of the file in the body, or empty */
	struct buf object;	/* the first of its words, or empty */
	bool narrowed;		/* asks for less than there is */
	bool expects;		/* says how many it shall change */
};

/*
 * At w[0], an option of every command: taken into o.  Returns the words used,
 * 0: not one of them; -1: a bad value, why says so.
 */
int options_take(struct options *o, const struct word *w, size_t n,
    struct buf *why);

/*
 * The words behind the command's own.  EXIT_OK: r is filled, to be freed by
 * request_free(); otherwise why says what is wrong and r is empty.
 */
int request_build(const struct gram_op *op, const struct word *w, size_t n,
    struct options *o, struct request *r, struct buf *why);
void request_free(struct request *r);	/* wipes the body */

/* "5m", "90s", "1h", "5" in the given unit, as seconds; false: none, or
 * more than a day. */
bool duration_s(struct strv s, const char *unit, int64_t *out);
/* "auto", "always", "never" */
bool color_read(struct strv word, enum render_color *out);

/* A secret from the terminal, unseen, twice. */
bool secret_ask(const char *name, struct buf *out, struct buf *why);
/* A file's bytes; "-": standard input.  false: why says what is wrong. */
bool file_text(const char *path, struct buf *out, struct buf *why);
void last_newline_drop(struct buf *b);

#endif
