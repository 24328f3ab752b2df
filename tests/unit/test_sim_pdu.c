/* test_sim_pdu.c - tests/sim/pdu.h. */

#include <stdlib.h>

#include "../sim/alphabet.h"
#include "../sim/pdu.h"
#include "runner.h"

/* a submit_sm as SMPP 3.4 4.4.1 lays it out, 60 octets with its header */
#define SUBMIT \
	"0000003c000000040000000000000002" \
	"00" "0101" "333336313233343536373800" \
	"0101" "333336393837363534333200" \
	"000000" "00" "00" "01" "00" "00" "00" "05" "68656c6c6f"

static struct buf hex(const char *digits)
{
	struct buf b = BUF_EMPTY;

	ck_assert(text_encode(BINARY, strv(digits), &b));
	return b;
}

static struct strv body(const struct buf *b)
{
	return (struct strv){ b->p + PDU_HEAD, b->n - PDU_HEAD };
}

START_TEST(a_header_is_four_numbers)
{
	struct buf b = hex(SUBMIT);
	struct pdu h = pdu_head(b.p);

	ck_assert_uint_eq(h.length, 60);
	ck_assert_uint_eq(h.id, SUBMIT_SM);
	ck_assert_uint_eq(h.status, 0);
	ck_assert_uint_eq(h.seq, 2);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_submit_sm_has_all_its_fields)
{
	struct buf b = hex(SUBMIT "0204" "0002" "1234" "0426" "0001" "01");
	struct sm sm;

	ck_assert_uint_eq(pdu_sm_decode(body(&b), &sm), ESME_ROK);
	ck_assert_str_eq(sm.src, "33612345678");
	ck_assert_str_eq(sm.dst, "33698765432");
	ck_assert_uint_eq(sm.src_ton, 1);
	ck_assert_uint_eq(sm.dst_npi, 1);
	ck_assert_uint_eq(sm.registered, 1);
	ck_assert(strv_eq(sm.text, STRV("hello")));
	ck_assert_int_eq(sm.tlvs_n, 2);
	ck_assert(strv_eq(pdu_tlv(&sm, 0x0204), STRV("\x12\x34")));
	ck_assert(pdu_tlv(&sm, TLV_PAYLOAD).p == NULL);
	buf_deinit(&b);
}
END_TEST

START_TEST(what_is_written_reads_back)
{
	struct buf b = hex(SUBMIT "0424" "0003" "010203"), again = BUF_EMPTY;
	struct sm sm;

	ck_assert_uint_eq(pdu_sm_decode(body(&b), &sm), ESME_ROK);
	pdu_sm_encode(&again, &sm);
	ck_assert(strv_eq(buf_strv(&again), body(&b)));
	buf_deinit(&b);
	buf_deinit(&again);
}
END_TEST

START_TEST(no_truncation_is_a_submit_sm)
{
	struct buf b = hex(SUBMIT);
	struct strv whole = body(&b);
	struct sm sm;

	for (size_t n = 0; n < whole.n; n++) {
		/* a copy of this length, so that sanitizers see over-reads */
		char *copy = new_view((struct strv){ whole.p, n });

		ck_assert_msg(pdu_sm_decode((struct strv){ copy, n }, &sm) !=
		    ESME_ROK, "%zu octets", n);
		free(copy);
	}
	buf_deinit(&b);
}
END_TEST

static const struct {
	const char *name, *digits;
	uint32_t status;
} faults[] = {
	{ "sm_length beyond the PDU", "00" "0101" "3100" "0101" "3200"
	  "000000" "0000" "01" "000000" "06" "68656c6c6f", ESME_RINVMSGLEN },
	{ "sm_length 255", "00" "0101" "3100" "0101" "3200"
	  "000000" "0000" "01" "000000" "ff", ESME_RINVMSGLEN },
	{ "source of 21 digits", "00" "0101"
	  "313131313131313131313131313131313131313131" "00", ESME_RINVCMDLEN },
	{ "TLV longer than the PDU", "00" "0101" "3100" "0101" "3200"
	  "000000" "0000" "01" "000000" "00" "0424" "0004" "010203",
	  ESME_RINVOPTPARSTREAM },
	{ "half a TLV tag", "00" "0101" "3100" "0101" "3200"
	  "000000" "0000" "01" "000000" "00" "04", ESME_RINVOPTPARSTREAM },
	{ "empty", "", ESME_RINVCMDLEN },
};

START_TEST(a_lie_is_refused_with_its_status)
{
	struct buf b = hex(faults[_i].digits);
	struct sm sm;

	ck_assert_msg(pdu_sm_decode(buf_strv(&b), &sm) == faults[_i].status,
	    "%s", faults[_i].name);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_bind_has_its_credentials)
{
	struct buf b = hex("7061726c657900" "73656372657400" "00" "34"
	    "0000" "00");
	struct bind got;

	ck_assert_uint_eq(pdu_bind_decode(buf_strv(&b), &got), ESME_ROK);
	ck_assert_str_eq(got.system_id, "parley");
	ck_assert_str_eq(got.password, "secret");
	ck_assert_uint_eq(got.interface_version, 0x34);
	for (size_t n = 0; n < b.n; n++)
		ck_assert(pdu_bind_decode((struct strv){ b.p, n }, &got) ==
		    ESME_RINVCMDLEN);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_response_is_written_octet_by_octet)
{
	struct buf b = BUF_EMPTY, want = hex("00000017" "80000009" "00000000"
	    "00000007" "7800" "0210" "0001" "34");
	size_t start = pdu_begin(&b, BIND_TRANSCEIVER | PDU_RESP, 0, 7);

	buf_cstr(&b, "x");
	pdu_tlv_u8(&b, TLV_SC_VERSION, 0x34);
	pdu_end(&b, start);
	ck_assert(strv_eq(buf_strv(&b), buf_strv(&want)));
	buf_deinit(&b);
	buf_deinit(&want);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sim pdu");
	TCase *tc = tcase_create("pdu");

	tcase_add_test(tc, a_header_is_four_numbers);
	tcase_add_test(tc, a_submit_sm_has_all_its_fields);
	tcase_add_test(tc, what_is_written_reads_back);
	tcase_add_test(tc, no_truncation_is_a_submit_sm);
	tcase_add_rows(tc, a_lie_is_refused_with_its_status, faults);
	tcase_add_test(tc, a_bind_has_its_credentials);
	tcase_add_test(tc, a_response_is_written_octet_by_octet);
	suite_add_tcase(s, tc);
	return s;
}
