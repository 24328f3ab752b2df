/* test_sms_map.c - port/sms: tables, addresses, pace, window. */

#include "port/sms/map.h"
#include "port/sms/pace.h"
#include "port/sms/window.h"
#include "runner.h"

static struct addr_rules rules;
static const struct sms_numbering plain = { 1, 1, 3, 0, false, { "1", 1 } };
static const struct sms_numbering national = { 1, 1, 6, 1, true, { "1", 1 } };

static void setup(void)
{
	addr_rules_init(&rules, STRV("example.org"), STRV("1"));
}

/* --- tables ----------------------------------------------------------------- */

static const struct {
	uint32_t status;
	enum sms_action action;
	enum err err;
} verdicts[] = {
	{ 0x00, SMS_TAKEN, ERR_OK },
	{ 0x58, SMS_PAUSE, ERR_BUSY },
	{ 0x14, SMS_PAUSE, ERR_BUSY },
	{ 0x08, SMS_LATER, ERR_OFFLINE },
	{ 0x64, SMS_LATER, ERR_OFFLINE },
	{ 0xff, SMS_LATER, ERR_OFFLINE },
	{ 0x0b, SMS_REFUSED, ERR_NO_USER },
	{ 0x50, SMS_REFUSED, ERR_NO_USER },
	{ 0x51, SMS_REFUSED, ERR_NO_USER },
	{ 0x0a, SMS_OTHER_SOURCE, ERR_UNAUTHORISED },
	{ 0x48, SMS_OTHER_SOURCE, ERR_UNAUTHORISED },
	{ 0x49, SMS_OTHER_SOURCE, ERR_UNAUTHORISED },
	{ 0x01, SMS_OTHER_CONCAT, ERR_TOO_BIG },
	{ 0x02, SMS_OTHER_CONCAT, ERR_TOO_BIG },
	{ 0xc2, SMS_OTHER_CONCAT, ERR_TOO_BIG },
	{ 0x43, SMS_OTHER_CONCAT, ERR_NO_SERVICE },
	{ 0xc0, SMS_OTHER_CONCAT, ERR_NO_SERVICE },
	{ 0xc1, SMS_OTHER_CONCAT, ERR_NO_SERVICE },
	{ 0x62, SMS_NO_VALIDITY, ERR_NO_SERVICE },
	{ 0x61, SMS_NO_VALIDITY, ERR_NO_SERVICE },
	{ 0x45, SMS_ONCE_MORE, ERR_NO_SERVICE },
	{ 0x65, SMS_REFUSED, ERR_FORBIDDEN },
	{ 0x66, SMS_REFUSED, ERR_FORBIDDEN },
	{ 0x53, SMS_REFUSED, ERR_FORBIDDEN },
	{ 0x04, SMS_UNBOUND, ERR_OFFLINE },
	{ 0x0d, SMS_UNBOUND, ERR_OFFLINE },
	{ 0x0e, SMS_UNBOUND, ERR_OFFLINE },
	{ 0x0f, SMS_UNBOUND, ERR_OFFLINE },
	{ 0x400, SMS_REFUSED, ERR_NO_SERVICE },
	{ 0x4ff, SMS_REFUSED, ERR_NO_SERVICE },
	{ 0x100, SMS_REFUSED, ERR_NO_SERVICE },
	{ 0xffffffff, SMS_REFUSED, ERR_NO_SERVICE },
};

START_TEST(each_status_of_a_submit_has_its_action)
{
	const struct sms_verdict *v = sms_verdict(verdicts[_i].status);

	ck_assert_msg(v->action == verdicts[_i].action, "0x%x",
	    verdicts[_i].status);
	ck_assert_msg(v->err == verdicts[_i].err, "0x%x", verdicts[_i].status);
}
END_TEST

START_TEST(what_is_refused_for_good_is_a_permanent_error)
{
	for (uint32_t s = 0; s < 0x500; s++) {
		const struct sms_verdict *v = sms_verdict(s);

		if (v->action == SMS_REFUSED)
			ck_assert_int_eq(err_info(v->err)->class,
			    ERR_CLASS_PERM);
		ck_assert((v->action == SMS_TAKEN) == (s == 0));
	}
}
END_TEST

START_TEST(only_no_transceiver_makes_a_pair)
{
	for (uint32_t s = 0; s < 0x500; s++)
		ck_assert(sms_refusal(s)->try_pair == (s == 3));
	ck_assert_int_eq(sms_refusal(0x0e)->pause_ms, 60000);
	ck_assert_int_eq(sms_refusal(0x05)->pause_ms, 30000);
	ck_assert_int_eq(sms_refusal(0x08)->pause_ms, 0);
}
END_TEST

/* --- addresses ----------------------------------------------------------------- */

