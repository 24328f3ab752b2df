/* test_xcap.c - wire/xcap.h. */

#include "golden.h"
#include "runner.h"
#include "wire/xcap.h"

static struct arena a;
static struct xcap_uri u;

static void setup(void)
{
	arena_init(&a);
}

static void teardown(void)
{
	arena_deinit(&a);
}

static bool is(struct strv s, const char *text)
{
	return text ? s.p && strv_eq(s, strv(text)) : !s.p;
}

static enum err decode(struct strv path, struct strv query)
{
	return xcap_uri_decode(STRV("/"), path, query, &a, &u);
}

/* The first line is the path, the second the query. */
static enum err read_file(const char *file)
{
	struct strv path, query, rest, all;
	char name[64];
	enum err e;

	(void)snprintf(name, sizeof(name), "xcap/%s.txt", file);
	all = golden(name);
	path = strv_split(all, '\n', &query);
	query = strv_split(query, '\n', &rest);
	e = decode(path, query);
	free((char *)all.p);
	return e;
}

/* --- what a path names ---------------------------------------------------- */

START_TEST(a_document_is_of_a_user_or_of_all)
{
	ck_assert_int_eq(read_file("document"), ERR_OK);
	ck_assert(is(u.auid, "resource-lists"));
	ck_assert(is(u.user, "sip:bill@example.com"));
	ck_assert(is(u.document, "index"));
	ck_assert(!u.global);
	ck_assert_int_eq(u.what, XCAP_DOCUMENT);
	ck_assert_int_eq(read_file("global"), ERR_OK);
	ck_assert(is(u.auid, "rls-services"));
	ck_assert(u.global);
	ck_assert(is(u.user, NULL));
	ck_assert_int_eq(read_file("escaped_user"), ERR_OK);
	ck_assert(is(u.user, "tel:+15550100001"));
	ck_assert(is(u.document, "a/b c.xml"));
}
END_TEST

START_TEST(steps_have_names_positions_and_attributes)
{
	ck_assert_int_eq(read_file("element"), ERR_OK);
	ck_assert_int_eq(u.what, XCAP_ELEMENT);
	ck_assert_uint_eq(u.nsteps, 3);
	ck_assert(is(u.step[0].name.local, "resource-lists"));
	ck_assert(is(u.step[0].name.ns, NULL));
	ck_assert_uint_eq(u.step[1].position, 0);
	ck_assert(u.step[1].has_attr);
	ck_assert(is(u.step[1].attr.local, "name"));
	ck_assert(is(u.step[1].value, "l1"));
	ck_assert_uint_eq(u.step[2].position, 2);
	ck_assert(is(u.step[2].value, "sip:a@b"));
	ck_assert_int_eq(read_file("slash_in_value"), ERR_OK);
	ck_assert_uint_eq(u.nsteps, 1);
	ck_assert(is(u.step[0].value, "http://h/p"));
}
END_TEST

START_TEST(the_end_is_an_attribute_or_the_namespaces)
{
	ck_assert_int_eq(read_file("attribute"), ERR_OK);
	ck_assert_int_eq(u.what, XCAP_ATTRIBUTE);
	ck_assert_uint_eq(u.nsteps, 2);
	ck_assert(is(u.attr.local, "c"));
	ck_assert_int_eq(read_file("namespaces"), ERR_OK);
	ck_assert_int_eq(u.what, XCAP_NAMESPACES);
	ck_assert_uint_eq(u.nsteps, 1);
}
END_TEST

START_TEST(the_query_binds_prefixes)
{
	ck_assert_int_eq(read_file("prefixes"), ERR_OK);
	ck_assert(is(u.step[0].name.ns, "urn:1"));
	ck_assert(is(u.step[0].name.local, "a"));
	ck_assert(is(u.step[1].name.ns, "urn:2"));
	ck_assert(is(u.step[1].attr.ns, "urn:3"));
	ck_assert(is(u.step[1].attr.local, "e"));
	ck_assert(is(u.step[1].value, "f"));
}
END_TEST

START_TEST(documents_lie_below_the_root)
{
	ck_assert_int_eq(xcap_uri_decode(STRV("/services"),
	    STRV("/services/a/users/b/c"), STRV_NONE, &a, &u), ERR_OK);
	ck_assert(is(u.auid, "a"));
	ck_assert_int_eq(xcap_uri_decode(STRV("/services/"),
	    STRV("/services/a/users/b/c"), STRV_NONE, &a, &u), ERR_OK);
	ck_assert_int_eq(xcap_uri_decode(STRV("/services"),
	    STRV("/servicesx/a/users/b/c"), STRV_NONE, &a, &u), ERR_NO_USER);
	ck_assert_int_eq(xcap_uri_decode(STRV("/services"),
	    STRV("/a/users/b/c"), STRV_NONE, &a, &u), ERR_NO_USER);
}
END_TEST

/* --- all else ------------------------------------------------------------- */

#define D	"/x/users/u/d"
#define EIGHT	"a/a/a/a/a/a/a/a"

