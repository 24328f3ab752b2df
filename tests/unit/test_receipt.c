/* test_receipt.c - wire/receipt.h. */

#include "runner.h"
#include "wire/receipt.h"

#define S(s) { s, sizeof(s) - 1 }

/* 2026-11-20 09:15:00 UTC in ms */
#define AT	1795166100000

static const struct {
	const char *name;
	struct strv text;
	const char *id;
	enum receipt_state state;
	const char *err;
	int64_t submit_ms, done_ms;
	const char *rest;
} rows[] = {
	{ "appendix B", S("id:0305419896 sub:001 dlvrd:001 submit date:"
	  "2611200915 done date:2611200916 stat:DELIVRD err:000 text:hello"),
	  "0305419896", RECEIPT_DELIVERED, "000", AT, AT + 60000, "hello" },
	{ "seconds", S("id:1 submit date:261120091500 done date:261120091501 "
	  "stat:EXPIRED err:0"), "1", RECEIPT_EXPIRED, "0", AT, AT + 1000,
	  NULL },
	{ "years of four digits", S("id:1 submit date:20261120091500 "
	  "done date:202611200916 stat:DELETED"), "1", RECEIPT_DELETED, NULL,
	  AT, AT + 60000, NULL },
	{ "no date", S("id:1 submit date:2613990915 done date:never "
	  "stat:UNDELIV"), "1", RECEIPT_UNDELIVERABLE, NULL, 0, 0, NULL },
	{ "another order and case", S("STAT:delivrd ID:AbC Err:12"), "AbC",
	  RECEIPT_DELIVERED, "12", 0, 0, NULL },
	{ "blanks after colons and between", S(" id: 7\t stat:  ACCEPTD\r\n"),
	  "7", RECEIPT_ACCEPTED, NULL, 0, 0, NULL },
	{ "an empty value", S("id:7 sub: dlvrd: submit date: done date: "
	  "stat:REJECTD err: text:"), "7", RECEIPT_REJECTED, NULL, 0, 0,
	  NULL },
	{ "a UUID", S("id:0f8fad5b-d9cb-469f-a165-70867728950e stat:ENROUTE"),
	  "0f8fad5b-d9cb-469f-a165-70867728950e", RECEIPT_ENROUTE, NULL, 0, 0,
	  NULL },
	{ "words we do not know", S("note x:1 id:7 foo:bar stat:DELIVRD"),
	  "7", RECEIPT_DELIVERED, NULL, 0, 0, NULL },
	{ "the text cannot speak", S("id:7 stat:UNDELIV text:id:8 "
	  "stat:DELIVRD"), "7", RECEIPT_UNDELIVERABLE, NULL, 0, 0,
	  "id:8 stat:DELIVRD" },
	{ "the first counts", S("id:7 id:8 stat:DELIVRD stat:UNDELIV"), "7",
	  RECEIPT_DELIVERED, NULL, 0, 0, NULL },
	{ "a state of a vendor", S("id:7 stat:SPOKEN"), "7", RECEIPT_UNKNOWN,
	  NULL, 0, 0, NULL },
	{ "seen in the field", S("id:7 stat:BUFFRED"), "7", RECEIPT_ENROUTE,
	  NULL, 0, 0, NULL },
	{ "no receipt", S("hello world"), NULL, RECEIPT_NONE, NULL, 0, 0,
	  NULL },
	{ "empty", S(""), NULL, RECEIPT_NONE, NULL, 0, 0, NULL },
	{ "a key and nothing", S("id:"), NULL, RECEIPT_NONE, NULL, 0, 0,
	  NULL },
	{ "a key inside a word", S("paid:7 restat:DELIVRD"), NULL,
	  RECEIPT_NONE, NULL, 0, 0, NULL },
};

