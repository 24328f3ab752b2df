/* test_rows.c - rows that are wanted, in the order that is wanted. */

#include <check.h>
#include <inttypes.h>
#include <stdlib.h>

#include "base/now.h"
#include "op/filter.h"
#include "op/op.h"
#include "runner.h"

#define FIELDS "name state=up|down size:bytes on:bool seen:time? " \
	"more:object tags:texts"

static const struct {
	const char *name, *state;
	int64_t size;
	bool on;
	int64_t seen;
} rows[] = {
	{ "ann", "up", 5, true, 1000 },
	{ "bob", "down", 20, false, 0 },
	{ "bobby", "up", 20, true, INT64_C(1800000000000) },
	{ "", "up", -3, false, 2000 },
};

#define N_ROWS (sizeof(rows) / sizeof(rows[0]))

static void list_run(struct op_call *c)
{
	int64_t limit = op_int(c, "limit");

	op_list(c);
	for (size_t i = 0; i < N_ROWS; i++) {
		if (!op_page_row(c, limit)) {
			op_next(c, STRV("more"));
			break;
		}
		op_field(c, "name", strv(rows[i].name));
		op_field(c, "state", strv(rows[i].state));
		op_field_int(c, "size", rows[i].size);
		op_field_bool(c, "on", rows[i].on);
		op_field_time(c, "seen", rows[i].seen);
	}
	op_done(c);
}

static const struct op_arg limit_args[] = {
	LIMIT_ARG, { 0 }
};
static const struct op_arg paged_args[] = {
	CURSOR_ARG, { 0 }
};
static const struct op whole = { "whole", "GET", "/whole", CAP_ANYONE,
	OP_CORE, limit_args, "whole", list_run, "[" FIELDS "]" };
static const struct op paged = { "paged", "GET", "/paged", CAP_ANYONE,
	OP_CORE, paged_args, "paged", list_run, "[name+ size:int] text~" };
static const struct op single = { "one", "GET", "/one", CAP_ANYONE, OP_CORE,
	NULL, "one", list_run, "name size:int" };

static void finished(struct op_call *c, void *arg)
{
	(void)c;
	(void)arg;
}

/* The names of the rows that come, with commas between; "!why". */
static void ask(const char *filter, const char *sort, const char *limit,
    struct buf *out)
{
	struct op_call *c = op_call_new(&whole, STRV("x"), AS_ALL, finished,
	    NULL);
	struct buf why;
	const char *p;
	size_t n = 0;

	buf_init(&why, 1024);
	buf_clear(out);
	if ((filter && !op_call_filter(c, strv(filter), &why)) ||
	    (sort && !op_call_sort(c, strv(sort), &why))) {
		buf_addf(out, "!%s", why.p);
	} else {
		(void)op_call_arg(c, "limit", strv(limit));
		op_call_run(c);
		ck_assert_int_eq(op_call_status(c), 200);
		p = op_call_body(c).p;
		while ((p = strstr(p, "{\"name\":\"")) != NULL) {
			p += 9;
			buf_addf(out, "%s%.*s", n++ ? "," : "",
			    (int)strcspn(p, "\""), p);
		}
		if (strstr(op_call_body(c).p, "\"next\":\"more\""))
			buf_addz(out, "...");
	}
	buf_deinit(&why);
	op_call_free(c);
}

