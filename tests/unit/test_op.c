/* test_op.c - op/op.h. */

#include "op/op.h"
#include "runner.h"

static void add_run(struct op_call *c)
{
	int64_t n;

	if (!op_int(c, "count", 1, 10, 5, &n))
		return;
	op_field(c, "address", op_text(c, "address"));
	op_field_int(c, "count", n);
	op_field(c, "second", op_nth(c, "alias", 1));
	op_field_bool(c, "given", op_given(c, "alias"));
	op_field_time(c, "when", 1700000000123);
	op_field_time(c, "never", 0);
	op_fieldf(c, "text", "%d \"%s\"", 7, "x");
	op_field_json(c, "raw", STRV("[1,2]"));
	op_done(c);
}

static void list_run(struct op_call *c)
{
	op_list(c);
	for (int i = 0; i < 2; i++) {
		op_row(c);
		op_field_int(c, "i", i);
	}
	op_next(c, STRV("2"));
	op_done(c);
}

static void exit_run(struct op_call *c)
{
	op_exit(c, 11);
	op_done(c);
}

static void empty_run(struct op_call *c)
{
	op_list(c);
	op_done(c);
}

static void say_run(struct op_call *c)
{
	op_say(c, STRV("a\n"));
	op_say(c, STRV("b\n"));
	op_done(c);
}

static void nothing_run(struct op_call *c)
{
	op_done(c);
}

static void fail_run(struct op_call *c)
{
	op_field(c, "half", STRV("done"));
	op_fail(c, OP_NOT_FOUND, "there is no %s", "such thing");
}

static void line_run(struct op_call *c)
{
	op_fail_line(c, OP_INVALID, 3, STRV("wrong"));
}

static void lines_run(struct op_call *c)
{
	op_error(c, 2, STRV("a \"b\""));
	op_error(c, 7, STRV("c"));
	op_fail(c, OP_INVALID, "two lines");
}

static void twice_run(struct op_call *c)
{
	op_done(c);
	op_done(c);
}

static const struct op_arg add_args[] = {
	{ "address", ARG_POSITION | ARG_REQUIRED, NULL, "sip: or tel:" },
	{ "count", 0, NULL, "how many" },
	{ "alias", ARG_REPEAT, NULL, "more names" },
	{ "password", ARG_SECRET, NULL, "secret" },
	{ NULL, 0, NULL, NULL },
};

static const struct op ops[] = {
	{ "thing add", "POST", "/things", CAP_OPERATE, OP_CORE, add_args,
	  "add", add_run, "" },
	{ "show things", "GET", "/things", CAP_VIEW, OP_READ, NULL, "list",
	  list_run, "" },
	{ "show nothing", "GET", "/nothing", CAP_VIEW, OP_READ, NULL, "none",
	  empty_run, "" },
	{ "show thing", "GET", "/things/{address}", CAP_VIEW, OP_READ, NULL,
	  "one", say_run, "" },
	{ "show special", "GET", "/things/special", CAP_VIEW, OP_READ, NULL,
	  "a literal", nothing_run, "" },
	{ "thing part", "DELETE", "/things/{address}/parts/{part}",
	  CAP_COMMIT, OP_CORE, NULL, "delete a part", fail_run, "" },
	{ "thing lines", "POST", "/lines", CAP_ANYONE, OP_CORE, NULL,
	  "lines", line_run, "" },
	{ "health", "GET", "/health", CAP_ANYONE, OP_CORE, NULL,
	  "bad", exit_run, "" },
	{ "thing many", "POST", "/many", CAP_ANYONE, OP_CORE, NULL,
	  "many lines", lines_run, "" },
	{ "thing twice", "POST", "/twice", CAP_ANYONE, OP_CORE, NULL,
	  "a bug", twice_run, "" },
};

static int finished;

static void count(struct op_call *c, void *arg)
{
	(void)c;
	ck_assert_ptr_eq(arg, &finished);
	finished++;
}

static struct op_call *call(size_t i, unsigned roles)
{
	finished = 0;
	return op_call_new(&ops[i], STRV("uid:7"), roles, count, &finished);
}

