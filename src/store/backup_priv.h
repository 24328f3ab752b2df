/* backup_priv.h - what the files of the backup share. */

#ifndef STORE_BACKUP_PRIV_H
#define STORE_BACKUP_PRIV_H

#include "base/map.h"
#include "store/backup.h"
#include "store/backup_crypt.h"

#define BACKUP_SHA	32
#define BACKUP_PATH	4096
#define MANIFEST	"MANIFEST"
#define MANIFEST_MAX	((size_t)64 << 20)	/* bytes */
#define BACKUP_FORMAT	1

/* One entry of the manifest. */
struct backup_entry {
	char *name;
	int64_t size;		/* as in the file */
	uint8_t sha[BACKUP_SHA];
	bool seen;
};

struct backup_list {
	struct backup_entry *all;
	size_t n, size;
	struct map by_name;
	int64_t bytes;
	bool encrypted;
	uint8_t salt[BCRYPT_SALT];
	enum { BACKUP_UNSIGNED, BACKUP_BY_BOX, BACKUP_BY_PASSPHRASE } by;
	uint8_t mac[BACKUP_SHA];
	size_t said;		/* bytes of the manifest that mac is of */
};
void backup_list_init(struct backup_list *l);
void backup_list_deinit(struct backup_list *l);

/*
 * backup_manifest.c.  Lines:
 *	parley-backup 1
 *	version 0.1.0
 *	...			for people
 *	encrypted SALT
 *	file SHA256 SIZE NAME
 *	mac box|passphrase HMAC-SHA256 of all before this line
 */
enum err backup_manifest_read(struct strv text, struct backup_list *l,
    struct buf *why);
/*
 * The last line of a manifest that is text so far: by the key made of the
 * passphrase, or by this machine's own (NULL).  false: it has none.
 */
bool backup_sign(struct buf *text, const char *dir, const uint8_t *key);
/*
 * Whether the manifest is as it was signed.  ERR_FORBIDDEN: it is not, or was
 * signed elsewhere, or not at all; why says so.
 */
enum err backup_signed(struct strv text, const struct backup_list *l,
    const char *dir, const uint8_t *key, struct buf *why);

/* Where an entry may go: one of ours, and never above or beside. */
bool backup_entry_ok(struct strv name);

/* A path into a buffer of BACKUP_PATH; one that is too long is a bug. */
void backup_path(char *to, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* backup_files.c: small things on files; false with errno set. */
bool backup_write(int fd, const void *p, size_t n);
bool backup_mkdirs(const char *dir, const char *name);	/* those of name */
bool backup_sync_tree(const char *dir);	/* files and folders */
void backup_remove_tree(const char *dir);	/* missing is fine */
void backup_clean(const char *dir);	/* what a kill left half done */
bool backup_cancelled(const struct backup_progress *p, struct buf *why);

/* backup_read.c: the entries of the file at path into dir, all checked. */
enum err backup_extract(const char *path, const char *dir,
    const struct backup_options *o, struct backup_list *l,
    struct backup_progress *p, struct buf *why);

/* backup_check.c: what was extracted is whole. */
enum err backup_check(const char *dir, const struct backup_list *l,
    struct buf *found, struct buf *why);

#endif
