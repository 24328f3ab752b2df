/* table.h - rows of a JSON answer as columns; what render.c and csv.c share. */

#ifndef CLI_TABLE_H
#define CLI_TABLE_H

#include "cli/render.h"
#include "wire/json.h"

#define TABLE_COLUMNS	64
#define TABLE_GAP	2	/* blanks between columns */

struct column {
	struct strv name;
	size_t width;
	bool number;	/* all cells are, or say nothing */
	bool text;	/* one is not */
	bool said;	/* one says something */
	bool counts;	/* one is more than 0 */
	bool hidden;
};

struct table {
	const struct json *items;
	struct column columns[TABLE_COLUMNS];
	size_t n;
	bool left_out;	/* a column that says something did not fit */
};

/* NULL: there are too many. */
struct column *table_column(struct table *t, struct strv name);
/* The columns of all rows, and how wide they are. */
void table_measure(struct table *t, const struct render *r);
const struct json *table_member(const struct json *row, struct strv name);
/* On a terminal that is too narrow, empty columns are left out, and what is
 * still too wide goes on below, or is cut if it is no sentence. */
void table_print(const struct render *r, const struct json *items);

/* One value as text without its rows and members; out is cleared first. */
void table_cell(const struct render *r, const struct json *v,
    struct buf *out);
/* Rows of their own: not for a cell. */
bool table_is_nested(const struct json *v);
/* The glyph and colour of a state, by its first word. */
bool table_is_state(struct strv name);
void table_state(const struct render *r, struct strv text);
void table_spaces(FILE *out, size_t n);
/* Who reads what we write shall know which line is the heading. */
void table_heading(const struct render *r);

#endif
