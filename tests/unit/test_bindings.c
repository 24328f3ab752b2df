/* test_bindings.c - dir/bindings.h: registrations, durable first. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/now.h"
#include "dir/bindings.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/db.h"
#include "store/writer.h"

#define NOW	INT64_C(1800000000000)
#define HOUR	3600000

static const char *dir;

static void setup(void)
{
	now_freeze(NOW);
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	ck_assert_int_eq(world_op("subscriber add", "address",
	    "sip:alice@example.org", NULL), 200);
}

static struct user *alice(void)
{
	return user_find(STRV("sip:alice@example.org"));
}

static int64_t rows(void)
{
	struct stmt *s = stmt(db_reader(DB_STORE),
	    "SELECT count(*) FROM registration");
	int64_t n = stmt_row(s) ? col_int(s) : -1;

	ck_assert_int_eq(stmt_end(s), ERR_OK);
	return n;
}

static struct {
	int calls;
	enum err err;
	bool appeared;
	struct user *u;
} last;

static void done(enum err e, struct user *u, bool appeared, void *arg)
{
	if (arg)
		ck_assert_int_eq(*(int *)arg, last.calls);
	last.calls++;
	last.err = e;
	last.u = u;
	last.appeared = appeared;
}

static struct binding device(const char *instance, uint32_t reg_id,
    const char *contact)
{
	return (struct binding){ .contact = strv(contact),
		.instance = strv(instance), .reg_id = reg_id,
		.path = STRV("<sip:edge;lr>"),
		.source = STRV("udp 127.0.0.1:5062"),
		.features = STRV("+g.oma"), .agent = STRV("Phone/1"),
		.call_id = STRV("c1"), .cseq = 1, .q = 700,
		.expires = now_ms() + HOUR, .seen = now_ms() };
}

static enum err edit(const struct binding *put, const struct binding *del)
{
	struct bindings_edit *e = bindings_edit_new(alice());

	if (del)
		bindings_edit_del(e, del);
	if (put)
		bindings_edit_put(e, put);
	bindings_edit_commit(e, done, NULL);
	world_drain();
	return last.err;
}

static enum err reg(const char *instance, uint32_t reg_id,
    const char *contact)
{
	struct binding b = device(instance, reg_id, contact);

	return edit(&b, NULL);
}

static struct binding *nth(int n)
{
	LIST_FOR(h, &alice()->bindings) {
		if (n-- == 0)
			return BINDING_OF(h);
	}
	abort();
}

/* --- put and del --------------------------------------------------------- */

START_TEST(a_device_is_registered_after_the_commit)
{
	struct binding b = device("urn:1", 1, "sip:a@1.1.1.1");
	struct bindings_edit *e = bindings_edit_new(alice());

	bindings_edit_put(e, &b);
	bindings_edit_commit(e, done, NULL);
	ck_assert_int_eq(last.calls, 0);
	writer_drain();
	ck_assert_int_eq(last.calls, 0);
	ck_assert_int_eq(rows(), 1);
	world_drain();
	ck_assert_int_eq(last.calls, 1);
	ck_assert_int_eq(last.err, ERR_OK);
	ck_assert(last.appeared);
	ck_assert_ptr_eq(last.u, alice());
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_uint_eq(bindings_count(), 1);
	ck_assert(user_is_online(alice()));
}
END_TEST

static void expect(const struct binding *b, const struct binding *want)
{
	ck_assert(strv_eq(b->contact, want->contact));
	ck_assert(strv_eq(b->instance, want->instance));
	ck_assert(strv_eq(b->path, want->path));
	ck_assert(strv_eq(b->source, want->source));
	ck_assert(strv_eq(b->features, want->features));
	ck_assert(strv_eq(b->agent, want->agent));
	ck_assert(strv_eq(b->call_id, want->call_id));
	ck_assert_uint_eq(b->cseq, want->cseq);
	ck_assert_uint_eq(b->reg_id, want->reg_id);
	ck_assert_uint_eq(b->q, want->q);
	ck_assert_int_eq(b->expires, want->expires);
	ck_assert_int_eq(b->seen, want->seen);
	ck_assert_ptr_eq(b->user, alice());
}