START_TEST(text_is_read_leniently)
{
	struct receipt r;

	receipt_parse(rows[_i].text, &r);
	ck_assert_msg(strv_eq(r.id, strv(rows[_i].id)), "%s: id",
	    rows[_i].name);
	ck_assert_msg(r.state == rows[_i].state, "%s: %d", rows[_i].name,
	    (int)r.state);
	ck_assert_msg(strv_eq(r.err, strv(rows[_i].err)), "%s: err",
	    rows[_i].name);
	ck_assert_msg(r.submit_ms == rows[_i].submit_ms, "%s: submit",
	    rows[_i].name);
	ck_assert_msg(r.done_ms == rows[_i].done_ms, "%s: done",
	    rows[_i].name);
	ck_assert_msg(strv_eq(r.text, strv(rows[_i].rest)), "%s: text",
	    rows[_i].name);
}
END_TEST

START_TEST(every_truncation_is_read_without_harm)
{
	for (size_t n = 0; n < rows[0].text.n; n++) {
		struct strv cut = { rows[0].text.p, n };
		struct receipt r;

		receipt_parse(cut, &r);
		ck_assert(r.id.n <= 10);
		ck_assert(r.id.n == 0 || r.id.p == cut.p + 3);
	}
}
END_TEST

static struct smpp_pdu a_receipt(struct strv text)
{
	return (struct smpp_pdu){ .id = SMPP_DELIVER_SM,
	    .esm_class = SMPP_ESM_RECEIPT, .short_message = text };
}

START_TEST(tlvs_are_believed_before_the_text)
{
	struct smpp_pdu p = a_receipt(STRV("id:1 stat:ENROUTE err:9"));
	struct receipt r;

	smpp_tlv_add(&p, SMPP_TLV_RECEIPTED_MESSAGE_ID, STRV("abc\0"));
	smpp_tlv_add(&p, SMPP_TLV_MESSAGE_STATE, STRV("\x02"));
	smpp_tlv_add(&p, SMPP_TLV_NETWORK_ERROR_CODE, STRV("\x03\x01\x02"));
	ck_assert(receipt_decode(&p, &r) == ERR_OK);
	ck_assert(strv_eq(r.id, STRV("abc")));
	ck_assert(r.state == RECEIPT_DELIVERED);
	ck_assert_uint_eq(r.net_type, 3);
	ck_assert_uint_eq(r.net_code, 0x102);
	ck_assert(strv_eq(r.err, STRV("9")));
}
END_TEST

START_TEST(tlvs_alone_are_enough)
{
	struct smpp_pdu p = a_receipt(STRV(""));
	struct receipt r;

	/* without the NUL that the field should end in */
	smpp_tlv_add(&p, SMPP_TLV_RECEIPTED_MESSAGE_ID, STRV("42"));
	ck_assert(receipt_decode(&p, &r) == ERR_BAD_SYNTAX);
	smpp_tlv_add(&p, SMPP_TLV_MESSAGE_STATE, STRV("\x08"));
	ck_assert(receipt_decode(&p, &r) == ERR_OK);
	ck_assert(strv_eq(r.id, STRV("42")));
	ck_assert(r.state == RECEIPT_REJECTED);
}
END_TEST

START_TEST(the_text_fills_in_what_tlvs_do_not_say)
{
	struct smpp_pdu p = a_receipt(STRV("id:1 stat:UNDELIV"));
	struct receipt r;

	smpp_tlv_add(&p, SMPP_TLV_RECEIPTED_MESSAGE_ID, STRV("\0"));
	ck_assert(receipt_decode(&p, &r) == ERR_OK);
	ck_assert(strv_eq(r.id, STRV("1")));
	ck_assert(r.state == RECEIPT_UNDELIVERABLE);
}
END_TEST

START_TEST(a_payload_may_hold_the_text)
{
	struct smpp_pdu p = a_receipt(STRV_NONE);
	struct receipt r;

	smpp_tlv_add(&p, SMPP_TLV_MESSAGE_PAYLOAD,
	    STRV("id:1 stat:DELIVRD"));
	ck_assert(receipt_decode(&p, &r) == ERR_OK);
	ck_assert(strv_eq(r.id, STRV("1")));
}
END_TEST

