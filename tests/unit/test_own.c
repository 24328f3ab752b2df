/* test_own.c - dir/own.h and store/documents.h. */

#include "dir/devices_priv.h"
#include "dir/own.h"
#include "dir/prefs.h"
#include "dir/users.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/documents.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"
#define CAROL	"sip:carol@example.org"
#define TEAM	"sip:team@example.org"
#define SPAM	"sip:x@spam.example"

#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())

static const char *dir;
static struct own_turn *turn;
static enum err outcome;	/* ERR_N: nothing came yet */

static void setup(void)
{
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
	for (size_t i = 0; i < 3; i++)
		OK(world_op("subscriber add", "address", ((const char *const
		    []){ ALICE, BOB, CAROL })[i], NULL));
	outcome = ERR_N;
}

static void teardown(void)
{
	world_close();
}

static const struct user *alice(void)
{
	return user_find(STRV(ALICE));
}

/* --- turns ---------------------------------------------------------------- */

static char order[8];

static void run_turn(void *arg)
{
	strcat(order, arg);
}

START_TEST(one_turn_waits_for_the_other)
{
	char first[] = "a", second[] = "b";
	struct own_turn *a, *b;

	own_begin(&a, run_turn, first);
	own_begin(&b, run_turn, second);
	ck_assert_str_eq(order, "a");
	own_end(a);
	ck_assert_str_eq(order, "ab");
	own_end(b);
}
END_TEST

/* --- documents ------------------------------------------------------------ */

static void document_done(struct own_document *d, enum err e)
{
	(void)d;
	outcome = e;
	own_end(turn);
}

static void write_document(void *arg)
{
	own_document_write(arg);
}

static enum err put(const char *text, const struct own_block *blocks,
    size_t n)
{
	struct own_document d = { .user = alice()->id, .actor = STRV(ALICE),
		.object = STRV(ALICE), .usage = STRV("resource-lists"),
		.name = STRV("index"), .text = strv(text), .blocks = blocks,
		.nblocks = n, .done = document_done };

	outcome = ERR_N;
	own_begin(&turn, write_document, &d);
	world_drain();
	return outcome;
}

static bool is_stored(const char *text)
{
	struct buf b;
	enum err e;
	bool same;

	buf_init(&b, 1000);
	e = document_read(alice()->id, STRV("resource-lists"), STRV("index"),
	    &b);
	same = text ? e == ERR_OK && strcmp(b.p, text) == 0 :
	    e == ERR_NO_USER;
	buf_deinit(&b);
	return same;
}

static enum screen_effect effect(void)
{
	struct strv pattern;

	return screen_match(alice(), STRV(SPAM), &pattern);
}

START_TEST(a_document_and_its_blocks_are_one)
{
	struct own_block block = { STRV(SPAM), SCREEN_REFUSED };

	ck_assert(is_stored(NULL));
	ck_assert_int_eq(put("<a/>", &block, 1), ERR_OK);
	ck_assert(is_stored("<a/>"));
	ck_assert_int_eq(effect(), SCREEN_REFUSED);
	world_crash(dir);
	ck_assert(is_stored("<a/>"));
	ck_assert_int_eq(effect(), SCREEN_REFUSED);
	block.effect = SCREEN_SILENT;
	ck_assert_int_eq(put("<b/>", &block, 1), ERR_OK);
	ck_assert_int_eq(effect(), SCREEN_SILENT);
	block.effect = SCREEN_NONE;
	ck_assert_int_eq(put(NULL, &block, 1), ERR_OK);
	ck_assert(is_stored(NULL));
	ck_assert_int_eq(effect(), SCREEN_NONE);
}
END_TEST

START_TEST(a_full_disk_changes_neither)
{
	struct own_block block = { STRV(SPAM), SCREEN_REFUSED };

	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(put("<a/>", &block, 1), ERR_STORAGE);
	faultfs_heal();
	ck_assert(is_stored(NULL));
	ck_assert_int_eq(effect(), SCREEN_NONE);
}
END_TEST

START_TEST(documents_go_with_their_subscriber)
{
	uint64_t id = alice()->id;
	struct buf b;

	ck_assert_int_eq(put("<a/>", NULL, 0), ERR_OK);
	OK(world_op("subscriber delete", "address", ALICE, NULL));
	buf_init(&b, 1000);
	ck_assert_int_eq(document_read(id, STRV("resource-lists"),
	    STRV("index"), &b), ERR_NO_USER);
	buf_deinit(&b);
}
END_TEST

/* --- groups --------------------------------------------------------------- */

static void group_done(struct own_group *g, enum err e)
{
	(void)g;
	outcome = e;
}

static void nothing(void *arg)
{
	(void)arg;
}

static enum err write_group(struct own_group g)
{
	enum err e;

