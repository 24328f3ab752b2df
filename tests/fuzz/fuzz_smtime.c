/* fuzz_smtime.c - wire/smtime.h under libFuzzer or replay.c. */

#include <assert.h>

#include "fuzz.h"
#include "wire/smtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv in = { (const char *)data, size };
	char s[SMTIME_SIZE];
	int64_t at, again, n = 0;

	if (smtime_decode(in, 0, &at) == ERR_OK && size > 0 &&
	    in.p[15] != 'R' && at >= INT64_C(946684800000) &&
	    at < INT64_C(4102444800000)) {
		smtime_absolute(at, s);
		assert(smtime_decode(strv(s), 0, &again) == ERR_OK);
		assert(again == at);
	}
	memcpy(&n, data, size < sizeof(n) ? size : sizeof(n));
	smtime_relative(n, s);
	assert(smtime_decode(strv(s), 0, &at) == ERR_OK && at >= 1000);
	smtime_absolute(n, s);
	assert(smtime_decode(strv(s), 0, &at) == ERR_OK);
	return 0;
}
