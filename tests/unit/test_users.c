/* test_users.c - dir/users.h and the operations on subscribers. */

#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/now.h"
#include "dir/bindings.h"
#include "dir/users.h"
#include "lib/faultfs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/accounts.h"
#include "store/db.h"
#include "store/writer.h"
#include "wire/digest.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"tel:+15550100002"

static const char *dir;

static void setup(void)
{
	faultfs_install();
	dir = scratch_new();
	world_open(dir);
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())
#define OK(call) ck_assert_msg((call) / 100 == 2, "%s", world_body())

static struct user *find(const char *key)
{
	return user_find(strv(key));
}

/* --- provisioning --------------------------------------------------------- */

START_TEST(an_added_subscriber_is_found_by_every_address)
{
	OK(world_op("subscriber add", "address",
	    "sip:+15550100002@example.org", "name", "Bob", "alias",
	    "sip:Bob@example.org", "alias", "tel:+1-555-010-0003", NULL));
	ck_assert_ptr_nonnull(find(BOB));
	ck_assert_ptr_eq(find("sip:Bob@example.org"), find(BOB));
	ck_assert_ptr_eq(find("tel:+15550100003"), find(BOB));
	ck_assert(strv_eq(find(BOB)->key, STRV(BOB)));
	ck_assert(strv_eq(find(BOB)->address,
	    STRV("sip:+15550100002@example.org")));
	ck_assert(strv_eq(find(BOB)->name, STRV("Bob")));
	ck_assert_uint_eq(find(BOB)->naliases, 2);
	ck_assert(!find(BOB)->has_secret);
	ck_assert_uint_eq(users_count(), 1);
}
END_TEST

START_TEST(a_subscriber_has_a_language_or_the_site_s)
{
	OK(world_op("subscriber add", "address", ALICE, NULL));
	ck_assert_uint_eq(find(ALICE)->language.n, 0);
	OK(world_op("subscriber set", "address", ALICE, "language", "pt-BR",
	    NULL));
	HAS("\"language\":\"pt-BR\"");
	ck_assert_int_eq(world_op("subscriber set", "address", ALICE,
	    "language", "portuguese", NULL), 422);
	OK(world_op("subscriber set", "address", ALICE, "name", "A", NULL));
	world_crash(dir);
	ck_assert(strv_eq(find(ALICE)->language, STRV("pt-BR")));
	OK(world_op("subscriber set", "address", ALICE, "language", "",
	    NULL));
	ck_assert_uint_eq(find(ALICE)->language.n, 0);
}
END_TEST

START_TEST(read_reports_are_switched_and_stay_so)
{
	OK(world_op("subscriber add", "address", ALICE, NULL));
	ck_assert(!find(ALICE)->reads_private);
	HAS("\"read-reports\":\"on\"");
	OK(world_op("subscriber set", "address", ALICE, "read-reports", "off",
	    NULL));
	OK(world_op("subscriber set", "address", ALICE, "name", "Al", NULL));
	HAS("\"read-reports\":\"off\"");
	ck_assert_int_eq(world_op("subscriber set", "address", ALICE,
	    "read-reports", "maybe", NULL), 422);
	world_crash(dir);
	ck_assert(find(ALICE)->reads_private);
	OK(world_op("subscriber set", "address", ALICE, "read-reports", "on",
	    NULL));
	ck_assert(!find(ALICE)->reads_private);
}
END_TEST

static const char *const spellings[] = {
	"tel:+15550100002", "tel:15550100002", "tel:+1-555-010-0002",
	"sip:+15550100002@example.org", "sip:+15550100002@EXAMPLE.org;user=phone",
	"sip:15550100002@example.org", "sips:+15550100002@example.org",
	"sip:+15550100002@example.org:5062;transport=tcp",
	"sip:+15550100002@www.example.org", "sip:+15550100002@192.0.2.7:5060",
};

