/* test_op.c - op/op.h. */

#include "op/op.h"
#include "runner.h"

static void add_run(struct op_call *c)
{
	op_field(c, "address", op_text(c, "address"));
	op_field_int(c, "count", op_int(c, "count"));
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
	{ "address", ARG_POSITION | ARG_REQUIRED, NULL, "sip: or tel:",
	  IS_TEXT(0, 30) },
	{ "count", 0, NULL, "how many", IS_INT(1, 10, "rows"), BY_DEFAULT("5") },
	{ "alias", ARG_REPEAT, NULL, "more names", IS_TEXT(0, 8) },
	{ "password", ARG_SECRET, NULL, "secret", IS_TEXT(3, 8) },
	{ 0 },
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

START_TEST(a_bad_number_fails_the_call_before_it_runs)
{
	struct op_call *c = call(0, AS_ALL);

	op_call_arg(c, "address", STRV("a"));
	op_call_arg(c, "count", strv(numbers[_i].value));
	op_call_run(c);
	ck_assert_int_eq(finished, 1);
	ck_assert_int_eq(op_call_status(c), numbers[_i].good ? 200 : 422);
	if (!numbers[_i].good)
		ck_assert_msg(memmem(op_call_detail(c).p, op_call_detail(c).n,
		    "must be a whole number from 1 to 10 (rows)", 42), "%s",
		    op_call_detail(c).p);
	op_call_free(c);
}
END_TEST

static const struct op_arg kinds[] = {
	{ "name", 0, NULL, "", IS_TEXT(2, 4) },
	{ "pem", 0, NULL, "", IS_LINES(0, 8) },
	{ "days", 0, NULL, "", IS_INT(-3, 366, "days") },
	{ "rate", 0, NULL, "", IS_INT(1, 100, "messages/s") },
	{ "id", 0, NULL, "", IS_INT(1, INT64_MAX, NULL) },
	{ "since", 0, NULL, "", IS_TIME },
	{ "for", 0, NULL, "", IS_SPAN(1000, 7200000) },
	{ "format", 0, "set|json", "", IS_CHOICE },
	{ "all", ARG_FLAG, NULL, "", IS_FLAG },
	{ "file", ARG_FILE, NULL, "", IS_FILE(4) },
	{ "code", ARG_SECRET, NULL, "", IS_INT(0, 9, NULL) },
};

/* Each kind at its bounds; NULL: it is good. */
static const struct {
	int kind;
	const char *value, *why;
} values[] = {
	{ 0, "ab", NULL }, { 0, "abcd", NULL }, { 0, "\xc3\xa4", NULL },
	{ 0, "a", "name has 1 byte: give 2 to 4 bytes" },
	{ 0, "", "name is empty: give 2 to 4 bytes" },
	{ 0, "abcde", "name has 5 bytes: give 2 to 4 bytes" },
	{ 0, "a\tb", "name has control characters: give one line of text "
	  "without them" },
	{ 0, "a\x7f", "name has control characters: give one line of text "
	  "without them" },
	{ 0, "\xff\xff", "name is not UTF-8 text: give it in that encoding" },
	{ 1, "", NULL }, { 1, "a\r\n\tb", NULL },
	{ 1, "a\x01", "pem has control characters: give text without them" },
	{ 1, "123456789", "pem has 9 bytes: give at most 8 bytes" },
	{ 2, "-3", NULL }, { 2, "366", NULL },
	{ 2, "-4", "days \"-4\" must be a whole number from -3 to 366 "
	  "(days)" },
	{ 2, "367", "days \"367\" must be a whole number from -3 to 366 "
	  "(days)" },
	{ 2, "+1", "days \"+1\" must be a whole number from -3 to 366 "
	  "(days)" },
	{ 2, "1/s", "days \"1/s\" must be a whole number from -3 to 366 "
	  "(days)" },
	{ 3, "100/s", NULL }, { 3, "1", NULL },
	{ 3, "/s", "rate \"/s\" must be a whole number from 1 to 100 "
	  "(messages/s)" },
	{ 4, "9223372036854775807", NULL },
	{ 4, "0", "id \"0\" must be a whole number, 1 or more" },
	{ 5, "5m", NULL }, { 5, "", NULL }, { 5, "2026-11-20", NULL },
	{ 5, "soon", "since \"soon\" is no time: 30s, 5m, 1h or 7d ago, "
	  "2026-11-20 or 2026-11-20T09:00:00Z" },
	{ 6, "1s", NULL }, { 6, "2h", NULL },
	{ 6, "7201s", "for \"7201s\" must be how long, from 1s to 2h: 30s, "
	  "5m, 1h or 7d" },
	{ 7, "json", NULL },
	{ 7, "", "format \"\" is none of those it can be: set, json" },
	{ 7, "set|json", "format \"set|json\" is none of those it can be: "
	  "set, json" },
	{ 8, "on", NULL }, { 8, "off", NULL },
	{ 8, "yes", "all \"yes\" takes no value: give it alone, on or off" },
	{ 9, "\xff\x01", NULL }, { 9, "", NULL },
	{ 9, "12345", "file has 5 bytes: give at most 4 bytes" },
	{ 10, "9", NULL },
	{ 10, "hush", "code must be a whole number from 0 to 9" },
};

START_TEST(a_value_is_what_its_row_says)
{
	struct buf why;
	bool good;

	buf_init(&why, 1000);
	good = op_arg_good(&kinds[values[_i].kind], strv(values[_i].value),
	    &why);
	ck_assert_int_eq(good, values[_i].why == NULL);
	ck_assert_str_eq(why.n ? why.p : "", values[_i].why ?
	    values[_i].why : "");
	buf_deinit(&why);
}
END_TEST

static const char *const ranges[] = { "2-4", "0-8", "-3-366", "1-100",
	"1 or more", "", "1s-2h", "", "", "0-4", "0-9" };

START_TEST(a_range_is_said_as_it_is_typed)
{
	struct buf b;

	buf_init(&b, 100);
	op_arg_range(&kinds[_i], &b);
	ck_assert_str_eq(b.n ? b.p : "", ranges[_i]);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_wrong_secret_is_not_said_again)
{
	struct op_call *c = call(0, AS_ALL);

	op_call_arg(c, "address", STRV("a"));
	op_call_arg(c, "password", STRV("hunter2hunter2"));
	op_call_run(c);
	ck_assert_int_eq(op_call_status(c), 422);
	ck_assert_ptr_null(strstr(op_call_body(c).p, "hunter"));
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
	tcase_add_rows(tc, a_bad_number_fails_the_call_before_it_runs, numbers);
	tcase_add_rows(tc, a_value_is_what_its_row_says, values);
	tcase_add_rows(tc, a_range_is_said_as_it_is_typed, ranges);
	tcase_add_test(tc, a_wrong_secret_is_not_said_again);
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
