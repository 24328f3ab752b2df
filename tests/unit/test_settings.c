/* test_settings.c - store/settings.h and store/audit.h. */

#define LOG_UNIT "test"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/log.h"
#include "loop/loop.h"
#include "runner.h"
#include "store/audit.h"
#include "store/revisions.h"
#include "store/writer.h"

static const struct conf_row rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .help = "where" },
	{ .name = "window", .type = CONF_INT, .fallback = "10", .min = 1,
	  .max = 1000, .help = "many" },
	{ .name = "password", .type = CONF_SECRET, .help = "secret" },
};

static int applied;

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	applied++;
}

static const struct conf_section gateway = {
	"gateway", true, "a gateway", rows, 3, apply, NULL,
};

static struct {
	int n;
	enum err err;
	int64_t revision;
} saved;

static char dir[64], key[128];

static void open_all(void)
{
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(db_open_all(dir, &why) == ERR_OK, "%s", why.p);
	buf_deinit(&why);
	conf_register(&gateway);
	ck_assert(conf_seal_open(key) == ERR_OK);
	ck_assert(settings_load() == ERR_OK);
}

static void close_all(void)
{
	conf_reset();
	db_close_all();
}

static void setup(void)
{
	log_max = LOG_ERR_;
	memset(&saved, 0, sizeof(saved));
	applied = 0;
	strcpy(dir, "/tmp/parley-settings-XXXXXX");
	ck_assert(mkdtemp(dir) != NULL);
	(void)snprintf(key, sizeof(key), "%s/secret.key", dir);
	open_all();
}

static void teardown(void)
{
	char command[128];

	close_all();
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert(system(command) == 0);
}

static void on_saved(enum err e, int64_t revision, void *arg)
{
	ck_assert_ptr_eq(arg, &saved);
	saved.n++;
	saved.err = e;
	saved.revision = revision;
}

static void put(const char *lines)
{
	struct conf_edit *e = conf_edit_new();
	struct strv rest = strv(lines);
	struct buf why;

	buf_init(&why, 1024);
	while (rest.p)
		ck_assert_msg(conf_edit_line(e, strv_split(rest, '\n', &rest),
		    &why) == ERR_OK, "%s", why.p);
	ck_assert(conf_edit_check(e, &why) == ERR_OK);
	buf_deinit(&why);
	settings_save(e, STRV("uid:7"), STRV("why not"), on_saved, &saved);
}

static void settle(void)
{
	for (int i = 0; i < 3; i++) {
		writer_drain();
		loop_drain();
	}
}

static bool note_audit(const struct audit_row *row, void *arg)
{
	buf_addf(arg, "%d %.*s|%.*s|%.*s|%.*s\n", (int)row->id,
	    STRV_ARG(row->actor), STRV_ARG(row->action),
	    STRV_ARG(row->object), STRV_ARG(row->detail));
	return false;
}

static void note_revision(const struct revision_row *row, void *arg)
{
	buf_addf(arg, "%d %.*s|%.*s|%.*s\n", (int)row->id,
	    STRV_ARG(row->actor), STRV_ARG(row->comment),
	    STRV_ARG(row->changes));
}

START_TEST(a_saved_edit_survives_a_restart)
{
	struct buf b;

	put("set gateway a address 127.0.0.1:1\nset gateway a window 5\n"
	    "set gateway a password geheim");
	ck_assert_int_eq(saved.n, 0);	/* never inside the call */
	settle();
	ck_assert_int_eq(saved.n, 1);
	ck_assert_int_eq(saved.err, ERR_OK);
	ck_assert_int_eq(saved.revision, 1);
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 5);
	close_all();
	open_all();
	ck_assert_int_eq(settings_revision(), 1);
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 5);
	ck_assert_str_eq(conf_text("gateway", "a", "address"), "127.0.0.1:1");
	buf_init(&b, 64);
	ck_assert(conf_secret("gateway", "a", "password", &b) == ERR_OK);
	ck_assert_str_eq(b.p, "geheim");
	buf_deinit(&b);
}
END_TEST

START_TEST(nothing_is_in_force_before_it_is_on_disk)
{
	put("set gateway a window 5");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	ck_assert_int_eq(applied, 0);
	settle();
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 5);
	ck_assert_int_eq(applied, 1);
}
END_TEST

START_TEST(a_deleted_value_is_gone_after_a_restart)
{
	put("set gateway a window 5\nset gateway b window 6");
	settle();
	put("delete gateway a");
	settle();
	ck_assert_int_eq(saved.revision, 2);
	close_all();
	open_all();
	ck_assert(!conf_is_set("gateway", "a", "window"));
	ck_assert(conf_is_set("gateway", "b", "window"));
}
END_TEST

START_TEST(an_edit_without_a_change_makes_no_revision)
{
	put("set gateway a window 5");
	settle();
	put("set gateway a window 5");
	settle();
	ck_assert_int_eq(saved.n, 2);
	ck_assert_int_eq(saved.err, ERR_OK);
	ck_assert_int_eq(saved.revision, 1);
}
END_TEST

START_TEST(a_second_edit_waits_for_the_first)
{
	put("set gateway a window 5");
	put("set gateway b window 5");
	settle();
	ck_assert_int_eq(saved.n, 2);
	ck_assert(conf_is_set("gateway", "a", "window"));
	ck_assert(!conf_is_set("gateway", "b", "window"));
	put("set gateway b window 5");
	settle();
	ck_assert_int_eq(saved.err, ERR_OK);
	ck_assert_int_eq(saved.revision, 2);
}
END_TEST

START_TEST(history_and_audit_name_the_actor_and_hide_secrets)
{
	struct buf b;

	buf_init(&b, 4096);
	put("set gateway a window 5\nset gateway a password geheim");
	settle();
	put("set gateway a window 6\nset gateway a password anders");
	settle();
	put("delete gateway a");
	settle();
	ck_assert(revision_each(0, 10, note_revision, &b) == ERR_OK);
	ck_assert_str_eq(b.p,
	    "3 uid:7|why not|gateway a password (set) -> unset; "
	    "gateway a window 6 -> unset\n"
	    "2 uid:7|why not|gateway a password changed; "
	    "gateway a window 5 -> 6\n"
	    "1 uid:7|why not|gateway a password unset -> (set); "
	    "gateway a window unset -> 5\n");
	buf_clear(&b);
	ck_assert(revision_each(3, 1, note_revision, &b) == ERR_OK);
	ck_assert(b.p[0] == '2');
	buf_clear(&b);
	ck_assert(audit_each(&(struct audit_filter){ .since = 0 }, 0, note_audit,
	    &b) == ERR_OK);
	ck_assert_str_eq(b.p, "3 uid:7|configuration commit|revision 3|"
	    "gateway a window 6 -> unset; "
	    "gateway a password (set) -> unset\n");
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("settings");
	TCase *tc = tcase_create("settings");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_saved_edit_survives_a_restart);
	tcase_add_test(tc, nothing_is_in_force_before_it_is_on_disk);
	tcase_add_test(tc, a_deleted_value_is_gone_after_a_restart);
	tcase_add_test(tc, an_edit_without_a_change_makes_no_revision);
	tcase_add_test(tc, a_second_edit_waits_for_the_first);
	tcase_add_test(tc, history_and_audit_name_the_actor_and_hide_secrets);
	suite_add_tcase(s, tc);
	return s;
}
