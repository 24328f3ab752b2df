/* test_import.c - subscriber import: checked whole, written in pieces. */

#include <stdio.h>

#include "base/buf.h"
#include "base/now.h"
#include "dir/users.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/work.h"
#include "runner.h"
#include "store/db.h"

static const char *dir;

static void setup(void)
{
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	work_start(1);
}

static void teardown(void)
{
	work_stop();
	world_close();
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HEADER "address,name,class,password,aliases\n"

static int import(const char *text)
{
	return world_op("subscriber import", "file", text, NULL);
}

static struct user *find(const char *key)
{
	return user_find(strv(key));
}

static int64_t number(const char *sql)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

START_TEST(a_file_adds_subscribers)
{
	struct user_secret secret;

	ck_assert_int_eq(import(HEADER
	    "tel:+15550100001,\"One, First\",gold,secret,"
	    "sip:one@example.org tel:+15550100011\r\n"
	    "\n"
	    "sip:two@example.org,,,,\n"), 200);
	HAS("\"job\":1,\"state\":\"running\"");
	world_drain();
	ck_assert_int_eq(world_op("show import", "id", "1", NULL), 200);
	HAS("\"state\":\"done\",\"done\":2,\"total\":2,\"added\":2,"
	    "\"updated\":0,\"errors\":0,\"problems\":[]");
	ck_assert_uint_eq(users_count(), 2);
	ck_assert(strv_eq(find("sip:one@example.org")->name,
	    STRV("One, First")));
	ck_assert(strv_eq(find("tel:+15550100011")->klass, STRV("gold")));
	ck_assert(user_secret(find("tel:+15550100001"), STRV("one"),
	    &secret));
	ck_assert(!find("sip:two@example.org")->has_secret);
	ck_assert(strv_eq(find("sip:two@example.org")->klass,
	    STRV("standard")));
	world_crash(dir);
	ck_assert_uint_eq(users_count(), 2);
	ck_assert(user_secret(find("tel:+15550100001"), STRV("one"),
	    &secret));
}
END_TEST

START_TEST(a_file_changes_those_that_exist)
{
	struct user_secret secret;

	ck_assert_int_eq(world_op("subscriber add", "address",
	    "sip:one@example.org", "name", "Old", "class", "gold", "alias",
	    "tel:+15550100001", "password", "x", NULL), 200);
	ck_assert_int_eq(import("name,address,password\n"
	    "New,sip:one@example.org,\n"
	    ",tel:+15550100002,y\n"), 200);
	world_drain();
	ck_assert_int_eq(world_op("show import", "id", "1", NULL), 200);
	HAS("\"added\":1,\"updated\":1");
	ck_assert(strv_eq(find("sip:one@example.org")->name, STRV("New")));
	ck_assert(strv_eq(find("tel:+15550100001")->klass, STRV("gold")));
	ck_assert(user_secret(find("sip:one@example.org"), STRV("one"),
	    &secret));
	ck_assert_ptr_nonnull(find("tel:+15550100002"));
	ck_assert_int_eq(number("SELECT count(*) FROM audit "
	    "WHERE action = 'subscriber import' AND object = 'import 1' "
	    "AND detail = 'lines 2 to 3: 1 added, 1 changed'"), 1);
}
END_TEST

static const struct {
	const char *name;
	const char *text;
	int line;
	const char *says;
} bad[] = {
	{ "empty", "", 1, "the file is empty" },
	{ "no header", "sip:one@example.org,One\n", 1, "unknown column" },
	{ "no address column", "name,class\nx,y\n", 1,
	  "one must be address" },
	{ "twice", "address,name,name\n", 1, "twice" },
	{ "no address", HEADER "a@b@c,,,,\n", 2, "no sip: or tel:" },
	{ "empty address", HEADER ",Name,,,\n", 2, "no address" },
	{ "elsewhere", HEADER "sip:a@example.com,,,,\n", 2,
	  "not of the site's domain" },
	{ "the third line", HEADER "sip:a@example.org,,,,\nx y,,,,\n", 3,
	  "no sip: or tel:" },
	{ "the same twice", HEADER "tel:+15550100001,,,,\n"
	  "sip:+15550100001@example.org,,,,\n", 3, "is on line 2 already" },
	{ "an alias twice", HEADER "sip:a@example.org,,,,tel:+15550100001\n"
	  "sip:b@example.org,,,,tel:+1-555-010-0001\n", 3,
	  "is on line 2 already" },
	{ "class", HEADER "sip:a@example.org,,Not OK,,\n", 2, "a class is" },
	{ "quote", HEADER "sip:a@example.org,\"x,,,\n", 2, "column" },
	{ "alias of an existing one", HEADER "tel:+15550100099,,,,\n", 2,
	  "is an alias of subscriber sip:old@example.org" },
	{ "alias that exists", HEADER
	  "sip:a@example.org,,,,sip:old@example.org\n", 2,
	  "belongs to subscriber sip:old@example.org" },
};

START_TEST(one_wrong_line_and_nothing_is_changed)
{
	char line[30];
	int status;

	ck_assert_int_eq(world_op("subscriber add", "address",
	    "sip:old@example.org", "alias", "tel:+15550100099", NULL), 200);
	status = import(bad[_i].text);
	ck_assert_msg(status == 422, "%s: %d %s", bad[_i].name, status,
	    world_body());
	HAS(bad[_i].says);
	(void)snprintf(line, sizeof(line), "\"line\":%d", bad[_i].line);
	ck_assert_msg(strstr(world_body(), line) != NULL, "%s: %s",
	    bad[_i].name, world_body());
	ck_assert_uint_eq(users_count(), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM subscriber"), 1);
	ck_assert_int_eq(world_op("show import", "id", "1", NULL), 200);
	HAS("\"state\":\"failed\"");
}
END_TEST

START_TEST(all_wrong_lines_are_counted_and_the_first_told)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	buf_addz(&b, HEADER);
	for (int i = 0; i < 250; i++)
		buf_addz(&b, "wrong line,,,,\n");
	ck_assert_int_eq(import(b.p), 422);
	HAS("\"line\":2,");
	HAS("\"line\":101,");
	ck_assert_ptr_null(strstr(world_body(), "\"line\":102"));
	HAS("250 of the lines are wrong");
	ck_assert_int_eq(world_op("show import", "id", "1", NULL), 200);
	HAS("\"errors\":250");
	HAS("\"line\":101");
	ck_assert_ptr_null(strstr(world_body(), "\"line\":102"));
	buf_deinit(&b);
}
END_TEST

static void many(struct buf *b, int n)
{
	buf_init(b, BUF_NO_LIMIT);
	buf_addz(b, HEADER);
	for (int i = 0; i < n; i++)
		buf_addf(b, "sip:+1555%07d@example.org,Somebody %d,,"
		    "secret%d,\n", i, i, i);
}

START_TEST(a_full_disk_ends_it_and_says_from_which_line)
{
	struct buf b;

	many(&b, 2500);
	/* the answer comes before the first batch is written */
	faultfs_fail(0, 13);
	ck_assert_int_eq(import(b.p), 200);
	world_drain();
	faultfs_heal();
	ck_assert_int_eq(world_op("show import", "id", "1", NULL), 200);
	HAS("\"state\":\"failed\",\"done\":0");
	HAS("\"line\":2");
	ck_assert_uint_eq(users_count(), 0);
	ck_assert_int_eq(number("SELECT count(*) FROM subscriber"), 0);
	ck_assert_int_eq(import(b.p), 200);
	world_drain();
	ck_assert_uint_eq(users_count(), 2500);
	ck_assert_int_eq(number("SELECT count(*) FROM subscriber"), 2500);
	ck_assert_int_eq(number("SELECT count(*) FROM audit "
	    "WHERE action = 'subscriber import' AND result = 'ok' "
	    "AND object = 'import 2'"), 3);
	buf_deinit(&b);
}
END_TEST

START_TEST(an_unknown_import_is_not_found)
{
	ck_assert_int_eq(world_op("show import", "id", "7", NULL), 404);
	ck_assert_int_eq(world_op("show import", "id", "x", NULL), 422);
	ck_assert_int_eq(world_op("show imports", NULL), 200);
}
END_TEST

START_TEST(a_hundred_thousand_take_seconds)
{
	struct buf b;
	int64_t began;

	many(&b, 100000);
	world_thread(true);
	began = now_us();
	ck_assert_int_eq(import(b.p), 200);
	while (users_count() < 100000)
		world_drain();
	fprintf(stderr, "import: 100000 in %.0f ms\n",
	    (double)(now_us() - began) / 1000);
	world_thread(false);
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("import");
	TCase *tc = tcase_create("files");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_file_adds_subscribers);
	tcase_add_test(tc, a_file_changes_those_that_exist);
	tcase_add_rows(tc, one_wrong_line_and_nothing_is_changed, bad);
	tcase_add_test(tc, all_wrong_lines_are_counted_and_the_first_told);
	tcase_add_test(tc, a_full_disk_ends_it_and_says_from_which_line);
	tcase_add_test(tc, an_unknown_import_is_not_found);
	suite_add_tcase(s, tc);

	tc = tcase_create("numbers");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_hundred_thousand_take_seconds);
	suite_add_tcase(s, tc);
	return s;
}
