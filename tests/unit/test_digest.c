/* test_digest.c - wire/digest.h. */

#include "golden.h"
#include "runner.h"
#include "wire/digest.h"

static struct digest *d;
static struct digest_credentials got;
static char hex[DIGEST_HEX];

static void setup(void)
{
	d = digest_new();
}

static void teardown(void)
{
	digest_free(d);
}

/* RFC 7616 3.9.1: the same request under both algorithms; RFC 2617 3.5 */
#define MUFASA7616 "Mufasa", "http-auth@example.org", "Circle of Life", \
	"GET", "/dir/index.html", \
	"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", "00000001", \
	"f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ", "auth"

static const struct {
	enum digest_alg alg;
	const char *user, *realm, *password, *method, *uri, *nonce, *nc,
	    *cnonce, *qop, *ha1, *response;
} vectors[] = {
	{ DIGEST_MD5, MUFASA7616, "3d78807defe7de2157e2b0b6573a855f",
	  "8ca523f5e9506fed4657c9700eebdbec" },
	{ DIGEST_SHA256, MUFASA7616, "7987c64c30e25f1b74be53f966b49b90"
	  "f2808aa92faf9a00262392d7b4794232",
	  "753927fa0e85d155564e2e272a28d180"
	  "2ca10daf4496794697cf8db5856cb6c1" },
	{ DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life",
	  "GET", "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
	  "00000001", "0a4f113b", "auth", "939e7578ed9e3c518a452acee763bce9",
	  "6629fae49393a05397450978507c4ef1" },
	{ DIGEST_MD5, "Mufasa", "testrealm@host.com", "Circle Of Life",
	  "GET", "/dir/index.html", "dcd98b7102dd2f0e8b11d0f600bfb0c093",
	  NULL, NULL, NULL, "939e7578ed9e3c518a452acee763bce9",
	  "670fd8c2df070c60b045671b8b24ff02" },
};

START_TEST(the_vectors_of_the_rfcs_come_out)
{
	struct digest_input in = { .alg = vectors[_i].alg,
	    .ha1 = strv(vectors[_i].ha1), .method = strv(vectors[_i].method),
	    .uri = strv(vectors[_i].uri), .nonce = strv(vectors[_i].nonce),
	    .qop = strv(vectors[_i].qop), .nc = strv(vectors[_i].nc),
	    .cnonce = strv(vectors[_i].cnonce) };

	digest_ha1(d, vectors[_i].alg, strv(vectors[_i].user),
	    strv(vectors[_i].realm), strv(vectors[_i].password), hex);
	ck_assert_str_eq(hex, vectors[_i].ha1);
	digest_response(d, &in, hex);
	ck_assert_str_eq(hex, vectors[_i].response);
	ck_assert_uint_eq(strlen(hex), digest_hex_size(vectors[_i].alg));
}
END_TEST

START_TEST(the_header_of_the_rfc_verifies)
{
	struct strv v = golden("digest/rfc7616_md5.txt");
	struct digest_input in;

	ck_assert_int_eq(digest_parse(v, &got), ERR_OK);
	in = (struct digest_input){ .alg = got.alg,
	    .ha1 = strv(vectors[0].ha1), .method = STRV("GET"),
	    .uri = got.uri, .nonce = got.nonce, .qop = got.qop,
	    .nc = got.nc, .cnonce = got.cnonce };
	digest_response(d, &in, hex);
	ck_assert(digest_equal(got.response, strv(hex)));
	free((char *)v.p);
}
END_TEST

START_TEST(equal_means_equal)
{
	ck_assert(digest_equal(STRV("00ff"), STRV("00ff")));
	ck_assert(digest_equal(STRV("00FF"), STRV("00ff")));
	ck_assert(digest_equal(STRV(""), STRV("")));
	ck_assert(!digest_equal(STRV("00ff"), STRV("00fe")));
	ck_assert(!digest_equal(STRV("10ff"), STRV("00ff")));
	ck_assert(!digest_equal(STRV("00ff"), STRV("00f")));
	ck_assert(!digest_equal(STRV("00"), STRV("00ff")));
	ck_assert(!digest_equal(STRV("\x10\x10"), STRV("00")));
	ck_assert(!digest_equal(STRV("G"), STRV("g")));
}
END_TEST

