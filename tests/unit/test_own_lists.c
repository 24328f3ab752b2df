/* test_own_lists.c - dir/own_lists.h and the operations on lists. */

#include <stdio.h>

#include "dir/jobs.h"
#include "dir/own_lists.h"
#include "dir/screening.h"
#include "dir/users.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/work.h"
#include "runner.h"
#include "store/db.h"
#include "wire/imdn.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"
#define SPAM	"sip:x@spam.example"
#define DOC(s)	"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" \
	"<resource-lists xmlns=\"" LIST_DOC_NS "\">" s "</resource-lists>\n"

static const char *dir;
static struct site site;
static struct arena arena;
static struct buf text;

static void setup(void)
{
	imdn_init();
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	work_start(1);
	(void)world_op("subscriber add", "address", ALICE, "alias",
	    "sip:al@example.org", NULL);
	(void)world_op("subscriber add", "address", BOB, NULL);
	site_copy(&site, site_now());
	arena_init(&arena);
	buf_init(&text, OWN_LISTS_MAX);
}

static void teardown(void)
{
	buf_deinit(&text);
	arena_deinit(&arena);
	site_deinit(&site);
	work_stop();
	world_close();
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())
#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())

/* The document as its owner reads it; "": there is none. */
static const char *document(const char *who)
{
	struct own_lists l = { .user = user_find(strv(who))->id,
		.site = &site, .arena = &arena };
	enum err e;

	buf_clear(&text);
	e = own_lists_read(&l, &text);
	ck_assert(e == ERR_OK || e == ERR_NO_USER);
	return text.p;
}

/* As a client puts it. */
struct putting {
	struct own_turn *turn;
	struct own_lists l;
	enum err err;
	bool done;
};

static void put_done(struct own_document *d, enum err e)
{
	struct putting *p = d->arg;

	p->err = e;
	p->done = true;
	own_end(p->turn);
}

static void put_run(void *arg)
{
	const struct own_lists_note note = { .actor = STRV(ALICE) };
	struct putting *p = arg;

	own_lists_write(&p->l, buf_strv(&text), &note, put_done, p);
}

static enum xcap_result put(const char *xml)
{
	struct putting p = { .l = { .user = user_find(STRV(ALICE))->id,
		.object = STRV(ALICE), .site = &site, .arena = &arena } };
	enum xcap_result r;
	const char *why;

	buf_clear(&text);
	(void)own_lists_read(&p.l, &text);
	buf_clear(&text);
	buf_addz(&text, xml);
	r = own_lists_check(&p.l, &text, &why);
	if (r != XCAP_OK)
		return r;
	own_begin(&p.turn, put_run, &p);
	while (!p.done)
		world_drain();
	ck_assert_int_eq(p.err, ERR_OK);
	return XCAP_OK;
}

static enum screen_effect effect(void)
{
	struct strv pattern;

	return screen_match(user_find(STRV(ALICE)), STRV(SPAM), &pattern);
}