START_TEST(states_beyond_the_table_are_read_safely)
{
	static const struct {
		struct strv value;
		enum receipt_state state;
	} values[] = {
		{ S("\x00"), RECEIPT_ENROUTE }, { S("\x01"), RECEIPT_ENROUTE },
		{ S("\x08"), RECEIPT_REJECTED },
		{ S("\x09"), RECEIPT_UNKNOWN }, { S("\xff"), RECEIPT_UNKNOWN },
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		struct smpp_pdu p = a_receipt(STRV("id:1"));
		struct receipt r;

		smpp_tlv_add(&p, SMPP_TLV_MESSAGE_STATE, values[i].value);
		ck_assert(receipt_decode(&p, &r) == ERR_OK);
		ck_assert(r.state == values[i].state);
	}
}
END_TEST

START_TEST(an_id_longer_than_any_is_none)
{
	char text[128] = "stat:DELIVRD id:";
	struct smpp_pdu p;
	struct receipt r;
	size_t n = strlen(text);

	memset(text + n, '7', 65);
	p = a_receipt((struct strv){ text, n + 65 });
	ck_assert(receipt_decode(&p, &r) == ERR_OK);
	text[n + 65] = '7';
	p = a_receipt((struct strv){ text, n + 66 });
	ck_assert(receipt_decode(&p, &r) == ERR_BAD_SYNTAX);
}
END_TEST

START_TEST(a_state_means_what_the_table_says)
{
	static const struct {
		enum receipt_state state;
		const char *name;
		enum receipt_fate fate;
	} fates[] = {
		{ RECEIPT_ENROUTE, "ENROUTE", RECEIPT_FATE_PROGRESS },
		{ RECEIPT_ACCEPTED, "ACCEPTD", RECEIPT_FATE_PROGRESS },
		{ RECEIPT_DELIVERED, "DELIVRD", RECEIPT_FATE_DELIVERED },
		{ RECEIPT_EXPIRED, "EXPIRED", RECEIPT_FATE_FAILED },
		{ RECEIPT_DELETED, "DELETED", RECEIPT_FATE_FAILED },
		{ RECEIPT_UNDELIVERABLE, "UNDELIV", RECEIPT_FATE_FAILED },
		{ RECEIPT_UNKNOWN, "UNKNOWN", RECEIPT_FATE_ERROR },
		{ RECEIPT_REJECTED, "REJECTD", RECEIPT_FATE_FORBIDDEN },
		{ RECEIPT_NONE, "NONE", RECEIPT_FATE_PROGRESS },
	};

	for (size_t i = 0; i < sizeof(fates) / sizeof(fates[0]); i++) {
		ck_assert(receipt_fate(fates[i].state) == fates[i].fate);
		ck_assert_str_eq(receipt_state_name(fates[i].state),
		    fates[i].name);
	}
}
END_TEST

/* --- ids --- */

static const struct {
	const char *id;
	const char *forms[RECEIPT_ID_N];	/* by form; NULL: not listed */
} ids[] = {
	{ "12345678", { "12345678", "12345678", "bc614e", "305419896" } },
	{ "0305419896", { "0305419896", "305419896", "12345678",
	  "12973086870" } },
	{ "00AB12CD", { "00AB12CD", "ab12cd", NULL, "11211469" } },
	{ "7", { "7", "7", NULL, NULL } },
	{ "10", { "10", "10", "a", "16" } },
	{ "0000", { "0000", "0", NULL, NULL } },
	{ "", { "", "", NULL, NULL } },
	{ "a-b", { "a-b", "a-b", NULL, NULL } },
	{ "18446744073709551615", { "18446744073709551615",
	  "18446744073709551615", "ffffffffffffffff", NULL } },
	{ "18446744073709551616", { "18446744073709551616",
	  "18446744073709551616", NULL, NULL } },
	{ "ffffffffffffffff", { "ffffffffffffffff", "ffffffffffffffff", NULL,
	  "18446744073709551615" } },
	{ "10000000000000000", { "10000000000000000", "10000000000000000",
	  "2386f26fc10000", NULL } },
};

