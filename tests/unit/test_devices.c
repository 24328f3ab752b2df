/* test_devices.c - dir/devices.h: what is known of a user's devices. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/now.h"
#include "dir/bindings.h"
#include "dir/devices.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "op/complete.h"
#include "runner.h"
#include "store/db.h"
#include "store/writer.h"

#define SQLITE_FULL 13

#define NOW	INT64_C(1800000000000)
#define HOUR	3600000
#define ALICE	"sip:alice@example.org"
#define PHONE	"urn:gsma:imei:35209900-176148-1"
#define TABLET	"urn:uuid:6f474eac-f1a1-4085-b654-c9ed5c9cf1c3"

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())
#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())

static const char *dir;

static void setup(void)
{
	now_freeze(NOW);
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	OK(world_op("subscriber add", "address", ALICE, NULL));
}

static struct user *alice(void)
{
	return user_find(STRV(ALICE));
}

static struct device *known(const char *instance)
{
	return device_find(alice(), strv(instance));
}

static void done(enum err e, struct user *u, bool appeared, void *arg)
{
	(void)u;
	(void)appeared;
	*(enum err *)arg = e;
}

static void reg(const char *instance, const char *agent, bool gone)
{
	struct bindings_edit *e = bindings_edit_new(alice());
	enum err said = ERR_BUSY;
	struct binding b = { .contact = STRV("sip:a@127.0.0.1:5062"),
		.instance = strv(instance), .reg_id = 1,
		.path = STRV(""), .source = STRV("tcp 127.0.0.1:5062"),
		.features = STRV(""), .agent = strv(agent),
		.call_id = strv(instance), .cseq = 1, .q = 1000,
		.expires = now_ms() + HOUR, .seen = now_ms() };

	if (gone)
		bindings_edit_del(e, &b);
	else
		bindings_edit_put(e, &b);
	bindings_edit_commit(e, done, &said);
	world_drain();
	ck_assert_int_eq(said, ERR_OK);
}

static void later(int64_t ms)
{
	now_freeze(now_ms() + ms);
	world_drain();
}

static int64_t number(enum db_which db, const char *sql)
{
	struct stmt *s = stmt(db_reader(db), sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static int64_t rows(void)
{
	return number(DB_CONFIG, "SELECT count(*) FROM device");
}

static int64_t audits(void)
{
	return number(DB_CONFIG, "SELECT count(*) FROM audit WHERE action "
	    "LIKE 'device %'");
}

#define DEVICE(command, device) \
	world_op("device " command, "subscriber", ALICE, "device", device, \
	    NULL)
#define RENAME(device, name) \
	world_op("device rename", "subscriber", ALICE, "device", device, \
	    "name", name, NULL)

/* --- known ---------------------------------------------------------------- */

/* proves MLD-018 */
START_TEST(a_device_is_known_from_its_first_register)
{
	ck_assert_ptr_null(known(PHONE));
	reg(PHONE, "Phone/1", false);
	ck_assert_ptr_nonnull(known(PHONE));
	ck_assert(strv_eq(known(PHONE)->name, STRV("device-1")));
	ck_assert(strv_eq(known(PHONE)->agent, STRV("Phone/1")));
	ck_assert_int_eq(known(PHONE)->added, NOW);
	ck_assert(device_is_online(alice(), STRV(PHONE)));
	reg(TABLET, "Tablet/2", false);
	ck_assert(strv_eq(known(TABLET)->name, STRV("device-2")));
	ck_assert_uint_eq(devices_count(), 2);
	ck_assert_int_eq(rows(), 2);
}
END_TEST