START_TEST(every_spelling_finds_the_same_subscriber)
{
	struct buf key;

	ck_assert(world_set("set site aliases www.example.org,192.0.2.7"));
	OK(world_op("subscriber add", "address", "tel:+15550100002", NULL));
	buf_init(&key, 500);
	ck_assert_int_eq(dir_key(strv(spellings[_i]), &key), ERR_OK);
	ck_assert_msg(user_find(buf_strv(&key)) == find(BOB), "%s is %s",
	    spellings[_i], key.p);
	buf_deinit(&key);
}
END_TEST

START_TEST(what_is_provisioned_survives_a_kill)
{
	struct user_secret secret;

	OK(world_op("subscriber add", "address", ALICE, "name", "Al \"x\"",
	    "class", "gold", "password", "wonder", "alias", BOB, NULL));
	OK(world_op("subscriber suspend", "address", ALICE, NULL));
	OK(world_op("subscriber add", "address", "sip:gone@example.org",
	    NULL));
	OK(world_op("subscriber delete", "address", "sip:gone@example.org",
	    NULL));
	world_crash(dir);
	ck_assert_uint_eq(users_count(), 1);
	ck_assert(strv_eq(find(BOB)->key, STRV(ALICE)));
	ck_assert(strv_eq(find(ALICE)->name, STRV("Al \"x\"")));
	ck_assert(strv_eq(find(ALICE)->klass, STRV("gold")));
	ck_assert_int_eq(find(ALICE)->state, USER_SUSPENDED);
	ck_assert(user_secret(find(ALICE), STRV("alice"), &secret));
}
END_TEST

static const struct {
	const char *name;
	const char *address, *arg, *value;
	int status;
	const char *says;
} refusals[] = {
	{ "no address", "nonsense", NULL, NULL, 422, "no sip: or tel:" },
	{ "elsewhere", "sip:alice@example.com", NULL, NULL, 422,
	  "not of the site's domain" },
	{ "another scheme", "mailto:alice@example.org", NULL, NULL, 422,
	  "not of the site's domain" },
	{ "no user", "sip:example.org", NULL, NULL, 422, "" },
	{ "there already", "sip:taken@EXAMPLE.org", NULL, NULL, 409,
	  "exists already" },
	{ "alias is taken", ALICE, "alias", "sip:taken@example.org", 409,
	  "belongs to subscriber sip:taken@example.org" },
	{ "alias of somebody's alias", ALICE, "alias", "tel:+15550100009",
	  409, "belongs to" },
	{ "alias is the address", ALICE, "alias", ALICE, 422, "given twice" },
	{ "alias is none", ALICE, "alias", "x y", 422, "" },
	{ "control in the name", ALICE, "name", "a\nb", 422, "name" },
	{ "class with a space", ALICE, "class", "a b", 422, "a class is" },
	{ "empty password", ALICE, "password", "", 422,
	  "password is empty" },
};

START_TEST(what_is_wrong_is_refused_and_changes_nothing)
{
	int status;

	OK(world_op("subscriber add", "address", "sip:taken@example.org",
	    "alias", "tel:+15550100009", NULL));
	status = world_op("subscriber add", "address", refusals[_i].address,
	    refusals[_i].arg, refusals[_i].value, NULL);
	ck_assert_msg(status == refusals[_i].status, "%s: %d %s",
	    refusals[_i].name, status, world_body());
	HAS(refusals[_i].says);
	ck_assert_uint_eq(users_count(), 1);
	world_crash(dir);
	ck_assert_uint_eq(users_count(), 1);
}
END_TEST