#define R16 "0123456789abcdef"
#define BASE "Digest username=\"bob\", realm=\"cpm.example\", nonce=\"n1\", " \
	"uri=\"sip:cpm.example\", response=\"" R16 R16 "\""

START_TEST(the_header_of_a_phone_is_read)
{
	struct strv v = golden("digest/register_sha256.txt");

	ck_assert_int_eq(digest_parse(v, &got), ERR_OK);
	ck_assert(strv_eq(got.username, STRV("bob")));
	ck_assert(strv_eq(got.realm, STRV("cpm.example")));
	ck_assert(strv_eq(got.nonce, STRV("n1")));
	ck_assert(strv_eq(got.uri, STRV("sip:cpm.example")));
	ck_assert_uint_eq(got.response.n, 64);
	ck_assert(got.alg_known && got.alg == DIGEST_SHA256);
	ck_assert(strv_eq(got.algorithm, STRV("SHA-256")));
	ck_assert(strv_eq(got.qop, STRV("auth")));
	ck_assert(strv_eq(got.nc, STRV("0000000a")));
	ck_assert_uint_eq(got.nc_value, 10);
	ck_assert(strv_eq(got.cnonce, STRV("c1")));
	ck_assert(!got.opaque.p && !got.userhash);
	free((char *)v.p);
}
END_TEST

static const struct {
	const char *name, *value;
	enum err err;
} headers[] = {
	{ "the least", BASE, ERR_OK },
	{ "any case", "dIGEST UserName=\"b\",REALM=\"r\",Nonce=\"n\","
	  "URI=\"u\",response=\"" R16 R16 "\"", ERR_OK },
	{ "no spaces", "Digest username=b,realm=r,nonce=n,uri=u,response="
	  R16 R16, ERR_OK },
	{ "spaces and folds", "  Digest\r\n username = \"b\" ,\t realm=\"r\""
	  ",\r\n nonce=\"n\", uri=\"u\" , response=\"" R16 R16 "\" ",
	  ERR_OK },
	{ "commas too many", "Digest ,, username=b,,realm=r,nonce=n,uri=u,"
	  "response=" R16 R16 ",", ERR_OK },
	{ "a quoted pair and a comma in quotes", "Digest username=\"a\\\","
	  "b\",realm=r,nonce=n,uri=u,response=" R16 R16, ERR_OK },
	{ "an unknown parameter", BASE ", x=1, y=\"\"", ERR_OK },
	{ "an unknown algorithm and its response",
	  "Digest username=b,realm=r,nonce=n,uri=u,algorithm=SHA-512-256,"
	  "response=\"x\"", ERR_OK },
	{ "an empty name", "Digest username=\"\",realm=r,nonce=n,uri=u,"
	  "response=" R16 R16, ERR_OK },
	{ "qop with all", BASE ", qop=auth, nc=0000000F, cnonce=\"\"",
	  ERR_OK },
	{ "nothing", "", ERR_BAD_SYNTAX },
	{ "only the scheme", "Digest", ERR_BAD_SYNTAX },
	{ "another scheme", "Basic dXNlcjpwdw==", ERR_BAD_SYNTAX },
	{ "a scheme that begins alike", "Digestx username=b", ERR_BAD_SYNTAX },
	{ "the scheme glued on", "Digest\"username=b", ERR_BAD_SYNTAX },
	{ "a name alone", BASE ", opaque", ERR_BAD_SYNTAX },
	{ "a name without value", BASE ", opaque=", ERR_BAD_SYNTAX },
	{ "a value without name", BASE ", =x", ERR_BAD_SYNTAX },
	{ "no comma", BASE " opaque=x", ERR_BAD_SYNTAX },
	{ "a quote never closed", BASE ", opaque=\"x", ERR_BAD_SYNTAX },
	{ "an escape at the end", BASE ", opaque=\"x\\", ERR_BAD_SYNTAX },
	{ "a line end in quotes", BASE ", opaque=\"x\r\n y\"",
	  ERR_BAD_SYNTAX },
	{ "a parameter twice", BASE ", nonce=\"n2\"", ERR_BAD_SYNTAX },
	{ "a parameter twice in another case", BASE ", NONCE=\"n2\"",
	  ERR_BAD_SYNTAX },
	{ "no username", "Digest realm=r,nonce=n,uri=u,response=" R16 R16,
	  ERR_BAD_SYNTAX },
	{ "no realm", "Digest username=b,nonce=n,uri=u,response=" R16 R16,
	  ERR_BAD_SYNTAX },
	{ "no nonce", "Digest username=b,realm=r,uri=u,response=" R16 R16,
	  ERR_BAD_SYNTAX },
	{ "no uri", "Digest username=b,realm=r,nonce=n,response=" R16 R16,
	  ERR_BAD_SYNTAX },
	{ "no response", "Digest username=b,realm=r,nonce=n,uri=u",
	  ERR_BAD_SYNTAX },
	{ "a short response", "Digest username=b,realm=r,nonce=n,uri=u,"
	  "response=" R16, ERR_BAD_SYNTAX },
	{ "a response that is not hex", "Digest username=b,realm=r,nonce=n,"
	  "uri=u,response=" R16 "0123456789abcdeg", ERR_BAD_SYNTAX },
	{ "MD5's length for SHA-256", BASE ", algorithm=SHA-256",
	  ERR_BAD_SYNTAX },
	{ "qop without nc", BASE ", qop=auth, cnonce=\"c\"",
	  ERR_BAD_SYNTAX },
	{ "qop without cnonce", BASE ", qop=auth, nc=00000001",
	  ERR_BAD_SYNTAX },
	{ "a short nc", BASE ", qop=auth, nc=1, cnonce=\"c\"",
	  ERR_BAD_SYNTAX },
	{ "an nc that is not hex", BASE ", qop=auth, nc=0000000g, "
	  "cnonce=\"c\"", ERR_BAD_SYNTAX },
};

