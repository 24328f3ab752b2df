/* test_backup.c - store/backup.h: cryptography, manifests, kills, pruning. */

#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hex.h"
#include "base/now.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/work.h"
#include "runner.h"
#include "store/audit.h"
#include "store/backup_priv.h"
#include "store/blob.h"
#include "store/db_priv.h"

/* --- cryptography ----------------------------------------------------------------- */

static const size_t sizes[] = { 0, 1, 15, 16, 65535, 65536, 65537, 131072,
	200000 };

/* What backup_make writes of n bytes, as one piece of memory. */
static size_t seal(const uint8_t *in, size_t n, const uint8_t key[BCRYPT_KEY],
    uint8_t *out)
{
	static const uint8_t head[BCRYPT_HEAD] = { 1, 2, 3 };
	struct bcrypt b;
	size_t at = 0, done = 0;
	bool last = false;

	bcrypt_init(&b, key, head, "store.db");
	while (!last) {
		size_t k = n - done < BCRYPT_PIECE ? n - done : BCRYPT_PIECE;

		last = k < BCRYPT_PIECE;
		ck_assert(bcrypt_seal(&b, in + done, k, last, out + at));
		done += k;
		at += k + BCRYPT_TAG;
	}
	return at;
}

static bool unseal(const uint8_t *in, size_t n,
    const uint8_t key[BCRYPT_KEY], const char *name, uint8_t *out)
{
	static const uint8_t head[BCRYPT_HEAD] = { 1, 2, 3 };
	struct bcrypt b;
	size_t at = 0, whole = BCRYPT_PIECE + BCRYPT_TAG;

	bcrypt_init(&b, key, head, name);
	while (at < n) {
		size_t k = n - at < whole ? n - at : whole;

		if (!bcrypt_open(&b, in + at, k, k < whole, out))
			return false;
		at += k;
		out += k - BCRYPT_TAG;
	}
	return true;
}

START_TEST(what_is_sealed_opens_with_the_same_key_and_name_alone)
{
	size_t n = sizes[_i], sealed;
	uint8_t *in = malloc(n + 1), *out = malloc(n + 20 * BCRYPT_TAG);
	uint8_t *back = malloc(n + 1);
	uint8_t key[BCRYPT_KEY] = { 7 }, other[BCRYPT_KEY] = { 8 };

	for (size_t i = 0; i < n; i++)
		in[i] = (uint8_t)(i * 31);
	sealed = seal(in, n, key, out);
	ck_assert_int_eq((int64_t)sealed + BCRYPT_HEAD,
	    bcrypt_size((int64_t)n));
	ck_assert(unseal(out, sealed, key, "store.db", back));
	ck_assert_int_eq(memcmp(in, back, n), 0);
	ck_assert(!unseal(out, sealed, other, "store.db", back));
	ck_assert(!unseal(out, sealed, key, "config.db", back));
	out[sealed / 2] ^= 1;
	ck_assert(!unseal(out, sealed, key, "store.db", back));
	out[sealed / 2] ^= 1;
	/* the last piece cut off: what is left does not end */
	if (n >= BCRYPT_PIECE)
		ck_assert(!unseal(out, BCRYPT_PIECE, key, "store.db", back));
	free(in);
	free(out);
	free(back);
}
END_TEST

START_TEST(a_key_needs_the_passphrase_and_the_salt)
{
	uint8_t salt[BCRYPT_SALT] = { 1 }, a[BCRYPT_KEY], b[BCRYPT_KEY];

	ck_assert(bcrypt_key(STRV("horse"), salt, a));
	ck_assert(bcrypt_key(STRV("horse"), salt, b));
	ck_assert_int_eq(memcmp(a, b, BCRYPT_KEY), 0);
	ck_assert(bcrypt_key(STRV("Horse"), salt, b));
	ck_assert_int_ne(memcmp(a, b, BCRYPT_KEY), 0);
	salt[15] = 1;
	ck_assert(bcrypt_key(STRV("horse"), salt, b));
	ck_assert_int_ne(memcmp(a, b, BCRYPT_KEY), 0);
}
END_TEST

