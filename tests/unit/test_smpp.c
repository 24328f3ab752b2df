/* test_smpp.c - wire/smpp.h; the golden PDUs are in tests/wire/smpp. */

#include <stdio.h>
#include <stdlib.h>

#include "runner.h"
#include "wire/smpp.h"

extern char smpp34_strerror[2048];	/* the library's trace buffer */

/* A golden PDU in a block of exactly its size, for ASan. */
static struct strv load(const char *name)
{
	const char *dir = getenv("SRCDIR");
	char path[512], *p;
	FILE *f;
	long n;

	(void)snprintf(path, sizeof(path), "%s/tests/wire/smpp/%s.bin",
	    dir ? dir : ".", name);
	f = fopen(path, "rb");
	ck_assert_msg(f != NULL, "%s", path);
	ck_assert(fseek(f, 0, SEEK_END) == 0);
	n = ftell(f);
	rewind(f);
	p = malloc((size_t)n + (n == 0));
	ck_assert(p != NULL && fread(p, 1, (size_t)n, f) == (size_t)n);
	fclose(f);
	return (struct strv){ p, (size_t)n };
}

static void drop(struct strv s)
{
	free((char *)s.p);
}

static void put_length(char *p, size_t n)
{
	p[0] = (char)(n >> 24);
	p[1] = (char)(n >> 16);
	p[2] = (char)(n >> 8);
	p[3] = (char)n;
}

enum {
	CANON = 1,	/* what we would have written ourselves */
	PLAIN = 2,	/* a request that ends with its mandatory part */
};
#define RESP(id)	((id) | SMPP_RESP)