START_TEST(registrations_survive_a_kill)
{
	struct binding b = device("urn:1", 2, "sip:a@1.1.1.1");
	uint64_t id;

	ck_assert_int_eq(edit(&b, NULL), ERR_OK);
	ck_assert_int_eq(reg("", 0, "sip:b@2.2.2.2"), ERR_OK);
	id = nth(1)->id;
	world_crash(dir);
	ck_assert_uint_eq(alice()->nbindings, 2);
	ck_assert_uint_eq(nth(1)->id, id);
	expect(nth(1), &b);
}
END_TEST

static const struct {
	const char *name;
	const char *instance;
	uint32_t reg_id;
	const char *contact;
	size_t n;
	bool appeared;
} second[] = {
	{ "a refresh", "urn:1", 1, "sip:a@1.1.1.1", 1, false },
	{ "a new contact of the device", "urn:1", 1, "sip:a@9.9.9.9", 1,
	  true },
	{ "another flow of the device", "urn:1", 2, "sip:a@1.1.1.1", 2, true },
	{ "another device", "urn:2", 1, "sip:a@1.1.1.1", 2, true },
	{ "no instance", "", 0, "sip:a@1.1.1.1", 2, true },
};

START_TEST(instance_and_reg_id_choose_what_is_replaced)
{
	uint64_t id;

	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	id = nth(0)->id;
	now_freeze(NOW + 1000);
	ck_assert_int_eq(reg(second[_i].instance, second[_i].reg_id,
	    second[_i].contact), ERR_OK);
	ck_assert_msg(alice()->nbindings == second[_i].n, "%s: %zu",
	    second[_i].name, alice()->nbindings);
	ck_assert_msg(last.appeared == second[_i].appeared, "%s",
	    second[_i].name);
	ck_assert_int_eq(rows(), (int)second[_i].n);
	if (second[_i].n == 1)
		ck_assert_uint_eq(nth(0)->id, id);
	ck_assert(strv_eq(nth(0)->contact, strv(second[_i].contact)));
	ck_assert_int_eq(nth(0)->seen, NOW + 1000);
	world_crash(dir);
	ck_assert_uint_eq(alice()->nbindings, second[_i].n);
	ck_assert_int_eq(nth(0)->seen, NOW + 1000);
}
END_TEST

START_TEST(without_an_instance_the_contact_chooses)
{
	ck_assert_int_eq(reg("", 0, "sip:a@1.1.1.1"), ERR_OK);
	ck_assert_int_eq(reg("", 0, "sip:a@1.1.1.1"), ERR_OK);
	ck_assert(!last.appeared);
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_int_eq(reg("", 0, "sip:a@1.1.1.2"), ERR_OK);
	ck_assert_uint_eq(alice()->nbindings, 2);
}
END_TEST