static int64_t number(const char *sql)
{
	struct stmt *s = stmt(db_reader(DB_CONFIG), sql);
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static int member_add(const char *list, const char *address, const char *name)
{
	return world_op("list member add", "subscriber", ALICE, "list", list,
	    "address", address, "name", name, NULL);
}

/* --- one document --------------------------------------------------------- */

START_TEST(rules_of_screening_are_two_lists_of_the_document)
{
	ck_assert_str_eq(document(ALICE), "");
	OK(world_op("screening block add", "pattern", SPAM, "subscriber",
	    ALICE, NULL));
	OK(world_op("screening allow add", "pattern", "sip:y@spam.example",
	    "subscriber", ALICE, NULL));
	OK(world_op("screening block add", "pattern", "sip:*@a.example",
	    "subscriber", ALICE, NULL));
	ck_assert_str_eq(document(ALICE), DOC("<list "
	    "name=\"rcs_blockedcontacts\"><entry uri=\"" SPAM "\"/></list>"));
	ck_assert_int_eq(put(DOC("<list name=\"rcs_revokedcontacts\">"
	    "<entry uri=\"" SPAM "\"/></list>")), XCAP_OK);
	ck_assert_int_eq(effect(), SCREEN_SILENT);
	world_crash(dir);
	ck_assert_int_eq(effect(), SCREEN_SILENT);
}
END_TEST

/* proves DEF-06 */
START_TEST(an_admin_and_a_client_change_the_same_document)
{
	ck_assert_int_eq(put(DOC("<list name=\"friends\" x:c=\"1\" "
	    "xmlns:x=\"urn:x\"><x:e/><entry uri=\"tel:+1-555-010-0002\"/>"
	    "</list>")), XCAP_OK);
	OK(member_add("friends", "sip:Carol@EXAMPLE.org", "Carol"));
	HAS("\"list\":\"friends\",\"address\":\"sip:Carol@example.org\"");
	ck_assert_str_eq(document(ALICE), DOC("<list xmlns:x=\"urn:x\" "
	    "name=\"friends\" x:c=\"1\"><x:e/>"
	    "<entry uri=\"tel:+1-555-010-0002\"/>"
	    "<entry uri=\"sip:Carol@example.org\"><display-name>Carol"
	    "</display-name></entry></list>"));
	OK(world_op("list member remove", "subscriber", "sip:al@example.org",
	    "list", "friends", "address", "tel:+15550100002", NULL));
	world_crash(dir);
	OK(world_op("list members", "subscriber", ALICE, "list", "friends",
	    NULL));
	HAS("{\"items\":[{\"address\":\"sip:Carol@example.org\","
	    "\"name\":\"Carol\"}],\"next\":null}");
	ck_assert_int_eq(number("SELECT count(*) FROM audit WHERE "
	    "actor = 'test' AND action = 'list member add' AND "
	    "object = '" ALICE "' AND "
	    "detail LIKE 'friends: sip:Carol@example.org%'"), 1);
}
END_TEST

START_TEST(the_tag_moves_with_every_change)
{
	char tag[200];

	OK(world_op("list add", "subscriber", ALICE, "list", "a", "title",
	    "The \"a\"", NULL));
	HAS("\"list\":\"a\",\"title\":\"The \\\"a\\\"\",\"members\":0");
	OK(world_op("list show", "subscriber", ALICE, "list", "a", NULL));
	HAS("\"etag\":\"\\\"");
	(void)snprintf(tag, sizeof(tag), "%s", strstr(world_body(), "\"etag"));
	OK(world_op("list show", "subscriber", ALICE, "list", "a", NULL));
	HAS(tag);
	OK(member_add("a", BOB, NULL));
	OK(world_op("list show", "subscriber", ALICE, "list", "a", NULL));
	HAS_NOT(tag);
	HAS("\"members\":1");
}
END_TEST

START_TEST(a_list_gets_another_name_and_goes)
{
	OK(world_op("list add", "subscriber", ALICE, "list", "a", NULL));
	OK(member_add("a", BOB, NULL));
	OK(world_op("list set", "subscriber", ALICE, "list", "a", "name",
	    "b", "title", "B", NULL));
	HAS("\"list\":\"b\",\"title\":\"B\",\"members\":1");
	OK(world_op("show lists", "subscriber", ALICE, NULL));
	HAS("{\"items\":[{\"list\":\"b\",\"title\":\"B\",\"members\":1,"
	    "\"lists\":0,\"references\":0,\"blocks\":\"\"}],\"next\":null}");
	OK(world_op("list delete", "subscriber", ALICE, "list", "b", NULL));
	HAS("\"state\":\"deleted\"");
	OK(world_op("show lists", "subscriber", ALICE, NULL));
	HAS("{\"items\":[],\"next\":null}");
}
END_TEST

START_TEST(an_admin_blocks_and_unblocks_by_a_list)
{
	OK(world_op("list add", "subscriber", ALICE, "list",
	    "rcs_blockedcontacts", NULL));
	HAS("\"blocks\":\"refused\"");
	OK(member_add("rcs_blockedcontacts", SPAM, NULL));
	ck_assert_int_eq(effect(), SCREEN_REFUSED);
	ck_assert_int_eq(world_op("list set", "subscriber", ALICE, "list",
	    "rcs_blockedcontacts", "name", "x", NULL), 409);
	OK(world_op("list delete", "subscriber", ALICE, "list",
	    "rcs_blockedcontacts", NULL));
	ck_assert_int_eq(effect(), SCREEN_NONE);
}
END_TEST

static const struct {
	const char *command, *list, *arg, *value;
	int status;
	const char *says;
} refusals[] = {
	{ "list add", "a", NULL, NULL, 409, "already" },
	{ "list add", "", NULL, NULL, 422, "1 to 255 bytes" },
	{ "list add", "x\ny", NULL, NULL, 422, "without them" },
	{ "list add", "x", "title", "\xff", 422, "not UTF-8" },
	{ "list add", "x\xef\xbf\xbf", NULL, NULL, 422, "" },
	{ "list set", "a", NULL, NULL, 422, "nothing to set" },
	{ "list set", "a", "name", "b", 409, "already" },
	{ "list set", "a", "name", "", 422, "1 to 255 bytes" },
	{ "list set", "a", "name", "rcs_blockedcontacts", 409, "keeps" },
	{ "list set", "x", "title", "t", 404, "no list" },
	{ "list delete", "x", NULL, NULL, 404, "no list" },
	{ "list show", "x", NULL, NULL, 404, "no list" },
	{ "list members", "x", NULL, NULL, 404, "no list" },
	{ "list member add", "x", "address", BOB, 404, "no list" },
	{ "list member add", "a", "address", BOB, 409, "on the list already" },
	{ "list member add", "a", "address", "nobody", 422, "no sip: or" },
	{ "list member remove", "a", "address", SPAM, 404, "is not on" },
	{ "list member remove", "x", "address", SPAM, 404, "no list" },
};

START_TEST(refused_with_a_reason_and_nothing_changes)
{
	char before[2000];

	OK(world_op("list add", "subscriber", ALICE, "list", "a", NULL));
	OK(world_op("list add", "subscriber", ALICE, "list", "b", NULL));
	OK(member_add("a", BOB, NULL));
	(void)snprintf(before, sizeof(before), "%s", document(ALICE));
	ck_assert_msg(world_op(refusals[_i].command, "subscriber", ALICE,
	    "list", refusals[_i].list, refusals[_i].arg, refusals[_i].value,
	    NULL) == refusals[_i].status, "%s: %s", refusals[_i].command,
	    world_body());
	HAS(refusals[_i].says);
	ck_assert_str_eq(document(ALICE), before);
}
END_TEST

START_TEST(nobody_has_no_lists)
{
	ck_assert_int_eq(world_op("show lists", "subscriber",
	    "sip:nobody@example.org", NULL), 404);
	ck_assert_int_eq(world_op("list add", "subscriber", "x", "list", "a",
	    NULL), 404);
	ck_assert_int_eq(world_op("list export", "subscriber", "x", NULL),
	    404);
	OK(world_op("show lists", "subscriber", ALICE, NULL));
	HAS("\"items\":[]");
}
END_TEST

START_TEST(a_full_disk_changes_nothing)
{
	OK(world_op("list add", "subscriber", ALICE, "list", "a", NULL));
	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(member_add("a", BOB, NULL), 500);
	faultfs_heal();
	ck_assert_str_eq(document(ALICE), DOC("<list name=\"a\"/>"));
	OK(member_add("a", BOB, NULL));
}
END_TEST

START_TEST(members_come_in_pages)
{
	char address[64];

	OK(world_op("list add", "subscriber", ALICE, "list", "a", NULL));
	for (int i = 0; i < 5; i++) {
		(void)snprintf(address, sizeof(address),
		    "sip:m%d@example.com", i);
		OK(member_add("a", address, NULL));
	}
	OK(world_op("list members", "subscriber", ALICE, "list", "a",
	    "limit", "2", NULL));
	HAS("m0@");
	HAS("m1@");
	HAS_NOT("m2@");
	HAS("\"next\":\"2\"");
	OK(world_op("list members", "subscriber", ALICE, "list", "a",
	    "limit", "2", "cursor", "4", NULL));
	HAS("m4@");
	HAS_NOT("m3@");
	HAS("\"next\":null");
	ck_assert_int_eq(world_op("list members", "subscriber", ALICE, "list",
	    "a", "limit", "0", NULL), 422);
}
END_TEST

/* --- CSV ------------------------------------------------------------------ */

#define CSV	"subscriber,list,title,member,name\r\n"
#define CSV_ONE	"member,name\\r\\n" BOB ",b,," ALICE ",\\r\\n\""

static int import(const char *csv, const char *dry)
{
	return world_op("list import", "file", csv, "dry-run", dry, NULL);
}

START_TEST(an_import_adds_and_an_export_gives_it_back)
{
	static const char all[] = CSV
		ALICE ",a,\"The, a\"," BOB ",'+Bob\r\n"
		ALICE ",a,\"The, a\",sip:x@example.com,\r\n"
		ALICE ",empty,,,\r\n"
		BOB ",b,," ALICE ",\r\n";

	OK(import(all, "on"));
	HAS("\"total\":4,\"subscribers\":2,\"lists\":3,\"added\":3,"
	    "\"changed\":0,\"dry_run\":true");
	ck_assert_str_eq(document(ALICE), "");
	OK(import(all, NULL));
	HAS("\"total\":4,\"subscribers\":2,\"lists\":3,\"added\":3,"
	    "\"changed\":0,\"dry_run\":false");
	ck_assert_str_eq(document(ALICE), DOC("<list name=\"a\">"
	    "<display-name>The, a</display-name><entry uri=\"" BOB "\">"
	    "<display-name>+Bob</display-name></entry>"
	    "<entry uri=\"sip:x@example.com\"/></list>"
	    "<list name=\"empty\"/>"));
	OK(import(all, "off"));
	HAS("\"lists\":0,\"added\":0,\"changed\":0");
	OK(world_op("list export", NULL));
	HAS(ALICE ",a,\\\"The, a\\\"," BOB ",'+Bob\\r\\n");
	HAS(ALICE ",empty,,,\\r\\n" BOB ",b,," ALICE ",\\r\\n");
	OK(world_op("list export", "subscriber", BOB, NULL));
	HAS(CSV_ONE);
	HAS_NOT("empty");
	ck_assert_int_eq(number("SELECT count(*) FROM audit WHERE "
	    "action = 'list import' AND object = '" ALICE "'"), 2);
}
END_TEST

START_TEST(columns_may_be_left_out_and_stand_in_any_order)
{
	OK(import("member,list,subscriber\n" BOB ",a," ALICE "\n", NULL));
	OK(import("name,member,list,subscriber\nBob,tel:+1-555-010-0002,a,"
	    "sip:al@example.org\n", NULL));
	HAS("\"added\":0,\"changed\":1");
	OK(world_op("list members", "subscriber", ALICE, "list", "a", NULL));
	HAS("[{\"address\":\"" BOB "\",\"name\":\"Bob\"}]");
}
END_TEST

static const struct {
	const char *csv;
	int line;
	const char *says;
} wrongs[] = {
	{ "", 1, "the file is empty" },
	{ "list,member\n", 1, "two must be subscriber and list" },
	{ CSV "x,a,,,\n", 2, "is no sip: or tel:" },
	{ CSV ALICE ",a,,,\nsip:no@example.org,a,,,\n", 3,
	  "there is no subscriber" },
	{ CSV ALICE ",,,,\n", 2, "a name is needed" },
	{ CSV ALICE ",a,,bob,\n", 2, "member: " },
	{ CSV ALICE ",a,\"x\ny\",,\n", 2, "title: " },
	{ CSV ALICE ",a,,,\n" ALICE ",b\xef\xbf\xbf,,,\n", 3, "" },
	{ CSV ALICE ",a,,\"x\n", 2, "" },
};

START_TEST(a_wrong_line_is_named_and_nothing_changes)
{
	char line[40];

	ck_assert_msg(import(wrongs[_i].csv, NULL) == 422, "%s",
	    world_body());
	(void)snprintf(line, sizeof(line), "\"line\":%d,", wrongs[_i].line);
	HAS(line);
	HAS(wrongs[_i].says);
	HAS("nothing was changed");
	ck_assert_str_eq(document(ALICE), "");
}
END_TEST

START_TEST(too_much_for_one_document_is_refused_before_the_first_write)
{
	struct buf csv;

	buf_init(&csv, BUF_NO_LIMIT);
	buf_addz(&csv, CSV BOB ",b,,,\n");
	for (int i = 0; i < 1500; i++)
		buf_addf(&csv, ALICE ",rcs_blockedcontacts,,sip:m%d@a.example"
		    ",\n", i);
	ck_assert_int_eq(import(csv.p, NULL), 422);
	HAS("\"line\":1502,");
	HAS("too many");
	ck_assert_str_eq(document(BOB), "");
	buf_deinit(&csv);
}
END_TEST

START_TEST(a_large_list_is_put_in_one_go)
{
	struct buf csv;

	buf_init(&csv, BUF_NO_LIMIT);
	buf_addz(&csv, CSV);
	for (int i = 0; i < 8000; i++)
		buf_addf(&csv, ALICE ",big,,sip:m%d@example.com,\n", i);
	OK(import(csv.p, NULL));
	HAS("\"added\":8000");
	buf_deinit(&csv);
}
END_TEST

static void ended(struct op_call *c, void *arg)
{
	(void)c;
	*(bool *)arg = true;
}

static const struct op *op_of(const char *command)
{
	size_t n;
	const struct op *const *all = op_all(&n);

	while (n-- > 0)
		if (strcmp(all[n]->command, command) == 0)
			return all[n];
	return NULL;
}

#define MANY	100	/* more than one go */

START_TEST(how_far_an_import_is_can_be_seen_and_it_can_be_cancelled)
{
	bool done = false;
	struct op_call *c = op_call_new(op_of("list import"), STRV("test"),
	    AS_ALL, ended, &done);
	struct buf csv;
	char who[64];

	jobs_register();
	buf_init(&csv, BUF_NO_LIMIT);
	buf_addz(&csv, CSV);
	for (int i = 0; i < MANY; i++) {
		(void)snprintf(who, sizeof(who), "sip:u%d@example.org", i);
		OK(world_op("subscriber add", "address", who, NULL));
		buf_addf(&csv, "%s,a,," BOB ",\n", who);
	}
	ck_assert(op_call_arg(c, "file", buf_strv(&csv)));
	op_call_run(c);
	do {
		world_drain();
		OK(world_op("show jobs", NULL));
	} while (!done && !strstr(world_body(), "running"));
	HAS("\"kind\":\"list-import\"");
	HAS("\"total\":100");
	OK(world_op("job cancel", "id", "1", NULL));
	while (!done)
		world_drain();
	ck_assert_int_eq(op_call_status(c), 409);
	ck_assert_ptr_nonnull(strstr(op_call_body(c).p, "has cancelled it"));
	op_call_free(c);
	OK(world_op("show jobs", NULL));
	HAS("\"state\":\"cancelled\"");
	ck_assert_str_eq(document("sip:u99@example.org"), "");
	OK(import(csv.p, NULL));	/* the turn has ended */
	HAS("\"subscribers\":100");
	buf_deinit(&csv);
}
END_TEST

START_TEST(an_import_that_the_disk_does_not_take_says_so)
{
	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(import(CSV ALICE ",a,,,\n", NULL), 500);
	faultfs_heal();
	HAS("could not be");
	ck_assert_str_eq(document(ALICE), "");
	OK(import(CSV ALICE ",a,,,\n", NULL));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("own_lists");
	TCase *tc = tcase_create("lists");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_set_timeout(tc, 30);
	tcase_add_test(tc, rules_of_screening_are_two_lists_of_the_document);
	tcase_add_test(tc, an_admin_and_a_client_change_the_same_document);
	tcase_add_test(tc, the_tag_moves_with_every_change);
	tcase_add_test(tc, a_list_gets_another_name_and_goes);
	tcase_add_test(tc, an_admin_blocks_and_unblocks_by_a_list);
	tcase_add_rows(tc, refused_with_a_reason_and_nothing_changes,
	    refusals);
	tcase_add_test(tc, nobody_has_no_lists);
	tcase_add_test(tc, a_full_disk_changes_nothing);
	tcase_add_test(tc, members_come_in_pages);
	tcase_add_test(tc, an_import_adds_and_an_export_gives_it_back);
	tcase_add_test(tc, columns_may_be_left_out_and_stand_in_any_order);
	tcase_add_rows(tc, a_wrong_line_is_named_and_nothing_changes, wrongs);
	tcase_add_test(tc,
	    too_much_for_one_document_is_refused_before_the_first_write);
	tcase_add_test(tc, a_large_list_is_put_in_one_go);
	tcase_add_test(tc,
	    how_far_an_import_is_can_be_seen_and_it_can_be_cancelled);
	tcase_add_test(tc, an_import_that_the_disk_does_not_take_says_so);
	suite_add_tcase(s, tc);
	return s;
}
