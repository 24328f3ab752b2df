/* files.h - certificates with their keys on disk, and who has which. */

#ifndef CERT_FILES_H
#define CERT_FILES_H

#include "base/buf.h"
#include "base/err.h"

/*
 * All below DIR/tls, files 0600, each written whole or not at all:
 *	NAME.pem	the chain, NAME.key its key
 *	NAME.next	its key, in the moment in which both are replaced
 *	NAME.csr	a request that waits, NAME.waiting its key
 *	assigned	"USE NAME" lines
 * Any thread, but one writer at a time.  dir is the data directory.
 */
#define CERT_NAME	33	/* bytes, with the NUL */
#define CERT_USE	48
#define CERT_PATH	4400
#define CERT_FILE_MAX	((size_t)256 << 10)

/* A letter, then letters, digits, - and _; at most 32. */
bool cert_name_ok(struct strv name);
/* DIR/tls/NAME.KIND */
void cert_path(char out[CERT_PATH], const char *dir, const char *name,
    const char *kind);

/* A whole file, appended; ERR_NO_USER: there is none.  ERR_STORAGE. */
enum err cert_file_read(const char *path, struct buf *out);
/* Mode 0600; makes the folder it is in, not those above. */
enum err cert_file_write(const char *path, struct strv text);

/*
 * The chain of NAME and its key as one text, appended; the caller wipes it.
 * ERR_NO_USER: there is no such certificate.  ERR_STORAGE: it cannot be
 * read.  The key may be missing: chain_key() will say so.
 */
enum err cert_read(const char *dir, const char *name, struct buf *out);
/* The same of any two files; key may be "". */
enum err cert_read_files(const char *pem, const char *key, struct buf *out);
/*
 * Replaces what NAME had, and ends what waits.  A crash at any moment leaves
 * the old certificate with its key, or the new one with its.
 */
enum err cert_write(const char *dir, const char *name, struct strv chain,
    struct strv key);
void cert_remove(const char *dir, const char *name);

/* The request first; a key without a request counts for nothing. */
enum err cert_request_write(const char *dir, const char *name,
    struct strv request, struct strv key);
void cert_request_remove(const char *dir, const char *name);

/* Each name that has a chain or a request, in order, until fn says false. */
typedef bool cert_name_fn(const char *name, void *arg);
enum err cert_each(const char *dir, cert_name_fn *fn, void *arg);

/* Which certificate a use was given; false: none, out is "". */
bool cert_assigned(const char *dir, const char *use, char out[CERT_NAME]);
/* Any thread, also while another assigns. */
enum err cert_assign(const char *dir, const char *use, const char *name);
				/* NULL: none any more */

#endif