START_TEST(one_request_may_change_several)
{
	struct binding a = device("urn:1", 1, "sip:a@1.1.1.1");
	struct binding b = device("urn:2", 1, "sip:a@2.2.2.2");

	ck_assert_int_eq(edit(&a, NULL), ERR_OK);
	ck_assert_int_eq(edit(&b, &a), ERR_OK);
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert(strv_eq(nth(0)->instance, STRV("urn:2")));
	ck_assert_int_eq(edit(NULL, &a), ERR_OK);	/* not there: fine */
	ck_assert_int_eq(edit(NULL, nth(0)), ERR_OK);
	ck_assert(!user_is_online(alice()));
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(edits_of_one_user_take_effect_in_their_order)
{
	struct binding b = device("urn:1", 1, "sip:a@1.1.1.1");
	int order[5];

	for (int i = 0; i < 5; i++) {
		struct bindings_edit *e = bindings_edit_new(alice());

		order[i] = i;
		b.cseq = (uint32_t)i + 1;
		if (i == 3)
			bindings_edit_del(e, &b);
		else
			bindings_edit_put(e, &b);
		bindings_edit_commit(e, done, &order[i]);
	}
	world_drain();
	ck_assert_int_eq(last.calls, 5);
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_uint_eq(nth(0)->cseq, 5);
	ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(there_is_a_limit_for_each_subscriber)
{
	char instance[20];
	struct binding b;

	ck_assert(world_set("set policy registration max-contacts 3"));
	for (int i = 0; i < 3; i++) {
		(void)snprintf(instance, sizeof(instance), "urn:%d", i);
		ck_assert_int_eq(reg(instance, 1, "sip:a@1.1.1.1"), ERR_OK);
	}
	ck_assert_int_eq(reg("urn:9", 1, "sip:a@1.1.1.1"), ERR_TOO_BIG);
	ck_assert_uint_eq(alice()->nbindings, 3);
	ck_assert_int_eq(rows(), 3);
	ck_assert_int_eq(reg("urn:2", 1, "sip:a@1.1.1.9"), ERR_OK);
	b = device("urn:9", 1, "sip:a@1.1.1.1");
	ck_assert_int_eq(edit(&b, nth(0)), ERR_OK);
	ck_assert_uint_eq(alice()->nbindings, 3);
}
END_TEST

START_TEST(a_full_disk_changes_nothing)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	faultfs_fail(0, 13);
	ck_assert_int_eq(reg("urn:2", 1, "sip:a@1.1.1.1"), ERR_STORAGE);
	ck_assert_int_eq(edit(NULL, nth(0)), ERR_STORAGE);
	faultfs_heal();
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_int_eq(rows(), 1);
	ck_assert_int_eq(reg("urn:2", 1, "sip:a@1.1.1.1"), ERR_OK);
}
END_TEST

/* --- going away ---------------------------------------------------------- */

START_TEST(a_registration_expires)
{
	struct binding b = device("urn:1", 1, "sip:a@1.1.1.1");

	ck_assert_int_eq(edit(&b, NULL), ERR_OK);
	b = device("urn:2", 1, "sip:a@1.1.1.1");
	b.expires = NOW + 48 * HOUR;	/* more than once around the wheel */
	ck_assert_int_eq(edit(&b, NULL), ERR_OK);
	now_freeze(NOW + HOUR - 1);
	world_drain();
	ck_assert_uint_eq(alice()->nbindings, 2);
	now_freeze(NOW + HOUR + 2000);
	world_drain();
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert_int_eq(rows(), 1);
	for (int64_t t = NOW + HOUR; t < NOW + 48 * HOUR; t += HOUR / 4) {
		now_freeze(t);
		world_drain();
	}
	ck_assert_uint_eq(alice()->nbindings, 1);
	now_freeze(NOW + 48 * HOUR + 2000);
	world_drain();
	ck_assert_uint_eq(alice()->nbindings, 0);
	ck_assert_uint_eq(bindings_count(), 0);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(a_refresh_keeps_it_alive)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	now_freeze(NOW + HOUR / 2);
	world_drain();
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	now_freeze(NOW + HOUR + 2000);
	world_drain();
	ck_assert(user_is_online(alice()));
	now_freeze(NOW + HOUR + HOUR / 2 + 2000);
	world_drain();
	ck_assert(!user_is_online(alice()));
}
END_TEST

START_TEST(one_that_is_over_does_not_count_before_it_is_swept)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	now_freeze(NOW + HOUR);
	ck_assert(!user_is_online(alice()));
}
END_TEST

START_TEST(expired_ones_do_not_come_back_at_the_start)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	now_freeze(NOW + HOUR);
	world_crash(dir);
	ck_assert_uint_eq(bindings_count(), 0);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(a_dead_contact_is_dropped_at_once)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	ck_assert_int_eq(reg("urn:2", 1, "sip:a@1.1.1.1"), ERR_OK);
	binding_drop(nth(1));
	ck_assert_uint_eq(alice()->nbindings, 1);
	ck_assert(strv_eq(nth(0)->instance, STRV("urn:2")));
	world_drain();
	ck_assert_int_eq(rows(), 1);
}
END_TEST