static const struct {
	const char *path, *query;
	enum err err;
} rows[] = {
	{ D, "", ERR_OK },
	{ D "/~~/" EIGHT, "", ERR_OK },
	{ D "/~~/" EIGHT "/a", "", ERR_TOO_BIG },
	{ D "/~~/*", "", ERR_OK },
	{ D "/~~/*%5b1%5d", "", ERR_OK },
	{ D "/~~/a%5b@b=%22%26amp;%26lt;%22%5d", "", ERR_OK },
	{ D, "xmlns(a=b)", ERR_OK },
	{ D, "xmlns(a=b)xmlns(c=d)", ERR_OK },
	{ D, "xmlns%28a=b%29", ERR_OK },
	{ "", "", ERR_NO_USER },
	{ "/", "", ERR_NO_USER },
	{ "x/users/u/d", "", ERR_NO_USER },
	{ "/x", "", ERR_NO_USER },
	{ "/x/users", "", ERR_NO_USER },
	{ "/x/users/u", "", ERR_NO_USER },
	{ "/x/users/u/", "", ERR_NO_USER },
	{ "/x/users//d", "", ERR_NO_USER },
	{ "//users/u/d", "", ERR_NO_USER },
	{ "/x/global/", "", ERR_NO_USER },
	{ "/x/other/u/d", "", ERR_NO_USER },
	{ "/x/users/%zz/d", "", ERR_BAD_SYNTAX },
	{ "/x/users/u/d%", "", ERR_BAD_SYNTAX },
	{ "/x/users/u/d%4", "", ERR_BAD_SYNTAX },
	{ "/x/users/u/%00", "", ERR_BAD_SYNTAX },
	{ "/x/users/u/%ff", "", ERR_BAD_SYNTAX },
	{ D "/~~/", "", ERR_BAD_SYNTAX },
	{ D "/~~/a/", "", ERR_BAD_SYNTAX },
	{ D "/~~/a//b", "", ERR_BAD_SYNTAX },
	{ D "/~~/@b", "", ERR_BAD_SYNTAX },
	{ D "/~~/a/@", "", ERR_BAD_SYNTAX },
	{ D "/~~/a/@b/c", "", ERR_BAD_SYNTAX },
	{ D "/~~/a/namespace::*x", "", ERR_BAD_SYNTAX },
	{ D "/~~/1a", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b0%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b1234567%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b1%5d%5b2%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b=c%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b=%22c%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b=%22c%22", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b=%22%26x;%22%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/a%5b@b=%22%3c%22%5d", "", ERR_BAD_SYNTAX },
	{ D "/~~/p:a", "", ERR_BAD_SYNTAX },
	{ D "/~~/p:", "xmlns(p=b)", ERR_BAD_SYNTAX },
	{ D "/~~/id(%22x%22)", "", ERR_BAD_SYNTAX },
	{ D, "a=b", ERR_BAD_SYNTAX },
	{ D, "xmlns(a=b", ERR_BAD_SYNTAX },
	{ D, "xmlns(=b)", ERR_BAD_SYNTAX },
	{ D, "xmlns(a)", ERR_BAD_SYNTAX },
	{ D, "xmlns(a=b)xmlns(a=b)xmlns(a=b)xmlns(a=b)xmlns(a=b)"
	  "xmlns(a=b)xmlns(a=b)xmlns(a=b)xmlns(a=b)", ERR_TOO_BIG },
};

START_TEST(a_path_is_read_or_refused)
{
	struct strv path = golden_cut(strv(rows[_i].path),
	    strlen(rows[_i].path));
	enum err e = decode(path, strv(rows[_i].query));

	ck_assert_msg(e == rows[_i].err, "%s ? %s: %d", rows[_i].path,
	    rows[_i].query, (int)e);
	ck_assert_int_eq(e == ERR_OK, u.why == NULL);
	free((char *)path.p);
}
END_TEST

START_TEST(a_path_may_be_so_long)
{
	char path[XCAP_URI_MAX + 2];

	memset(path, 'a', sizeof(path));
	memcpy(path, "/x/users/u/", 11);
	ck_assert_int_eq(decode((struct strv){ path, XCAP_URI_MAX },
	    STRV_NONE), ERR_OK);
	ck_assert_int_eq(decode((struct strv){ path, XCAP_URI_MAX + 1 },
	    STRV_NONE), ERR_TOO_BIG);
}
END_TEST

static const char *const files[] = { "element", "prefixes", "attribute",
	"namespaces", "escaped_user" };

START_TEST(a_truncated_path_is_never_read_past_its_end)
{
	char name[64];
	struct strv all, path, query;

	(void)snprintf(name, sizeof(name), "xcap/%s.txt", files[_i]);
	all = golden(name);
	path = strv_split(all, '\n', &query);
	for (size_t n = 0; n < path.n; n++) {
		struct strv cut = golden_cut(path, n);

		ck_assert_int_eq(decode(cut, query) == ERR_OK,
		    u.why == NULL);
		free((char *)cut.p);
	}
	free((char *)all.p);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("xcap");
	TCase *tc = tcase_create("addresses");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_document_is_of_a_user_or_of_all);
	tcase_add_test(tc, steps_have_names_positions_and_attributes);
	tcase_add_test(tc, the_end_is_an_attribute_or_the_namespaces);
	tcase_add_test(tc, the_query_binds_prefixes);
	tcase_add_test(tc, documents_lie_below_the_root);
	tcase_add_rows(tc, a_path_is_read_or_refused, rows);
	tcase_add_test(tc, a_path_may_be_so_long);
	tcase_add_rows(tc, a_truncated_path_is_never_read_past_its_end,
	    files);
	suite_add_tcase(s, tc);
	return s;
}