static const struct {
	const char *filter, *sort, *limit, *answer;
} asked[] = {
	{ NULL, NULL, NULL, "ann,bob,bobby," },
	{ "name=bob", NULL, NULL, "bob" },
	{ "name = \"bob\"", NULL, NULL, "bob" },
	{ "name!=bob", NULL, NULL, "ann,bobby," },
	{ "name=bob*", NULL, NULL, "bob,bobby" },
	{ "name=*", NULL, NULL, "ann,bob,bobby," },
	{ "name!=bob* and state=up", NULL, NULL, "ann," },
	{ "name=\"\"", NULL, NULL, "" },
	{ "name!=\"\"", NULL, NULL, "ann,bob,bobby" },
	{ "name>bob", NULL, NULL, "bobby" },
	{ "name>=bob", NULL, NULL, "bob,bobby" },
	{ "name<bob", NULL, NULL, "ann," },
	{ "size>5", NULL, NULL, "bob,bobby" },
	{ "size>=5", NULL, NULL, "ann,bob,bobby" },
	{ "size<5", NULL, NULL, "" },
	{ "size<=-3", NULL, NULL, "" },
	{ "size=20 AND on=true", NULL, NULL, "bobby" },
	{ "on=no", NULL, NULL, "bob," },
	{ "state!=up", NULL, NULL, "bob" },
	{ "seen=\"\"", NULL, NULL, "bob" },
	{ "seen!=\"\"", NULL, NULL, "ann,bobby," },
	{ "seen<2020-01-01", NULL, NULL, "ann," },
	{ "seen>2020-01-01T00:00:00Z", NULL, NULL, "bobby" },
	{ NULL, "name", NULL, ",ann,bob,bobby" },
	{ NULL, "-name", NULL, "bobby,bob,ann," },
	{ NULL, "size", NULL, ",ann,bob,bobby" },
	{ NULL, "-size", NULL, "bobby,bob,ann," },
	{ NULL, "seen", NULL, "bob,ann,,bobby" },
	{ "size=20", "-name", NULL, "bobby,bob" },
	{ NULL, NULL, "2", "ann,bob..." },
	{ "state=up", NULL, "2", "ann,bobby..." },
	{ "state=up", NULL, "3", "ann,bobby," },
	{ "", NULL, NULL, "!filter: \"\" is no condition: FIELD=VALUE, or != "
	  "< <= > >=, with \"and\" between" },
	{ "name", NULL, NULL, "!filter: \"name\" is no condition: FIELD=VALUE, "
	  "or != < <= > >=, with \"and\" between" },
	{ "sise>1", NULL, NULL, "!\"sise\" is no field of this list (did you "
	  "mean size?)" },
	{ "quark=1", NULL, NULL, "!\"quark\" is no field of this list" },
	{ "size=big", NULL, NULL, "!size cannot be compared with \"big\": it "
	  "is a whole number" },
	{ "size=99999999999999999999", NULL, NULL, "!size cannot be compared "
	  "with \"99999999999999999999\": it is a whole number" },
	{ "state=sideways", NULL, NULL, "!state cannot be compared with "
	  "\"sideways\": it is one of up|down" },
	{ "on=maybe", NULL, NULL, "!on cannot be compared with \"maybe\": it "
	  "is true or false" },
	{ "seen>yesterday", NULL, NULL, "!seen cannot be compared with "
	  "\"yesterday\": it is a time: 5m, 2026-11-20, "
	  "2026-11-20T09:00:00Z" },
	{ "seen>\"\"", NULL, NULL, "!seen cannot be compared with \"\": it is "
	  "a time: 5m, 2026-11-20, 2026-11-20T09:00:00Z" },
	{ "more=1", NULL, NULL, "!more is no single value that could be "
	  "compared" },
	{ "name=\"bob", NULL, NULL, "!filter: a value has no end: the second "
	  "\" is missing" },
	{ "name=a or name=b", NULL, NULL, "!filter: \"and\" is expected, not "
	  "\"or\"" },
	{ "name=a and", NULL, NULL, "!filter: \"\" is no condition: "
	  "FIELD=VALUE, or != < <= > >=, with \"and\" between" },
	{ "size>1 and size>1 and size>1 and size>1 and size>1 and size>1 and "
	  "size>1 and size>1", NULL, NULL, "ann,bob,bobby" },
	{ "size>1 and size>1 and size>1 and size>1 and size>1 and size>1 and "
	  "size>1 and size>1 and size>1", NULL, NULL, "!at most 8 "
	  "conditions" },
	{ NULL, "nam", NULL, "!\"nam\" is no field of this list (did you mean "
	  "name?)" },
	{ NULL, "", NULL, "!\"\" is no field of this list" },
	{ NULL, "-tags", NULL, "!the list cannot be sorted by tags, only by "
	  "name, state, size, on, seen" },
};

