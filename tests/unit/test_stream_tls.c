/* test_stream_tls.c - loop/stream with TLS, against OpenSSL's own server. */

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "runner.h"

#define BIG	200000		/* bytes there and back */

static char ca_path[] = "/tmp/test_stream_tls.XXXXXX";
static EVP_PKEY *key;
static X509 *cert;

/* A certificate for smsc.example.org that signs itself. */
static void make_cert(void)
{
	X509_NAME *name;
	X509_EXTENSION *alt;
	FILE *f;
	int fd = mkstemp(ca_path);

	key = EVP_EC_gen("P-256");
	cert = X509_new();
	ck_assert(key && cert && fd >= 0);
	ASN1_INTEGER_set(X509_get_serialNumber(cert), 1);
	X509_set_version(cert, 2);
	X509_gmtime_adj(X509_getm_notBefore(cert), -3600);
	X509_gmtime_adj(X509_getm_notAfter(cert), 3600);
	X509_set_pubkey(cert, key);
	name = X509_get_subject_name(cert);
	X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC,
	    (const unsigned char *)"smsc", -1, -1, 0);
	X509_set_issuer_name(cert, name);
	alt = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name,
	    "DNS:smsc.example.org,IP:127.0.0.1");
	X509_add_ext(cert, alt, -1);
	X509_EXTENSION_free(alt);
	ck_assert(X509_sign(cert, key, EVP_sha256()) > 0);
	f = fdopen(fd, "w");
	PEM_write_X509(f, cert);
	(void)fclose(f);
}

/* Echoes in a thread of its own, with OpenSSL's blocking calls. */
static void *serve(void *arg)
{
	int fd = *(int *)arg, n;
	SSL_CTX *ctx = SSL_CTX_new(TLS_server_method());
	SSL *ssl;
	char chunk[3000];

	SSL_CTX_use_certificate(ctx, cert);
	SSL_CTX_use_PrivateKey(ctx, key);
	ssl = SSL_new(ctx);
	SSL_set_fd(ssl, fd);
	if (SSL_accept(ssl) == 1) {
		while ((n = SSL_read(ssl, chunk, sizeof(chunk))) > 0)
			if (SSL_write(ssl, chunk, n) != n)
				break;
		(void)SSL_shutdown(ssl);
	}
	(void)close(fd);
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	return NULL;
}

static struct stream *s;
static size_t echoed;
static bool same = true, was_open;
static char why[200];
static struct timer guard;

static void opened(void *arg)
{
	static char block[BIG];

	(void)arg;
	was_open = true;
	for (size_t i = 0; i < BIG; i++)
		block[i] = (char)(i % 251);
	ck_assert(stream_write(s, (struct strv){ block, BIG }));
}

static size_t input(struct strv bytes, void *arg)
{
	(void)arg;
	for (size_t i = 0; i < bytes.n; i++, echoed++)
		same &= (unsigned char)bytes.p[i] == echoed % 251;
	if (echoed == BIG)
		loop_stop();
	return bytes.n;
}

static void closed(const char *text, void *arg)
{
	(void)arg;
	(void)snprintf(why, sizeof(why), "%s", text);
	loop_stop();
}

static const struct stream_handler handler = { opened, input, closed };

static void stuck(void *arg)
{
	(void)arg;
	ck_abort_msg("nothing happens");
}

static void play(bool trusting, bool verify, const char *host, bool server)
{
	struct stream_opt opt = { .max_in = 8192, .max_out = 1 << 20,
	    .connect_ms = server ? 3000 : 50, .host = host };
	char text[SECURE_WHY];
	pthread_t thread;
	int fd[2];

	(void)signal(SIGPIPE, SIG_DFL);	/* ours must not need it ignored */
	make_cert();
	loop_init();
	timer_init(&guard, "guard", stuck, NULL);
	timer_set(&guard, 3500);
	opt.secure = secure_new(trusting ? ca_path : NULL, verify, text);
	ck_assert_ptr_nonnull(opt.secure);
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	if (server)
		ck_assert_int_eq(pthread_create(&thread, NULL, serve, &fd[1]),
		    0);
	s = stream_adopt(fd[0], &opt, &handler, NULL);
	loop_run();
	timer_cancel(&guard);
	stream_free(s);
	loop_drain();
	if (server)
		(void)pthread_join(thread, NULL);
	else
		(void)close(fd[1]);
	secure_free(opt.secure);
	loop_deinit();
	X509_free(cert);
	EVP_PKEY_free(key);
	(void)unlink(ca_path);
}

static const char *const good_names[] = { "smsc.example.org", "127.0.0.1" };

START_TEST(what_is_sent_comes_back_through_tls)
{
	play(true, true, good_names[_i], true);
	ck_assert_str_eq(why, "");
	ck_assert_uint_eq(echoed, BIG);
	ck_assert(same);
}
END_TEST

START_TEST(a_server_nobody_vouches_for_is_refused)
{
	play(false, true, "smsc.example.org", true);
	ck_assert(!was_open);
	ck_assert_msg(strstr(why, "TLS: self") != NULL, "%s", why);
}
END_TEST

START_TEST(a_server_of_another_name_is_refused)
{
	play(true, true, "other.example.org", true);
	ck_assert(!was_open);
	ck_assert_msg(strstr(why, "mismatch") != NULL, "%s", why);
}
END_TEST

START_TEST(without_verification_anybody_will_do)
{
	play(false, false, "other.example.org", true);
	ck_assert_uint_eq(echoed, BIG);
}
END_TEST

START_TEST(a_silent_server_is_given_up)
{
	play(true, true, "smsc.example.org", false);
	ck_assert_str_eq(why, "TLS handshake timed out");
}
END_TEST

START_TEST(authorities_that_cannot_be_read_are_named)
{
	char text[SECURE_WHY];

	ck_assert_ptr_null(secure_new("/nonexistent.pem", true, text));
	ck_assert_ptr_nonnull(strstr(text, "/nonexistent.pem"));
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("stream tls");
	TCase *tc = tcase_create("stream tls");

	tcase_add_rows(tc, what_is_sent_comes_back_through_tls, good_names);
	tcase_add_test(tc, a_server_nobody_vouches_for_is_refused);
	tcase_add_test(tc, a_server_of_another_name_is_refused);
	tcase_add_test(tc, without_verification_anybody_will_do);
	tcase_add_test(tc, a_silent_server_is_given_up);
	tcase_add_test(tc, authorities_that_cannot_be_read_are_named);
	suite_add_tcase(su, tc);
	return su;
}