static const struct {
	const char *name;
	uint32_t fault, id, status, seq;
	int flags;
	int body;		/* octets */
	size_t tlv_n;
} rows[] = {
	{ "submit_sm", 0, SMPP_SUBMIT_SM, 0, 2, CANON | PLAIN, 5, 0 },
	{ "submit_sm_reference", 0, SMPP_SUBMIT_SM, 0, 2, CANON, 5, 1 },
	{ "bind_transceiver", 0, SMPP_BIND_TRANSCEIVER, 0, 1, CANON | PLAIN,
	  0, 0 },
	{ "bind_receiver_33", 0, SMPP_BIND_RECEIVER, 0, 1, CANON | PLAIN,
	  0, 0 },
	{ "bind_transceiver_resp", 0, RESP(SMPP_BIND_TRANSCEIVER), 0, 1,
	  CANON, 0, 1 },
	{ "bind_resp_refused", 0, RESP(SMPP_BIND_TRANSCEIVER),
	  SMPP_RINVPASWD, 1, CANON, 0, 0 },
	{ "bind_resp_bare", 0, RESP(SMPP_BIND_TRANSCEIVER), 0, 1, 0, 0, 0 },
	{ "submit_sm_resp", 0, RESP(SMPP_SUBMIT_SM), 0, 2, CANON, 0, 0 },
	{ "submit_sm_resp_throttled", 0, RESP(SMPP_SUBMIT_SM),
	  SMPP_RTHROTTLED, 2, CANON, 0, 0 },
	{ "submit_sm_resp_error_body", 0, RESP(SMPP_SUBMIT_SM),
	  SMPP_RTHROTTLED, 2, 0, 0, 0 },
	{ "submit_sm_resp_vendor", 0, RESP(SMPP_SUBMIT_SM), 0x40d, 2, 0,
	  0, 0 },
	{ "submit_sm_resp_tlv", 0, RESP(SMPP_SUBMIT_SM), 0, 2, CANON, 0, 1 },
	{ "submit_sm_resp_junk", 0, RESP(SMPP_SUBMIT_SM), 0, 2, 0, 0, 0 },
	{ "deliver_sm", 0, SMPP_DELIVER_SM, 0, 7, CANON | PLAIN, 12, 0 },
	{ "deliver_sm_receipt", 0, SMPP_DELIVER_SM, 0, 8, CANON, 107, 3 },
	{ "deliver_sm_concat", 0, SMPP_DELIVER_SM, 0, 9, CANON | PLAIN,
	  16, 0 },
	{ "deliver_sm_payload", 0, SMPP_DELIVER_SM, 0, 10, CANON, 1500, 1 },
	{ "deliver_sm_odd_types", 0, SMPP_DELIVER_SM, 0, 11, CANON | PLAIN,
	  2, 0 },
	{ "deliver_sm_times", 0, SMPP_DELIVER_SM, 0, 12, PLAIN, 2, 0 },
	{ "deliver_sm_255", 0, SMPP_DELIVER_SM, 0, 13, PLAIN, 255, 0 },
	{ "deliver_sm_seq0", 0, SMPP_DELIVER_SM, 0, 0, CANON | PLAIN, 2, 0 },
	{ "deliver_sm_bad_tlv", 0, SMPP_DELIVER_SM, 0, 14, 0, 2, 2 },
	{ "deliver_sm_resp", 0, RESP(SMPP_DELIVER_SM), 0, 7, CANON, 0, 0 },
	{ "deliver_sm_resp_id", 0, RESP(SMPP_DELIVER_SM), 0, 7, 0, 0, 0 },
	{ "deliver_sm_resp_bare", 0, RESP(SMPP_DELIVER_SM), 0, 7, 0, 0, 0 },
	{ "enquire_link", 0, SMPP_ENQUIRE_LINK, 0, 3, CANON | PLAIN, 0, 0 },
	{ "enquire_link_resp", 0, RESP(SMPP_ENQUIRE_LINK), 0, 3, CANON,
	  0, 0 },
	{ "unbind", 0, SMPP_UNBIND, 0, 4, CANON | PLAIN, 0, 0 },
	{ "unbind_resp", 0, RESP(SMPP_UNBIND), 0, 4, CANON, 0, 0 },
	{ "generic_nack", 0, SMPP_GENERIC_NACK, SMPP_RINVCMDID, 0, CANON,
	  0, 0 },
	{ "outbind", 0, SMPP_OUTBIND, 0, 1, CANON | PLAIN, 0, 0 },
	{ "alert_notification", 0, SMPP_ALERT_NOTIFICATION, 0, 5, CANON,
	  0, 1 },
	{ "data_sm", 0, SMPP_DATA_SM, 0, 6, 0, 5, 1 },
	{ "many_tlv_32", 0, SMPP_DELIVER_SM, 0, 15, 0, 2, 32 },
	{ "bad_sm_length", SMPP_RINVMSGLEN, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_sm_length_by_one", SMPP_RINVMSGLEN, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_no_sm_length", SMPP_RINVCMDLEN, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_overlong_address", SMPP_RINVPARLEN, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_unterminated", SMPP_RINVCMDLEN, RESP(SMPP_SUBMIT_SM), 0, 2, 0,
	  -1, 0 },
	{ "bad_overlong_id", SMPP_RINVPARLEN, RESP(SMPP_SUBMIT_SM), 0, 2, 0,
	  -1, 0 },
	{ "bad_tlv_cut", SMPP_RINVOPTPARSTREAM, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_tlv_head_cut", SMPP_RINVOPTPARSTREAM, SMPP_DELIVER_SM, 0, 15,
	  0, -1, 0 },
	{ "bad_tlv_33", SMPP_RINVOPTPARSTREAM, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_tlv_1000", SMPP_RINVOPTPARSTREAM, SMPP_DELIVER_SM, 0, 15, 0,
	  -1, 0 },
	{ "bad_query_sm", SMPP_RINVCMDID, 3, 0, 16, 0, -1, 0 },
	{ "bad_submit_multi", SMPP_RINVCMDID, 0x21, 0, 16, 0, -1, 0 },
	{ "bad_long", SMPP_RINVCMDLEN, SMPP_ENQUIRE_LINK, 0, 3, 0, -1, 0 },
	{ "bad_short", SMPP_RINVCMDLEN, SMPP_ENQUIRE_LINK, 0, 3, 0, -1, 0 },
	{ "bad_bind_overlong", SMPP_RINVPARLEN, SMPP_BIND_TRANSCEIVER, 0, 1,
	  0, -1, 0 },
	{ "bad_empty", SMPP_RINVCMDLEN, 0, 0, 0, 0, -1, 0 },
	{ "bad_half_header", SMPP_RINVCMDLEN, SMPP_ENQUIRE_LINK, 0, 0, 0,
	  -1, 0 },
};

