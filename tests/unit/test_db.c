/* test_db.c - store/db.h: connections, statements, migrations. */

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "runner.h"
#include "store/db_priv.h"

#define SQL(name, text) \
	{ name, (const unsigned char *)text, sizeof(text) - 1 }
#define END_OF_SET { NULL, NULL, 0 }

static const struct asset none[] = { END_OF_SET };
static const struct asset one[] = {
	SQL("001_init.sql", "CREATE TABLE t (a INTEGER PRIMARY KEY, "
	    "b TEXT UNIQUE, c BLOB) STRICT; INSERT INTO t VALUES (1, 'x', x'00');"),
	END_OF_SET
};
static const struct asset two[] = {
	SQL("001_init.sql", "CREATE TABLE wrong (never INTEGER);"),
	SQL("002_more.sql", "ALTER TABLE t ADD COLUMN d INTEGER; "
	    "UPDATE t SET d = 7;"),
	END_OF_SET
};
static const struct asset broken[] = {
	SQL("001_init.sql", ""),
	SQL("002_more.sql", "CREATE TABLE half (a INTEGER); "
	    "CREATE TABEL other (b INTEGER);"),
	END_OF_SET
};

static struct buf why;

static enum err open_with(const char *dir, const struct asset *config,
    const struct asset *store)
{
	const struct asset *sets[DB_N] = { config, store, none };

	buf_clear(&why);
	return db_open_from(dir, sets, &why);
}

static void begin(void)
{
	buf_init(&why, 1000);
}

static void finish(void)
{
	db_close_all();
	buf_deinit(&why);
}

static int64_t number(const char *sql)
{
	struct stmt *s = stmt(db_writer(DB_STORE), sql);
	int64_t v = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return v;
}

static size_t backups(const char *dir)
{
	char command[400];
	FILE *p;
	int n = -1;

	(void)snprintf(command, sizeof(command),
	    "ls %s/backup 2>/dev/null | wc -l", dir);
	p = popen(command, "r");
	ck_assert_int_eq(fscanf(p, "%d", &n), 1);
	(void)pclose(p);
	return (size_t)n;
}

/* --- migrations ----------------------------------------------------------- */

