/* test_groups.c - dir/groups.h and the operations on groups. */

#include <stdio.h>

#include "dir/groups.h"
#include "dir/jobs.h"
#include "dir/users.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/loop.h"
#include "loop/work.h"
#include "op/complete.h"
#include "runner.h"
#include "store/db.h"

#define TEAM	"sip:team@example.org"
#define BOB	"tel:+15550100002"

static const char *dir;

static void setup(void)
{
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	jobs_register();
	work_start(1);
}

static void teardown(void)
{
	work_stop();
	world_close();
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())
#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())

static struct group *find(const char *key)
{
	return group_find(strv(key));
}

static const struct group_member *member(const char *group, const char *key)
{
	return group_find_member(find(group), strv(key));
}

static int add_member(const char *group, const char *address)
{
	return world_op("group member add", "group", group, "address",
	    address, NULL);
}

static int64_t number(const char *sql)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

/* --- groups --------------------------------------------------------------- */

START_TEST(a_new_group_has_the_rules_of_the_policy)
{
	ck_assert(world_set("set policy group max-size 7"));
	ck_assert(world_set("set policy group reports failures"));
	OK(world_op("group add", "address", "sip:team@EXAMPLE.org:5060",
	    "subject", "The \"team\"", NULL));
	HAS("\"address\":\"" TEAM "\"");
	HAS("\"subject\":\"The \\\"team\\\"\"");
	ck_assert_int_eq(find(TEAM)->row.max_size, 7);
	ck_assert_int_eq(find(TEAM)->row.reports, REPORTS_FAILURES);
	ck_assert_int_eq(find(TEAM)->row.may_send, WHO_MEMBERS);
	ck_assert_int_eq(find(TEAM)->row.state, GROUP_ACTIVE);
	ck_assert(find(TEAM)->row.closed);
	ck_assert(!find(TEAM)->row.copy);
	ck_assert_uint_eq(find(TEAM)->roster->n, 0);
}
END_TEST

START_TEST(all_rules_can_be_given_and_changed)
{
	OK(world_op("group add", "address", "tel:+1-555-019-9000",
	    "who-may-send", "anyone", "see-members", "admins", "membership",
	    "open", "max-size", "3", "reports", "none", "copy-to-sender", "on",
	    NULL));
	HAS("\"who_may_send\":\"anyone\",\"see_members\":\"admins\","
	    "\"membership\":\"open\",\"reports\":\"none\","
	    "\"copy_to_sender\":true");
	OK(world_op("group set", "address", "tel:+15550199000", "state",
	    "suspended", "subject", "new", NULL));
	world_crash(dir);
	ck_assert_int_eq(find("tel:+15550199000")->row.state,
	    GROUP_SUSPENDED);
	ck_assert(strv_eq(find("tel:+15550199000")->row.subject,
	    STRV("new")));
	ck_assert_int_eq(find("tel:+15550199000")->row.max_size, 3);
	ck_assert_int_eq(find("tel:+15550199000")->row.reports, REPORTS_NONE);
	ck_assert(find("tel:+15550199000")->row.copy);
	ck_assert_int_eq(number("SELECT count(*) FROM audit WHERE "
	    "actor = 'test' AND action = 'group set' AND "
	    "object = 'tel:+15550199000' AND "
	    "detail LIKE 'state \"suspended\"; subject \"new\"%' OR "
	    "detail LIKE 'subject \"new\"; state \"suspended\"%'"), 1);
}
END_TEST