START_TEST(a_golden_pdu_decodes_as_its_row_says)
{
	struct strv in = load(rows[_i].name);
	struct smpp_pdu p;
	enum err want = rows[_i].fault ? ERR_BAD_SYNTAX : ERR_OK;

	ck_assert_msg(smpp_decode(in, &p) == want, "%s: %#x", rows[_i].name,
	    p.fault);
	ck_assert_msg(p.fault == rows[_i].fault, "%s: fault %#x",
	    rows[_i].name, p.fault);
	ck_assert_msg(p.id == rows[_i].id && p.status == rows[_i].status &&
	    p.seq == rows[_i].seq, "%s: header", rows[_i].name);
	if (rows[_i].body >= 0) {
		ck_assert_msg((int)smpp_body(&p).n == rows[_i].body,
		    "%s: body %zu", rows[_i].name, smpp_body(&p).n);
		ck_assert_msg(p.tlv_n == rows[_i].tlv_n, "%s: %zu TLVs",
		    rows[_i].name, p.tlv_n);
	}
	drop(in);
}
END_TEST

START_TEST(a_golden_pdu_of_ours_encodes_to_the_same_octets)
{
	struct strv in = load(rows[_i].name);
	struct smpp_pdu p;
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	if (rows[_i].flags & CANON) {
		ck_assert(smpp_decode(in, &p) == ERR_OK);
		ck_assert_msg(smpp_encode(&p, &out) == ERR_OK, "%s",
		    rows[_i].name);
		ck_assert_msg(strv_eq(buf_strv(&out), in), "%s",
		    rows[_i].name);
	}
	buf_deinit(&out);
	drop(in);
}
END_TEST

START_TEST(a_pdu_cut_anywhere_is_refused_or_whole)
{
	struct strv in = load(rows[_i].name);
	size_t whole;

	if (smpp_frame(in, 8192, &whole) != ERR_OK || whole != in.n) {
		drop(in);
		return;		/* lies about its length to begin with */
	}
	for (size_t n = 0; n < in.n; n++) {
		char *cut = malloc(n + (n == 0));
		struct smpp_pdu p;
		enum err e;

		memcpy(cut, in.p, n);
		/* the header tells the length that was */
		ck_assert(smpp_decode((struct strv){ cut, n }, &p) ==
		    ERR_BAD_SYNTAX);
		ck_assert(p.fault == SMPP_RINVCMDLEN);
		/* and the length that is */
		if (n >= 4)
			put_length(cut, n);
		e = smpp_decode((struct strv){ cut, n }, &p);
		ck_assert_msg(e == ERR_BAD_SYNTAX ||
		    !(rows[_i].flags & PLAIN), "%s: %zu", rows[_i].name, n);
		ck_assert_msg(p.fault != SMPP_RSYSERR, "%s: %zu",
		    rows[_i].name, n);
		free(cut);
	}
	drop(in);
}
END_TEST

START_TEST(a_submit_sm_is_built_to_the_octet)
{
	struct strv golden = load("submit_sm_reference");
	struct smpp_pdu p = {
		.id = SMPP_SUBMIT_SM, .seq = 2, .registered_delivery = 1,
		.src = { 1, 1, "33612345678" }, .dst = { 1, 1, "33698765432" },
		.short_message = STRV("hello"),
	};
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	ck_assert(smpp_tlv_add_num(&p, SMPP_TLV_USER_MESSAGE_REFERENCE,
	    0x1234));
	ck_assert(smpp_encode(&p, &out) == ERR_OK);
	ck_assert(strv_eq(buf_strv(&out), golden));
	/* octets in, the same octets out */
	buf_clear(&out);
	p.tlv_n = 0;
	ck_assert(smpp_tlv_add(&p, SMPP_TLV_USER_MESSAGE_REFERENCE,
	    STRV("\x12\x34")));
	ck_assert(smpp_encode(&p, &out) == ERR_OK);
	ck_assert(strv_eq(buf_strv(&out), golden));
	buf_deinit(&out);
	drop(golden);
}
END_TEST