START_TEST(a_set_changes_only_what_is_given)
{
	struct user_secret secret;
	struct user *u;

	OK(world_op("subscriber add", "address", ALICE, "name", "A",
	    "class", "gold", "password", "x", "alias", BOB, NULL));
	u = find(ALICE);
	OK(world_op("subscriber set", "address", BOB, "name", "B", NULL));
	ck_assert_ptr_eq(find(ALICE), u);
	ck_assert(strv_eq(u->name, STRV("B")));
	ck_assert(strv_eq(u->klass, STRV("gold")));
	ck_assert_uint_eq(u->naliases, 1);
	ck_assert(user_secret(u, STRV("alice"), &secret));
	OK(world_op("subscriber set", "address", ALICE, "alias",
	    "sip:al@example.org", "alias", "tel:+15550100007", NULL));
	ck_assert_ptr_null(find(BOB));
	ck_assert_ptr_eq(find("tel:+15550100007"), u);
	ck_assert(user_secret(u, STRV("alice"), &secret));
	ck_assert(!user_secret(u, STRV("al"), &secret));
	OK(world_op("subscriber set", "address", ALICE, "password", "y",
	    NULL));
	ck_assert(user_secret(u, STRV("al"), &secret));
	OK(world_op("subscriber set", "address", ALICE, "alias", "", NULL));
	ck_assert_uint_eq(u->naliases, 0);
	ck_assert_int_eq(world_op("subscriber set", "address", ALICE, NULL),
	    422);
	ck_assert_int_eq(world_op("subscriber set", "address",
	    "sip:nobody@example.org", "name", "x", NULL), 404);
	world_crash(dir);
	ck_assert_uint_eq(find(ALICE)->naliases, 0);
	ck_assert(user_secret(find(ALICE), STRV("alice"), &secret));
}
END_TEST

START_TEST(a_deleted_subscriber_is_gone_and_its_address_free)
{
	OK(world_op("subscriber add", "address", ALICE, "alias", BOB, NULL));
	OK(world_op("subscriber delete", "address", BOB, NULL));
	HAS("deleted");
	ck_assert_ptr_null(find(ALICE));
	ck_assert_ptr_null(find(BOB));
	ck_assert_int_eq(world_op("subscriber delete", "address", ALICE,
	    NULL), 404);
	OK(world_op("subscriber add", "address", BOB, NULL));
	world_crash(dir);
	ck_assert_uint_eq(users_count(), 1);
}
END_TEST

START_TEST(a_full_disk_changes_nothing_and_says_so)
{
	faultfs_fail(0, 13);
	ck_assert_int_eq(world_op("subscriber add", "address", ALICE, NULL),
	    500);
	HAS("nothing was changed");
	faultfs_heal();
	ck_assert_ptr_null(find(ALICE));
	OK(world_op("subscriber add", "address", ALICE, NULL));
}
END_TEST

/* --- what is shown and noted ---------------------------------------------- */

START_TEST(a_password_is_never_shown_nor_noted)
{
	char command[600];

	OK(world_op("subscriber add", "address", ALICE, "password",
	    "Geheimnis-17", NULL));
	HAS_NOT("Geheimnis");
	OK(world_op("subscriber set", "address", ALICE, "password",
	    "Geheimnis-18", "name", "Alice", NULL));
	OK(world_op("subscriber show", "address", ALICE, NULL));
	HAS("\"password\":true");
	HAS_NOT("Geheimnis");
	OK(world_op("show subscribers", NULL));
	HAS_NOT("Geheimnis");
	(void)snprintf(command, sizeof(command), "grep -rqa Geheimnis %s",
	    dir);
	ck_assert_int_ne(system(command), 0);
}
END_TEST

START_TEST(every_change_is_in_the_audit)
{
	static const char *const actions[] = {
		"subscriber add", "subscriber set", "subscriber suspend",
		"subscriber resume", "subscriber delete"
	};
	struct stmt *s;

	OK(world_op("subscriber add", "address", ALICE, "name", "A", NULL));
	OK(world_op("subscriber set", "address", ALICE, "name", "B",
	    "password", "x", NULL));
	OK(world_op("subscriber suspend", "address", ALICE, NULL));
	OK(world_op("subscriber resume", "address", ALICE, NULL));
	OK(world_op("subscriber delete", "address", ALICE, NULL));
	s = stmt(db_reader(DB_CONFIG),
	    "SELECT actor, action, object, detail FROM audit ORDER BY id");
	for (int i = 0; i < 5; i++) {
		struct strv detail;

		ck_assert(stmt_row(s));
		ck_assert(strv_eq(col_text(s), STRV("test")));
		ck_assert(strv_eq(col_text(s), strv(actions[i])));
		ck_assert(strv_eq(col_text(s), STRV(ALICE)));
		detail = col_text(s);
		if (i == 1)
			ck_assert(strv_eq(detail, STRV("name \"A\" -> \"B\"; "
			    "password set; ")));
	}
	ck_assert(!stmt_row(s));
	ck_assert_int_eq(stmt_end(s), ERR_OK);
}
END_TEST