	g.actor = g.owner;
	g.done = group_done;
	if (!g.subject.p)
		g.subject = STRV("");
	outcome = ERR_N;
	own_begin(&turn, nothing, NULL);
	e = own_group_write(&g);
	if (e == ERR_OK) {
		world_drain();
		ck_assert_int_ne(outcome, ERR_N);
		e = outcome;
	}
	own_end(turn);
	return e;
}

#define MEMBERS(...) .members = (const struct strv[]){ __VA_ARGS__ }, \
	.nmembers = sizeof((const struct strv[]){ __VA_ARGS__ }) / \
	    sizeof(struct strv)
#define TEAM_OF(who, ...) write_group((struct own_group){ \
	.key = STRV(TEAM), .owner = STRV(who), __VA_ARGS__ })

static const struct group *team(void)
{
	return group_find(STRV(TEAM));
}

static int role(const char *key)
{
	const struct group_member *m = group_find_member(team(), strv(key));

	return m ? (int)m->role : -1;
}

START_TEST(who_makes_a_group_is_its_admin)
{
	ck_assert_int_eq(TEAM_OF(ALICE, .subject = STRV("We"), .max_size = 9,
	    MEMBERS(STRV(BOB), STRV(ALICE), STRV(BOB), STRV("tel:+17"))),
	    ERR_OK);
	ck_assert_uint_eq(team()->roster->n, 3);
	ck_assert_int_eq(role(ALICE), ROLE_OF_ADMIN);
	ck_assert_int_eq(role(BOB), ROLE_OF_MEMBER);
	ck_assert_int_eq(team()->row.max_size, 9);
	ck_assert(strv_eq(team()->row.subject, STRV("We")));
	ck_assert_uint_eq(own_groups(STRV(ALICE)), 1);
	ck_assert_uint_eq(own_groups(STRV(BOB)), 0);
	world_crash(dir);
	ck_assert_uint_eq(team()->roster->n, 3);
	ck_assert_int_eq(role(ALICE), ROLE_OF_ADMIN);
}
END_TEST

START_TEST(roles_and_admins_stay_when_the_list_changes)
{
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB), STRV("tel:+17"))),
	    ERR_OK);
	OK(world_op("group member add", "group", TEAM, "address", BOB,
	    "role", "admin", NULL));
	ck_assert_int_eq(TEAM_OF(BOB, .subject = STRV("Us"),
	    MEMBERS(STRV(CAROL), STRV(BOB))), ERR_OK);
	ck_assert_uint_eq(team()->roster->n, 3);
	ck_assert_int_eq(role(ALICE), ROLE_OF_ADMIN);
	ck_assert_int_eq(role(BOB), ROLE_OF_ADMIN);
	ck_assert_int_eq(role(CAROL), ROLE_OF_MEMBER);
	ck_assert_int_eq(role("tel:+17"), -1);
	world_crash(dir);
	ck_assert_uint_eq(team()->roster->n, 3);
	ck_assert_int_eq(role(CAROL), ROLE_OF_MEMBER);
}
END_TEST

START_TEST(a_group_is_changed_by_its_admins_only)
{
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB))), ERR_OK);
	ck_assert_int_eq(TEAM_OF(BOB, MEMBERS(STRV(BOB))), ERR_FORBIDDEN);
	ck_assert_int_eq(TEAM_OF(CAROL, .gone = true), ERR_FORBIDDEN);
	ck_assert_int_eq(TEAM_OF(ALICE, .gone = true), ERR_OK);
	ck_assert_ptr_null(team());
	ck_assert_int_eq(TEAM_OF(ALICE, .gone = true), ERR_NO_USER);
	world_crash(dir);
	ck_assert_ptr_null(team());
}
END_TEST

static const char *const taken[] = {
	CAROL, "tel:+15550199000", "sip:team@elsewhere.example",
	"sip:exploder@example.org"
};

START_TEST(a_new_group_has_a_free_name_of_the_site)
{
	ck_assert_int_eq(write_group((struct own_group){
	    .key = strv(taken[_i]), .owner = STRV(ALICE) }), ERR_FORBIDDEN);
	ck_assert_ptr_null(group_find(strv(taken[_i])));
}
END_TEST

START_TEST(a_group_is_neither_too_large_nor_in_itself)
{
	ck_assert_int_eq(TEAM_OF(ALICE, .max_size = 2, MEMBERS(STRV(BOB))),
	    ERR_OK);
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB), STRV(CAROL))),
	    ERR_TOO_BIG);
	ck_assert_int_eq(TEAM_OF(ALICE, .max_size = 100000, MEMBERS(STRV(BOB))),
	    ERR_TOO_BIG);
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(TEAM))),
	    ERR_BAD_SYNTAX);
	ck_assert_int_eq(TEAM_OF(ALICE, .subject = STRV("a\nb"),
	    MEMBERS(STRV(BOB))), ERR_BAD_SYNTAX);
	ck_assert_uint_eq(team()->roster->n, 2);
}
END_TEST

