/* import.h - changes of settings as JSON and as whole texts. */

#ifndef ADMIN_IMPORT_H
#define ADMIN_IMPORT_H

#include "conf/draft.h"

/*
 * [{"op":"set","path":["gateway","smsc1","window"],"value":40}] and so on:
 * false: why says what is wrong with the one numbered *n, from 1.
 */
bool import_ops(struct conf_edit *e, struct strv json, size_t *n,
    struct buf *why);

/* The JSON of an export, and nothing else, begins so. */
bool import_is_json(struct strv text);
bool import_json(struct conf_edit *e, struct strv text, struct buf *why);
/*
 * At most so many lines, which *text then begins behind; *line counts them,
 * from 1: the one that is wrong when this is false.
 */
bool import_lines(struct conf_edit *e, struct strv *text, size_t most,
    size_t *line, struct buf *why);

/* A content (conf_content) as JSON: {"gateway smsc1":{"window":"10"}}. */
void export_json(struct strv content, struct buf *out);

#endif