static const struct {
	const char *key;
	const struct sms_numbering *how;
	bool source, ok;
	uint8_t ton, npi;
	const char *addr;
} addresses[] = {
	{ "tel:+15550100002", &plain, false, true, 1, 1, "15550100002" },
	{ "tel:+15550100002", &national, false, true, 2, 1, "5550100002" },
	{ "tel:+15550100002", &national, true, true, 1, 1, "15550100002" },
	{ "tel:+4915112345678", &national, false, true, 1, 1,
	  "4915112345678" },
	{ "tel:12345", &plain, false, true, 3, 0, "12345" },
	{ "tel:12345", &national, false, true, 6, 1, "12345" },
	{ "sip:My%20Shop@sms-alpha.example.org", &plain, true, true, 5, 0,
	  "My Shop" },
	{ "sip:My%20Shop@sms-alpha.example.org", &plain, false, false, 0, 0,
	  NULL },
	{ "sip:twelveletter@sms-alpha.example.org", &plain, true, false, 0, 0,
	  NULL },
	{ "sip:alice@example.org", &plain, true, false, 0, 0, NULL },
};

START_TEST(a_key_is_written_as_the_link_wants_it)
{
	struct smpp_addr a;

	ck_assert_msg(sms_address(strv(addresses[_i].key), &rules,
	    addresses[_i].how, addresses[_i].source, &a) == addresses[_i].ok,
	    "%s", addresses[_i].key);
	if (!addresses[_i].ok)
		return;
	ck_assert_str_eq(a.addr, addresses[_i].addr);
	ck_assert_uint_eq(a.ton, addresses[_i].ton);
	ck_assert_uint_eq(a.npi, addresses[_i].npi);
}
END_TEST

static const struct {
	const char *text;
	bool ok;
	uint8_t ton;
} sources[] = {
	{ "+15550100009", true, 1 },
	{ "15550100009", true, 1 },
	{ "12345", true, 3 },
	{ "Parley", true, 5 },
	{ "elevenchars", true, 5 },
	{ "twelve chars", false, 0 },
	{ "+Parley", false, 0 },
	{ "+1234567890123456", false, 0 },
	{ "", false, 0 },
};

START_TEST(a_source_is_a_number_a_short_code_or_a_name)
{
	struct smpp_addr a;

	ck_assert_msg(sms_address_set(sources[_i].text, &plain, &a) ==
	    sources[_i].ok, "%s", sources[_i].text);
	if (sources[_i].ok)
		ck_assert_uint_eq(a.ton, sources[_i].ton);
}
END_TEST

static const struct {
	uint8_t ton;
	const char *addr, *key;		/* NULL: refused */
} arrivals[] = {
	{ 1, "15550100002", "tel:+15550100002" },
	{ 1, "+15550100002", "tel:+15550100002" },
	{ 0, "+15550100002", "tel:+15550100002" },
	{ 0, "0015550100002", "tel:+15550100002" },
	{ 0, "15550100002", "tel:+15550100002" },
	{ 2, "5550100002", "tel:+15550100002" },
	{ 3, "12345", "tel:12345" },
	{ 6, "123", "tel:123" },
	{ 5, "Shop", "sip:Shop@sms-alpha.example.org" },
	{ 5, "12345", "sip:12345@sms-alpha.example.org" },
	{ 0, "Shop", "sip:Shop@sms-alpha.example.org" },
	{ 5, "Caf\xe9", "sip:Caf%C3%A9@sms-alpha.example.org" },
	{ 5, "a\x01", NULL },
	{ 1, "", NULL },
};

START_TEST(an_address_that_came_has_one_key)
{
	struct smpp_addr a = { .ton = arrivals[_i].ton };
	struct buf key;
	enum err e;

	ck_assert(SMPP_SET(a.addr, strv(arrivals[_i].addr)));
	buf_init(&key, ADDR_MAX);
	e = sms_key(&a, &rules, &key);
	ck_assert_msg((e == ERR_OK) == (arrivals[_i].key != NULL), "%s",
	    arrivals[_i].addr);
	if (e == ERR_OK)
		ck_assert_str_eq(key.p, arrivals[_i].key);
	buf_deinit(&key);
}
END_TEST

/* --- pace ------------------------------------------------------------------------ */

START_TEST(a_bucket_lets_its_rate_through)
{
	struct sms_bucket b = { 0 };
	unsigned n = 0;

	sms_bucket_set(&b, 50, 1000);
	for (int64_t now = 1000; now < 11000; now++)
		while (sms_bucket_take(&b, now))
			n++;
	ck_assert_uint_ge(n, 500);
	ck_assert_uint_le(n, 505);	/* the burst of a tenth */
}
END_TEST

START_TEST(a_bucket_says_how_long_to_wait)
{
	struct sms_bucket b = { 0 };

	ck_assert(sms_bucket_take(&b, 0));	/* no rate: no limit */
	ck_assert_int_eq(sms_bucket_wait(&b, 0), 0);
	sms_bucket_set(&b, 3, 1000);
	ck_assert_int_eq(sms_bucket_wait(&b, 1000), 0);
	ck_assert(sms_bucket_take(&b, 1000));
	ck_assert(!sms_bucket_take(&b, 1000));
	ck_assert_int_eq(sms_bucket_wait(&b, 1000), 334);
	ck_assert(!sms_bucket_take(&b, 1333));
	ck_assert(sms_bucket_take(&b, 1334));
	/* a clock that stands still or an idle day change nothing */
	ck_assert(!sms_bucket_take(&b, 1000));
	ck_assert(sms_bucket_take(&b, 86400000));
	ck_assert(!sms_bucket_take(&b, 86400000));
}
END_TEST