/* --- manifests -------------------------------------------------------------------- */

#define H "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define BOTH "file " H " 1 config.db\nfile " H " 2 store.db\n"

static const struct {
	const char *text;
	enum err err;
	size_t n;
} manifests[] = {
	{ "parley-backup 1\n" BOTH, ERR_OK, 2 },
	{ "parley-backup 1\nversion 9\nin x\n\nsomething new\n" BOTH, ERR_OK,
	  2 },
	{ "parley-backup 1\n" BOTH "file " H " 0 tls/console.pem\n", ERR_OK,
	  3 },
	{ "parley-backup 1\nencrypted 00112233445566778899aabbccddeeff\n"
	  BOTH, ERR_OK, 2 },
	{ "parley-backup 1\n" BOTH "mac box " H "\n", ERR_OK, 2 },
	{ "parley-backup 1\n" BOTH "mac passphrase " H "\n", ERR_OK, 2 },
	{ "parley-backup 1\n" BOTH "mac other " H "\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "mac box 00\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "mac box\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "mac box " H "\nin x\n",
	  ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "mac box " H "\nmac box " H "\n",
	  ERR_BAD_CONTENT, 0 },
	{ "", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 2\n" BOTH, ERR_FORBIDDEN, 0 },
	{ "parley-backup 1\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\nfile " H " 1 config.db\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "file " H " 2 store.db\n",
	  ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\nfile " H " 1 config.db\nfile " H " 2 store.db",
	  ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "file " H " -1 trace.db\n",
	  ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "file " H " 9999999999999999 trace.db\n",
	  ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\n" BOTH "file abc 1 trace.db\n", ERR_BAD_CONTENT,
	  0 },
	{ "parley-backup 1\n" BOTH "file " H " 1\n", ERR_BAD_CONTENT, 0 },
	{ "parley-backup 1\nencrypted 00\n" BOTH, ERR_BAD_CONTENT, 0 },
};

START_TEST(a_manifest_is_read_or_refused)
{
	struct backup_list l;
	struct buf why;

	buf_init(&why, 1000);
	backup_list_init(&l);
	ck_assert_msg(backup_manifest_read(strv(manifests[_i].text), &l,
	    &why) == manifests[_i].err, "%s: %s", manifests[_i].text, why.p);
	if (manifests[_i].err == ERR_OK)
		ck_assert_uint_eq(l.n, manifests[_i].n);
	else
		ck_assert_uint_gt(why.n, 0);
	backup_list_deinit(&l);
	buf_deinit(&why);
}
END_TEST

START_TEST(sizes_that_no_number_holds_are_refused)
{
	struct backup_list l;
	struct buf text, why;

	buf_init(&text, 1 << 20);
	buf_init(&why, 1000);
	buf_addz(&text, "parley-backup 1\n" BOTH);
	for (int i = 0; i < 10000; i++)
		buf_addf(&text, "file " H " 999999999999999 tls/%d\n", i);
	backup_list_init(&l);
	ck_assert_int_eq(backup_manifest_read(buf_strv(&text), &l, &why),
	    ERR_BAD_CONTENT);
	ck_assert_ptr_nonnull(strstr(why.p, "more bytes"));
	ck_assert_int_gt(l.bytes, 0);
	backup_list_deinit(&l);
	buf_deinit(&text);
	buf_deinit(&why);
}
END_TEST

static enum err signed_as(struct strv text, const char *where,
    const uint8_t *key)
{
	struct backup_list l;
	struct buf why;
	enum err e;

	buf_init(&why, 1000);
	backup_list_init(&l);
	e = backup_manifest_read(text, &l, &why);
	if (e == ERR_OK)
		e = backup_signed(text, &l, where, key, &why);
	backup_list_deinit(&l);
	buf_deinit(&why);
	return e;
}

static void box_key(const char *where, const char *bytes)
{
	char path[300];
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/secret.key", where);
	f = fopen(path, "w");
	ck_assert_ptr_nonnull(f);
	ck_assert_int_ge(fputs(bytes, f), 0);
	ck_assert_int_eq(fclose(f), 0);
}

START_TEST(a_manifest_that_was_changed_is_not_what_was_signed)
{
	const char *where = scratch_new();
	const uint8_t key[BCRYPT_KEY] = { 1 }, none[BCRYPT_KEY] = { 0 };
	const uint8_t *with = _i ? key : NULL;
	struct buf b;

	buf_init(&b, 10000);
	buf_addz(&b, "parley-backup 1\n");
	if (with)
		buf_addz(&b, "encrypted 00112233445566778899aabbccddeeff\n");
	buf_addz(&b, BOTH);
	ck_assert_int_eq(signed_as(buf_strv(&b), where, with),
	    ERR_FORBIDDEN);
	ck_assert(with || !backup_sign(&b, where, NULL));
	box_key(where, "a key of this machine");
	ck_assert(backup_sign(&b, where, with));
	ck_assert_int_eq(signed_as(buf_strv(&b), where, with), ERR_OK);
	for (size_t i = 0; i < b.n; i++) {
		b.p[i] ^= 1;
		ck_assert_int_ne(signed_as(buf_strv(&b), where, with),
		    ERR_OK);
		b.p[i] ^= 1;
	}
	box_key(where, "a key of another machine");
	ck_assert_int_eq(signed_as(buf_strv(&b), where, with ? none : NULL),
	    ERR_FORBIDDEN);
	buf_deinit(&b);
}
END_TEST

#define C "content/01/" H
static const struct {
	const char *name;
	bool ok;
} names[] = {
	{ "config.db", true }, { "store.db", true }, { "trace.db", true },
	{ "secret.key", true }, { "tls/console.pem", true },
	{ "tls/a_b-c.key", true }, { C, true },
	{ "", false }, { "config.db-wal", false }, { "/config.db", false },
	{ "./config.db", false }, { "../config.db", false },
	{ "tls", false }, { "tls/", false }, { "tls/..", false },
	{ "tls/.x", false }, { "tls/a/b", false }, { "tls/a b", false },
	{ "content/" H, false }, { "content/02/" H, false },
	{ "content/01/" H "0", false }, { "content/../" H, false },
	{ "content/01/../" H, false }, { C "/x", false },
	{ "content/AB/AB23456789abcdef0123456789abcdef0123456789abcdef01234567"
	  "89abcdef", false },
};

START_TEST(only_names_of_ours_have_a_place)
{
	ck_assert_msg(backup_entry_ok(strv(names[_i].name)) == names[_i].ok,
	    "\"%s\"", names[_i].name);
}
END_TEST

/* --- kills while it is put in place ------------------------------------------------- */

static char dir[200], file[400];
static struct backup_progress progress;

static void sql(enum db_which which, const char *text)
{
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db_writer(which)->h, text, NULL, NULL,
	    &why) == SQLITE_OK, "%s", why);
}