START_TEST(candidates_come_in_the_order_of_likelihood)
{
	struct receipt_ids got;
	unsigned n = 0;

	receipt_id_candidates(strv(ids[_i].id), &got);
	for (int form = 0; form < RECEIPT_ID_N; form++) {
		if (!ids[_i].forms[form])
			continue;
		ck_assert_msg(n < got.n, "%s: form %d", ids[_i].id, form);
		ck_assert_int_eq((int)got.id[n].form, form);
		ck_assert_str_eq(got.id[n].s, ids[_i].forms[form]);
		n++;
	}
	ck_assert_uint_eq(got.n, n);
}
END_TEST

/* What a service centre that writes both ways gives us must meet. */
START_TEST(a_receipt_finds_its_response_in_every_habit)
{
	static const struct { const char *resp, *receipt; } pairs[] = {
		{ "12345678", "0305419896" },	/* hex, padded decimal */
		{ "305419896", "12345678" },	/* decimal, hex */
		{ "00AB12CD", "11211469" },	/* padded hex, decimal */
		{ "11211469", "00AB12CD" },
		{ "000123", "123" }, { "123", "000123" },
		{ "AB12CD", "ab12cd" },
		{ "0f8fad5b-d9cb", "0F8FAD5B-D9CB" },
	};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		char norm[RECEIPT_ID_SIZE];
		struct receipt_ids got;
		bool met = false;

		receipt_id_norm(strv(pairs[i].resp), norm);
		receipt_id_candidates(strv(pairs[i].receipt), &got);
		for (unsigned k = 0; k < got.n; k++)
			met |= strcmp(got.id[k].s,
			    got.id[k].form == RECEIPT_ID_EXACT ?
			    pairs[i].resp : norm) == 0;
		ck_assert_msg(met, "%s", pairs[i].resp);
	}
}
END_TEST

START_TEST(configured_habits_need_no_guess)
{
	char a[RECEIPT_ID_SIZE], b[RECEIPT_ID_SIZE];

	ck_assert(receipt_id_canon(STRV("12345678"), RECEIPT_ID_HEX, a));
	ck_assert(receipt_id_canon(STRV("0305419896"), RECEIPT_ID_DEC, b));
	ck_assert_str_eq(a, b);
	ck_assert(receipt_id_canon(STRV("0Ab"), RECEIPT_ID_STRING, a));
	ck_assert_str_eq(a, "0Ab");
	ck_assert(!receipt_id_canon(STRV("12x"), RECEIPT_ID_HEX, a));
	ck_assert_str_eq(a, "12x");
	ck_assert(!receipt_id_canon(STRV("1a"), RECEIPT_ID_DEC, a));
	ck_assert(!receipt_id_canon(STRV(""), RECEIPT_ID_DEC, a));
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("receipt");
	TCase *tc = tcase_create("receipt");

	tcase_add_rows(tc, text_is_read_leniently, rows);
	tcase_add_test(tc, every_truncation_is_read_without_harm);
	tcase_add_test(tc, tlvs_are_believed_before_the_text);
	tcase_add_test(tc, tlvs_alone_are_enough);
	tcase_add_test(tc, the_text_fills_in_what_tlvs_do_not_say);
	tcase_add_test(tc, a_payload_may_hold_the_text);
	tcase_add_test(tc, states_beyond_the_table_are_read_safely);
	tcase_add_test(tc, an_id_longer_than_any_is_none);
	tcase_add_test(tc, a_state_means_what_the_table_says);
	tcase_add_rows(tc, candidates_come_in_the_order_of_likelihood, ids);
	tcase_add_test(tc, a_receipt_finds_its_response_in_every_habit);
	tcase_add_test(tc, configured_habits_need_no_guess);
	suite_add_tcase(s, tc);
	return s;
}
