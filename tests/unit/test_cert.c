/* test_cert.c - cert/: chains and keys, what is made here, files and uses. */

#include <openssl/pem.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cert/chain.h"
#include "cert/make.h"
#include "cert/use.h"
#include "lib/scratch.h"
#include "runner.h"

#define BEGINS	INT64_C(1795197120)	/* of tests/wire/chain/one.pem */
#define ENDS	INT64_C(4948797120)
#define NOW	(BEGINS + 86400)

static struct buf why;

static void setup(void)
{
	buf_init(&why, 1024);
}

static void teardown(void)
{
	buf_deinit(&why);
}

static struct buf file(const char *name)
{
	struct buf b;
	char path[256];

	buf_init(&b, CERT_FILE_MAX);
	(void)snprintf(path, sizeof(path), "%s/tests/wire/chain/%s",
	    getenv("SRCDIR") ? getenv("SRCDIR") : ".", name);
	ck_assert_msg(cert_file_read(path, &b) == ERR_OK, "%s", path);
	return b;
}

static struct chain *chain(const char *name)
{
	struct buf text = file(name);
	struct chain *c;

	ck_assert_msg(chain_read(buf_strv(&text), &c, &why) == ERR_OK, "%s",
	    why.p);
	buf_deinit(&text);
	return c;
}

/* --- chains ------------------------------------------------------------------ */

static const struct {
	const char *file;
	unsigned n;		/* 0: refused */
	const char *says;
} reads[] = {
	{ "one.pem", 1, "" },
	{ "two.pem", 2, "" },
	{ "with_key.pem", 1, "" },
	{ "with_text.pem", 1, "" },
	{ "weak.pem", 1, "" },
	{ "key.pem", 0, "there is no certificate" },
	{ "request.pem", 0, "there is no certificate" },
	{ "short.pem", 0, "certificate 1 cannot be read" },
};

START_TEST(a_chain_is_read_from_pem)
{
	struct buf text = file(reads[_i].file);
	struct chain *c;
	enum err e = chain_read(buf_strv(&text), &c, &why);

	ck_assert_msg(e == (reads[_i].n ? ERR_OK : ERR_BAD_SYNTAX), "%s: %s",
	    reads[_i].file, why.p);
	ck_assert_msg(!c == !reads[_i].n && strncmp(why.p, reads[_i].says,
	    strlen(reads[_i].says)) == 0, "%s: %s", reads[_i].file, why.p);
	if (c)
		ck_assert_uint_eq(chain_length(c), reads[_i].n);
	chain_free(c);
	buf_deinit(&text);
}
END_TEST

START_TEST(a_chain_that_is_cut_anywhere_is_shorter_or_refused)
{
	struct buf text = file("two.pem");

	for (size_t n = 0; n < text.n - 1; n++) {
		struct chain *c;

		buf_clear(&why);
		if (chain_read((struct strv){ text.p, n }, &c, &why) == ERR_OK)
			ck_assert_uint_eq(chain_length(c), 1);
		else
			ck_assert_uint_gt(why.n, 0);
		chain_free(c);
	}
	buf_deinit(&text);
}
END_TEST

START_TEST(a_chain_has_limits)
{
	struct buf one = file("one.pem"), many;
	struct chain *c;

	buf_init(&many, (size_t)1 << 20);
	for (int i = 0; i < CHAIN_MAX; i++)
		buf_adds(&many, buf_strv(&one));
	ck_assert(chain_read(buf_strv(&many), &c, &why) == ERR_OK);
	ck_assert_uint_eq(chain_length(c), CHAIN_MAX);
	chain_free(c);
	buf_adds(&many, buf_strv(&one));
	ck_assert(chain_read(buf_strv(&many), &c, &why) == ERR_BAD_SYNTAX);
	ck_assert(strstr(why.p, "more than 10 certificates"));
	while (many.n <= CHAIN_TEXT)
		buf_addc(&many, '\n');
	buf_clear(&why);
	ck_assert(chain_read(buf_strv(&many), &c, &why) == ERR_BAD_SYNTAX);
	ck_assert(strstr(why.p, "more than 64 KiB"));
	buf_clear(&why);
	ck_assert(chain_read((struct strv){ "a\0b", 3 }, &c, &why) ==
	    ERR_BAD_SYNTAX);
	ck_assert(strstr(why.p, "NUL"));
	buf_deinit(&one);
	buf_deinit(&many);
}
END_TEST