static const struct {
	const char *command, *address, *arg, *value;
	int status;
	const char *says;
} refusals[] = {
	{ "group add", "nonsense", NULL, NULL, 422, "no sip: or tel:" },
	{ "group add", "sip:team@example.com", NULL, NULL, 422,
	  "not of the site's domain" },
	{ "group add", "sip:taken@example.org", NULL, NULL, 409,
	  "exists already" },
	{ "group add", BOB, NULL, NULL, 409, "belongs to subscriber" },
	{ "group add", TEAM, "who-may-send", "me", 422, "who-may-send" },
	{ "group add", TEAM, "reports", "some", 422, "reports" },
	{ "group add", TEAM, "max-size", "0", 422, "max-size" },
	{ "group add", TEAM, "max-size", "100001", 422, "max-size" },
	{ "group add", TEAM, "subject", "a\nb", 422, "subject" },
	{ "group set", TEAM, "subject", "x", 404, "no group" },
	{ "group set", "sip:taken@example.org", NULL, NULL, 422,
	  "nothing to set" },
	{ "group set", "sip:taken@example.org", "state", "gone", 422,
	  "state" },
	{ "group set", "sip:taken@example.org", "max-size", "1", 409,
	  "2 members" },
	{ "group delete", TEAM, NULL, NULL, 404, "no group" },
	{ "group show", TEAM, NULL, NULL, 404, "no group" },
	{ "subscriber add", "sip:taken@example.org", NULL, NULL, 409,
	  "is a group" },
	{ "subscriber add", "sip:new@example.org", "alias",
	  "sip:taken@example.org", 409, "is a group" },
};