START_TEST(rows_are_left_out_and_put_in_order_as_asked)
{
	struct buf out;

	buf_init(&out, 4096);
	ask(asked[_i].filter, asked[_i].sort, asked[_i].limit, &out);
	ck_assert_str_eq(out.p, asked[_i].answer);
	buf_deinit(&out);
}
END_TEST

START_TEST(a_list_with_pages_is_sorted_only_by_what_its_row_says)
{
	struct op_call *c = op_call_new(&paged, STRV("x"), AS_ALL, finished,
	    NULL);
	struct buf why;
	bool down;

	buf_init(&why, 1024);
	ck_assert(!op_sort(c, &down).p);
	ck_assert(!op_call_sort(c, STRV("size"), &why));
	ck_assert_str_eq(why.p, "the list cannot be sorted by size, only by "
	    "name");
	ck_assert(op_call_sort(c, STRV("-name"), &why));
	ck_assert(strv_eq(op_sort(c, &down), STRV("name")) && down);
	op_call_free(c);
	buf_deinit(&why);
}
END_TEST

START_TEST(what_is_no_list_has_no_rows_to_choose)
{
	struct op_call *c = op_call_new(&single, STRV("x"), AS_ALL, finished,
	    NULL);
	struct buf why;

	buf_init(&why, 1024);
	ck_assert(!op_call_sort(c, STRV("name"), &why));
	ck_assert(!op_call_filter(c, STRV("name=a"), &why));
	ck_assert(!op_call_equal(c, STRV("name"), STRV("a"), &why));
	op_call_free(c);
	buf_deinit(&why);
}
END_TEST

START_TEST(a_value_of_its_own_needs_no_quotes)
{
	struct op_call *c = op_call_new(&whole, STRV("x"), AS_ALL, finished,
	    NULL);
	struct buf why;

	buf_init(&why, 1024);
	ck_assert(op_call_equal(c, STRV("name"), STRV("bob*"), &why));
	ck_assert(op_call_equal(c, STRV("on"), STRV("true"), &why));
	op_call_run(c);
	ck_assert_ptr_nonnull(strstr(op_call_body(c).p, "bobby"));
	ck_assert_uint_eq(op_rows(c), 1);
	op_call_free(c);
	buf_deinit(&why);
}
END_TEST

static const struct {
	const char *answer;
	bool ok;
} answers[] = {
	{ "", true }, { "a", true }, { "a b:int c=x|y?~", true },
	{ "[a+ b:[c d:{e}]?] text~", true }, { "a:texts b:json", true },
	{ "a a", false }, { "[a b a]", false }, { "a:[b b]", false },
	{ "a:nothing", false }, { "a:", false }, { "[a", false },
	{ "a:{b", false }, { "a?x", false }, { "a~?", false },
};

START_TEST(a_row_that_describes_its_answer_wrongly_is_found)
{
	ck_assert_msg(answer_ok(answers[_i].answer) == answers[_i].ok, "%s",
	    answers[_i].answer);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("rows");
	TCase *t = tcase_create("rows");

	tcase_add_loop_test(t, rows_are_left_out_and_put_in_order_as_asked, 0,
	    sizeof(asked) / sizeof(asked[0]));
	tcase_add_test(t, a_list_with_pages_is_sorted_only_by_what_its_row_says);
	tcase_add_test(t, what_is_no_list_has_no_rows_to_choose);
	tcase_add_test(t, a_value_of_its_own_needs_no_quotes);
	tcase_add_loop_test(t, a_row_that_describes_its_answer_wrongly_is_found,
	    0, sizeof(answers) / sizeof(answers[0]));
	suite_add_tcase(s, t);
	return s;
}