START_TEST(subscribers_are_listed_in_pages)
{
	OK(world_op("subscriber add", "address", "sip:a@example.org", NULL));
	OK(world_op("subscriber add", "address", "sip:b@example.org", "class",
	    "gold", "alias", "tel:+15550100001", NULL));
	OK(world_op("subscriber add", "address", "tel:+15550100009", NULL));
	OK(world_op("subscriber suspend", "address", "sip:b@example.org",
	    NULL));
	OK(world_op("show subscribers", "limit", "2", NULL));
	HAS("sip:a@");
	HAS("sip:b@");
	HAS_NOT("tel:+15550100009");
	HAS(" sip:b@example.org\\n\"}");
	OK(world_op("show subscribers", "limit", "2", "cursor",
	    "0 0 sip:b@example.org\n", NULL));
	HAS("tel:+15550100009");
	HAS_NOT("sip:b@");
	HAS("\"next\":null");
	OK(world_op("show subscribers", "state", "suspended", NULL));
	HAS("sip:b@");
	HAS("\"aliases\":\"tel:+15550100001\"");
	HAS_NOT("sip:a@");
	OK(world_op("show subscribers", "class", "gold", "state", "suspended",
	    NULL));
	HAS("sip:b@");
	HAS_NOT("sip:a@");
	OK(world_op("show subscribers", "class", "gold", "state", "active",
	    NULL));
	HAS_NOT("sip:b@");
	OK(world_op("show subscribers", "prefix", "tel:", NULL));
	HAS("tel:+15550100009");
	HAS_NOT("sip:b@");
	ck_assert_int_eq(world_op("show subscribers", "state", "x", NULL),
	    422);
	ck_assert_int_eq(world_op("subscriber show", "address",
	    "sip:zz@example.org", NULL), 404);
}
END_TEST

/* The ids of those of a class or state, as they come. */
struct listed {
	uint64_t ids[64];
	size_t n;
	const char *klass;	/* NULL: any */
	int state;		/* -1: any */
	int64_t most;
	struct account_query behind;
};

static bool listed(const struct account *a, void *arg)
{
	struct listed *l = arg;

	if ((l->klass && !strv_eq(a->klass, strv(l->klass))) ||
	    (l->state >= 0 && a->state != l->state))
		return true;
	l->behind.created = a->created;
	l->behind.id = a->id;
	l->ids[l->n++] = a->id;
	return --l->most > 0;
}

/* Page by page: what the filter gives is what walking by all gives. */
static void check_order(enum account_order order, bool down,
    const char *klass, int state)
{
	struct listed all = { .klass = *klass ? klass : NULL, .state = state,
		.most = 64 };
	struct listed few = { .state = -1 };
	struct account_query q = { .state = -1, .order = order, .down = down };
	size_t before;

	ck_assert_int_eq(accounts_list(&q, listed, &all), ERR_OK);
	q.klass = strv(klass);
	q.state = state;
	do {
		before = few.n;
		q.most = few.most = 3;
		ck_assert_int_eq(accounts_list(&q, listed, &few), ERR_OK);
		q.behind = true;
		q.id = few.behind.id;
		q.created = few.behind.created;
		ck_assert_ptr_nonnull(user_by_id(q.id));
		q.key = user_by_id(q.id)->key;
		q.name = user_by_id(q.id)->name;
	} while (few.n > before);
	ck_assert_uint_gt(all.n, 3);
	ck_assert_uint_eq(few.n, all.n);
	ck_assert_mem_eq(few.ids, all.ids, all.n * sizeof(*all.ids));
}

