/* test_resolve.c - loop/resolve: addresses at once, names by the workers. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "loop/loop.h"
#include "loop/resolve.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "runner.h"

static struct resolved got;
static unsigned answers;
static struct timer guard;

static void answered(const struct resolved *r, void *arg)
{
	(void)arg;
	got = *r;
	answers++;
	loop_stop();
}

static void stuck(void *arg)
{
	(void)arg;
	ck_abort_msg("no answer");
}

static void setup(void)
{
	loop_init();
	work_start(1);
	timer_init(&guard, "guard", stuck, NULL);
	timer_set(&guard, 3500);
}

static void teardown(void)
{
	timer_cancel(&guard);
	work_stop();
	resolve_forget();
	loop_drain();
	loop_deinit();
}

static const struct {
	const char *host;
	int family;
	const char *text;
} numbers[] = {
	{ "127.0.0.1", AF_INET, "127.0.0.1" },
	{ "::1", AF_INET6, "::1" },
	{ "[::1]", AF_INET6, "::1" },
	{ "2001:db8::7", AF_INET6, "2001:db8::7" },
};

START_TEST(an_address_is_answered_but_not_inside_the_call)
{
	char text[INET6_ADDRSTRLEN];
	const struct sockaddr_in6 *six = (const void *)&got.address[0].sa;
	const struct sockaddr_in *four = (const void *)&got.address[0].sa;

	(void)resolve_host(strv(numbers[_i].host), 2775, answered, NULL);
	ck_assert_uint_eq(answers, 0);
	loop_run();
	ck_assert_uint_eq(answers, 1);
	ck_assert_uint_eq(got.n, 1);
	ck_assert_int_eq(got.address[0].sa.ss_family, numbers[_i].family);
	(void)inet_ntop(numbers[_i].family, numbers[_i].family == AF_INET ?
	    (const void *)&four->sin_addr : (const void *)&six->sin6_addr,
	    text, sizeof(text));
	ck_assert_str_eq(text, numbers[_i].text);
	ck_assert_uint_eq(ntohs(four->sin_port), 2775);
}
END_TEST

START_TEST(a_name_is_asked_for_and_remembered)
{
	(void)resolve_host(STRV("localhost"), 2775, answered, NULL);
	loop_run();
	ck_assert_uint_ge(got.n, 1);
	ck_assert_int_eq(((struct sockaddr_in *)&got.address[0].sa)->sin_port,
	    htons(2775));
	/* without workers only the memory can answer */
	work_stop();
	(void)resolve_host(STRV("localhost"), 2776, answered, NULL);
	loop_drain();
	ck_assert_uint_eq(answers, 2);
	ck_assert_uint_ge(got.n, 1);
	ck_assert_int_eq(((struct sockaddr_in *)&got.address[0].sa)->sin_port,
	    htons(2776));
	resolve_forget();
	(void)resolve_host(STRV("localhost"), 2776, answered, NULL);
	loop_drain();
	ck_assert_uint_eq(got.n, 0);
	ck_assert_str_eq(got.why, "too many names are being looked up");
}
END_TEST

START_TEST(what_is_no_name_has_no_address)
{
	static char longer[300];

	memset(longer, 'a', sizeof(longer) - 1);
	(void)resolve_host(STRV(""), 1, answered, NULL);
	(void)resolve_host(strv(longer), 1, answered, NULL);
	loop_drain();
	ck_assert_uint_eq(answers, 2);
	ck_assert_uint_eq(got.n, 0);
	ck_assert_str_eq(got.why, "not a host name");
}
END_TEST

START_TEST(a_cancelled_question_has_no_answer)
{
	struct resolve *q = resolve_host(STRV("127.0.0.1"), 1, answered, NULL);

	resolve_cancel(q);
	resolve_cancel(NULL);
	loop_drain();
	ck_assert_uint_eq(answers, 0);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("resolve");
	TCase *tc = tcase_create("resolve");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, an_address_is_answered_but_not_inside_the_call,
	    numbers);
	tcase_add_test(tc, a_name_is_asked_for_and_remembered);
	tcase_add_test(tc, what_is_no_name_has_no_address);
	tcase_add_test(tc, a_cancelled_question_has_no_answer);
	suite_add_tcase(s, tc);
	return s;
}