START_TEST(throttling_doubles_until_something_is_taken)
{
	static const int64_t pauses[] = { 1000, 2000, 4000, 8000, 16000, 30000,
	    30000 };
	struct sms_throttle t = { 0 };
	int64_t now = 5;

	for (size_t i = 0; i < sizeof(pauses) / sizeof(*pauses); i++) {
		sms_throttle_hit(&t, now);
		ck_assert(sms_throttle_on(&t));
		ck_assert_int_eq(t.until, now + pauses[i]);
		now = t.until;
		sms_throttle_end(&t);
		ck_assert(!sms_throttle_on(&t));
	}
	sms_throttle_ok(&t);
	sms_throttle_hit(&t, now);
	ck_assert_int_eq(t.until, now + 1000);
}
END_TEST

START_TEST(the_answers_to_a_whole_window_count_once)
{
	struct sms_throttle t = { 0 };

	for (int i = 0; i < 10; i++)
		sms_throttle_hit(&t, 100 + i);
	ck_assert_int_eq(t.until, 1100);
	sms_throttle_ok(&t);	/* sent before the pause began */
	ck_assert_int_eq(t.pause, 1000);
}
END_TEST

START_TEST(reconnects_wait_longer_each_time_and_vary_by_a_fifth)
{
	static const int64_t ms[] = { 1000, 2000, 4000, 8000, 16000, 32000,
	    60000, 60000 };

	for (unsigned i = 0; i < 8; i++) {
		ck_assert_int_eq(sms_reconnect_ms(i, 1000, 60000, 0),
		    ms[i] * 8 / 10);
		ck_assert_int_eq(sms_reconnect_ms(i, 1000, 60000, UINT32_MAX),
		    ms[i] * 12 / 10);
	}
	ck_assert_int_eq(sms_reconnect_ms(1000000, 1000, 60000, 0), 48000);
}
END_TEST

/* --- window -------------------------------------------------------------------------- */

START_TEST(a_sequence_number_wraps_and_skips_what_still_waits)
{
	struct sms_window w;
	struct sms_sent s;

	sms_window_init(&w);
	w.last = SMS_SEQ_MAX - 1;
	ck_assert_uint_eq(sms_window_seq(&w), SMS_SEQ_MAX);
	sms_window_add(&w, 1, &w, 0, 0);
	ck_assert_uint_eq(sms_window_seq(&w), 2);
	ck_assert(!sms_window_take(&w, 2, &s));
	ck_assert(sms_window_take(&w, 1, &s));
	ck_assert(!sms_window_take(&w, 1, &s));
	sms_window_deinit(&w);
}
END_TEST

START_TEST(late_ones_come_out_oldest_first)
{
	struct sms_window w;
	struct sms_sent s;
	int a, b;

	sms_window_init(&w);
	ck_assert_int_eq(sms_window_oldest(&w), -1);
	sms_window_add(&w, 7, &a, 1, 100);
	sms_window_add(&w, 8, &b, 2, 200);
	ck_assert_uint_eq(w.n, 2);
	ck_assert_int_eq(sms_window_oldest(&w), 100);
	ck_assert(!sms_window_late(&w, 99, &s));
	ck_assert(sms_window_late(&w, 100, &s));
	ck_assert(s.owner == &a && s.part == 1 && s.seq == 7);
	ck_assert(!sms_window_late(&w, 199, &s));
	sms_window_disown(&w, &b);
	ck_assert(sms_window_late(&w, 200, &s));
	ck_assert_ptr_null(s.owner);
	ck_assert_uint_eq(w.n, 0);
	sms_window_deinit(&w);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sms map");
	TCase *tc = tcase_create("sms map");

	tcase_add_checked_fixture(tc, setup, NULL);
	tcase_add_rows(tc, each_status_of_a_submit_has_its_action, verdicts);
	tcase_add_test(tc, what_is_refused_for_good_is_a_permanent_error);
	tcase_add_test(tc, only_no_transceiver_makes_a_pair);
	tcase_add_rows(tc, a_key_is_written_as_the_link_wants_it, addresses);
	tcase_add_rows(tc, a_source_is_a_number_a_short_code_or_a_name,
	    sources);
	tcase_add_rows(tc, an_address_that_came_has_one_key, arrivals);
	tcase_add_test(tc, a_bucket_lets_its_rate_through);
	tcase_add_test(tc, a_bucket_says_how_long_to_wait);
	tcase_add_test(tc, throttling_doubles_until_something_is_taken);
	tcase_add_test(tc, the_answers_to_a_whole_window_count_once);
	tcase_add_test(tc,
	    reconnects_wait_longer_each_time_and_vary_by_a_fifth);
	tcase_add_test(tc,
	    a_sequence_number_wraps_and_skips_what_still_waits);
	tcase_add_test(tc, late_ones_come_out_oldest_first);
	suite_add_tcase(s, tc);
	return s;
}