START_TEST(a_filter_keeps_every_order_and_page)
{
	char address[40], name[16];

	for (int i = 0; i < 40; i++) {
		(void)snprintf(address, sizeof(address), "sip:u%02d@example.org",
		    i * 7 % 40);
		(void)snprintf(name, sizeof(name), "n%d", i * 11 % 6);
		OK(world_op("subscriber add", "address", address, "class",
		    i % 3 ? "gold" : "tin", "name", name, NULL));
		if (i % 4 == 1)
			OK(world_op("subscriber suspend", "address", address,
			    NULL));
	}
	for (int i = 0; i < 6; i++) {
		enum account_order order = (enum account_order)(i / 2);

		check_order(order, i % 2, "gold", -1);
		check_order(order, i % 2, "tin", USER_ACTIVE);
		check_order(order, i % 2, "", USER_SUSPENDED);
	}
}
END_TEST

/* --- digest --------------------------------------------------------------- */

static void expect_ha1(const char *key, const char *username,
    const char *realm, const char *password)
{
	struct digest *d = digest_new();
	struct user_secret s;
	char want[DIGEST_HEX], have[DIGEST_HEX];

	ck_assert_msg(user_secret(find(key), strv(username), &s), "%s",
	    username);
	digest_ha1(d, DIGEST_MD5, strv(username), strv(realm), strv(password),
	    want);
	hex_encode(s.md5, USER_HA1_MD5, have);
	ck_assert_str_eq(have, want);
	digest_ha1(d, DIGEST_SHA256, strv(username), strv(realm),
	    strv(password), want);
	hex_encode(s.sha256, USER_HA1_SHA256, have);
	ck_assert_str_eq(have, want);
	digest_free(d);
}

START_TEST(a_secret_is_the_hash_of_each_user_name)
{
	static const char *const names[] = {
		"alice", "alice@example.org", "+15550100002",
		"+15550100002@example.org"
	};
	struct user_secret s;

	OK(world_op("subscriber add", "address", ALICE, "alias", BOB,
	    "password", "secret", NULL));
	for (int i = 0; i < 4; i++) {
		expect_ha1(ALICE, names[i], "example.org", "secret");
		ck_assert_ptr_eq(user_by_username(strv(names[i])),
		    find(ALICE));
	}
	ck_assert(!user_secret(find(ALICE), STRV("bob"), &s));
	ck_assert(!user_secret(find(ALICE), STRV("alice@example.com"), &s));
	ck_assert(!user_secret(find(ALICE), STRV(""), &s));
	ck_assert_ptr_null(user_by_username(STRV("bob")));
	ck_assert_ptr_null(user_by_username(STRV("")));
	ck_assert_ptr_null(user_by_username(STRV("alice@example.com")));
	ck_assert_str_eq(dir_realm(), "example.org");
}
END_TEST

START_TEST(a_subscriber_without_a_password_has_no_secret)
{
	struct user_secret s;

	OK(world_op("subscriber add", "address", ALICE, NULL));
	ck_assert(!user_secret(find(ALICE), STRV("alice"), &s));
}
END_TEST

/* --- URIs ----------------------------------------------------------------- */

static const struct {
	const char *address, *alias, *sip, *tel;
} uris[] = {
	{ ALICE, "", ALICE, "" },
	{ BOB, "", "sip:+15550100002@example.org;user=phone", BOB },
	{ ALICE, BOB, ALICE, BOB },
	{ BOB, ALICE, "sip:+15550100002@example.org;user=phone", BOB },
};

START_TEST(a_user_has_a_sip_uri_and_maybe_a_number)
{
	struct buf sip, tel;

	buf_init(&sip, 500);
	buf_init(&tel, 500);
	OK(world_op("subscriber add", "address", uris[_i].address, "alias",
	    uris[_i].alias, NULL));
	user_uris(find(uris[_i].address), &sip, &tel);
	ck_assert_str_eq(sip.p, uris[_i].sip);
	ck_assert_str_eq(tel.p, uris[_i].tel);
	buf_deinit(&sip);
	buf_deinit(&tel);
}
END_TEST

/* --- settings ------------------------------------------------------------- */

