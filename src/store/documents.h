/* documents.h - XML documents of subscribers, on disk. */

#ifndef STORE_DOCUMENTS_H
#define STORE_DOCUMENTS_H

#include "store/db.h"

/* Any thread; appends to out.  ERR_NO_USER: there is none. */
enum err document_read(uint64_t subscriber, struct strv usage,
    struct strv name, struct buf *out);

/* In run() of a write to DB_CONFIG; ERR_STORAGE when it fails. */
enum err document_put(struct db *db, uint64_t subscriber, struct strv usage,
    struct strv name, struct strv body);
enum err document_delete(struct db *db, uint64_t subscriber,
    struct strv usage, struct strv name);

#endif