START_TEST(a_fresh_folder_gets_all_databases)
{
	const char *dir = scratch_new();
	char path[400];
	struct stat st;

	ck_assert_int_eq(open_with(dir, one, one), ERR_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM t"), 1);
	ck_assert_int_eq(number("PRAGMA user_version"), 1);
	ck_assert_uint_eq(backups(dir), 0);
	(void)snprintf(path, sizeof(path), "%s/store.db-wal", dir);
	ck_assert_int_eq(stat(path, &st), 0);
	ck_assert_int_eq(st.st_mode & 077, 0);
}
END_TEST

START_TEST(the_shipped_migrations_apply)
{
	ck_assert_msg(db_open_all(scratch_new(), &why) == ERR_OK, "%s", why.p);
}
END_TEST

START_TEST(every_connection_has_the_pragmas)
{
	static const struct {
		const char *sql;
		const char *value;
	} rows[] = {
		{ "PRAGMA journal_mode", "wal" },
		{ "PRAGMA synchronous", "2" },
		{ "PRAGMA busy_timeout", "5000" },
		{ "PRAGMA wal_autocheckpoint", "1000" },
		{ "PRAGMA journal_size_limit", "67108864" },
		{ "PRAGMA foreign_keys", "1" },
		{ "PRAGMA trusted_schema", "0" },
		{ "PRAGMA temp_store", "2" },
		{ "PRAGMA cache_size", "-65536" },
		{ "PRAGMA secure_delete", "2" },
	};
	sqlite3_stmt *s;

	ck_assert_int_eq(open_with(scratch_new(), one, one), ERR_OK);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		ck_assert_int_eq(sqlite3_prepare_v2(db_writer(DB_STORE)->h,
		    rows[i].sql, -1, &s, NULL), SQLITE_OK);
		ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
		ck_assert_msg(strcmp((const char *)sqlite3_column_text(s, 0),
		    rows[i].value) == 0, "%s", rows[i].sql);
		(void)sqlite3_finalize(s);
	}
	ck_assert_int_eq(sqlite3_prepare_v2(db_writer(DB_TRACE)->h,
	    "PRAGMA synchronous", -1, &s, NULL), SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	ck_assert_int_eq(sqlite3_column_int(s, 0), 0);
	(void)sqlite3_finalize(s);
}
END_TEST

START_TEST(an_old_database_is_copied_and_brought_forward)
{
	const char *dir = scratch_new();

	ck_assert_int_eq(open_with(dir, none, one), ERR_OK);
	db_close_all();
	ck_assert_int_eq(open_with(dir, none, two), ERR_OK);
	ck_assert_int_eq(number("SELECT d FROM t"), 7);
	ck_assert_int_eq(number("PRAGMA user_version"), 2);
	ck_assert_uint_eq(backups(dir), 1);
	db_close_all();
	ck_assert_int_eq(open_with(dir, none, two), ERR_OK);
	ck_assert_uint_eq(backups(dir), 1);
}
END_TEST

START_TEST(a_newer_database_is_refused_untouched)
{
	const char *dir = scratch_new();

	ck_assert_int_eq(open_with(dir, none, one), ERR_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM t"), 1);
	ck_assert_int_eq(db_exec(db_writer(DB_STORE),
	    "PRAGMA user_version=9"), ERR_OK);
	db_close_all();
	ck_assert_int_eq(open_with(dir, one, one), ERR_FORBIDDEN);
	ck_assert_ptr_nonnull(strstr(why.p, "store.db has version 9"));
	/* and the other one was not made */
	ck_assert_int_eq(open_with(dir, none, one), ERR_FORBIDDEN);
}
END_TEST

START_TEST(a_failed_migration_changes_nothing_anywhere)
{
	const char *dir = scratch_new();

	ck_assert_int_eq(open_with(dir, one, one), ERR_OK);
	db_close_all();
	ck_assert_int_eq(open_with(dir, two, broken), ERR_FORBIDDEN);
	ck_assert_ptr_nonnull(strstr(why.p, "002_more.sql"));
	ck_assert_int_eq(open_with(dir, one, one), ERR_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM sqlite_schema "
	    "WHERE name = 'half'"), 0);
	ck_assert_int_eq(number("PRAGMA user_version"), 1);
}
END_TEST

START_TEST(a_full_disk_refuses_the_migration)
{
	const char *dir = scratch_new();

	faultfs_install();
	ck_assert_int_eq(open_with(dir, none, one), ERR_OK);
	db_close_all();
	faultfs_fail(_i, SQLITE_FULL);
	ck_assert_int_ne(open_with(dir, none, two), ERR_OK);
	faultfs_heal();
	ck_assert_int_eq(open_with(dir, none, one), ERR_OK);
	ck_assert_int_eq(number("SELECT count(*) FROM t"), 1);
}
END_TEST

START_TEST(two_daemons_do_not_share_a_folder)
{
	const char *dir = scratch_new();
	char path[400];
	int fd;

	ck_assert_int_eq(open_with(dir, none, one), ERR_OK);
	(void)snprintf(path, sizeof(path), "%s/lock", dir);
	fd = open(path, O_RDWR);
	ck_assert_int_ne(flock(fd, LOCK_EX | LOCK_NB), 0);
	db_close_all();
	ck_assert_int_eq(flock(fd, LOCK_EX | LOCK_NB), 0);
	ck_assert_int_eq(open_with(dir, none, one), ERR_STORAGE);
	ck_assert_ptr_nonnull(strstr(why.p, "another daemon"));
}
END_TEST

/* --- statements ----------------------------------------------------------- */

static const char *kept;	/* made before the fork, so removed by it */

static void keep(void)
{
	kept = scratch_new();
}

static void fresh(void)
{
	ck_assert_int_eq(open_with(kept ? kept : scratch_new(), one, one),
	    ERR_OK);
}

START_TEST(what_is_bound_comes_back)
{
	struct db *db;
	struct stmt *s;
	struct strv v;

	fresh();
	db = db_writer(DB_STORE);
	s = stmt(db, "INSERT INTO t (a, b, c) VALUES (?, ?, ?)");
	stmt_int(s, INT64_MIN);
	stmt_text(s, STRV("a\0b"));
	stmt_blob(s, STRV(""));
	ck_assert_int_eq(stmt_end(s), ERR_OK);
	ck_assert_int_eq(db_changes(db), 1);
	s = stmt(db, "INSERT INTO t (a, b, c) VALUES (?, ?, ?)");
	stmt_int(s, 2);
	stmt_text(s, STRV(""));
	stmt_blob(s, STRV_NONE);
	ck_assert_int_eq(stmt_end(s), ERR_OK);
	s = stmt(db, "SELECT a, b, c FROM t WHERE a <> 1 ORDER BY a");
	ck_assert(stmt_row(s));
	ck_assert_int_eq(col_int(s), INT64_MIN);
	ck_assert(strv_eq(col_text(s), STRV("a\0b")));
	v = col_text(s);
	ck_assert(v.p && v.n == 0);
	ck_assert(stmt_row(s));
	ck_assert_int_eq(col_int(s), 2);
	v = col_text(s);
	ck_assert(v.p && v.n == 0);
	ck_assert_ptr_null(col_text(s).p);
	ck_assert(!stmt_row(s));
	ck_assert(!stmt_row(s));
	ck_assert_int_eq(stmt_end(s), ERR_OK);
}
END_TEST

START_TEST(a_constraint_is_busy_and_not_a_fault)
{
	struct stmt *s;

	fresh();
	for (int i = 0; i < 2; i++) {
		s = stmt(db_writer(DB_STORE),
		    "INSERT INTO t (a, b) VALUES (?, 'same')");
		stmt_int(s, 5 + i);
		ck_assert_int_eq(stmt_end(s), i ? ERR_BUSY : ERR_OK);
	}
	ck_assert_int_eq(number("SELECT count(*) FROM t"), 2);
}
END_TEST

START_TEST(the_first_failure_sticks)
{
	struct stmt *s;

	fresh();
	s = stmt(db_writer(DB_STORE), "SELECT nothing FROM nowhere");
	stmt_int(s, 1);
	ck_assert(!stmt_row(s));
	ck_assert_int_eq(col_int(s), 0);
	ck_assert_ptr_null(col_text(s).p);
	ck_assert_int_eq(stmt_end(s), ERR_STORAGE);
}
END_TEST

START_TEST(a_query_may_stop_early)
{
	struct stmt *s;

	fresh();
	for (int i = 0; i < 2; i++) {
		s = stmt(db_writer(DB_STORE), "SELECT a FROM t");
		ck_assert(stmt_row(s));
		ck_assert_int_eq(stmt_stop(s), ERR_OK);
	}
}
END_TEST

START_TEST(a_parameter_left_out_is_a_bug)
{
	struct stmt *s;

	fresh();
	s = stmt(db_writer(DB_STORE), "INSERT INTO t (a, b) VALUES (?, ?)");
	stmt_int(s, 1);
	(void)stmt_end(s);	/* aborts */
}
END_TEST

START_TEST(a_statement_used_twice_at_once_is_a_bug)
{
	static const char sql[] = "SELECT a FROM t";

	fresh();
	(void)stmt_row(stmt(db_writer(DB_STORE), sql));
	(void)stmt(db_writer(DB_STORE), sql);	/* aborts */
}
END_TEST

/* --- readers -------------------------------------------------------------- */

static void *read_elsewhere(void *arg)
{
	struct db *db = db_reader(DB_STORE);
	struct stmt *s = stmt(db, "SELECT count(*) FROM t");
	int64_t *n = arg;

	*n = stmt_row(s) ? col_int(s) : -1;
	(void)stmt_end(s);
	ck_assert_ptr_eq(db_reader(DB_STORE), db);
	return db;
}

START_TEST(each_thread_reads_by_its_own_connection)
{
	int64_t n = 0, here;
	pthread_t t;
	void *other, *mine;

	fresh();
	mine = read_elsewhere(&here);
	ck_assert_int_eq(pthread_create(&t, NULL, read_elsewhere, &n), 0);
	ck_assert_int_eq(pthread_join(t, &other), 0);
	ck_assert_int_eq(n, 1);
	ck_assert_int_eq(here, 1);
	ck_assert_ptr_ne(mine, other);
	db_close_all();
	fresh();
	(void)read_elsewhere(&here);
	ck_assert_int_eq(here, 1);
}
END_TEST

START_TEST(a_reader_cannot_write)
{
	fresh();
	ck_assert_int_eq(db_exec(db_reader(DB_STORE), "DELETE FROM t"),
	    ERR_STORAGE);
	ck_assert_int_eq(number("SELECT count(*) FROM t"), 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("db");
	TCase *tc = tcase_create("migrations");

	tcase_add_checked_fixture(tc, begin, finish);
	tcase_add_test(tc, a_fresh_folder_gets_all_databases);
	tcase_add_test(tc, the_shipped_migrations_apply);
	tcase_add_test(tc, every_connection_has_the_pragmas);
	tcase_add_test(tc, an_old_database_is_copied_and_brought_forward);
	tcase_add_test(tc, a_newer_database_is_refused_untouched);
	tcase_add_test(tc, a_failed_migration_changes_nothing_anywhere);
	tcase_add_loop_test(tc, a_full_disk_refuses_the_migration, 0, 6);
	tcase_add_test(tc, two_daemons_do_not_share_a_folder);
	suite_add_tcase(s, tc);

	tc = tcase_create("statements");
	tcase_add_checked_fixture(tc, begin, finish);
	tcase_add_test(tc, what_is_bound_comes_back);
	tcase_add_test(tc, a_constraint_is_busy_and_not_a_fault);
	tcase_add_test(tc, the_first_failure_sticks);
	tcase_add_test(tc, a_query_may_stop_early);
	suite_add_tcase(s, tc);

	tc = tcase_create("readers");
	tcase_add_checked_fixture(tc, begin, finish);
	tcase_add_test(tc, each_thread_reads_by_its_own_connection);
	tcase_add_test(tc, a_reader_cannot_write);
	suite_add_tcase(s, tc);

	tc = tcase_create("bugs");
	tcase_add_unchecked_fixture(tc, keep, NULL);
	tcase_add_checked_fixture(tc, begin, finish);
	tcase_add_test_raise_signal(tc, a_parameter_left_out_is_a_bug,
	    SIGABRT);
	tcase_add_test_raise_signal(tc, a_statement_used_twice_at_once_is_a_bug,
	    SIGABRT);
	suite_add_tcase(s, tc);
	return s;
}