static int64_t number(enum db_which which, const char *text)
{
	struct stmt *s = stmt(db_writer(which), text);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	(void)stmt_stop(s);
	return n;
}

__attribute__((format(printf, 1, 2)))
static void shell(const char *fmt, ...)
{
	char command[2000];
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(command, sizeof(command), fmt, ap);
	va_end(ap);
	ck_assert_int_eq(system(command), 0);
}

/* A site with a setting, its backup, and then another setting. */
static void prepare(void)
{
	const struct backup_options o = { .dir = dir };
	char name[BACKUP_NAME];
	struct buf why;

	buf_init(&why, 1000);
	(void)snprintf(dir, sizeof(dir), "%s", scratch_new());
	world_open(dir);
	box_key(dir, "a key");
	sql(DB_CONFIG, "INSERT INTO setting VALUES ('site domain', 'before')");
	sql(DB_CONFIG, "INSERT INTO override VALUES (0, 'then', 1, '', '', "
	    "0, 0)");
	ck_assert_msg(backup_make(&o, &progress, name, &why) == ERR_OK, "%s",
	    why.p);
	sql(DB_CONFIG, "UPDATE setting SET value = 'after'");
	sql(DB_CONFIG, "UPDATE override SET name = 'now'");
	sql(DB_CONFIG, "INSERT INTO admin VALUES (1, 'alice', NULL, NULL, 1, "
	    "NULL, 0, 0, 0)");
	sql(DB_STORE, "UPDATE charge_position SET seq = 7");
	sql(DB_STORE, "INSERT INTO charge VALUES (8, 2, 'two'), "
	    "(10, 1, 'one')");
	sql(DB_CONFIG, "INSERT INTO revision (id, time, actor, comment) "
	    "VALUES (41, 0, 'a', '')");
	world_close();
	(void)snprintf(file, sizeof(file), "%s/backup/%s", dir, name);
	ck_assert_msg(backup_stage(file, &o, STRV("alice"), &progress,
	    &why) == ERR_OK, "%s", why.p);
	buf_deinit(&why);
}