START_TEST(every_field_of_a_deliver_sm_is_read)
{
	struct strv in = load("deliver_sm_times");
	struct smpp_pdu p;

	ck_assert(smpp_decode(in, &p) == ERR_OK);
	ck_assert_str_eq(p.src.addr, "33698765432");
	ck_assert_str_eq(p.dst.addr, "33612345678");
	ck_assert_uint_eq(p.src.ton, 1);
	ck_assert_uint_eq(p.dst.npi, 1);
	ck_assert_str_eq(p.schedule_delivery_time, "261120091500000+");
	ck_assert_str_eq(p.validity_period, "000000020000000R");
	ck_assert(strv_eq(p.short_message, STRV("hi")));
	drop(in);
}
END_TEST

START_TEST(number_types_nobody_knows_survive)
{
	struct strv in = load("deliver_sm_odd_types");
	struct smpp_pdu p;

	ck_assert(smpp_decode(in, &p) == ERR_OK);
	ck_assert_uint_eq(p.src.ton, 9);
	ck_assert_uint_eq(p.src.npi, 77);
	ck_assert_uint_eq(p.dst.ton, 255);
	ck_assert_uint_eq(p.dst.npi, 2);
	drop(in);
}
END_TEST

START_TEST(a_bind_is_read)
{
	struct strv in = load("bind_receiver_33");
	struct smpp_pdu p;

	ck_assert(smpp_decode(in, &p) == ERR_OK);
	ck_assert_str_eq(p.system_id, "cpm");
	ck_assert_str_eq(p.password, "pw");
	ck_assert_str_eq(p.system_type, "VMA");
	ck_assert_uint_eq(p.interface_version, 0x33);
	ck_assert_uint_eq(p.range.ton, 1);
	ck_assert_str_eq(p.range.addr, "33612*");
	drop(in);
}
END_TEST

START_TEST(a_response_gives_its_message_id)
{
	static const struct { const char *name, *id; } ids[] = {
		{ "submit_sm_resp", "12345678" },
		{ "submit_sm_resp_tlv", "a-b" },
		{ "submit_sm_resp_junk", "a-b" },
		{ "submit_sm_resp_vendor", "" },
		{ "deliver_sm_resp_id", "abc" },
		{ "deliver_sm_resp_bare", "" },
	};
	struct smpp_pdu p;

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		struct strv in = load(ids[i].name);

		ck_assert(smpp_decode(in, &p) == ERR_OK);
		ck_assert_str_eq(p.message_id, ids[i].id);
		drop(in);
	}
}
END_TEST

START_TEST(tlvs_of_a_wrong_length_are_dropped_and_the_rest_found)
{
	struct strv in = load("deliver_sm_bad_tlv");
	const struct smpp_tlv *t;
	struct smpp_pdu p;

	ck_assert(smpp_decode(in, &p) == ERR_OK);
	ck_assert(smpp_tlv_find(&p, SMPP_TLV_SAR_MSG_REF_NUM) == NULL);
	t = smpp_tlv_find(&p, SMPP_TLV_SAR_TOTAL_SEGMENTS);
	ck_assert(t && t->num == 2);
	t = smpp_tlv_find(&p, 0x1400);
	ck_assert(t && strv_eq(t->value, STRV("vendor")) && t->num == 0);
	drop(in);
}
END_TEST

/* --- framing --- */

