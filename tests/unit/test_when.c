/* test_when.c - op_when() and op_span() of op/op.h, and base/csvw.h. */

#include "base/csvw.h"
#include "base/now.h"
#include "op/op.h"
#include "runner.h"

#define NOW INT64_C(1763629200000)	/* 2025-11-20T09:00:00Z */

static int64_t ms;

static void run(struct op_call *c)
{
	ms = op_when(c, "at");
	op_done(c);
}

static const struct op_arg args[] = {
	{ "at", 0, NULL, "when", IS_TIME }, { 0 }
};
static const struct op_arg span_args[] = {
	{ "at", 0, NULL, "how long", IS_SPAN(1000, 3600000) }, { 0 }
};
static const struct op op = { "when", "GET", "/when", CAP_ANYONE, OP_CORE,
	args, "when", run, "" };

static void run_span(struct op_call *c)
{
	ms = op_span(c, "at");
	op_done(c);
}

static const struct op span_op = { "span", "GET", "/span", CAP_ANYONE,
	OP_CORE, span_args, "how long", run_span, "" };

static void finished(struct op_call *c, void *arg)
{
	*(int *)arg = op_call_status(c);
}

static const struct {
	const char *text;
	int64_t ms;	/* 0: none; -1: refused */
} rows[] = {
	{ NULL, 0 }, { "", 0 },
	{ "30s", NOW - 30000 }, { "5m", NOW - 300000 },
	{ "1h", NOW - 3600000 }, { "7d", NOW - INT64_C(7) * 86400000 },
	{ "999999s", NOW - INT64_C(999999000) }, { "1000000s", -1 },
	{ "0s", -1 }, { "s", -1 }, { "5", -1 }, { "5w", -1 }, { "5mm", -1 },
	{ "-5m", -1 }, { "5 m", -1 },
	{ "2025-11-20", NOW - 9 * 3600000 },
	{ "2025-11-20T09:00:00Z", NOW }, { "2025-11-20T09:00Z", NOW },
	{ "2025-11-20 09:00:01", NOW + 1000 },
	{ "2025-11-20T09:00:00.087Z", NOW + 87 },
	{ "2025-11-20T09:00:00.87Z", -1 }, { "2025-11-20T09:00:00.-87Z", -1 },
	{ "2025-11-20T09:00:00.087", -1 }, { "2025-11-20T09:00:00", -1 },
	{ "2025-13-20", -1 }, { "2025-11-20x", -1 }, { "yesterday", -1 },
};

static const struct {
	const char *text;
	int64_t ms;	/* 0: none; -1: refused */
} spans[] = {
	{ NULL, 0 }, { "", 0 }, { "1s", 1000 }, { "90s", 90000 },
	{ "60m", 3600000 }, { "1h", 3600000 }, { "3601s", -1 }, { "2h", -1 },
	{ "1d", -1 }, { "0s", -1 }, { "5", -1 }, { "-5m", -1 }, { "5m ", -1 },
	{ "2025-11-20", -1 }, { "1000000s", -1 },
};

START_TEST(a_span_has_bounds)
{
	int status = 0;
	struct op_call *c = op_call_new(&span_op, STRV("test"), AS_ALL,
	    finished, &status);

	ck_assert(op_call_arg(c, "at", strv(spans[_i].text)));
	op_call_run(c);
	ck_assert_msg(status == (spans[_i].ms >= 0 ? 200 : 422), "\"%s\": %d",
	    spans[_i].text, status);
	if (status == 200)
		ck_assert_msg(ms == spans[_i].ms, "\"%s\"", spans[_i].text);
	op_call_free(c);
}
END_TEST

START_TEST(a_time_is_an_age_or_a_date_in_utc)
{
	int status = 0;
	struct op_call *c = op_call_new(&op, STRV("test"), AS_ALL, finished,
	    &status);

	now_freeze(NOW);
	ck_assert(op_call_arg(c, "at", strv(rows[_i].text)));
	op_call_run(c);
	ck_assert_msg(status == (rows[_i].ms >= 0 ? 200 : 422), "\"%s\": %d",
	    rows[_i].text, status);
	if (status == 200)
		ck_assert_msg(ms == rows[_i].ms, "\"%s\"", rows[_i].text);
	now_freeze(-1);
	op_call_free(c);
}
END_TEST

static const struct {
	const char *text, *field;
} fields[] = {
	{ "", "" }, { "a", "a" }, { "a,b", "\"a,b\"" },
	{ "a\"b", "\"a\"\"b\"" }, { "a\nb", "\"a\nb\"" },
	{ "=1+1", "'=1+1" }, { "+1555", "'+1555" }, { "@x", "'@x" },
	{ "-1", "'-1" }, { "=a,\"b\"", "\"'=a,\"\"b\"\"\"" },
	{ "tel:+1", "tel:+1" },
};

START_TEST(a_field_is_quoted_and_no_formula)
{
	struct buf b, want;
	struct csvw w = { &b, false };

	buf_init(&b, 1000);
	buf_init(&want, 1000);
	csvw_field(&w, strv(fields[_i].text));
	csvw_field(&w, strv(fields[_i].text));
	csvw_int(&w, -7);
	csvw_end(&w);
	csvw_int(&w, 1);
	csvw_end(&w);
	buf_addf(&want, "%s,%s,-7\r\n1\r\n", fields[_i].field,
	    fields[_i].field);
	ck_assert_str_eq(b.p, want.p);
	buf_deinit(&b);
	buf_deinit(&want);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("when");
	TCase *tc = tcase_create("when");

	tcase_add_rows(tc, a_time_is_an_age_or_a_date_in_utc, rows);
	tcase_add_rows(tc, a_span_has_bounds, spans);
	tcase_add_rows(tc, a_field_is_quoted_and_no_formula, fields);
	suite_add_tcase(s, tc);
	return s;
}