START_TEST(a_suspended_subscriber_is_offline)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	ck_assert_int_eq(world_op("subscriber suspend", "address",
	    "sip:alice@example.org", NULL), 200);
	ck_assert(!user_is_online(alice()));
	ck_assert_uint_eq(bindings_count(), 0);
	ck_assert_int_eq(rows(), 0);
}
END_TEST

START_TEST(a_user_deleted_meanwhile_leaves_no_row)
{
	struct binding b = device("urn:1", 1, "sip:a@1.1.1.1");
	struct bindings_edit *e = bindings_edit_new(alice());

	bindings_edit_put(e, &b);
	bindings_edit_commit(e, done, NULL);
	e = bindings_edit_new(alice());
	bindings_edit_put(e, &b);
	/* the delete is put first, the second edit waits for the first */
	ck_assert_int_eq(world_op("subscriber delete", "address",
	    "sip:alice@example.org", NULL), 200);
	bindings_edit_commit(e, done, NULL);
	world_drain();
	ck_assert_int_eq(last.calls, 2);
	ck_assert_int_eq(last.err, ERR_NO_USER);
	ck_assert_int_eq(rows(), 0);
	ck_assert_uint_eq(bindings_count(), 0);
}
END_TEST

/* --- looking ------------------------------------------------------------- */

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())

START_TEST(registrations_are_shown)
{
	ck_assert_int_eq(reg("urn:1", 1, "sip:a@1.1.1.1"), ERR_OK);
	ck_assert_int_eq(reg("", 0, "sip:b@2.2.2.2"), ERR_OK);
	ck_assert_int_eq(world_op("show registrations", NULL), 200);
	HAS("{\"address\":\"sip:alice@example.org\",\"device\":\"urn:1\","
	    "\"transport\":\"udp\",\"contact\":\"sip:a@1.1.1.1\","
	    "\"expires\":\"2027-01-15T09:00:00.000Z\",\"agent\":\"Phone/1\","
	    "\"seen\":\"2027-01-15T08:00:00.000Z\"}");
	HAS("\"device\":\"sip:b@2.2.2.2\"");
	ck_assert_int_eq(world_op("show registrations", "limit", "1", NULL),
	    200);
	HAS_NOT("sip:b@2.2.2.2");
	HAS_NOT("\"next\":null");
	ck_assert_int_eq(world_op("show registrations", "address",
	    "sip:Alice@example.org", NULL), 200);
	HAS_NOT("urn:1");
	ck_assert_int_eq(world_op("show registrations", "address",
	    "sip:alice@EXAMPLE.org", NULL), 200);
	HAS("urn:1");
	ck_assert_int_eq(world_op("show registrations", "transport", "tls",
	    NULL), 200);
	HAS_NOT("urn:1");
}
END_TEST

/* --- in numbers ---------------------------------------------------------- */

#define MANY	100000

/* Bytes of the heap in use; a sanitizer's heap says nothing. */
static size_t heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

static char features[] = "+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims."
    "icsi.oma.cpm.msg,urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.largemsg,"
    "urn%3Aurn-7%3A3gpp-service.ims.icsi.oma.cpm.session\";+g.3gpp.iari-ref="
    "\"urn%3Aurn-7%3A3gpp-application.ims.iari.rcs.fthttp\"";

struct filling {
	struct write w;
	enum err said;
};

static enum err fill(struct write *w, struct db *db)
{
	char text[80];