START_TEST(a_stream_is_framed_wherever_it_is_split)
{
	static const char *const names[] =
	    { "submit_sm", "enquire_link", "deliver_sm_receipt" };
	struct buf all;
	size_t len, at[4] = { 0 };

	buf_init(&all, BUF_NO_LIMIT);
	for (int i = 0; i < 3; i++) {
		struct strv one = load(names[i]);

		buf_adds(&all, one);
		at[i + 1] = all.n;
		drop(one);
	}
	for (size_t n = 0; n <= all.n; n++) {
		/* the first n octets have arrived */
		size_t from = 0;
		int i = 0;

		for (;;) {
			struct strv in = { all.p + from, n - from };

			ck_assert(smpp_frame(in, 8192, &len) == ERR_OK);
			if (len == 0)
				break;
			from += len;
			i++;
			ck_assert_uint_eq(from, at[i]);
		}
		ck_assert(n < all.n ? i < 3 && n < at[i + 1] : i == 3);
	}
	buf_deinit(&all);
}
END_TEST

static const struct {
	const char *name;
	struct strv in;
	size_t max;
	enum err err;
	size_t len;
} frames[] = {
	{ "nothing", { "", 0 }, 64, ERR_OK, 0 },
	{ "three octets", { "\0\0\0", 3 }, 64, ERR_OK, 0 },
	{ "length alone", { "\0\0\0\x10", 4 }, 64, ERR_OK, 0 },
	{ "one below a header", { "\0\0\0\x0f", 4 }, 64, ERR_BAD_SYNTAX, 0 },
	{ "zero", { "\0\0\0\0", 4 }, 64, ERR_BAD_SYNTAX, 0 },
	{ "at the limit", { "\0\0\0\x40", 4 }, 64, ERR_OK, 0 },
	{ "one over", { "\0\0\0\x41", 4 }, 64, ERR_TOO_BIG, 0 },
	{ "all ones", { "\xff\xff\xff\xff", 4 }, 8192, ERR_TOO_BIG, 0 },
	{ "exact", { "\0\0\0\x10" "012345678901", 16 }, 16, ERR_OK, 16 },
	{ "one more", { "\0\0\0\x10" "0123456789012", 17 }, 16, ERR_OK, 16 },
};

START_TEST(frame_lengths)
{
	size_t len = 99;

	ck_assert_msg(smpp_frame(frames[_i].in, frames[_i].max, &len) ==
	    frames[_i].err && len == frames[_i].len, "%s", frames[_i].name);
}
END_TEST

/* --- encoding --- */

/* A submit_sm with every field at its longest. */
static struct smpp_pdu longest(void)
{
	struct smpp_pdu p = { .id = SMPP_SUBMIT_SM, .seq = 0x7fffffff };
	static const char text[SMPP_TEXT_MAX];

	memset(p.service_type, 's', 5);
	memset(p.src.addr, '1', 20);
	memset(p.dst.addr, '2', 20);
	memset(p.schedule_delivery_time, '0', 16);
	memset(p.validity_period, '0', 16);
	p.short_message = (struct strv){ text, sizeof(text) };
	return p;
}

START_TEST(the_longest_pdu_keeps_the_library_inside_its_trace_buffer)
{
	struct smpp_pdu p = longest(), q;
	static const char value[1024];
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	for (int i = 0; i < 16; i++)
		ck_assert(smpp_tlv_add(&p, 0x1400,
		    (struct strv){ value, sizeof(value) }));
	ck_assert(smpp_encode(&p, &out) == ERR_OK);
	ck_assert_uint_eq(out.n, 16 + 6 + 2 + 21 + 2 + 21 + 3 + 17 + 17 + 5 +
	    253 + 16 * 1028);
	ck_assert_uint_lt(strnlen(smpp34_strerror, 2048), 1800);
	ck_assert(smpp_decode(buf_strv(&out), &q) == ERR_OK);
	ck_assert_uint_lt(strnlen(smpp34_strerror, 2048), 1800);
	ck_assert_uint_eq(q.tlv_n, 16);
	ck_assert_uint_eq(q.short_message.n, 253);
	buf_deinit(&out);
}
END_TEST

