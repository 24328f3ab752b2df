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

/* Lines, or the JSON of an export; *line as *n, from 1. */
bool import_text(struct conf_edit *e, struct strv text, size_t *line,
    struct buf *why);

/* A content (conf_content) as JSON: {"gateway smsc1":{"window":"10"}}. */
void export_json(struct strv content, struct buf *out);

#endif