START_TEST(a_full_disk_makes_no_group)
{
	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB))), ERR_STORAGE);
	faultfs_heal();
	ck_assert_ptr_null(team());
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB))), ERR_OK);
}
END_TEST

static enum err move(const char *who, bool come)
{
	struct own_group g = { .actor = strv(who), .key = STRV(TEAM),
		.owner = strv(who), .done = group_done };
	enum err e;

	outcome = ERR_N;
	own_begin(&turn, nothing, NULL);
	e = own_group_self(&g, come);
	if (e == ERR_OK) {
		world_drain();
		e = outcome;
	}
	own_end(turn);
	return e;
}

/* proves DEF-03 */
START_TEST(an_open_group_is_joined_and_left_by_its_members_themselves)
{
	ck_assert_int_eq(move(BOB, true), ERR_NO_USER);
	ck_assert_int_eq(TEAM_OF(ALICE, MEMBERS(STRV(BOB))), ERR_OK);
	ck_assert_int_eq(move(CAROL, true), ERR_FORBIDDEN);
	ck_assert_int_eq(move(BOB, true), ERR_OK);	/* it is one */
	OK(world_op("group set", "address", TEAM, "membership", "open",
	    "max-size", "3", NULL));
	ck_assert_int_eq(move(CAROL, true), ERR_OK);
	ck_assert_int_eq(role(CAROL), ROLE_OF_MEMBER);
	ck_assert_int_eq(move("tel:+15550100009", true), ERR_TOO_BIG);
	ck_assert_int_eq(move(ALICE, false), ERR_FORBIDDEN);
	ck_assert_int_eq(move(ALICE, true), ERR_OK);
	ck_assert_int_eq(role(ALICE), ROLE_OF_ADMIN);
	ck_assert_int_eq(move(BOB, false), ERR_OK);
	world_crash(dir);
	ck_assert_int_eq(role(BOB), -1);
	ck_assert_int_eq(role(CAROL), ROLE_OF_MEMBER);
	ck_assert_int_eq(role(ALICE), ROLE_OF_ADMIN);
}
END_TEST

struct joining {
	struct own_group g;
	struct own_turn *turn;
	enum err e;
};

static void joined(struct own_group *g, enum err e)
{
	struct joining *j = LIST_ENTRY(g, struct joining, g);

	j->e = e;
	own_end(j->turn);
	j->turn = NULL;
}

static void join(void *arg)
{
	struct joining *j = arg;

	j->e = own_group_self(&j->g, true);
}

START_TEST(of_two_who_join_at_once_one_has_the_last_place)
{
	struct joining bob = { .g = { .owner = STRV(BOB) }, .e = ERR_N },
	    carol = { .g = { .owner = STRV(CAROL) }, .e = ERR_N };

	ck_assert_int_eq(TEAM_OF(ALICE, .max_size = 2), ERR_OK);
	OK(world_op("group set", "address", TEAM, "membership", "open", NULL));
	bob.g.actor = carol.g.actor = STRV("test");
	bob.g.key = carol.g.key = STRV(TEAM);
	bob.g.done = carol.g.done = joined;
	own_begin(&bob.turn, join, &bob);
	own_begin(&carol.turn, join, &carol);
	ck_assert_int_eq(carol.e, ERR_N);	/* it waits */
	world_drain();
	ck_assert_int_eq(bob.e, ERR_OK);
	ck_assert_ptr_null(bob.turn);
	ck_assert_int_eq(carol.e, ERR_TOO_BIG);
	own_end(carol.turn);
	ck_assert_uint_eq(team()->roster->n, 2);
	ck_assert_int_eq(role(BOB), ROLE_OF_MEMBER);
}
END_TEST

/* --- preferences ---------------------------------------------------------- */

#define PHONE	"urn:uuid:phone"
#define TABLET	"urn:uuid:tablet"

static void register_device(const char *instance)
{
	struct user *u = user_find(STRV(ALICE));
	struct device_row r = { .subscriber = u->id,
		.instance = strv(instance), .name = strv(instance + 9),
		.agent = STRV("x"), .added = 1, .seen = 1 };

	ck_assert_int_eq(device_put(db_writer(DB_CONFIG), &r), ERR_OK);
	(void)device_set(u, &r);
}

static void prefs_done(struct own_prefs *p, enum err e)
{
	(void)p;
	outcome = e;
}

static enum err prefer(struct own_prefs p)
{
	enum err e;

