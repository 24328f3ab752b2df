/* test_inflate.c - wire/inflate.h. */

#include "golden.h"
#include "runner.h"
#include "wire/inflate.h"

static struct buf out;
static struct strv plain;

static void setup(void)
{
	buf_init(&out, 65536);
	plain = golden("imdn/delivered.xml");
}

static void teardown(void)
{
	buf_deinit(&out);
	free((char *)plain.p);
}

static const struct {
	const char *coding, *file;
	enum err err;
} rows[] = {
	{ "deflate", "zlib", ERR_OK },
	{ "Deflate", "zlib", ERR_OK },
	{ "deflate", "raw", ERR_OK },
	{ "deflate", "gzip", ERR_OK },
	{ "gzip", "gzip", ERR_OK },
	{ "x-gzip", "gzip", ERR_OK },
	{ "deflate", "zlib_crlf", ERR_OK },
	{ "deflate", "dictionary", ERR_BAD_SYNTAX },
	{ "deflate", "bomb", ERR_TOO_BIG },
	{ "br", "zlib", ERR_BAD_CONTENT },
	{ "deflate, gzip", "zlib", ERR_BAD_CONTENT },
};

START_TEST(every_form_of_deflate_is_undone)
{
	char path[64];
	struct strv in;

	snprintf(path, sizeof(path), "inflate/%s.bin", rows[_i].file);
	in = golden(path);
	ck_assert_msg(inflate_decode(strv(rows[_i].coding), in, &out) ==
	    rows[_i].err, "%s", path);
	if (rows[_i].err == ERR_OK)
		ck_assert_msg(strv_eq(buf_strv(&out), plain), "%s", path);
	free((char *)in.p);
}
END_TEST

START_TEST(a_stored_block_is_copied)
{
	struct strv in = golden("inflate/stored.bin");

	ck_assert_int_eq(inflate_decode(STRV("deflate"), in, &out), ERR_OK);
	ck_assert_str_eq(out.p, "Hello");
	free((char *)in.p);
}
END_TEST

START_TEST(without_coding_the_bytes_are_copied)
{
	ck_assert_int_eq(inflate_decode(STRV_NONE, STRV("a\0b"), &out),
	    ERR_OK);
	ck_assert_int_eq(inflate_decode(STRV("Identity"), STRV("c"), &out),
	    ERR_OK);
	ck_assert(strv_eq(buf_strv(&out), STRV("a\0bc")));
	ck_assert(inflate_knows(STRV("identity")) &&
	    inflate_knows(STRV("DEFLATE")) && inflate_knows(STRV("")) &&
	    !inflate_knows(STRV("compress")));
}
END_TEST

static const char *const cut[] = { "zlib", "raw", "gzip", "stored" };

START_TEST(every_truncation_is_refused)
{
	char path[64];
	struct strv in;

	snprintf(path, sizeof(path), "inflate/%s.bin", cut[_i]);
	in = golden(path);
	for (size_t n = 0; n < in.n; n++) {
		struct strv part = golden_cut(in, n);

		buf_clear(&out);
		ck_assert_msg(inflate_decode(STRV("deflate"), part, &out) ==
		    ERR_BAD_SYNTAX, "%s at %zu", path, n);
		free((char *)part.p);
	}
	free((char *)in.p);
}
END_TEST

START_TEST(bytes_behind_the_stream_are_refused)
{
	struct strv in = golden("inflate/zlib.bin");
	char more[1024];

	memcpy(more, in.p, in.n);
	more[in.n] = 'x';
	ck_assert_int_eq(inflate_decode(STRV("deflate"),
	    (struct strv){ more, in.n + 1 }, &out), ERR_BAD_SYNTAX);
	free((char *)in.p);
}
END_TEST

START_TEST(a_damaged_stream_is_refused)
{
	struct strv in = golden("inflate/zlib.bin");

	/* the last byte belongs to the checksum */
	((char *)in.p)[in.n - 1] ^= 1;
	ck_assert_int_eq(inflate_decode(STRV("deflate"), in, &out),
	    ERR_BAD_SYNTAX);
	free((char *)in.p);
}
END_TEST

START_TEST(the_limit_of_the_buffer_holds)
{
	struct strv in = golden("inflate/zlib.bin");
	struct buf small;

	buf_init(&small, plain.n - 1);
	ck_assert_int_eq(inflate_decode(STRV("deflate"), in, &small),
	    ERR_TOO_BIG);
	ck_assert_uint_le(small.n, plain.n - 1);
	buf_deinit(&small);
	buf_init(&small, plain.n);
	ck_assert_int_eq(inflate_decode(STRV("deflate"), in, &small), ERR_OK);
	buf_deinit(&small);
	free((char *)in.p);
}
END_TEST

START_TEST(a_bomb_stops_at_the_ratio)
{
	struct strv in = golden("inflate/bomb.bin");
	struct buf large;

	buf_init(&large, BUF_NO_LIMIT);
	ck_assert_int_eq(inflate_decode(STRV("deflate"), in, &large),
	    ERR_TOO_BIG);
	ck_assert_uint_le(large.n, in.n * INFLATE_RATIO + 2 * INFLATE_FREE);
	buf_deinit(&large);
	free((char *)in.p);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("inflate");
	TCase *tc = tcase_create("inflate");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, every_form_of_deflate_is_undone, rows);
	tcase_add_test(tc, a_stored_block_is_copied);
	tcase_add_test(tc, without_coding_the_bytes_are_copied);
	tcase_add_rows(tc, every_truncation_is_refused, cut);
	tcase_add_test(tc, bytes_behind_the_stream_are_refused);
	tcase_add_test(tc, a_damaged_stream_is_refused);
	tcase_add_test(tc, the_limit_of_the_buffer_holds);
	tcase_add_test(tc, a_bomb_stops_at_the_ratio);
	suite_add_tcase(s, tc);
	return s;
}