START_TEST(a_device_without_an_instance_id_is_not_known)
{
	reg("", "Phone/1", false);
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_ptr_null(devices_of(alice()));
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(a_refresh_writes_nothing)
{
	reg(PHONE, "Phone/1", false);
	later(HOUR / 2);
	reg(PHONE, "Phone/1", false);
	later(HOUR / 4);
	ck_assert_int_eq(device_seen(alice(), known(PHONE)), NOW + HOUR / 2);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT seen FROM device"), NOW);
}
END_TEST

/* proves MLD-015 MLD-018 */
START_TEST(a_device_stays_known_when_its_registration_lapses)
{
	reg(PHONE, "Phone/1", false);
	reg(TABLET, "Tablet/1", false);
	later(HOUR / 2);
	reg(PHONE, "Phone/1", false);
	reg(TABLET, "Tablet/1", true);
	later(2 * HOUR);
	ck_assert_uint_eq(alice()->nbindings, 0);
	ck_assert(!device_is_online(alice(), STRV(PHONE)));
	ck_assert_int_eq(known(PHONE)->seen, NOW + HOUR / 2);
	ck_assert_int_eq(known(TABLET)->seen, NOW + HOUR / 2);
	later(HOUR);	/* what was seen is written */
	world_crash(dir);
	ck_assert_int_eq(known(PHONE)->seen, NOW + HOUR / 2);
	ck_assert_int_eq(known(TABLET)->seen, NOW + HOUR / 2);
}
END_TEST

START_TEST(a_new_user_agent_is_noted)
{
	reg(PHONE, "Phone/1", false);
	OK(RENAME("device-1", "My Phone"));
	reg(PHONE, "Phone/2", false);
	later(HOUR / 2);
	world_crash(dir);
	ck_assert(strv_eq(known(PHONE)->agent, STRV("Phone/2")));
	ck_assert(strv_eq(known(PHONE)->name, STRV("My Phone")));
}
END_TEST

static enum err lose(struct write *w, struct db *db)
{
	(void)w;
	return db_exec(db, "DELETE FROM device");
}

static void lost(struct write *w)
{
	ck_assert_int_eq(w->err, ERR_OK);
}

/* The row of the registration is written first. */
START_TEST(a_device_not_written_yet_is_known_after_a_kill)
{
	struct write w = { .db = DB_CONFIG, .run = lose, .done = lost };

	reg(PHONE, "Phone/1", false);
	writer_put(&w);
	world_drain();
	ck_assert_int_eq(rows(), 0);
	world_crash(dir);
	ck_assert_ptr_nonnull(known(PHONE));
	later(HOUR / 2);
	ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(past_the_limit_the_longest_unseen_goes)
{
	char text[32];

	ck_assert(world_set("set policy devices max 3"));
	for (int i = 1; i <= 3; i++) {
		(void)snprintf(text, sizeof(text), "urn:x:%d", i);
		reg(text, "Phone/1", false);
		later(1000);
		reg(text, "Phone/1", true);
		later(1000);
	}
	OK(DEVICE("block", "urn:x:1"));
	reg("urn:x:2", "Phone/1", false);
	reg("urn:x:2", "Phone/1", true);
	reg("urn:x:4", "Phone/1", false);
	ck_assert_ptr_nonnull(known("urn:x:1"));	/* is blocked */
	ck_assert_ptr_nonnull(known("urn:x:2"));
	ck_assert_ptr_null(known("urn:x:3"));
	ck_assert_ptr_nonnull(known("urn:x:4"));
	ck_assert_int_eq(rows(), 3);
	reg("urn:x:2", "Phone/1", false);
	reg("urn:x:5", "Phone/1", false);	/* none may go */
	ck_assert_ptr_null(known("urn:x:5"));
	ck_assert_uint_eq(alice()->nbindings, 3);
}
END_TEST

START_TEST(the_devices_of_a_deleted_subscriber_are_gone)
{
	reg(PHONE, "Phone/1", false);
	OK(world_op("subscriber delete", "address", ALICE, NULL));
	later(HOUR);
	ck_assert_uint_eq(devices_count(), 0);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

/* --- which ---------------------------------------------------------------- */

static const struct {
	const char *name, *text;
	enum err err;
	const char *instance;
} meant[] = {
	{ "the name", "My Phone", ERR_OK, PHONE },
	{ "in another case", "my phone", ERR_OK, PHONE },
	{ "its beginning", "My", ERR_OK, PHONE },
	{ "the instance", TABLET, ERR_OK, TABLET },
	{ "its beginning", "urn:uuid:6f4", ERR_OK, TABLET },
	{ "behind the scheme", "6f474eac", ERR_OK, TABLET },
	{ "a name that begins another", "tab", ERR_OK, "urn:x:3" },
	{ "several", "urn:", ERR_TOO_BIG, NULL },
	{ "none", "watch", ERR_NO_USER, NULL },
	{ "nothing", "", ERR_NO_USER, NULL },
};

START_TEST(a_device_is_meant_by_name_instance_or_beginning)
{
	struct device *d;

	reg(PHONE, "", false);
	reg(TABLET, "", false);
	reg("urn:x:3", "", false);
	OK(RENAME("device-1", "My Phone"));
	OK(RENAME("device-2", "Tablet"));
	OK(RENAME("device-3", "Tab"));
	ck_assert_int_eq(device_meant(alice(), strv(meant[_i].text), &d),
	    meant[_i].err);
	if (meant[_i].instance)
		ck_assert_msg(strv_eq(d->instance,
		    strv(meant[_i].instance)), "%s", meant[_i].name);
}
END_TEST

/* --- operations ----------------------------------------------------------- */

/* proves MLD-015 */
START_TEST(a_name_survives_a_restart)
{
	reg(PHONE, "Phone/1", false);
	OK(RENAME("device-1", "Ali\xc3\xa7" "e's phone"));
	HAS("Ali\xc3\xa7" "e's phone");
	ck_assert_int_eq(audits(), 1);
	world_crash(dir);
	ck_assert(strv_eq(known(PHONE)->name,
	    STRV("Ali\xc3\xa7" "e's phone")));
}
END_TEST

static const struct {
	const char *name, *value;
	int status;
} bad_names[] = {
	{ "empty", "", 422 },
	{ "a line feed", "a\nb", 422 },
	{ "no UTF-8", "\xc3(", 422 },
	{ "65 bytes", "0123456789012345678901234567890123456789"
	  "0123456789012345678901234", 422 },
	{ "another's", "DEVICE-2", 409 },
};

START_TEST(a_bad_name_changes_nothing)
{
	reg(PHONE, "Phone/1", false);
	reg(TABLET, "Tablet/1", false);
	ck_assert_msg(RENAME(PHONE, bad_names[_i].value) ==
	    bad_names[_i].status, "%s: %s", bad_names[_i].name,
	    world_body());
	ck_assert(strv_eq(known(PHONE)->name, STRV("device-1")));
	ck_assert_int_eq(audits(), 0);
}
END_TEST

START_TEST(a_device_may_change_the_case_of_its_name)
{
	reg(PHONE, "Phone/1", false);
	OK(RENAME("device-1", "Device-1"));
	ck_assert(strv_eq(known(PHONE)->name, STRV("Device-1")));
}
END_TEST

START_TEST(who_is_not_there_is_said)
{
	ck_assert_int_eq(DEVICE("block", "phone"), 404);
	HAS("has no device phone");
	ck_assert_int_eq(world_op("device block", "subscriber",
	    "sip:nobody@example.org", "device", "x", NULL), 404);
	HAS("no subscriber");
	reg(PHONE, "", false);
	reg(TABLET, "", false);
	ck_assert_int_eq(DEVICE("block", "device"), 409);
	HAS("give more");
}
END_TEST

/* proves MLD-027 */
START_TEST(one_device_at_most_is_primary)
{
	reg(PHONE, "", false);
	reg(TABLET, "", false);
	ck_assert(!known(PHONE)->primary && !known(TABLET)->primary);
	OK(DEVICE("make-primary", "device-1"));
	OK(DEVICE("make-primary", "device-2"));
	ck_assert(!known(PHONE)->primary && known(TABLET)->primary);
	reg(PHONE, "", true);
	later(HOUR);
	world_crash(dir);
	ck_assert(!known(PHONE)->primary && known(TABLET)->primary);
	ck_assert_int_eq(number(DB_CONFIG, "SELECT count(*) FROM device "
	    "WHERE is_primary = 1"), 1);
}
END_TEST

START_TEST(a_blocked_device_is_off_at_once_and_stays_off)
{
	reg(PHONE, "", false);
	reg(TABLET, "", false);
	OK(DEVICE("block", "device-1"));
	ck_assert(!device_is_online(alice(), STRV(PHONE)));
	ck_assert_uint_eq(alice()->nbindings, 1);
	reg(PHONE, "", false);	/* one that was on its way to the disk */
	ck_assert_uint_eq(alice()->nbindings, 1);
	world_crash(dir);
	ck_assert(known(PHONE)->blocked);
	ck_assert_uint_eq(alice()->nbindings, 1);
	OK(DEVICE("unblock", "device-1"));
	reg(PHONE, "", false);
	ck_assert_uint_eq(alice()->nbindings, 2);
}
END_TEST

START_TEST(a_deregistered_device_stays_known)
{
	reg(PHONE, "", false);
	OK(DEVICE("deregister", "device-1"));
	ck_assert_uint_eq(alice()->nbindings, 0);
	ck_assert_ptr_nonnull(known(PHONE));
	ck_assert_int_eq(audits(), 1);
	ck_assert_int_eq(number(DB_STORE,
	    "SELECT count(*) FROM registration"), 0);
}
END_TEST

START_TEST(a_forgotten_device_is_a_new_one_when_it_comes_back)
{
	reg(PHONE, "", false);
	reg(TABLET, "", false);
	OK(RENAME("device-1", "Phone"));
	OK(DEVICE("forget", "Phone"));
	ck_assert_ptr_null(known(PHONE));
	ck_assert_uint_eq(alice()->nbindings, 1);
	later(HOUR / 2);
	world_crash(dir);
	ck_assert_ptr_null(known(PHONE));
	reg(PHONE, "", false);
	ck_assert(strv_eq(known(PHONE)->name, STRV("device-1")));
	OK(DEVICE("forget", "device-1"));
	OK(DEVICE("forget", "device-2"));
	ck_assert_uint_eq(devices_count(), 0);
}
END_TEST

START_TEST(a_full_disk_leaves_the_device_as_it_was)
{
	reg(PHONE, "", false);
	faultfs_fail(0, SQLITE_FULL);
	ck_assert_int_eq(RENAME("device-1", "Phone"), 500);
	ck_assert_int_eq(DEVICE("block", "device-1"), 500);
	ck_assert_int_eq(DEVICE("forget", "device-1"), 500);
	faultfs_heal();
	ck_assert(strv_eq(known(PHONE)->name, STRV("device-1")));
	ck_assert(device_is_online(alice(), STRV(PHONE)));
	OK(RENAME("device-1", "Phone"));
}
END_TEST

/* --- look ----------------------------------------------------------------- */

START_TEST(devices_are_shown_also_when_they_are_offline)
{
	reg(PHONE, "Phone/1", false);
	reg(TABLET, "Tablet/1", false);
	reg(TABLET, "Tablet/1", true);
	OK(DEVICE("make-primary", "device-1"));
	OK(world_op("show devices", "subscriber", ALICE, NULL));
	HAS("\"subscriber\":\"" ALICE "\",\"name\":\"device-1\","
	    "\"instance\":\"" PHONE "\",\"online\":true,"
	    "\"transport\":\"tcp\",\"agent\":\"Phone/1\"");
	HAS("\"primary\":true,\"blocked\":false");
	HAS("\"instance\":\"" TABLET "\",\"online\":false,"
	    "\"transport\":\"\",\"agent\":\"Tablet/1\"");
	ck_assert_int_eq(world_op("show devices", "subscriber",
	    "sip:nobody@example.org", NULL), 404);
}
END_TEST

START_TEST(pages_follow_each_other)
{
	reg("urn:x:1", "", false);
	reg("urn:x:2", "", false);
	reg("urn:x:3", "", false);
	OK(world_op("show devices", "limit", "2", NULL));
	HAS("urn:x:2");
	HAS_NOT("urn:x:3");
	HAS("\"next\":\"1.2\"");
	OK(world_op("show devices", "limit", "2", "cursor", "1.2", NULL));
	HAS_NOT("urn:x:2");
	HAS("urn:x:3");
	HAS("\"next\":null");
	ck_assert_int_eq(world_op("show devices", "cursor", "x", NULL), 422);
}
END_TEST

static bool offered(struct strv name, void *arg)
{
	buf_adds(arg, name);
	buf_addc(arg, ' ');
	return true;
}

START_TEST(names_are_completed)
{
	struct buf b;

	reg(PHONE, "", false);
	reg(TABLET, "", false);
	OK(RENAME("device-2", "tablet"));
	buf_init(&b, 1000);
	complete_find(STRV("device"))->run(STRV("dev"), offered, &b);
	ck_assert_str_eq(b.p, "device-1 ");
	buf_clear(&b);
	complete_find(STRV("device"))->run(STRV(""), offered, &b);
	ck_assert_str_eq(b.p, "device-1 tablet ");
	buf_deinit(&b);
}
END_TEST

/* --- numbers -------------------------------------------------------------- */

#define MANY 100000

static enum err fill_devices(struct db *db)
{
	char text[80];

	for (int i = 0; i < MANY; i++) {
		struct stmt *s = stmt(db, "INSERT INTO device VALUES (?, ?, "
		    "?, 0, 0, ?, ?, 'Linphone/4.4')");

		stmt_int(s, i / DEVICES_MAX + 2);
		(void)snprintf(text, sizeof(text), "urn:uuid:6f474eac-f1a1-"
		    "4085-b654-%012d", i);
		stmt_text(s, strv(text));
		stmt_text(s, strv(text + 40));	/* as unique */
		stmt_int(s, NOW);
		stmt_int(s, NOW);
		if (stmt_end(s) != ERR_OK)
			return ERR_STORAGE;
	}
	return ERR_OK;
}

static enum err fill(struct write *w, struct db *db)
{
	enum err e = ERR_OK;

	(void)w;
	for (int i = 0; i < MANY / DEVICES_MAX && e == ERR_OK; i++) {
		struct stmt *s = stmt(db, "INSERT INTO subscriber (id, name, "
		    "class, state, created, changed) "
		    "VALUES (?, '', 'standard', 0, 0, 0)");

		stmt_int(s, i + 2);
		e = stmt_end(s);
	}
	if (e == ERR_OK)
		e = db_exec(db, "INSERT INTO address SELECT 'sip:u' || id || "
		    "'@example.org', id, 0, 'sip:u' || id || '@example.org' "
		    "FROM subscriber WHERE id > 1");
	return e == ERR_OK ? fill_devices(db) : e;
}

static void filled(struct write *w)
{
	ck_assert_int_eq(w->err, ERR_OK);
}

static size_t heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

/* The figures are printed. */
START_TEST(a_known_device_takes_less_than_300_bytes)
{
	struct write w = { .db = DB_CONFIG, .run = fill, .done = filled };
	size_t before, after;
	int64_t began;

	writer_put(&w);
	world_drain();
	users_unload();
	ck_assert_int_eq(users_load(), ERR_OK);
	before = heap();
	began = now_us();
	ck_assert_int_eq(bindings_load(), ERR_OK);
	after = heap();
	ck_assert_uint_eq(devices_count(), MANY);
	fprintf(stderr, "devices: %d loaded in %.0f ms, %.0f bytes each\n",
	    MANY, (double)(now_us() - began) / 1000,
	    (double)(after - before) / MANY);
	ck_assert_uint_lt((after - before) / MANY, 300);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("devices");
	TCase *tc = tcase_create("known");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_device_is_known_from_its_first_register);
	tcase_add_test(tc, a_device_without_an_instance_id_is_not_known);
	tcase_add_test(tc, a_refresh_writes_nothing);
	tcase_add_test(tc, a_device_stays_known_when_its_registration_lapses);
	tcase_add_test(tc, a_new_user_agent_is_noted);
	tcase_add_test(tc, a_device_not_written_yet_is_known_after_a_kill);
	tcase_add_test(tc, past_the_limit_the_longest_unseen_goes);
	tcase_add_test(tc, the_devices_of_a_deleted_subscriber_are_gone);
	suite_add_tcase(s, tc);

	tc = tcase_create("operations");
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_rows(tc, a_device_is_meant_by_name_instance_or_beginning,
	    meant);
	tcase_add_test(tc, a_name_survives_a_restart);
	tcase_add_rows(tc, a_bad_name_changes_nothing, bad_names);
	tcase_add_test(tc, a_device_may_change_the_case_of_its_name);
	tcase_add_test(tc, who_is_not_there_is_said);
	tcase_add_test(tc, one_device_at_most_is_primary);
	tcase_add_test(tc, a_blocked_device_is_off_at_once_and_stays_off);
	tcase_add_test(tc, a_deregistered_device_stays_known);
	tcase_add_test(tc, a_forgotten_device_is_a_new_one_when_it_comes_back);
	tcase_add_test(tc, a_full_disk_leaves_the_device_as_it_was);
	suite_add_tcase(s, tc);

	tc = tcase_create("look");
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, devices_are_shown_also_when_they_are_offline);
	tcase_add_test(tc, pages_follow_each_other);
	tcase_add_test(tc, names_are_completed);
	suite_add_tcase(s, tc);

	tc = tcase_create("numbers");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_known_device_takes_less_than_300_bytes);
	suite_add_tcase(s, tc);
	return s;
}
