/* fuzz_receipt.c - wire/receipt.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/receipt.h"

static void inside(struct strv view, struct strv in)
{
	assert(!view.p || (view.p >= in.p && view.p + view.n <= in.p + in.n));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size };
	char norm[RECEIPT_ID_SIZE];
	struct receipt_ids ids;
	struct receipt r;

	receipt_parse(in, &r);
	inside(r.id, in);
	inside(r.err, in);
	inside(r.text, in);
	assert(receipt_state_name(r.state) != NULL);
	assert(receipt_fate(r.state) <= RECEIPT_FATE_FORBIDDEN);
	for (int i = 0; i < 2; i++) {
		receipt_id_candidates(i ? in : r.id, &ids);
		assert(ids.n >= 2 && ids.n <= RECEIPT_ID_N);
		receipt_id_norm(i ? in : r.id, norm);
		assert(strcmp(ids.id[1].s, norm) == 0);
		(void)receipt_id_canon(i ? in : r.id, RECEIPT_ID_HEX, norm);
		(void)receipt_id_canon(i ? in : r.id, RECEIPT_ID_DEC, norm);
	}
	return 0;
}