START_TEST(credentials_are_read_or_refused)
{
	struct strv v = golden_cut(strv(headers[_i].value),
	    strlen(headers[_i].value));

	ck_assert_msg(digest_parse(v, &got) == headers[_i].err, "%s",
	    headers[_i].name);
	free((char *)v.p);
}
END_TEST

START_TEST(every_truncation_is_refused)
{
	struct strv v = golden("digest/register_sha256.txt");

	/* its last parameter is one of the necessary ones */
	for (size_t n = 0; n < v.n; n++) {
		struct strv part = golden_cut(v, n);

		ck_assert_msg(digest_parse(part, &got) != ERR_OK, "%.*s",
		    STRV_ARG(part));
		free((char *)part.p);
	}
	free((char *)v.p);
}
END_TEST

START_TEST(a_header_of_2048_bytes_is_read_and_one_byte_more_is_not)
{
	struct buf b;

	buf_init(&b, 8192);
	buf_addz(&b, BASE ", opaque=\"");
	while (b.n < DIGEST_MAX - 1)
		buf_addc(&b, 'x');
	buf_addc(&b, '"');
	ck_assert_int_eq(digest_parse(buf_strv(&b), &got), ERR_OK);
	buf_addc(&b, ' ');
	ck_assert_int_eq(digest_parse(buf_strv(&b), &got), ERR_TOO_BIG);
	buf_deinit(&b);
}
END_TEST

#define NOW	INT64_C(1795159200000)
#define AGE	INT64_C(300000)

static const uint8_t key[DIGEST_KEY] = "0123456789abcdef0123456789abcde";
static const uint8_t other[DIGEST_KEY] = "0123456789abcdef0123456789abcdf";
static const uint8_t chance[DIGEST_RANDOM] = { 1, 2, 3, 4, 5, 6, 7, 8 };

static const struct {
	int64_t later;	/* ms */
	enum digest_nonce is;
} ages[] = {
	{ 0, DIGEST_FRESH }, { 1, DIGEST_FRESH }, { AGE, DIGEST_FRESH },
	{ AGE + 1, DIGEST_STALE }, { -1, DIGEST_STALE },
	{ -NOW, DIGEST_STALE },
};