static void taken_is_whole(void)
{
	struct buf why;
	bool taken;

	buf_init(&why, 1000);
	ck_assert_msg(backup_take(dir, false, &taken, &why) == ERR_OK, "%s", why.p);
	ck_assert(taken);
	ck_assert_int_eq(backup_take(dir, false, &taken, &why), ERR_OK);
	ck_assert(!taken);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'before'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM revision "
	    "WHERE id = 42 AND comment LIKE 'restored from %'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'backup restore' AND actor = 'alice'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT sum(1 + (name <> 'now')) "
	    "FROM override"), 1);
	ck_assert_int_eq(number(DB_STORE, "SELECT seq FROM "
	    "charge_position"), 7);
	ck_assert_int_eq(number(DB_STORE, "SELECT sum(seq) FROM charge"), 18);
	world_close();
	buf_deinit(&why);
}

/* --- what somebody slipped in --------------------------------------------------- */

static void sql_in(const char *path, const char *text)
{
	sqlite3 *h = NULL;
	char *why = NULL;

	ck_assert_int_eq(sqlite3_open(path, &h), SQLITE_OK);
	ck_assert_msg(sqlite3_exec(h, text, NULL, NULL, &why) == SQLITE_OK,
	    "%s", why);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
}

#define TRIGGER "CREATE TRIGGER x AFTER INSERT ON audit " \
	"BEGIN DELETE FROM setting; END"

static const char *const slipped[] = {
	TRIGGER,
	"CREATE VIEW v AS SELECT * FROM setting",
	/* behind a NUL at the end of what SQLite reads */
	"PRAGMA writable_schema = ON; UPDATE sqlite_schema SET sql = sql || "
	"char(0) || 'x' WHERE rowid = (SELECT rowid FROM sqlite_schema WHERE "
	"sql IS NOT NULL AND name <> 'sqlite_sequence' "
	"ORDER BY type DESC, name DESC LIMIT 1);" TRIGGER,
};

START_TEST(a_database_with_something_slipped_in_is_not_ours)
{
	char ready[300], path[400];
	struct backup_list l;
	struct buf found, why;

	prepare();
	(void)snprintf(ready, sizeof(ready), "%s/restore.ready", dir);
	(void)snprintf(path, sizeof(path), "%s/config.db", ready);
	buf_init(&found, 10000);
	buf_init(&why, 1000);
	backup_list_init(&l);
	ck_assert_int_eq(backup_manifest_read(STRV("parley-backup 1\n" BOTH),
	    &l, &why), ERR_OK);
	ck_assert_msg(backup_check(ready, &l, &found, &why) == ERR_OK, "%s",
	    why.p);
	sql_in(path, slipped[_i]);
	ck_assert_int_eq(backup_check(ready, &l, &found, &why),
	    ERR_BAD_CONTENT);
	ck_assert_str_eq(why.p,
	    "config.db of this backup: its tables are not ours");
	backup_list_deinit(&l);
	buf_deinit(&found);
	buf_deinit(&why);
}
END_TEST