static void answers(struct op_call *c, int status, const char *body)
{
	op_call_run(c);
	ck_assert_int_eq(finished, 1);
	ck_assert_int_eq(op_call_status(c), status);
	ck_assert_str_eq(op_call_body(c).p, body);
	op_call_free(c);
}

static void setup(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}

static void teardown(void)
{
	op_reset();
}

static const struct {
	const char *method, *path;
	int op;		/* index; -1: none */
	bool known;
	const char *params[2];
} requests[] = {
	{ "GET", "/things", 1, true, { NULL, NULL } },
	{ "POST", "/things", 0, true, { NULL, NULL } },
	{ "PUT", "/things", -1, true, { NULL, NULL } },
	{ "get", "/things", -1, true, { NULL, NULL } },
	{ "GET", "/things/", -1, false, { NULL, NULL } },
	{ "GET", "/things/a", 3, true, { "a", NULL } },
	{ "GET", "/things/special", 4, true, { NULL, NULL } },
	{ "DELETE", "/things/a/parts/b", 5, true, { "a", "b" } },
	{ "DELETE", "/things/a/parts/", -1, false, { NULL, NULL } },
	{ "DELETE", "/things/a/parts/b/", -1, false, { NULL, NULL } },
	{ "DELETE", "/things//parts/b", -1, false, { NULL, NULL } },
	{ "GET", "", -1, false, { NULL, NULL } },
	{ "GET", "/", -1, false, { NULL, NULL } },
	{ "GET", "things", -1, false, { NULL, NULL } },
};

START_TEST(a_request_finds_its_operation)
{
	struct strv params[OP_PARAMS] = { STRV_NONE };
	bool known;
	const struct op *o = op_match(strv(requests[_i].method),
	    strv(requests[_i].path), params, OP_PARAMS, &known);

	ck_assert_msg(o == (requests[_i].op < 0 ? NULL :
	    &ops[requests[_i].op]), "%s", requests[_i].path);
	ck_assert_int_eq(known, requests[_i].known);
	for (int i = 0; i < 2 && requests[_i].params[i]; i++)
		ck_assert(strv_eq(params[i], strv(requests[_i].params[i])));
}
END_TEST

START_TEST(an_object_has_its_fields_in_order)
{
	struct op_call *c = call(0, AS_ALL);

	op_call_arg(c, "address", STRV("sip:a@example.org"));
	op_call_arg(c, "alias", STRV("one"));
	op_call_arg(c, "alias", STRV("two"));
	op_call_arg(c, "count", STRV("10"));
	answers(c, 200, "{\"address\":\"sip:a@example.org\",\"count\":10,"
	    "\"second\":\"two\",\"given\":true,"
	    "\"when\":\"2023-11-14T22:13:20.123Z\",\"never\":null,"
	    "\"text\":\"7 \\\"x\\\"\",\"raw\":[1,2]}");
}
END_TEST

START_TEST(an_absent_argument_takes_its_fallback)
{
	struct op_call *c = call(0, AS_ALL);

	op_call_arg(c, "address", STRV(""));
	op_call_arg(c, "alias", STRV_NONE);
	answers(c, 200, "{\"address\":\"\",\"count\":5,\"second\":null,"
	    "\"given\":false,\"when\":\"2023-11-14T22:13:20.123Z\","
	    "\"never\":null,\"text\":\"7 \\\"x\\\"\",\"raw\":[1,2]}");
}
END_TEST

#define PROBLEM(code, title, status, detail) \
	"{\"type\":\"urn:parley:problem:" code "\",\"title\":\"" title \
	"\",\"status\":" status ",\"code\":\"" code "\",\"detail\":\"" \
	detail "\""

static const struct {
	const char *value;
	bool good;
} numbers[] = {
	{ "1", true }, { "10", true }, { "0", false }, { "11", false },
	{ "", false }, { "1x", false }, { "x", false }, { "-1", false },
	{ "99999999999999999999", false },
};