START_TEST(a_nonce_is_fresh_until_its_age)
{
	char nonce[DIGEST_NONCE];

	digest_nonce_make(d, key, NOW, chance, nonce);
	ck_assert_uint_eq(strlen(nonce), DIGEST_NONCE - 1);
	ck_assert_int_eq(digest_nonce_check(d, key, strv(nonce),
	    NOW + ages[_i].later, AGE), ages[_i].is);
}
END_TEST

START_TEST(a_nonce_outlives_the_process_with_its_key)
{
	char nonce[DIGEST_NONCE];

	digest_nonce_make(d, key, NOW, chance, nonce);
	digest_free(d);
	d = digest_new();
	ck_assert_int_eq(digest_nonce_check(d, key, strv(nonce), NOW, AGE),
	    DIGEST_FRESH);
	ck_assert_int_eq(digest_nonce_check(d, other, strv(nonce), NOW, AGE),
	    DIGEST_FORGED);
}
END_TEST

/* HMAC-SHA-256 by Python's hmac module over the same time and chance */
START_TEST(a_nonce_is_time_chance_and_hmac)
{
	char nonce[DIGEST_NONCE];

	digest_nonce_make(d, key, NOW, chance, nonce);
	ck_assert_str_eq(nonce, "000001a1f7d391000102030405060708"
	    "c71732ced069f46a5e3110134900fcfb");
}
END_TEST

START_TEST(every_change_of_a_nonce_is_a_forgery)
{
	char nonce[DIGEST_NONCE];

	digest_nonce_make(d, key, NOW, chance, nonce);
	for (size_t i = 0; i < DIGEST_NONCE - 1; i++) {
		char was = nonce[i];

		nonce[i] = was == '0' ? '1' : '0';
		ck_assert_int_eq(digest_nonce_check(d, key, strv(nonce), NOW,
		    AGE), DIGEST_FORGED);
		nonce[i] = was;
		ck_assert_int_eq(digest_nonce_check(d, key,
		    (struct strv){ nonce, i }, NOW, AGE), DIGEST_FORGED);
	}
	ck_assert_int_eq(digest_nonce_check(d, key, STRV("n1"), NOW, AGE),
	    DIGEST_FORGED);
}
END_TEST

START_TEST(a_challenge_names_all_that_a_client_needs)
{
	struct buf b;

	buf_init(&b, 1024);
	digest_challenge(DIGEST_SHA256, STRV("a\"b"), STRV("n"), false, &b);
	ck_assert_str_eq(b.p, "Digest realm=\"a\\\"b\", nonce=\"n\", "
	    "algorithm=SHA-256, qop=\"auth\"");
	buf_clear(&b);
	digest_challenge(DIGEST_MD5, STRV("r"), STRV("n"), true, &b);
	ck_assert_str_eq(b.p, "Digest realm=\"r\", nonce=\"n\", "
	    "algorithm=MD5, qop=\"auth\", stale=true");
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("digest");
	TCase *tc = tcase_create("digest");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, the_vectors_of_the_rfcs_come_out, vectors);
	tcase_add_test(tc, the_header_of_the_rfc_verifies);
	tcase_add_test(tc, equal_means_equal);
	tcase_add_test(tc, the_header_of_a_phone_is_read);
	tcase_add_rows(tc, credentials_are_read_or_refused, headers);
	tcase_add_test(tc, every_truncation_is_refused);
	tcase_add_test(tc,
	    a_header_of_2048_bytes_is_read_and_one_byte_more_is_not);
	tcase_add_rows(tc, a_nonce_is_fresh_until_its_age, ages);
	tcase_add_test(tc, a_nonce_outlives_the_process_with_its_key);
	tcase_add_test(tc, a_nonce_is_time_chance_and_hmac);
	tcase_add_test(tc, every_change_of_a_nonce_is_a_forgery);
	tcase_add_test(tc, a_challenge_names_all_that_a_client_needs);
	suite_add_tcase(s, tc);
	return s;
}