START_TEST(tlvs_keep_their_order_and_long_ones_go_last)
{
	static const char big[UINT16_MAX];
	struct smpp_pdu p = { .id = SMPP_SUBMIT_SM, .seq = 1 }, q;
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	smpp_tlv_add(&p, SMPP_TLV_MESSAGE_PAYLOAD,
	    (struct strv){ big, sizeof(big) });
	smpp_tlv_add_num(&p, SMPP_TLV_SAR_MSG_REF_NUM, 0xabcd);
	smpp_tlv_add_num(&p, SMPP_TLV_SAR_TOTAL_SEGMENTS, 3);
	smpp_tlv_add_num(&p, SMPP_TLV_SMS_SIGNAL, 0x0102);
	smpp_tlv_add(&p, SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY, STRV(""));
	ck_assert(smpp_encode(&p, &out) == ERR_OK);
	ck_assert(smpp_decode(buf_strv(&out), &q) == ERR_OK);
	ck_assert_uint_eq(q.tlv_n, 5);
	ck_assert_uint_eq(q.tlv[0].num, 0xabcd);
	ck_assert_uint_eq(q.tlv[1].num, 3);
	ck_assert_uint_eq(q.tlv[2].tag, SMPP_TLV_ALERT_ON_MESSAGE_DELIVERY);
	ck_assert_uint_eq(q.tlv[3].value.n, sizeof(big));
	ck_assert_uint_eq(q.tlv[4].num, 0x0102);
	buf_deinit(&out);
}
END_TEST

START_TEST(what_does_not_fit_is_refused_and_leaves_no_octet)
{
	static const char big[UINT16_MAX + 1];
	struct smpp_pdu p[10];
	static const enum err want[10] = {
		ERR_TOO_BIG, ERR_TOO_BIG, ERR_TOO_BIG, ERR_TOO_BIG,
		ERR_TOO_BIG, ERR_TOO_BIG, ERR_BAD_SYNTAX, ERR_BAD_SYNTAX,
		ERR_BAD_SYNTAX, ERR_TOO_BIG,
	};
	struct buf out, small;

	for (int i = 0; i < 10; i++)
		p[i] = longest();
	p[0].src.addr[20] = '1';
	memset(p[1].dst.addr, '2', sizeof(p[1].dst.addr));
	p[2].validity_period[16] = '0';
	p[3].short_message = (struct strv){ big, SMPP_TEXT_MAX + 1 };
	smpp_tlv_add(&p[4], 0x1400, (struct strv){ big, sizeof(big) });
	while (p[5].tlv_n < 17)
		smpp_tlv_add_num(&p[5], SMPP_TLV_PAYLOAD_TYPE, 0);
	smpp_tlv_add(&p[6], SMPP_TLV_SAR_MSG_REF_NUM, STRV("x"));
	smpp_tlv_add_num(&p[7], 0x1400, 7);
	p[8].id = 3;
	/* a time in deliver_sm, which has none to send */
	p[9].id = SMPP_DELIVER_SM;

	buf_init(&out, BUF_NO_LIMIT);
	buf_addz(&out, "before");
	for (int i = 0; i < 10; i++) {
		ck_assert_msg(smpp_encode(&p[i], &out) == want[i], "%d", i);
		ck_assert(strv_eq(buf_strv(&out), STRV("before")));
	}
	p[0] = longest();
	buf_init(&small, 362);
	ck_assert(smpp_encode(&p[0], &small) == ERR_TOO_BIG);
	ck_assert(small.n == 0 && !small.full);
	small.limit = 363;
	ck_assert(smpp_encode(&p[0], &small) == ERR_OK);
	buf_deinit(&small);
	buf_deinit(&out);
}
END_TEST