START_TEST(the_site_decides_what_is_home)
{
	ck_assert(dir_is_home(STRV("Example.ORG")));
	ck_assert(!dir_is_home(STRV("www.example.org")));
	ck_assert(!dir_is_home(STRV("")));
	ck_assert(world_set("set site aliases \"www.example.org, 192.0.2.1\""));
	ck_assert(dir_is_home(STRV("www.example.org")));
	ck_assert(dir_is_home(STRV("192.0.2.1")));
	ck_assert(!world_set("set site aliases a@b"));
	ck_assert(!world_set("set site country-code 0"));
	ck_assert(world_set("set site domain other.example"));
	ck_assert_str_eq(dir_realm(), "other.example");
}
END_TEST

/* --- in numbers ----------------------------------------------------------- */

#define MANY	100000

struct filling {
	struct write w;
	bool done;
};

static enum err fill(struct write *w, struct db *db)
{
	char key[50], written[80], secrets[ACCOUNT_SECRETS];

	(void)w;
	memset(secrets, 7, sizeof(secrets));
	for (int i = 0; i < MANY; i++) {
		struct account a = { .id = (uint64_t)i + 1,
			.name = STRV("Somebody Or Other"),
			.klass = STRV("standard"), .n = 1,
			.secrets = { secrets, sizeof(secrets) } };

		(void)snprintf(key, sizeof(key), "tel:+1555%07d", i);
		(void)snprintf(written, sizeof(written),
		    "sip:+1555%07d@example.org", i);
		a.keys[0] = strv(key);
		a.written[0] = strv(written);
		if (account_add(db, &a) != ERR_OK)
			return ERR_STORAGE;
	}
	return ERR_OK;
}

static void filled(struct write *w)
{
	((struct filling *)(void *)w)->done = w->err == ERR_OK;
}

/* Bytes of the heap in use; a sanitizer's heap says nothing. */
static size_t heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

START_TEST(a_hundred_thousand_subscribers_load)
{
	struct filling f = { .w = { .db = DB_CONFIG, .run = fill,
		.done = filled } };
	int64_t began;
	size_t before;

	writer_put(&f.w);
	world_drain();
	ck_assert(f.done);
	before = heap();
	began = now_us();
	ck_assert_int_eq(users_load(), ERR_OK);
	fprintf(stderr, "users: %d loaded in %.0f ms, %.0f bytes each\n", MANY,
	    (double)(now_us() - began) / 1000,
	    (double)(heap() - before) / MANY);
	ck_assert_uint_eq(users_count(), MANY);
	ck_assert_ptr_nonnull(find("tel:+15550099999"));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("users");
	TCase *tc = tcase_create("provisioning");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, an_added_subscriber_is_found_by_every_address);
	tcase_add_rows(tc, every_spelling_finds_the_same_subscriber,
	    spellings);
	tcase_add_test(tc, what_is_provisioned_survives_a_kill);
	tcase_add_test(tc, a_subscriber_has_a_language_or_the_site_s);
	tcase_add_test(tc, read_reports_are_switched_and_stay_so);
	tcase_add_rows(tc, what_is_wrong_is_refused_and_changes_nothing,
	    refusals);
	tcase_add_test(tc, a_set_changes_only_what_is_given);
	tcase_add_test(tc, a_deleted_subscriber_is_gone_and_its_address_free);
	tcase_add_test(tc, a_full_disk_changes_nothing_and_says_so);
	suite_add_tcase(s, tc);

	tc = tcase_create("looking");
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_password_is_never_shown_nor_noted);
	tcase_add_test(tc, every_change_is_in_the_audit);
	tcase_add_test(tc, subscribers_are_listed_in_pages);
	tcase_add_test(tc, a_filter_keeps_every_order_and_page);
	tcase_add_test(tc, a_secret_is_the_hash_of_each_user_name);
	tcase_add_test(tc, a_subscriber_without_a_password_has_no_secret);
	tcase_add_rows(tc, a_user_has_a_sip_uri_and_maybe_a_number, uris);
	tcase_add_test(tc, the_site_decides_what_is_home);
	suite_add_tcase(s, tc);

	tc = tcase_create("numbers");
	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc, a_hundred_thousand_subscribers_load);
	suite_add_tcase(s, tc);
	return s;
}