START_TEST(a_certificate_is_described)
{
	struct chain *c = chain("two.pem");
	struct cert_about a;

	chain_about(c, 0, &a);
	ck_assert_str_eq(a.subject, "CN=golden.example.org, O=\"Example, Ltd\"");
	ck_assert_str_eq(a.issuer, "CN=Golden Root");
	ck_assert_str_eq(a.names,
	    "golden.example.org,*.example.net,192.0.2.1,2001:db8::1");
	ck_assert_str_eq(a.key, "EC P-256");
	ck_assert_str_eq(a.fingerprint, "439bfae123887954406fabb02c709b57"
	    "5b4f5bada500b0c47abc204f77c449a0");
	ck_assert_int_eq(a.not_before, BEGINS);
	ck_assert_int_eq(a.not_after, ENDS);
	ck_assert(!a.self_signed && !a.ours && a.length == 2);
	chain_about(c, 1, &a);
	ck_assert(a.self_signed && !a.ours);
	ck_assert_str_eq(a.names, "");
	chain_free(c);
}
END_TEST

/* --- keys ------------------------------------------------------------------- */

static const struct {
	const char *chain, *key;
	const char *says;	/* "": it fits */
} keys[] = {
	{ "one.pem", "key.pem", "" },
	{ "two.pem", "with_key.pem", "" },
	{ "weak.pem", "key.pem", "the key does not belong" },
	{ "one.pem", "encrypted_key.pem", "this key is encrypted" },
	{ "one.pem", "one.pem", "there is no private key" },
	{ "one.pem", "request.pem", "there is no private key" },
};

START_TEST(a_key_fits_or_is_refused)
{
	struct chain *c = chain(keys[_i].chain);
	struct buf key = file(keys[_i].key), out;
	bool fits = !keys[_i].says[0];

	ck_assert_msg(chain_key(c, buf_strv(&key), &why) == (fits ? ERR_OK :
	    ERR_BAD_SYNTAX) && strncmp(why.p, keys[_i].says,
	    strlen(keys[_i].says)) == 0, "%s: %s", keys[_i].key, why.p);
	buf_init(&out, CERT_FILE_MAX);
	ck_assert(chain_write_key(c, &out) == (fits ? ERR_OK : ERR_STORAGE));
	buf_clear(&out);
	ck_assert(chain_write(c, &out) == ERR_OK);
	ck_assert(!strstr(out.p, "PRIVATE KEY"));
	buf_deinit(&out);
	buf_deinit(&key);
	chain_free(c);
}
END_TEST

START_TEST(a_key_that_is_cut_anywhere_is_none)
{
	struct chain *c = chain("one.pem");
	struct buf key = file("key.pem");

	for (size_t n = 0; n < key.n - 1; n++)
		ck_assert_msg(chain_key(c, (struct strv){ key.p, n }, &why) !=
		    ERR_OK, "%zu bytes", n);
	ck_assert(chain_key(c, buf_strv(&key), &why) == ERR_OK);
	chain_free(c);
	buf_deinit(&key);
}
END_TEST

/* --- what a server can use ------------------------------------------------------ */

static const struct {
	const char *file;
	int64_t now;
	const char *says;	/* "": fine */
} checks[] = {
	{ "one.pem", NOW, "" },
	{ "two.pem", NOW, "" },
	{ "one.pem", BEGINS, "" },
	{ "one.pem", BEGINS - 1, "certificate 1 begins only on 2026-11-20" },
	{ "one.pem", ENDS - 1, "" },
	{ "one.pem", ENDS + 1, "certificate 1 ended on 2126-10-27" },
	{ "weak.pem", NOW, "the key of certificate 1 is too weak" },
};

START_TEST(a_server_can_use_it_or_is_told_why_not)
{
	struct chain *c = chain(checks[_i].file);
	bool fine = !checks[_i].says[0];

	ck_assert_msg(chain_check(c, checks[_i].now, &why) == (fine ? ERR_OK :
	    ERR_BAD_SYNTAX) && strncmp(why.p, checks[_i].says,
	    strlen(checks[_i].says)) == 0, "row %d: %s", _i, why.p);
	chain_free(c);
}
END_TEST

