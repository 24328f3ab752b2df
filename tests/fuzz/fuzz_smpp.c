/* fuzz_smpp.c - wire/smpp.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/receipt.h"
#include "wire/smpp.h"
#include "wire/udh.h"

static bool inside(struct strv view, struct strv in)
{
	return view.n == 0 ||
	    (view.p >= in.p && view.p + view.n <= in.p + in.n);
}

/* What was decoded encodes, and decodes to the same again. */
static void again(const struct smpp_pdu *p)
{
	struct smpp_pdu q;
	struct buf out;

	buf_init(&out, BUF_NO_LIMIT);
	if (smpp_encode(p, &out) == ERR_OK) {
		assert(smpp_decode(buf_strv(&out), &q) == ERR_OK);
		assert(q.id == p->id && q.status == p->status &&
		    q.seq == p->seq);
		if (!(p->status && p->id & SMPP_RESP)) {
			assert(strv_eq(q.short_message, p->short_message));
			assert(memcmp(&q.src, &p->src, sizeof(q.src)) == 0);
			assert(q.tlv_n == p->tlv_n);
		}
	}
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size }, text;
	struct smpp_pdu p;
	struct receipt r;
	struct udh h;
	size_t len;
	enum err e;

	if (smpp_frame(in, 65536, &len) == ERR_OK && len > 0) {
		assert(len >= SMPP_HEADER && len <= size);
		in.n = len;
	}
	e = smpp_decode(in, &p);
	assert((e == ERR_OK) == (p.fault == SMPP_ROK));
	/* the library refused what our walk let pass */
	assert(p.fault != SMPP_RSYSERR);
	if (e)
		return 0;
	assert(inside(p.short_message, in) && p.tlv_n <= SMPP_TLV_MAX);
	for (size_t i = 0; i < p.tlv_n; i++)
		assert(inside(p.tlv[i].value, in));
	if (p.esm_class & SMPP_ESM_UDHI)
		(void)udh_decode(smpp_body(&p), &h, &text);
	(void)receipt_decode(&p, &r);
	again(&p);
	return 0;
}
