/* render.h - answers for people and for programs. */

#ifndef CLI_RENDER_H
#define CLI_RENDER_H

#include <stdint.h>
#include <stdio.h>

#include "base/buf.h"

enum render_color {
	COLOR_AUTO,	/* NO_COLOR, CLICOLOR_FORCE, TERM and the output say */
	COLOR_ALWAYS, COLOR_NEVER
};

struct render {
	FILE *out;
	bool tty;	/* align to the screen, cut what is too wide */
	bool color, utc;
	bool mask;	/* numbers and addresses are made unreadable */
	bool quiet;	/* nothing is said about the answer */
	int width;	/* columns of the screen; 0: do not cut */
	bool *heading;	/* set while the head of a table is written; or NULL */
};

/* What the output is. */
struct render render_to(FILE *out, enum render_color color);

/*
 * A JSON answer as a table, as key and value, or the text it says.  false:
 * it is not JSON.  *next gets whether there are more rows.
 */
bool render_people(const struct render *r, struct strv json, bool *next);
/*
 * One document: compact, or indented for a screen.  What could steer a
 * terminal is escaped, which for a reader of JSON is the same.
 */
void render_json(const struct render *r, struct strv json);
/* JSON Lines: each row of a list, or the whole document, on a line. */
void render_jsonl(const struct render *r, struct strv json);
void render_json_safe(struct buf *out, struct strv json);
/* RFC 4180 with a header; cells that a spreadsheet would run are quoted. */
bool render_csv(const struct render *r, struct strv json);

/* Columns that s takes on a screen. */
size_t render_width(struct strv s);
/* A time of the daemon as people say it, here or in UTC; false: it is none. */
bool render_time(const struct render *r, struct strv s, struct buf *out);
/* As much of s as fits, with an ellipsis where it is cut. */
void render_cut(struct buf *out, struct strv s, size_t width);
/* A control or a bidi mark. */
bool render_steers(uint32_t c);
/* s without what could steer a terminal: controls and bidi marks; with lines
 * their ends, CRLF too, and tabs stay. */
void render_safe(struct buf *out, struct strv s, bool lines);

#endif