	p.actor = STRV(ALICE);
	p.user = alice()->id;
	p.done = prefs_done;
	outcome = ERR_N;
	own_begin(&turn, nothing, NULL);
	e = own_prefs_write(&p);
	if (e == ERR_OK) {
		world_drain();
		ck_assert_int_ne(outcome, ERR_N);
		e = outcome;
	}
	own_end(turn);
	return e;
}

#define NAMES(a, b) .devices = (const struct own_device[]){ \
	{ STRV(PHONE), STRV(a) }, { STRV(TABLET), STRV(b) } }, .ndevices = 2
#define PREFER(...) prefer((struct own_prefs){ __VA_ARGS__ })

static void two_devices(void)
{
	register_device(PHONE);
	register_device(TABLET);
	OK(world_op("profile add", "subscriber", ALICE, "profile", "work",
	    "rule", "notice device=tablet", NULL));
}

static bool is_name(const char *instance, const char *name)
{
	const struct device *d = device_find(alice(), strv(instance));

	return d && strv_eq(d->name, strv(name));
}

/* proves MLD-015 DEF-08 */
START_TEST(preferences_are_set_as_a_whole)
{
	two_devices();
	ck_assert_int_eq(PREFER(NAMES("My phone", "phone"),
	    .quiet = STRV("22:00-07:00"), .anonymous = SCREEN_REFUSED,
	    .reads_private = true, .profile = STRV("work")), ERR_OK);
	for (int i = 0; i < 2; i++) {
		ck_assert(is_name(PHONE, "My phone"));
		ck_assert(is_name(TABLET, "phone"));
		ck_assert(screen_is_quiet(alice(), 23 * 60));
		ck_assert_int_eq(screen_anonymous(alice()), SCREEN_REFUSED);
		ck_assert(alice()->reads_private);
		ck_assert_ptr_nonnull(prefs_active(alice()));
		ck_assert_uint_eq(prefs_active(alice())->n, 1);
		world_crash(dir);
	}
	ck_assert_int_eq(PREFER(NAMES("phone", "My phone")), ERR_OK);
	ck_assert(is_name(PHONE, "phone"));
	ck_assert(is_name(TABLET, "My phone"));
	ck_assert_ptr_null(prefs_active(alice()));
	ck_assert(!screen_is_quiet(alice(), 23 * 60));
	ck_assert(!alice()->reads_private);
}
END_TEST

START_TEST(preferences_that_are_wrong_change_nothing)
{
	two_devices();
	ck_assert_int_eq(PREFER(.ndevices = 0), ERR_NO_USER);
	ck_assert_int_eq(PREFER(NAMES("a", "A")), ERR_BUSY);
	ck_assert_int_eq(PREFER(NAMES("a", "")), ERR_BAD_SYNTAX);
	ck_assert_int_eq(PREFER(NAMES("a", "b\n")), ERR_BAD_SYNTAX);
	ck_assert_int_eq(PREFER(NAMES("a", "b"), .quiet = STRV("25:00-1")),
	    ERR_BAD_SYNTAX);
	ck_assert_int_eq(PREFER(NAMES("a", "b"), .profile = STRV("none")),
	    ERR_NO_USER);
	faultfs_fail(0, 13);	/* full */
	ck_assert_int_eq(PREFER(NAMES("a", "b"), .reads_private = true),
	    ERR_STORAGE);
	faultfs_heal();
	ck_assert(is_name(PHONE, "phone"));
	ck_assert(!alice()->reads_private);
	ck_assert_int_eq(PREFER(NAMES("a", "b")), ERR_OK);
	ck_assert(is_name(PHONE, "a"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("own");
	TCase *tc = tcase_create("subscribers");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, one_turn_waits_for_the_other);
	tcase_add_test(tc, a_document_and_its_blocks_are_one);
	tcase_add_test(tc, a_full_disk_changes_neither);
	tcase_add_test(tc, documents_go_with_their_subscriber);
	tcase_add_test(tc, who_makes_a_group_is_its_admin);
	tcase_add_test(tc, roles_and_admins_stay_when_the_list_changes);
	tcase_add_test(tc, a_group_is_changed_by_its_admins_only);
	tcase_add_rows(tc, a_new_group_has_a_free_name_of_the_site, taken);
	tcase_add_test(tc, a_group_is_neither_too_large_nor_in_itself);
	tcase_add_test(tc, a_full_disk_makes_no_group);
	tcase_add_test(tc,
	    an_open_group_is_joined_and_left_by_its_members_themselves);
	tcase_add_test(tc, of_two_who_join_at_once_one_has_the_last_place);
	tcase_add_test(tc, preferences_are_set_as_a_whole);
	tcase_add_test(tc, preferences_that_are_wrong_change_nothing);
	suite_add_tcase(s, tc);
	return s;
}