/* --- administrators and audit stay ------------------------------------------------ */

static void old_config(const char *path, int version)
{
	char pragma[40];
	sqlite3 *h = NULL;

	ck_assert_int_eq(unlink(path), 0);
	ck_assert_int_eq(sqlite3_open(path, &h), SQLITE_OK);
	ck_assert(migrate_empty(h, DB_CONFIG, version));
	(void)snprintf(pragma, sizeof(pragma), "PRAGMA user_version = %d",
	    version);
	ck_assert_int_eq(sqlite3_exec(h, pragma, NULL, NULL, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_exec(h, "INSERT INTO setting VALUES "
	    "('site domain', 'before'); INSERT INTO audit (time, actor, "
	    "action, object, detail) VALUES (1, 'a', 'of the backup', '', "
	    "'')", NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_close(h), SQLITE_OK);
}

START_TEST(administrators_and_audit_outlive_the_backup_of_an_older_program)
{
	char path[400];
	struct audit_verdict v;
	struct buf why;
	bool taken;

	prepare();
	world_open(dir);
	ck_assert_int_eq(audit_put(db_writer(DB_CONFIG), STRV("alice"),
	    STRV("of now"), STRV("x"), STRV("")), ERR_OK);
	world_close();
	(void)snprintf(path, sizeof(path), "%s/restore.ready/config.db", dir);
	old_config(path, _i);
	buf_init(&why, 1000);
	ck_assert_msg(backup_take(dir, false, &taken, &why) == ERR_OK, "%s", why.p);
	ck_assert(taken);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'before'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM admin "
	    "WHERE name = 'alice'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'of now'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'of the backup'"), 0);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'backup restore'"), 1);
	ck_assert_int_eq(audit_verify_in(db_writer(DB_CONFIG), &v), ERR_OK);
	ck_assert(!v.broken);
	world_close();
	buf_deinit(&why);
}
END_TEST

/* what is wrong with the one in force: shell lines */
static const char *const lost[] = {
	"mv config.db kept && rm -f config.db-* && mkdir config.db",
	"cp config.db kept && rm -f config.db-* && "
	"dd if=/dev/zero of=config.db bs=1k count=40 conv=notrunc "
	"2>/dev/null",
};

/* A restore that is ready, with config.db lost in that way. */
static enum err take_with_lost(const char *how, bool aside, struct buf *why)
{
	bool taken;
	enum err e;

	prepare();
	shell("cd %s && %s", dir, how);
	buf_init(why, 1000);
	e = backup_take(dir, aside, &taken, why);
	ck_assert_int_eq(taken, e == ERR_OK);
	return e;
}

START_TEST(nothing_is_restored_where_administrators_cannot_be_kept)
{
	struct buf why;

	ck_assert_int_eq(take_with_lost(lost[_i], false, &why),
	    ERR_BAD_CONTENT);
	ck_assert_str_eq(why.p, "administrators and audit could not be kept; "
	    "nothing was restored");
	shell("cd %s && test ! -e restore.ready && test ! -e restore.old && "
	    "rm -r config.db && mv kept config.db", dir);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'after'"), 1);
	world_close();
	buf_deinit(&why);
}
END_TEST