	(void)w;
	for (int i = 0; i < MANY; i++) {
		struct stmt *s = stmt(db, "INSERT INTO registration VALUES "
		    "(?, ?, ?, ?, 1, '', 'udp 127.0.0.1:5062', ?, "
		    "'Linphone/4.4', 'call-1234567890@host', 1, 1000, ?, ?)");

		stmt_int(s, i + 1);
		stmt_int(s, i / BINDINGS_MAX + 2);
		stmt_text(s, STRV("sip:+15550100002@198.51.100.7:49152;"
		    "transport=tls"));
		(void)snprintf(text, sizeof(text), "urn:uuid:6f474eac-f1a1-"
		    "4085-b654-%012d", i);
		stmt_text(s, strv(text));
		stmt_text(s, strv(features));
		stmt_int(s, NOW + HOUR);
		stmt_int(s, NOW + i);
		if (stmt_end(s) != ERR_OK)
			return ERR_STORAGE;
	}
	return ERR_OK;
}

static enum err fill_users(struct write *w, struct db *db)
{
	(void)w;
	for (int i = 0; i <= MANY / BINDINGS_MAX; i++) {
		struct stmt *s = stmt(db, "INSERT INTO subscriber (id, name, "
		    "class, state, created, changed) "
		    "VALUES (?, '', 'standard', 0, 0, 0)");

		stmt_int(s, i + 2);
		if (stmt_end(s) != ERR_OK)
			return ERR_STORAGE;
	}
	return db_exec(db, "INSERT INTO address SELECT 'sip:u' || id || "
	    "'@example.org', id, 0, 'sip:u' || id || '@example.org' "
	    "FROM subscriber WHERE id > 1");
}

static void filled(struct write *w)
{
	((struct filling *)(void *)w)->said = w->err;
}

/* The figures are printed, and two kilobytes are promised. */
START_TEST(a_device_takes_less_than_two_kilobytes)
{
	struct filling f = { .w = { .db = DB_STORE, .run = fill,
		.done = filled }, .said = ERR_BUSY };
	struct filling users = { .w = { .db = DB_CONFIG, .run = fill_users,
		.done = filled }, .said = ERR_BUSY };
	int64_t began;
	size_t before, after;

	writer_put(&f.w);
	writer_put(&users.w);
	world_drain();
	ck_assert_int_eq(f.said, ERR_OK);
	ck_assert_int_eq(users.said, ERR_OK);
	users_unload();
	ck_assert_int_eq(users_load(), ERR_OK);
	before = heap();
	began = now_us();
	ck_assert_int_eq(bindings_load(), ERR_OK);
	after = heap();
	ck_assert_uint_eq(bindings_count(), MANY);
	fprintf(stderr, "bindings: %d loaded in %.0f ms, %.0f bytes each\n",
	    MANY, (double)(now_us() - began) / 1000,
	    (double)(after - before) / MANY);
	ck_assert_uint_lt((after - before) / MANY, 2000);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("bindings");
	TCase *tc = tcase_create("edits");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_device_is_registered_after_the_commit);
	tcase_add_test(tc, registrations_survive_a_kill);
	tcase_add_rows(tc, instance_and_reg_id_choose_what_is_replaced,
	    second);
	tcase_add_test(tc, without_an_instance_the_contact_chooses);
	tcase_add_test(tc, one_request_may_change_several);
	tcase_add_test(tc, edits_of_one_user_take_effect_in_their_order);
	tcase_add_test(tc, there_is_a_limit_for_each_subscriber);
	tcase_add_test(tc, a_full_disk_changes_nothing);
	suite_add_tcase(s, tc);

	tc = tcase_create("ends");
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_registration_expires);
	tcase_add_test(tc, a_refresh_keeps_it_alive);
	tcase_add_test(tc, one_that_is_over_does_not_count_before_it_is_swept);
	tcase_add_test(tc, expired_ones_do_not_come_back_at_the_start);
	tcase_add_test(tc, a_dead_contact_is_dropped_at_once);
	tcase_add_test(tc, a_suspended_subscriber_is_offline);
	tcase_add_test(tc, a_user_deleted_meanwhile_leaves_no_row);
	tcase_add_test(tc, registrations_are_shown);
	suite_add_tcase(s, tc);

	tc = tcase_create("numbers");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_device_takes_less_than_two_kilobytes);
	suite_add_tcase(s, tc);
	return s;
}
