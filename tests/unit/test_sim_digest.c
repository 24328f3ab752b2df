/* test_sim_digest.c - tests/sim/digest.h; vectors of RFC 7616 and RFC 2617. */

#include "../sim/digest.h"
#include "runner.h"

#define R7616	"realm=\"http-auth@example.org\", qop=\"auth, auth-int\", " \
		"nonce=\"7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v\", " \
		"opaque=\"FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS\""

static const struct {
	const char *name, *challenge, *user, *password, *cnonce, *response;
} vectors[] = {
	{ "RFC 7616 3.9.1, MD5", "Digest " R7616 ", algorithm=MD5",
	  "Mufasa", "Circle of Life",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
	  "8ca523f5e9506fed4657c9700eebdbec" },
	{ "RFC 7616 3.9.1, SHA-256", "Digest " R7616 ", algorithm=SHA-256",
	  "Mufasa", "Circle of Life",
	  "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ",
	  "753927fa0e85d155564e2e272a28d180"
	  "2ca10daf4496794697cf8db5856cb6c1" },
	{ "RFC 2617 3.5", "Digest realm=\"testrealm@host.com\", "
	  "qop=\"auth,auth-int\", nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\","
	  " opaque=\"5ccc069c403ebaf9f0171e9517f40e41\"",
	  "Mufasa", "Circle Of Life", "0a4f113b",
	  "6629fae49393a05397450978507c4ef1" },
	{ "RFC 2069 form, no qop", "Digest realm=\"testrealm@host.com\", "
	  "nonce=\"dcd98b7102dd2f0e8b11d0f600bfb0c093\"",
	  "Mufasa", "Circle Of Life", "",
	  "670fd8c2df070c60b045671b8b24ff02" },
};

START_TEST(the_response_is_that_of_the_specification)
{
	struct digest d;
	char hex[65];

	ck_assert_msg(digest_read(strv(vectors[_i].challenge), &d), "%s",
	    vectors[_i].name);
	d.nc = 1;
	digest_response(&d, vectors[_i].user, vectors[_i].password, "GET",
	    "/dir/index.html", vectors[_i].cnonce, hex);
	ck_assert_msg(strcmp(hex, vectors[_i].response) == 0, "%s: %s",
	    vectors[_i].name, hex);
}
END_TEST

static const struct {
	const char *challenge;
	bool ok;
	enum digest_algorithm algorithm;
	bool qop, stale;
} rows[] = {
	{ "Digest nonce=\"n\"", true, DIGEST_MD5, false, false },
	{ "digest NONCE=n,ALGORITHM=md5,stale=TRUE", true, DIGEST_MD5, false,
	  true },
	{ "Digest realm=\"a, b\", nonce=\"n\", qop=\"auth\", stale=false, "
	  "algorithm=\"SHA-256\"", true, DIGEST_SHA256, true, false },
	{ "Digest nonce=\"n\", algorithm=SHA-512-256", false, DIGEST_NONE,
	  false, false },
	{ "Digest nonce=\"n\", qop=\"auth-int\"", false, DIGEST_MD5, false,
	  false },
	{ "Digest realm=\"r\"", false, DIGEST_MD5, false, false },
	{ "Basic realm=\"r\"", false, DIGEST_MD5, false, false },
	{ "", false, DIGEST_MD5, false, false },
};

START_TEST(a_challenge_is_read)
{
	struct digest d;

	ck_assert_msg(digest_read(strv(rows[_i].challenge), &d) ==
	    rows[_i].ok, "%s", rows[_i].challenge);
	ck_assert_msg(d.algorithm == rows[_i].algorithm &&
	    d.qop == rows[_i].qop && d.stale == rows[_i].stale, "%s",
	    rows[_i].challenge);
}
END_TEST

START_TEST(every_use_of_a_nonce_counts)
{
	struct buf b = BUF_EMPTY;
	struct digest d;

	ck_assert(digest_read(STRV("Digest realm=\"r\", nonce=\"n\", "
	    "qop=\"auth\", algorithm=MD5, opaque=\"o\""), &d));
	digest_write(&d, "u", "p", "MESSAGE", "sip:x", "c", &b);
	ck_assert(strstr(b.p, "nc=00000001, cnonce=\"c\""));
	ck_assert(strstr(b.p, "username=\"u\", realm=\"r\", nonce=\"n\", "
	    "uri=\"sip:x\", response=\""));
	ck_assert(strstr(b.p, ", algorithm=MD5, opaque=\"o\", qop=auth,"));
	buf_clear(&b);
	digest_write(&d, "u", "p", "MESSAGE", "sip:x", "c", &b);
	ck_assert(strstr(b.p, "nc=00000002"));
	buf_deinit(&b);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim digest");
	TCase *tc = tcase_create("digest");

	tcase_add_rows(tc, the_response_is_that_of_the_specification, vectors);
	tcase_add_rows(tc, a_challenge_is_read, rows);
	tcase_add_test(tc, every_use_of_a_nonce_counts);
	suite_add_tcase(s, tc);
	return s;
}