/* proves APP-02 */
START_TEST(a_restore_by_hand_sets_aside_what_cannot_be_read)
{
	struct buf why;

	ck_assert_msg(take_with_lost(lost[_i], true, &why) == ERR_OK, "%s",
	    why.p);
	shell("cd %s && test -e restore.old/config.db", dir);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'before'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'backup restore' AND detail LIKE "
	    "'what was in force could not be read%'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM revision "
	    "WHERE comment LIKE 'restored from %'"), 1);
	world_close();
	buf_deinit(&why);
}
END_TEST

START_TEST(what_an_older_program_left_in_force_is_kept)
{
	char path[400];
	struct buf why;
	bool taken;

	prepare();
	(void)snprintf(path, sizeof(path), "%s/config.db", dir);
	shell("rm -f %s-*", path);
	old_config(path, _i);
	buf_init(&why, 1000);
	ck_assert_msg(backup_take(dir, false, &taken, &why) == ERR_OK, "%s",
	    why.p);
	ck_assert(taken);
	shell("cd %s && test ! -e restore.ready", dir);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'before'"), 1);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM audit "
	    "WHERE action = 'of the backup'"), 1);
	world_close();
	buf_deinit(&why);
}
END_TEST

/* where a kill may have left it: what was done by then, as shell lines */
static const char *const kills[] = {
	"true",
	/* merged, not swapped */
	"cp -r restore.ready x && : > restore.ready/swapping && "
	"mkdir -p restore.old && rm -r x",
	/* the old one is away, the new one not there */
	": > restore.ready/swapping && mkdir restore.old && "
	"mv config.db restore.old/",
	/* the old logs are away */
	": > restore.ready/swapping && mkdir restore.old && "
	": > config.db-wal && mv config.db-wal restore.old/",
};

START_TEST(a_restore_goes_on_after_a_kill)
{
	struct buf why;
	bool taken;

	prepare();
	buf_init(&why, 1000);
	if (_i >= 2) {
		/* as far as the marks say: merge it, then stop before */
		shell("cd %s && cp config.db kept && cp store.db kept2", dir);
		ck_assert_int_eq(backup_take(dir, false, &taken, &why), ERR_OK);
		shell("cd %s && rm -rf restore.old && mkdir restore.ready && "
		    "mv config.db store.db restore.ready/ && mv kept config.db "
		    "&& mv kept2 store.db && cd restore.ready && "
		    ": > complete && : > merged", dir);
	}
	shell("cd %s && %s", dir, kills[_i]);
	taken_is_whole();
	buf_deinit(&why);
}
END_TEST

/* What DIR had counted, what the backup had; and what is there afterwards. */
static const struct {
	const char *name, *backup, *now;
	int64_t position, rows, first, end;
} counts[] = {
	{ "the backup is older", "UPDATE charge_position SET seq = 3;"
	  "INSERT INTO charge VALUES (4, 2, 'in files since')",
	  "UPDATE charge_position SET seq = 7;"
	  "INSERT INTO charge VALUES (8, 2, 'waits')", 7, 1, 8, 9 },
	{ "what the backup has still waits",
	  "UPDATE charge_position SET seq = 3;"
	  "INSERT INTO charge VALUES (4, 2, 'waits')",
	  "UPDATE charge_position SET seq = 3;"
	  "INSERT INTO charge VALUES (4, 2, 'waits'), (6, 1, 'too')",
	  3, 2, 4, 6 },
	{ "on a new machine it goes on behind the backup",
	  "UPDATE charge_position SET seq = 40;"
	  "INSERT INTO charge VALUES (41, 2, 'in files there')",
	  "INSERT INTO charge VALUES (1, 3, 'waits')", 42, 1, 43, 45 },
	{ "an older program was there, with a row for each fact",
	  "UPDATE charge_position SET seq = 3", "UPDATE charge_position "
	  "SET seq = 7; DROP TABLE charge; CREATE TABLE charge (id INTEGER "
	  "PRIMARY KEY AUTOINCREMENT, message, leg, state, was, at);"
	  "INSERT INTO charge VALUES (8, 1, 0, 0, 0, 5), "
	  "(9, 1, 256, 3, 2, 6)", 7, 2, 8, 9 },
};