START_TEST(a_bad_number_fails_the_call)
{
	struct op_call *c = call(0, AS_ALL);

	op_call_arg(c, "address", STRV("a"));
	op_call_arg(c, "count", strv(numbers[_i].value));
	op_call_run(c);
	ck_assert_int_eq(finished, 1);
	ck_assert_int_eq(op_call_status(c), numbers[_i].good ? 200 : 422);
	if (!numbers[_i].good)
		ck_assert_str_eq(op_call_body(c).p,
		    PROBLEM("validation-failed", "Not valid", "422",
		    "count must be a whole number between 1 and 10") "}");
	op_call_free(c);
}
END_TEST

START_TEST(a_list_ends_with_the_next_cursor)
{
	answers(call(1, AS_VIEWER), 200,
	    "{\"items\":[{\"i\":0},{\"i\":1}],\"next\":\"2\"}");
	answers(call(2, AS_VIEWER), 200, "{\"items\":[],\"next\":null}");
}
END_TEST

START_TEST(what_is_said_becomes_the_text)
{
	answers(call(3, AS_VIEWER), 200, "{\"text\":\"a\\nb\\n\"}");
	answers(call(4, AS_VIEWER), 200, "{}");
}
END_TEST

START_TEST(a_result_may_carry_an_exit_code)
{
	answers(call(7, AS_VIEWER), 200, "{\"exit\":11}");
}
END_TEST

START_TEST(an_unknown_argument_is_not_taken)
{
	struct op_call *c = call(0, AS_ALL);

	ck_assert(op_call_arg(c, "count", STRV("1")));
	ck_assert(!op_call_arg(c, "cuont", STRV("1")));
	op_call_free(c);
}
END_TEST

START_TEST(a_failure_replaces_what_was_written)
{
	answers(call(5, AS_ALL), 404, PROBLEM("not-found", "Not found",
	    "404", "there is no such thing") "}");
	answers(call(6, 0), 422, PROBLEM("validation-failed",
	    "Not valid", "422", "wrong") ",\"line\":3}");
	answers(call(8, 0), 422, PROBLEM("validation-failed",
	    "Not valid", "422", "two lines") ",\"errors\":[{\"line\":2,"
	    "\"message\":\"a \\\"b\\\"\"},{\"line\":7,"
	    "\"message\":\"c\"}]}");
}
END_TEST

START_TEST(who_may_not_is_told_who_may)
{
	answers(call(0, AS_VIEWER), 403, PROBLEM("forbidden", "Not allowed",
	    "403", "this needs one of these roles: operator, config; you have: "
	    "viewer") "}");
	answers(call(5, AS_OPERATOR), 403, PROBLEM("forbidden",
	    "Not allowed", "403", "this needs one of these roles: config, "
	    "security; you have: operator") "}");
}
END_TEST

START_TEST(a_missing_argument_is_named)
{
	answers(call(0, AS_OPERATOR), 422, PROBLEM("validation-failed",
	    "Not valid", "422", "address is missing (sip: or tel:)") "}");
}
END_TEST

START_TEST(finishing_twice_is_a_bug)
{
	op_call_run(call(9, AS_ALL));
}
END_TEST

START_TEST(two_operations_with_one_command_are_a_bug)
{
	op_register(ops, 1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("op");
	TCase *tc = tcase_create("op");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, a_request_finds_its_operation, requests);
	tcase_add_test(tc, an_object_has_its_fields_in_order);
	tcase_add_test(tc, an_absent_argument_takes_its_fallback);
	tcase_add_rows(tc, a_bad_number_fails_the_call, numbers);
	tcase_add_test(tc, a_list_ends_with_the_next_cursor);
	tcase_add_test(tc, what_is_said_becomes_the_text);
	tcase_add_test(tc, a_result_may_carry_an_exit_code);
	tcase_add_test(tc, an_unknown_argument_is_not_taken);
	tcase_add_test(tc, a_failure_replaces_what_was_written);
	tcase_add_test(tc, who_may_not_is_told_who_may);
	tcase_add_test(tc, a_missing_argument_is_named);
	tcase_add_test_raise_signal(tc, finishing_twice_is_a_bug, 6);
	tcase_add_test_raise_signal(tc,
	    two_operations_with_one_command_are_a_bug, 6);
	suite_add_tcase(s, tc);
	return s;
}
