/* backup.h - everything in one file, made while the daemon runs. */

#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * DIR/backup/parley-TIME.cpmbak is a tar, compressed with zstd or gzip.  The
 * first entry is MANIFEST: lines of text that say what made it, what is in
 * it, what is left out and why, and the SHA-256 and size of every other
 * entry; the last line authenticates all of that, by a key made of the
 * passphrase or, without one, by the key of this machine.  With a passphrase
 * every other entry is encrypted; without one passwords, keys and what admins
 * log in with are left out.
 */
#define BACKUP_NAME	64	/* bytes of a name, with its NUL */

struct backup_options {
	const char *dir;	/* the data directory */
	struct strv passphrase;	/* absent: without secrets */
	bool trace;		/* trace.db too */
	bool force;		/* also what is not signed, or elsewhere */
};

/* Read by any thread while the work goes on; bytes. */
struct backup_progress {
	_Atomic int64_t done, total;
	atomic_bool cancel;	/* set by who wants it to end */
};

/*
 * The work; in a thread that may take minutes, and not the core.  why says
 * in one sentence what went wrong.  ERR_STORAGE: disk or database; ERR_BUSY:
 * cancelled; ERR_BAD_CONTENT: the file is not what it should be;
 * ERR_FORBIDDEN: the passphrase is wrong or missing, the file is of a newer
 * program, or (not with force) not signed by this machine.  Nothing half done remains.
 */

/* Make a new one; name gets its name in DIR/backup. */
enum err backup_make(const struct backup_options *o,
    struct backup_progress *p, char name[BACKUP_NAME], struct buf *why);

struct backup_content {
	struct buf manifest;	/* its text */
	int64_t entries, size;	/* of all entries, as in the file */
	const char *by;		/* "box", "passphrase", "elsewhere", "nobody" */
};
/* Only the manifest of the file at path: a look.  dir: the data directory. */
enum err backup_look(const char *path, const char *dir,
    struct backup_content *c, struct buf *why);
#define BACKUP_OWN	"parley"
#define BACKUP_UPLOAD	"upload"
/* "parley-20261120-093000-1a2b.cpmbak", of now; kind: one of those. */
void backup_new_name(const char *kind, char name[BACKUP_NAME]);
/* Made here: only these are pruned, and say how old the newest is. */
bool backup_is_own(const char *name);

/*
 * Restore the file at path into a scratch folder below dir and look at
 * everything there: hashes, databases, the chain of the audit, each content.
 * found gets what was found, for people.  The folder goes.
 */
enum err backup_verify(const char *path, const struct backup_options *o,
    struct backup_progress *p, struct buf *found, struct buf *why);

/*
 * The same, but keep the result as DIR/restore.ready: the next start takes it
 * (backup_take()).  Sessions and tokens of admins are never in it; what the
 * backup has no secrets for keeps those of now.
 */
enum err backup_stage(const char *path, const struct backup_options *o,
    struct strv actor, struct backup_progress *p, struct buf *why);
/*
 * Before the databases are opened: remove what a kill left half done of
 * backups, put what is staged in place, and keep what was there in
 * DIR/restore.old, one generation.  Goes on after a kill.
 * aside: what is in force need not be readable; without it administrators and
 * audit of now are kept, or nothing is restored.
 * *taken: there was something.  ERR_BAD_CONTENT: it was given up, and all is
 * as before; ERR_STORAGE: it stopped half way, the daemon must not start.
 */
enum err backup_take(const char *dir, bool aside, bool *taken,
    struct buf *why);

/* --- what there is -------------------------------------------------------- */

struct backup_file {
	const char *name;
	int64_t size, time;	/* bytes, ms */
};
/* The newest first, until fn returns false; any thread. */
typedef bool backup_file_fn(const struct backup_file *f, void *arg);
enum err backup_each(const char *dir, backup_file_fn *fn, void *arg);
/* A plain name of such a file, nothing else. */
bool backup_name_ok(struct strv name);
/* All but the newest n go. */
void backup_prune(const char *dir, int64_t n);

/* Copies made before migrations: all but the newest n of each database. */
void backup_prune_migrated(const char *dir, int64_t n);

/*
 * While a backup collects contents no file is removed (any thread); those
 * that nobody has any more go at the next sweep.
 */
void backup_hold(bool on);
bool backup_holds(void);

/* Core: remove contents that no message has and that are older than an hour;
 * a worker looks, the writer removes.  At start and once a day. */
void sweep_start(void);
void sweep_stop(void);

#endif