START_TEST(charging_neither_repeats_nor_skips_over_a_restore)
{
	const struct backup_options o = { .dir = dir };
	char name[BACKUP_NAME];
	struct buf why;
	bool taken;

	buf_init(&why, 1000);
	(void)snprintf(dir, sizeof(dir), "%s", scratch_new());
	world_open(dir);
	box_key(dir, "a key");
	sql(DB_CONFIG, "INSERT INTO setting VALUES ('site domain', 'x')");
	sql(DB_STORE, counts[_i].backup);
	ck_assert_int_eq(backup_make(&o, &progress, name, &why), ERR_OK);
	sql(DB_STORE, "DELETE FROM charge;"
	    "UPDATE charge_position SET seq = 0");
	sql(DB_STORE, counts[_i].now);
	world_close();
	(void)snprintf(file, sizeof(file), "%s/backup/%s", dir, name);
	ck_assert_msg(backup_stage(file, &o, STRV("alice"), &progress,
	    &why) == ERR_OK, "%s", why.p);
	ck_assert_int_eq(backup_take(dir, false, &taken, &why), ERR_OK);
	world_open(dir);
	ck_assert_msg(number(DB_STORE, "SELECT seq FROM charge_position") ==
	    counts[_i].position, "%s", counts[_i].name);
	ck_assert_int_eq(number(DB_STORE, "SELECT count(*) FROM charge"),
	    counts[_i].rows);
	ck_assert_int_eq(number(DB_STORE, "SELECT min(seq) FROM charge"),
	    counts[_i].first);
	ck_assert_int_eq(number(DB_STORE, "SELECT max(seq + n - 1) "
	    "FROM charge"), counts[_i].end);
	ck_assert_int_eq(number(DB_STORE, "SELECT count(*) FROM charge "
	    "WHERE facts NOT IN ('waits', 'too', "
	    "'00000000000001000000000000005' || char(10), "
	    "'00000000000001002300000000006' || char(10))"), 0);
	world_close();
	buf_deinit(&why);
}
END_TEST

START_TEST(what_is_not_complete_is_not_taken)
{
	struct buf why;
	bool taken;

	prepare();
	buf_init(&why, 1000);
	shell("rm %s/restore.ready/complete", dir);
	ck_assert_int_eq(backup_take(dir, false, &taken, &why), ERR_OK);
	ck_assert(!taken);
	world_open(dir);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM setting "
	    "WHERE value = 'after'"), 1);
	world_close();
	buf_deinit(&why);
}
END_TEST

/* --- pruning ---------------------------------------------------------------------- */

static bool count_one(const struct backup_file *f, void *arg)
{
	(void)f;
	++*(int *)arg;
	return true;
}

START_TEST(only_the_newest_backups_and_copies_stay)
{
	int n = 0;

	(void)snprintf(dir, sizeof(dir), "%s", scratch_new());
	shell("cd %s && mkdir backup && cd backup && for i in 1 2 3 4 5; do "
	    ": > parley-2026010$i-000000-aaaa.cpmbak; "
	    ": > store-v1-before-v2-100$i.db; "
	    ": > config-v1-before-v2-100$i.db; done; : > other; "
	    ": > upload-20270101-000000-aaaa.cpmbak; : > moved.cpmbak", dir);
	backup_prune(dir, 2);
	backup_prune_migrated(dir, 3);
	(void)backup_each(dir, count_one, &n);
	ck_assert_int_eq(n, 4);
	shell("cd %s/backup && test -e upload-20270101-000000-aaaa.cpmbak && "
	    "test -e moved.cpmbak && test -e parley-20260105-000000-aaaa.cpmbak && "
	    "test -e parley-20260104-000000-aaaa.cpmbak && "
	    "test \"$(ls | grep -c before)\" = 6 && "
	    "test -e store-v1-before-v2-1003.db && "
	    "test ! -e store-v1-before-v2-1002.db && "
	    "test -e config-v1-before-v2-1005.db && test -e other", dir);
	ck_assert(backup_name_ok(STRV("parley-1.cpmbak")));
	ck_assert(!backup_name_ok(STRV("../x.cpmbak")));
	ck_assert(!backup_name_ok(STRV("x.cpmbak/..")));
	ck_assert(!backup_name_ok(STRV(".cpmbak")));
	ck_assert(!backup_name_ok(STRV("..cpmbak")));
	ck_assert(!backup_name_ok(STRV("x.db")));
}
END_TEST

