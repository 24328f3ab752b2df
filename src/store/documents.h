/* documents.h - XML documents of subscribers, on disk. */

#ifndef STORE_DOCUMENTS_H
#define STORE_DOCUMENTS_H

#include "store/db.h"

/* Any thread; appends to out.  ERR_NO_USER: there is none. */
enum err document_read(uint64_t subscriber, struct strv usage,
    struct strv name, struct buf *out);

/*
 * Any thread: subscribers with this document, or with rules of screening,
 * which some documents show; in the order of keys, until fn returns false.
 */
typedef bool document_owner_fn(uint64_t subscriber, struct strv key,
    void *arg);
enum err document_owners(struct strv usage, struct strv name,
    document_owner_fn *fn, void *arg);

/* In run() of a write to DB_CONFIG; ERR_STORAGE when it fails. */
enum err document_put(struct db *db, uint64_t subscriber, struct strv usage,
    struct strv name, struct strv body);
enum err document_delete(struct db *db, uint64_t subscriber,
    struct strv usage, struct strv name);

#endif
