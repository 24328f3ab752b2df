/* test_link_port.c - port/link: paths, types, ranges, and who asks too often. */

#include <stdio.h>

#include "base/now.h"
#include "port/link/limit.h"
#include "port/link/shape.h"
#include "runner.h"

#define T	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdef"	/* 32 */
#define START	INT64_C(1800000000000)

static const struct {
	const char *path, *token;
	unsigned part;
} paths[] = {
	{ "/" T, T, 0 },
	{ "/c/" T, T, 0 },
	{ "/" T "/1", T, 1 },
	{ "/a/b/" T "/16", T, 16 },
	{ "/" T "/0", "0", 0 },
	{ "/" T "/01", "01", 0 },
	{ "/" T "/100", "100", 0 },
	{ "/" T "/1x", "1x", 0 },
	{ "/" T "/", "", 0 },
	{ "/", "", 0 },
	{ "", "", 0 },
	{ "/1", "", 1 },
	{ T, T, 0 },
	{ "/12345678901234567890123456789012",
	  "12345678901234567890123456789012", 0 },
};

START_TEST(a_path_ends_in_a_token_and_maybe_a_part)
{
	struct shape_path p;

	shape_path(strv(paths[_i].path), &p);
	ck_assert_msg(strv_eq(p.token, strv(paths[_i].token)), "%.*s",
	    STRV_ARG(p.token));
	ck_assert_uint_eq(p.part, paths[_i].part);
}
END_TEST

static const struct {
	const char *type, *shown;
	bool inside;
} types[] = {
	{ "image/jpeg", "image/jpeg", true },
	{ "IMAGE/PNG; name=\"x.html\"", "image/png", true },
	{ "video/mp4", "video/mp4", true },
	{ "audio/amr", "audio/amr", true },
	{ "", "text/plain; charset=utf-8", true },
	{ "text/plain;charset=utf-16", "text/plain; charset=utf-8", true },
	{ "text/vcard", "text/vcard", false },
	{ "application/pdf", "application/pdf", false },
	{ "text/html", "application/octet-stream", false },
	{ "image/svg+xml", "application/octet-stream", false },
	{ "application/xhtml+xml", "application/octet-stream", false },
	{ "text/javascript", "application/octet-stream", false },
	{ "image/jpegx", "application/octet-stream", false },
	{ "image/", "application/octet-stream", false },
	{ ";", "application/octet-stream", false },
	{ "x\r\nSet-Cookie: a=b", "application/octet-stream", false },
};

START_TEST(only_what_cannot_run_is_shown)
{
	const struct shape *s = shape_of(strv(types[_i].type));

	ck_assert_str_eq(s->type, types[_i].shown);
	ck_assert(s->inside == types[_i].inside);
}
END_TEST

static const struct {
	const char *header;
	uint64_t size;
	enum range is;
	uint64_t from, n;
} ranges[] = {
	{ "bytes=0-0", 10, RANGE_PART, 0, 1 },
	{ "bytes=0-9", 10, RANGE_PART, 0, 10 },
	{ "bytes=0-10", 10, RANGE_PART, 0, 10 },
	{ "BYTES=9-", 10, RANGE_PART, 9, 1 },
	{ "bytes=10-", 10, RANGE_OUTSIDE, 0, 10 },
	{ "bytes=-1", 10, RANGE_PART, 9, 1 },
	{ "bytes=-10", 10, RANGE_PART, 0, 10 },
	{ "bytes=-11", 10, RANGE_PART, 0, 10 },
	{ "bytes=-0", 10, RANGE_OUTSIDE, 0, 10 },
	{ "bytes=5-4", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=0-1,3-4", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=-", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes", 10, RANGE_WHOLE, 0, 10 },
	{ "lines=0-1", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=a-b", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=0 -1", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=0-99999999999999999999", 10, RANGE_WHOLE, 0, 10 },
	{ "bytes=0-999999999999999999", 10, RANGE_PART, 0, 10 },
	{ "bytes=0-", 0, RANGE_OUTSIDE, 0, 0 },
	{ "", 10, RANGE_WHOLE, 0, 10 },
	{ NULL, 10, RANGE_WHOLE, 0, 10 },
};

START_TEST(a_range_lies_inside_or_is_ignored)
{
	uint64_t from, n;

	ck_assert_int_eq(shape_range(strv(ranges[_i].header),
	    ranges[_i].size, &from, &n), ranges[_i].is);
	if (ranges[_i].is == RANGE_OUTSIDE)
		return;
	ck_assert_uint_eq(from, ranges[_i].from);
	ck_assert_uint_eq(n, ranges[_i].n);
}
END_TEST

static struct limit limit;

static bool asks(const char *peer)
{
	return limit_take(&limit, strv(peer), 1, 3);
}

START_TEST(an_address_asks_so_often_in_a_minute)
{
	limit = (struct limit){ 0 };
	now_freeze(START);
	for (int i = 0; i < 3; i++)
		ck_assert(asks("192.0.2.1"));
	ck_assert(!asks("192.0.2.1"));
	ck_assert(asks("192.0.2.2"));
	now_freeze(START + LIMIT_WINDOW - 1);
	ck_assert(!asks("192.0.2.1"));
	now_freeze(START + LIMIT_WINDOW);
	ck_assert(asks("192.0.2.1"));
	now_freeze(-1);
}
END_TEST

START_TEST(a_network_of_ipv6_is_one_address)
{
	limit = (struct limit){ 0 };
	now_freeze(START);
	for (int i = 0; i < 3; i++) {
		char peer[40];

		(void)snprintf(peer, sizeof(peer), "2001:db8::%d", i + 1);
		ck_assert(asks(peer));
	}
	ck_assert(!asks("2001:db8:0:0:1234::1"));
	ck_assert(asks("2001:db8:0:1::1"));
	now_freeze(-1);
}
END_TEST

START_TEST(a_cost_is_counted_whole)
{
	limit = (struct limit){ 0 };
	now_freeze(START);
	ck_assert(!limit_take(&limit, STRV("192.0.2.1"), 4, 3));
	ck_assert(!asks("192.0.2.1"));
	ck_assert(limit_take(&limit, STRV_NONE, 1, 3));
	now_freeze(-1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("link port");
	TCase *tc = tcase_create("link port");

	tcase_add_rows(tc, a_path_ends_in_a_token_and_maybe_a_part, paths);
	tcase_add_rows(tc, only_what_cannot_run_is_shown, types);
	tcase_add_rows(tc, a_range_lies_inside_or_is_ignored, ranges);
	tcase_add_test(tc, an_address_asks_so_often_in_a_minute);
	tcase_add_test(tc, a_network_of_ipv6_is_one_address);
	tcase_add_test(tc, a_cost_is_counted_whole);
	suite_add_tcase(s, tc);
	return s;
}