START_TEST(what_is_wrong_is_said_and_changes_nothing)
{
	int64_t audit;

	OK(world_op("subscriber add", "address", BOB, NULL));
	OK(world_op("group add", "address", "sip:taken@example.org", NULL));
	OK(add_member("sip:taken@example.org", BOB));
	OK(add_member("sip:taken@example.org", "tel:+17770000001"));
	audit = number("SELECT count(*) FROM audit");
	ck_assert_int_eq(world_op(refusals[_i].command, "address",
	    refusals[_i].address, refusals[_i].arg, refusals[_i].value, NULL),
	    refusals[_i].status);
	HAS(refusals[_i].says);
	ck_assert_uint_eq(groups_count(), 1);
	ck_assert_uint_eq(users_count(), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM audit"), audit);
}
END_TEST

START_TEST(an_import_of_subscribers_leaves_groups_alone)
{
	OK(world_op("group add", "address", TEAM, NULL));
	ck_assert_int_eq(world_op("subscriber import", "file",
	    "address,aliases\nsip:a@example.org,sip:team@example.org\n",
	    NULL), 422);
	HAS("is a group");
	ck_assert_uint_eq(users_count(), 0);
}
END_TEST

START_TEST(a_deleted_group_is_gone_with_its_members)
{
	OK(world_op("group add", "address", TEAM, NULL));
	OK(add_member(TEAM, BOB));
	OK(world_op("group delete", "address", TEAM, NULL));
	HAS("\"state\":\"deleted\"");
	ck_assert_ptr_null(find(TEAM));
	ck_assert_int_eq(number("SELECT count(*) FROM grp_member"), 0);
	OK(world_op("subscriber add", "address", TEAM, NULL));
	world_crash(dir);
	ck_assert_ptr_null(find(TEAM));
}
END_TEST

START_TEST(a_write_that_fails_leaves_all_as_it_was)
{
	OK(world_op("group add", "address", TEAM, NULL));
	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(add_member(TEAM, BOB), 500);
	ck_assert_int_eq(world_op("group delete", "address", TEAM, NULL), 500);
	faultfs_heal();
	ck_assert_ptr_nonnull(find(TEAM));
	ck_assert_uint_eq(find(TEAM)->roster->n, 0);
	OK(add_member(TEAM, BOB));
}
END_TEST

/* --- members -------------------------------------------------------------- */

START_TEST(members_are_found_and_survive_a_kill)
{
	OK(world_op("subscriber add", "address", BOB, "alias",
	    "sip:bob@example.org", NULL));
	OK(world_op("group add", "address", TEAM, NULL));
	OK(add_member(TEAM, "tel:+17770000001"));
	OK(add_member(TEAM, "sip:bob@example.org"));	/* by his own key */
	OK(add_member(TEAM, "sip:carol@example.com"));	/* elsewhere */
	OK(world_op("group member add", "group", TEAM, "address",
	    "sip:alice@example.org", "role", "admin", NULL));
	world_crash(dir);
	ck_assert_uint_eq(find(TEAM)->roster->n, 4);
	ck_assert_int_eq(member(TEAM, BOB)->role, ROLE_OF_MEMBER);
	ck_assert_int_eq(member(TEAM, "sip:alice@example.org")->role,
	    ROLE_OF_ADMIN);
	ck_assert_ptr_nonnull(member(TEAM, "tel:+17770000001"));
	ck_assert_ptr_nonnull(member(TEAM, "sip:carol@example.com"));
	ck_assert_ptr_null(member(TEAM, "sip:bob@example.org"));
	ck_assert_ptr_null(member(TEAM, "tel:+1"));
	ck_assert_ptr_null(member(TEAM, "tel:+99999"));
	for (size_t i = 1; i < find(TEAM)->roster->n; i++)
		ck_assert(strcmp(find(TEAM)->roster->member[i - 1].key.p,
		    find(TEAM)->roster->member[i].key.p) < 0);
}
END_TEST

START_TEST(a_role_changes_and_a_member_leaves)
{
	OK(world_op("group add", "address", TEAM, NULL));
	OK(add_member(TEAM, BOB));
	ck_assert_int_eq(add_member(TEAM, BOB), 409);
	HAS("member already");
	OK(world_op("group member add", "group", TEAM, "address", BOB, "role",
	    "admin", NULL));
	ck_assert_int_eq(member(TEAM, BOB)->role, ROLE_OF_ADMIN);
	ck_assert_uint_eq(find(TEAM)->roster->n, 1);
	ck_assert_int_eq(world_op("group member add", "group", TEAM,
	    "address", BOB, "role", "boss", NULL), 422);
	OK(world_op("group member remove", "group", TEAM, "address", BOB,
	    NULL));
	HAS("\"role\":\"none\"");
	ck_assert_uint_eq(find(TEAM)->roster->n, 0);
	ck_assert_int_eq(world_op("group member remove", "group", TEAM,
	    "address", BOB, NULL), 404);
}
END_TEST

START_TEST(a_full_group_takes_nobody_else)
{
	OK(world_op("group add", "address", TEAM, "max-size", "2", NULL));
	OK(add_member(TEAM, "tel:+15550100002"));
	OK(add_member(TEAM, "tel:+15550100003"));
	ck_assert_int_eq(add_member(TEAM, "tel:+15550100004"), 409);
	HAS("is full");
	ck_assert_int_eq(add_member(TEAM, TEAM), 422);
	HAS("its own member");
}
END_TEST

START_TEST(a_deleted_subscriber_leaves_every_group)
{
	OK(world_op("subscriber add", "address", BOB, NULL));
	OK(world_op("group add", "address", TEAM, NULL));
	OK(world_op("group add", "address", "sip:two@example.org", NULL));
	OK(add_member(TEAM, BOB));
	OK(add_member("sip:two@example.org", BOB));
	OK(add_member(TEAM, "tel:+15550100003"));
	OK(world_op("subscriber delete", "address", BOB, NULL));
	ck_assert_uint_eq(find(TEAM)->roster->n, 1);
	ck_assert_uint_eq(find("sip:two@example.org")->roster->n, 0);
	world_crash(dir);
	ck_assert_uint_eq(find(TEAM)->roster->n, 1);
}
END_TEST

START_TEST(a_roster_that_is_kept_does_not_change)
{
	struct roster *r;

	OK(world_op("group add", "address", TEAM, NULL));
	OK(add_member(TEAM, BOB));
	r = roster_ref(find(TEAM)->roster);
	OK(add_member(TEAM, "tel:+15550100003"));
	OK(world_op("group delete", "address", TEAM, NULL));
	ck_assert_uint_eq(r->n, 1);
	ck_assert(strv_eq(r->member[0].key, STRV(BOB)));
	roster_unref(r);
}
END_TEST

/* --- import --------------------------------------------------------------- */

static int import(const char *text)
{
	return world_op("group import", "file", text, NULL);
}

START_TEST(a_file_adds_members)
{
	OK(world_op("subscriber add", "address", BOB, "alias",
	    "sip:bob@example.org", NULL));
	OK(world_op("group add", "address", TEAM, NULL));
	OK(world_op("group add", "address", "sip:two@example.org", NULL));
	OK(add_member(TEAM, "tel:+15550100007"));
	OK(add_member(TEAM, "tel:+15550100008"));
	OK(import("role,group,member\n"
	    ",sip:two@example.org,tel:+15550100009\r\n"
	    "admin,sip:team@example.org,\"sip:bob@example.org\"\n"
	    "\n"
	    "admin,sip:team@example.org,tel:+15550100008\n"
	    ",sip:team@example.org,tel:+15550100007\n"
	    "member,sip:team@example.org,tel:+15550100001\n"));
	HAS("\"state\":\"running\"");
	world_drain();
	OK(world_op("show job", "id", "1", NULL));
	HAS("\"state\":\"done\",\"done\":5,\"total\":5,\"errors\":0");
	HAS("\"added\":3,\"changed\":1");
	world_crash(dir);
	ck_assert_uint_eq(find(TEAM)->roster->n, 4);
	ck_assert_int_eq(member(TEAM, BOB)->role, ROLE_OF_ADMIN);
	ck_assert_int_eq(member(TEAM, "tel:+15550100008")->role,
	    ROLE_OF_ADMIN);
	ck_assert_ptr_nonnull(member("sip:two@example.org",
	    "tel:+15550100009"));
	ck_assert_int_eq(number("SELECT count(*) FROM audit WHERE "
	    "action = 'group import' AND result = 'ok' AND "
	    "object = 'members' AND detail LIKE '4 members %'"), 1);
	ck_assert_int_eq(number("SELECT count(*) FROM audit WHERE "
	    "action = 'group import' AND detail = '5 of 5 lines: 3 members "
	    "added, 1 changed'"), 1);
}
END_TEST

START_TEST(a_thousand_members_are_imported_at_once)
{
	struct buf text;

	OK(world_op("group add", "address", TEAM, "max-size", "1500", NULL));
	buf_init(&text, BUF_NO_LIMIT);
	buf_addz(&text, "group,member\n");
	for (int i = 1500; i > 0; i--)
		buf_addf(&text, "%s,tel:+1555%07d\n", TEAM, i);
	OK(import(text.p));
	world_drain();
	OK(world_op("show job", "id", "1", NULL));
	HAS("\"total\":1500,");
	HAS("\"added\":1500,\"changed\":0");
	ck_assert_uint_eq(find(TEAM)->roster->n, 1500);
	for (int i = 1; i <= 1500; i++) {
		buf_clear(&text);
		buf_addf(&text, "tel:+1555%07d", i);
		ck_assert_ptr_nonnull(member(TEAM, text.p));
	}
	world_crash(dir);
	ck_assert_uint_eq(find(TEAM)->roster->n, 1500);
	buf_deinit(&text);
}
END_TEST

/* 1500 lines for TEAM, of which 500 go in one write. */
static void many(struct buf *text)
{
	OK(world_op("group add", "address", TEAM, "max-size", "1500", NULL));
	buf_init(text, BUF_NO_LIMIT);
	buf_addz(text, "group,member\n");
	for (int i = 1500; i > 0; i--)
		buf_addf(text, "%s,tel:+1555%07d\n", TEAM, i);
}

static void cancel_it(void *arg)
{
	OK(world_op("job cancel", "id", "1", NULL));
	*(bool *)arg = true;
}

/* It is answered before the first write, which goes before the cancel. */
static void answered(struct op_call *c, void *arg)
{
	(void)c;
	loop_post(cancel_it, arg);
}

static struct op_call *begin(const char *command, struct strv file,
    bool *cancelled)
{
	size_t n;
	const struct op *const *all = op_all(&n);
	struct op_call *c;

	while (strcmp((*all)->command, command) != 0)
		all++;
	c = op_call_new(*all, STRV("test"), AS_ALL, answered, cancelled);
	ck_assert(op_call_arg(c, "file", file));
	op_call_run(c);
	return c;
}

START_TEST(a_cancelled_import_of_members_keeps_what_was_written)
{
	bool cancelled = false;
	struct op_call *c;
	struct buf text;

	many(&text);
	c = begin("group import", buf_strv(&text), &cancelled);
	while (!cancelled)
		world_drain();
	world_drain();
	op_call_free(c);
	OK(world_op("show job", "id", "1", NULL));
	HAS("\"state\":\"cancelled\",\"done\":500,\"total\":1500");
	HAS("\"why\":\"500 of 1500 lines were imported, and stay; the "
	    "others were not\"");
	HAS("\"added\":500,\"changed\":0");
	ck_assert_uint_eq(find(TEAM)->roster->n, 500);
	ck_assert_int_eq(world_op("job cancel", "id", "1", NULL), 409);
	world_crash(dir);
	ck_assert_uint_eq(find(TEAM)->roster->n, 500);
	/* the same file again does the rest */
	OK(import(text.p));
	world_drain();
	OK(world_op("show job", "id", "2", NULL));
	HAS("\"state\":\"done\",\"done\":1500");
	HAS("\"added\":1000,\"changed\":0");
	ck_assert_uint_eq(find(TEAM)->roster->n, 1500);
	buf_deinit(&text);
}
END_TEST

START_TEST(a_full_disk_ends_an_import_of_members_and_says_how_far_it_came)
{
	struct buf text;

	many(&text);
	faultfs_fail(0, 13);
	OK(import(text.p));
	world_drain();
	faultfs_heal();
	OK(world_op("show job", "id", "1", NULL));
	HAS("\"state\":\"failed\",\"done\":0,\"total\":1500,\"errors\":1");
	HAS("0 of 1500 lines were imported");
	ck_assert_uint_eq(find(TEAM)->roster->n, 0);
	OK(add_member(TEAM, BOB));	/* the turn has ended */
	buf_deinit(&text);
}
END_TEST

#define HEADER	"group,member,role\n"
static const struct {
	const char *text, *says;
} bad_files[] = {
	{ "", "the file is empty" },
	{ "group,member,colour\n", "colour" },
	{ "group,group,member\n", "twice" },
	{ "group,role\n", "two must be group and member" },
	{ HEADER "sip:gone@example.org,tel:+15550100001\n",
	  "there is no group sip:gone@example.org" },
	{ HEADER TEAM ",nonsense,\n", "member: \\\"nonsense\\\"" },
	{ HEADER TEAM ",,\n", "member: " },
	{ HEADER TEAM ",tel:+15550100001,boss\n", "role: " },
	{ HEADER TEAM "," TEAM ",\n", "its own member" },
	{ HEADER TEAM ",tel:+15550100001,\n" TEAM ",tel:15550100001,\n",
	  "is on line 2 already" },
	{ HEADER TEAM ",tel:+15550100001\n" TEAM ",tel:+15550100002\n" TEAM
	  ",tel:+15550100003\n", "max-size 2" },
	{ HEADER TEAM ",\"tel:+1555010\n", "quote" },
};

START_TEST(a_wrong_line_of_an_import_changes_nothing)
{
	OK(world_op("group add", "address", TEAM, "max-size", "2", NULL));
	ck_assert_int_eq(import(bad_files[_i].text), 422);
	HAS(bad_files[_i].says);
	ck_assert_uint_eq(find(TEAM)->roster->n, 0);
	OK(add_member(TEAM, BOB));	/* the turn has ended */
}
END_TEST

/* --- who may send --------------------------------------------------------- */

static const struct {
	const char *rule, *who;
	bool may;
} senders[] = {
	{ "members", BOB, true },
	{ "members", "sip:bob@example.org", true },
	{ "members", "sip:boss@example.org", true },
	{ "members", "tel:+17770000001", false },
	{ "admins", BOB, false },
	{ "admins", "sip:boss@example.org", true },
	{ "admins", "tel:+17770000001", false },
	{ "anyone", "tel:+17770000001", true },
};

START_TEST(who_may_send_is_a_rule)
{
	OK(world_op("subscriber add", "address", BOB, "alias",
	    "sip:bob@example.org", NULL));
	OK(world_op("group add", "address", TEAM, "who-may-send",
	    senders[_i].rule, NULL));
	OK(add_member(TEAM, BOB));
	OK(world_op("group member add", "group", TEAM, "address",
	    "sip:boss@example.org", "role", "admin", NULL));
	ck_assert_int_eq(group_may_send(find(TEAM), strv(senders[_i].who)),
	    senders[_i].may);
}
END_TEST

/* --- looking -------------------------------------------------------------- */

START_TEST(groups_and_members_are_shown_in_pages)
{
	char address[64];

	OK(world_op("group add", "address", TEAM, "subject", "Us", NULL));
	OK(world_op("group add", "address", "sip:board@example.org", NULL));
	for (int i = 0; i < 5; i++) {
		(void)snprintf(address, sizeof(address), "tel:+1555010000%d",
		    i);
		OK(add_member(TEAM, address));
	}
	OK(world_op("show groups", NULL));
	HAS("\"address\":\"sip:board@example.org\",\"subject\":\"\","
	    "\"members\":0");
	HAS("\"address\":\"" TEAM "\",\"subject\":\"Us\",\"members\":5");
	OK(world_op("show groups", "prefix", "sip:te", NULL));
	HAS_NOT("board");
	ck_assert_int_eq(world_op("show members", "group",
	    "sip:TEAM@example.org", NULL), 404);	/* names have a case */
	HAS("no group");
}
END_TEST

START_TEST(members_come_page_by_page)
{
	OK(world_op("group add", "address", TEAM, NULL));
	OK(add_member(TEAM, "tel:+15550100001"));
	OK(add_member(TEAM, "tel:+15550100002"));
	OK(add_member(TEAM, "tel:+15550100003"));
	OK(world_op("show members", "group", TEAM, "limit", "2", NULL));
	HAS("tel:+15550100002");
	HAS_NOT("tel:+15550100003");
	HAS("\"next\":\"tel:+15550100002\"");
	OK(world_op("show members", "group", TEAM, "cursor",
	    "tel:+15550100002", NULL));
	HAS_NOT("tel:+15550100002\",\"role");
	HAS("tel:+15550100003");
	HAS("\"next\":null");
	OK(world_op("group show", "address", TEAM, NULL));
	HAS("\"members\":3");
}
END_TEST

static bool take(struct strv name, void *arg)
{
	(void)snprintf(arg, 64, "%.*s", STRV_ARG(name));
	return true;
}

START_TEST(the_shell_completes_groups)
{
	char got[64] = "";

	OK(world_op("group add", "address", TEAM, NULL));
	complete_find(STRV("group"))->run(STRV("sip:t"), take, got);
	ck_assert_str_eq(got, TEAM);
	got[0] = 0;
	complete_find(STRV("group"))->run(STRV("sip:x"), take, got);
	ck_assert_str_eq(got, "");
	complete_find(STRV("address"))->run(STRV("sip:te"), take, got);
	ck_assert_str_eq(got, TEAM);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("groups");
	TCase *tc = tcase_create("groups");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_new_group_has_the_rules_of_the_policy);
	tcase_add_test(tc, all_rules_can_be_given_and_changed);
	tcase_add_rows(tc, what_is_wrong_is_said_and_changes_nothing,
	    refusals);
	tcase_add_test(tc, an_import_of_subscribers_leaves_groups_alone);
	tcase_add_test(tc, a_deleted_group_is_gone_with_its_members);
	tcase_add_test(tc, a_write_that_fails_leaves_all_as_it_was);
	tcase_add_test(tc, members_are_found_and_survive_a_kill);
	tcase_add_test(tc, a_role_changes_and_a_member_leaves);
	tcase_add_test(tc, a_full_group_takes_nobody_else);
	tcase_add_test(tc, a_deleted_subscriber_leaves_every_group);
	tcase_add_test(tc, a_roster_that_is_kept_does_not_change);
	tcase_add_test(tc, a_file_adds_members);
	tcase_add_test(tc, a_thousand_members_are_imported_at_once);
	tcase_add_test(tc,
	    a_cancelled_import_of_members_keeps_what_was_written);
	tcase_add_test(tc,
	    a_full_disk_ends_an_import_of_members_and_says_how_far_it_came);
	tcase_add_rows(tc, a_wrong_line_of_an_import_changes_nothing,
	    bad_files);
	tcase_add_rows(tc, who_may_send_is_a_rule, senders);
	tcase_add_test(tc, groups_and_members_are_shown_in_pages);
	tcase_add_test(tc, members_come_page_by_page);
	tcase_add_test(tc, the_shell_completes_groups);
	suite_add_tcase(s, tc);
	return s;
}