/* --- made here ------------------------------------------------------------------- */

static const struct {
	const char *name;
	bool ok;
} hosts[] = {
	{ "a", true }, { "sip.example.org", true }, { "*.example.org", true },
	{ "A-1.b", true }, { "192.0.2.1", true }, { "2001:db8::1", true },
	{ "::", true }, { "", false }, { ".", false }, { "a..b", false },
	{ "a.", false }, { "-a", false }, { "a-", false }, { "*", false },
	{ "*.", false }, { "a.*.b", false }, { "a b", false },
	{ "a,b", false }, { "a_b", false }, { "a\nb", false },
	{ "2001:db8::g", false }, { "DNS:a", false },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffggg",
	  true },
	{ "aaaaaaaaaabbbbbbbbbbccccccccccddddddddddeeeeeeeeeeffffffffffgggg",
	  false },
};

START_TEST(a_name_for_a_certificate_is_a_host_or_an_address)
{
	ck_assert_msg(cert_host_ok(strv(hosts[_i].name)) == hosts[_i].ok,
	    "\"%s\"", hosts[_i].name);
}
END_TEST

START_TEST(a_self_signed_one_is_ours_and_can_be_used)
{
	struct buf cert, key;
	struct cert_about a;
	struct chain *c;

	buf_init(&cert, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	ck_assert(cert_self_sign("a.example,bad name,192.0.2.1", 10, &cert,
	    &key) == ERR_OK);
	ck_assert(chain_read(buf_strv(&cert), &c, &why) == ERR_OK);
	ck_assert(chain_key(c, buf_strv(&key), &why) == ERR_OK);
	ck_assert_msg(chain_check(c, time(NULL), &why) == ERR_OK, "%s",
	    why.p);
	chain_about(c, 0, &a);
	ck_assert(a.self_signed && a.ours && a.length == 1);
	ck_assert_str_eq(a.names, "a.example,192.0.2.1");
	ck_assert_int_eq((a.not_after - a.not_before) / 86400, 10);
	chain_free(c);
	buf_deinit(&cert);
	buf_deinit(&key);
}
END_TEST

static const struct {
	const char *names;
	bool ok;
} wishes[] = {
	{ "a.example", true }, { "a.example,*.b.example,::1", true },
	{ "", false }, { "a.example,", false }, { ",a.example", false },
	{ "a.example,otherName:1.2.3;UTF8:x", false },
	{ "a.example\ncritical", false },
};

START_TEST(a_request_asks_for_names_and_for_nothing_else)
{
	struct cert_wish w = { .names = strv(wishes[_i].names) };
	struct buf request, key;
	BIO *b;
	X509_REQ *r;

	buf_init(&request, CERT_FILE_MAX);
	buf_init(&key, CERT_FILE_MAX);
	ck_assert_msg(cert_request(&w, &request, &key, &why) ==
	    (wishes[_i].ok ? ERR_OK : ERR_BAD_SYNTAX), "row %d: %s", _i,
	    why.p);
	ck_assert(wishes[_i].ok == (request.n > 0));
	if (wishes[_i].ok) {
		b = BIO_new_mem_buf(request.p, (int)request.n);
		r = PEM_read_bio_X509_REQ(b, NULL, NULL, NULL);
		ck_assert(r && X509_REQ_verify(r, X509_REQ_get0_pubkey(r)) ==
		    1);
		ck_assert(chain_has_key(buf_strv(&key)));
		X509_REQ_free(r);
		BIO_free(b);
	}
	buf_deinit(&request);
	buf_deinit(&key);
}
END_TEST

/* --- files ------------------------------------------------------------------------ */

/* A pair of our own, written under a name or only made. */
struct pair {
	struct buf cert, key;
};

static struct pair pair(const char *name)
{
	struct pair p;

	buf_init(&p.cert, CERT_FILE_MAX);
	buf_init(&p.key, CERT_FILE_MAX);
	ck_assert(cert_self_sign(name, 10, &p.cert, &p.key) == ERR_OK);
	return p;
}

static void pair_free(struct pair *p)
{
	buf_deinit(&p->cert);
	buf_deinit(&p->key);
}

static void write_part(const char *dir, const char *name, const char *kind,
    const struct buf *text)
{
	char path[CERT_PATH];

	cert_path(path, dir, name, kind);
	ck_assert(cert_file_write(path, buf_strv(text)) == ERR_OK);
}

/* The names of what NAME has, if its key fits. */
static void has(const char *dir, const char *name, const char *names)
{
	struct cert_about a;
	struct chain *c;
	struct buf text;

	buf_init(&text, CERT_FILE_MAX);
	ck_assert(cert_read(dir, name, &text) == ERR_OK);
	ck_assert(chain_read(buf_strv(&text), &c, &why) == ERR_OK);
	ck_assert_msg(chain_key(c, buf_strv(&text), &why) == ERR_OK, "%s",
	    why.p);
	chain_about(c, 0, &a);
	ck_assert_str_eq(a.names, names);
	chain_free(c);
	buf_deinit(&text);
}

/* Each line is what a kill would leave there. */
START_TEST(a_kill_between_two_files_leaves_a_pair_that_fits)
{
	const char *dir = scratch_new();
	struct pair old = pair("old"), fresh = pair("fresh");

	ck_assert(cert_write(dir, "edge", buf_strv(&old.cert),
	    buf_strv(&old.key)) == ERR_OK);
	has(dir, "edge", "old");
	write_part(dir, "edge", "next", &fresh.key);
	has(dir, "edge", "old");
	write_part(dir, "edge", "pem", &fresh.cert);
	has(dir, "edge", "fresh");
	ck_assert(cert_write(dir, "edge", buf_strv(&old.cert),
	    buf_strv(&old.key)) == ERR_OK);
	has(dir, "edge", "old");
	/* the answer to a request */
	write_part(dir, "edge", "waiting", &fresh.key);
	has(dir, "edge", "old");
	write_part(dir, "edge", "pem", &fresh.cert);
	has(dir, "edge", "fresh");
	pair_free(&old);
	pair_free(&fresh);
}
END_TEST

START_TEST(files_are_for_the_owner_alone_and_go_together)
{
	static const char *const kinds[] = { "pem", "key", "csr", "waiting",
		"next" };
	const char *dir = scratch_new();
	struct pair p = pair("a");
	char path[CERT_PATH];
	struct stat st;

	ck_assert(cert_write(dir, "a", buf_strv(&p.cert), buf_strv(&p.key)) ==
	    ERR_OK);
	ck_assert(cert_request_write(dir, "a", buf_strv(&p.cert),
	    buf_strv(&p.key)) == ERR_OK);
	for (size_t i = 0; i < 4; i++) {
		cert_path(path, dir, "a", kinds[i]);
		ck_assert(stat(path, &st) == 0);
		ck_assert_uint_eq(st.st_mode & 0777, 0600);
	}
	cert_remove(dir, "a");
	for (size_t i = 0; i < 5; i++) {
		cert_path(path, dir, "a", kinds[i]);
		ck_assert(access(path, F_OK) != 0);
	}
	pair_free(&p);
}
END_TEST

static bool collect(const char *name, void *arg)
{
	buf_addf(arg, "%s ", name);
	return true;
}

START_TEST(names_are_listed_once_and_others_not_at_all)
{
	const char *dir = scratch_new();
	struct pair p = pair("a");
	struct buf seen;

	buf_init(&seen, 1024);
	ck_assert(cert_each(dir, collect, &seen) == ERR_OK);
	ck_assert_uint_eq(seen.n, 0);
	write_part(dir, "b", "pem", &p.cert);
	write_part(dir, "b", "csr", &p.cert);
	write_part(dir, "c", "csr", &p.cert);
	write_part(dir, "a", "pem", &p.cert);
	write_part(dir, "d", "key", &p.key);
	write_part(dir, "1", "pem", &p.cert);
	ck_assert(cert_each(dir, collect, &seen) == ERR_OK);
	ck_assert_str_eq(seen.p, "a b c ");
	buf_deinit(&seen);
	pair_free(&p);
}
END_TEST

static const struct {
	const char *name;
	bool ok;
} names[] = {
	{ "a", true }, { "edge-1_x", true }, { "", false }, { "1a", false },
	{ "-a", false }, { "a.b", false }, { "../a", false }, { "a b", false },
	{ "abcdefghijklmnopqrstuvwxyzabcdef", true },
	{ "abcdefghijklmnopqrstuvwxyzabcdefg", false },
};

START_TEST(a_name_is_a_word)
{
	ck_assert_msg(cert_name_ok(strv(names[_i].name)) == names[_i].ok,
	    "\"%s\"", names[_i].name);
}
END_TEST

/* --- who has which ---------------------------------------------------------------- */

START_TEST(a_use_has_the_last_one_it_was_given)
{
	const char *dir = scratch_new();
	char name[CERT_NAME];

	ck_assert(!cert_assigned(dir, "console", name));
	ck_assert(cert_assign(dir, "console", "a") == ERR_OK);
	ck_assert(cert_assign(dir, "listener:x", "b") == ERR_OK);
	ck_assert(cert_assign(dir, "console", "c") == ERR_OK);
	ck_assert(cert_assigned(dir, "console", name));
	ck_assert_str_eq(name, "c");
	ck_assert(cert_assigned(dir, "listener:x", name));
	ck_assert_str_eq(name, "b");
	ck_assert(!cert_assigned(dir, "listener", name));
	ck_assert(cert_assign(dir, "console", NULL) == ERR_OK);
	ck_assert(!cert_assigned(dir, "console", name));
	ck_assert(cert_assigned(dir, "listener:x", name));
}
END_TEST

static void where(const struct cert_use *u, struct cert_where *out)
{
	(void)u;
	if (u->days == 1)
		out->source = CERT_SETTING;
	strcpy(out->pem, "own.pem");
}

START_TEST(settings_come_first_then_what_was_given_then_its_own)
{
	static const struct cert_use_class class = { where, NULL };
	struct cert_use u = { .use = "x", .class = &class };
	struct cert_where w;

	u.dir = scratch_new();
	list_init(&u.hook);
	cert_use_add(&u);
	cert_use_add(&u);
	ck_assert(cert_use_find(STRV("x")) == &u);
	ck_assert(cert_use_next(NULL) == &u && !cert_use_next(&u));
	cert_use_where(&u, &w);
	ck_assert(w.source == CERT_OWN && strcmp(w.pem, "own.pem") == 0);
	ck_assert(cert_assign(u.dir, "x", "given") == ERR_OK);
	cert_use_where(&u, &w);
	ck_assert(w.source == CERT_ASSIGNED);
	ck_assert_str_eq(w.name, "given");
	u.days = 1;
	cert_use_where(&u, &w);
	ck_assert(w.source == CERT_SETTING && strcmp(w.pem, "own.pem") == 0);
	cert_use_remove(&u);
	cert_use_remove(&u);
	ck_assert(!cert_use_find(STRV("x")));
}
END_TEST

#define LOOP(rows) (int)(sizeof(rows) / sizeof((rows)[0]))

Suite *suite(void)
{
	Suite *s = suite_create("cert");
	TCase *tc = tcase_create("cert");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_loop_test(tc, a_chain_is_read_from_pem, 0, LOOP(reads));
	tcase_add_test(tc, a_chain_that_is_cut_anywhere_is_shorter_or_refused);
	tcase_add_test(tc, a_chain_has_limits);
	tcase_add_test(tc, a_certificate_is_described);
	tcase_add_loop_test(tc, a_key_fits_or_is_refused, 0, LOOP(keys));
	tcase_add_test(tc, a_key_that_is_cut_anywhere_is_none);
	tcase_add_loop_test(tc, a_server_can_use_it_or_is_told_why_not, 0,
	    LOOP(checks));
	tcase_add_loop_test(tc,
	    a_name_for_a_certificate_is_a_host_or_an_address, 0, LOOP(hosts));
	tcase_add_test(tc, a_self_signed_one_is_ours_and_can_be_used);
	tcase_add_loop_test(tc, a_request_asks_for_names_and_for_nothing_else,
	    0, LOOP(wishes));
	tcase_add_test(tc, a_kill_between_two_files_leaves_a_pair_that_fits);
	tcase_add_test(tc, files_are_for_the_owner_alone_and_go_together);
	tcase_add_test(tc, names_are_listed_once_and_others_not_at_all);
	tcase_add_loop_test(tc, a_name_is_a_word, 0, LOOP(names));
	tcase_add_test(tc, a_use_has_the_last_one_it_was_given);
	tcase_add_test(tc,
	    settings_come_first_then_what_was_given_then_its_own);
	suite_add_tcase(s, tc);
	return s;
}