/* --- contents of nobody ------------------------------------------------------------- */

START_TEST(contents_that_nobody_has_are_swept_and_others_stay)
{
	uint8_t hash[BLOB_HASH];
	char kept[65], path[400], orphan[400];

	(void)snprintf(dir, sizeof(dir), "%s", scratch_new());
	world_open(dir);
	ck_assert_int_eq(blob_put(db_writer(DB_STORE), STRV("kept"), hash),
	    ERR_OK);
	hex_encode(hash, BLOB_HASH, kept);
	(void)snprintf(path, sizeof(path), "%s/content/%.2s/%s", dir, kept,
	    kept);
	shell("cd %s/content && mkdir -p ab && : > ab/ab%062d && "
	    ": > ab/other && touch -d '3 hours ago' ab/* && "
	    "touch -d '3 hours ago' %s && : > ab/ab%062d", dir, 1, path, 2);
	(void)snprintf(orphan, sizeof(orphan), "%s/content/ab/ab%062d", dir,
	    1);
	work_start(1);
	sweep_start();
	now_freeze(now_ms() + 61000);
	while (access(orphan, F_OK) == 0) {
		world_drain();
		(void)poll(NULL, 0, 5);
	}
	world_drain();
	now_freeze(-1);
	sweep_stop();
	work_stop();
	shell("cd %s/content && test -e ab/ab%062d && test -e ab/other && "
	    "test -e %s", dir, 2, path);
	world_close();
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("backup");
	TCase *tc = tcase_create("backup");

	tcase_set_timeout(tc, 30);
	tcase_add_rows(tc,
	    what_is_sealed_opens_with_the_same_key_and_name_alone, sizes);
	tcase_add_test(tc, a_key_needs_the_passphrase_and_the_salt);
	tcase_add_rows(tc, a_manifest_is_read_or_refused, manifests);
	tcase_add_test(tc, sizes_that_no_number_holds_are_refused);
	tcase_add_loop_test(tc,
	    a_manifest_that_was_changed_is_not_what_was_signed, 0, 2);
	tcase_add_rows(tc, only_names_of_ours_have_a_place, names);
	tcase_add_rows(tc, a_database_with_something_slipped_in_is_not_ours,
	    slipped);
	tcase_add_loop_test(tc,
	    administrators_and_audit_outlive_the_backup_of_an_older_program,
	    1, 8);
	tcase_add_rows(tc, nothing_is_restored_where_administrators_cannot_be_kept,
	    lost);
	tcase_add_rows(tc, a_restore_by_hand_sets_aside_what_cannot_be_read,
	    lost);
	tcase_add_loop_test(tc, what_an_older_program_left_in_force_is_kept,
	    1, 17);
	tcase_add_rows(tc, a_restore_goes_on_after_a_kill, kills);
	tcase_add_rows(tc,
	    charging_neither_repeats_nor_skips_over_a_restore, counts);
	tcase_add_test(tc, what_is_not_complete_is_not_taken);
	tcase_add_test(tc, only_the_newest_backups_and_copies_stay);
	tcase_add_test(tc,
	    contents_that_nobody_has_are_swept_and_others_stay);
	suite_add_tcase(s, tc);
	return s;
}