START_TEST(an_answer_matches_its_request)
{
	static const struct { uint32_t id, want; } answers[] = {
		{ SMPP_DELIVER_SM, RESP(SMPP_DELIVER_SM) },
		{ SMPP_DATA_SM, RESP(SMPP_DATA_SM) },
		{ SMPP_UNBIND, RESP(SMPP_UNBIND) },
		{ 3, SMPP_GENERIC_NACK },
		{ SMPP_OUTBIND, SMPP_GENERIC_NACK },
		{ SMPP_ALERT_NOTIFICATION, SMPP_GENERIC_NACK },
		{ 0, SMPP_GENERIC_NACK },
	};

	for (size_t i = 0; i < sizeof(answers) / sizeof(answers[0]); i++) {
		struct smpp_pdu p = { .id = answers[i].id, .seq = 9 }, q;

		smpp_answer(&p, SMPP_RINVCMDID, &q);
		ck_assert_uint_eq(q.id, answers[i].want);
		ck_assert_uint_eq(q.seq, 9);
		ck_assert_uint_eq(q.status, SMPP_RINVCMDID);
	}
}
END_TEST

START_TEST(a_text_field_takes_what_fits_and_is_text)
{
	char field[6];

	ck_assert(SMPP_SET(field, STRV("")));
	ck_assert_str_eq(field, "");
	ck_assert(SMPP_SET(field, STRV("12345")));
	ck_assert_str_eq(field, "12345");
	ck_assert(!SMPP_SET(field, STRV("123456")));
	ck_assert_str_eq(field, "");
	ck_assert(!SMPP_SET(field, STRV("1\0" "2")));
	ck_assert_str_eq(field, "");
	ck_assert(SMPP_SET(field, STRV_NONE));
}
END_TEST

START_TEST(names_are_for_people)
{
	ck_assert_str_eq(smpp_command_name(RESP(SMPP_SUBMIT_SM)),
	    "submit_sm_resp");
	ck_assert_str_eq(smpp_command_name(3), "unknown");
	ck_assert_str_eq(smpp_status_name(0x58), "ESME_RTHROTTLED");
	ck_assert_str_eq(smpp_status_text(0x0b),
	    "destination address is invalid");
	ck_assert_str_eq(smpp_status_name(0x400), "vendor");
	ck_assert_str_eq(smpp_status_name(0x500), "unknown");
	ck_assert_str_eq(smpp_tlv_name(0x424), "message_payload");
	ck_assert_str_eq(smpp_tlv_name(0x1400), "unknown");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("smpp");
	TCase *tc = tcase_create("decode");

	tcase_add_rows(tc, a_golden_pdu_decodes_as_its_row_says, rows);
	tcase_add_rows(tc, a_golden_pdu_of_ours_encodes_to_the_same_octets,
	    rows);
	tcase_add_rows(tc, a_pdu_cut_anywhere_is_refused_or_whole, rows);
	tcase_add_test(tc, every_field_of_a_deliver_sm_is_read);
	tcase_add_test(tc, number_types_nobody_knows_survive);
	tcase_add_test(tc, a_bind_is_read);
	tcase_add_test(tc, a_response_gives_its_message_id);
	tcase_add_test(tc,
	    tlvs_of_a_wrong_length_are_dropped_and_the_rest_found);
	suite_add_tcase(s, tc);

	tc = tcase_create("frame");
	tcase_add_test(tc, a_stream_is_framed_wherever_it_is_split);
	tcase_add_rows(tc, frame_lengths, frames);
	suite_add_tcase(s, tc);

	tc = tcase_create("encode");
	tcase_add_test(tc, a_submit_sm_is_built_to_the_octet);
	tcase_add_test(tc,
	    the_longest_pdu_keeps_the_library_inside_its_trace_buffer);
	tcase_add_test(tc, tlvs_keep_their_order_and_long_ones_go_last);
	tcase_add_test(tc,
	    what_does_not_fit_is_refused_and_leaves_no_octet);
	tcase_add_test(tc, an_answer_matches_its_request);
	tcase_add_test(tc, a_text_field_takes_what_fits_and_is_text);
	tcase_add_test(tc, names_are_for_people);
	suite_add_tcase(s, tc);
	return s;
}
