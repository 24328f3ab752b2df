/* fuzz_csv.c - wire/csv.h under libFuzzer or replay.c. */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "wire/csv.h"

/* Read in pieces of step bytes; what was read, as text. */
static void read_all(struct strv all, size_t step, struct buf *out)
{
	enum csv_got got = CSV_MORE;
	struct csv c;

	csv_init(&c);
	while (got == CSV_MORE) {
		struct strv in = { all.p, all.n < step ? all.n : step };

		all = (struct strv){ all.p + in.n, all.n - in.n };
		do {
			got = csv_next(&c, &in, all.n == 0);
			if (got != CSV_RECORD)
				break;
			assert(c.n && c.n <= CSV_FIELDS);
			buf_addf(out, "%u", c.line);
			for (size_t i = 0; i < c.n; i++) {
				assert(utf8_valid(c.field[i]));
				buf_addc(out, '|');
				buf_adds(out, c.field[i]);
			}
		} while (true);
		assert(got == CSV_BAD || in.n == 0);
	}
	if (got == CSV_BAD)
		buf_addf(out, "!%u:%u %s", c.line, c.column, c.why);
	csv_deinit(&c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct strv all = { (const char *)data, size };
	struct buf once, pieces;

	buf_init(&once, BUF_NO_LIMIT);
	buf_init(&pieces, BUF_NO_LIMIT);
	read_all(all, size ? size : 1, &once);
	read_all(all, 1 + size % 7, &pieces);
	assert(strv_eq(buf_strv(&once), buf_strv(&pieces)));
	buf_deinit(&once);
	buf_deinit(&pieces);
	return 0;
}
