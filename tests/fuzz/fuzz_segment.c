/* fuzz_segment.c - wire/segment.h; two octets of options, then text. */

#include <assert.h>

#include "base/utf8.h"
#include "fuzz.h"
#include "wire/segment.h"
#include "wire/udh.h"

static struct segment_piece piece(const struct segments *s, unsigned i,
    const struct segment_opt *opt)
{
	struct segment_piece p = { .seq = (uint8_t)(i + 1),
	    .alphabet = opt->alphabet, .octets = segments_part(s, i) };
	struct udh h;

	if (!s->udhi)
		return p;
	assert(udh_decode(segments_part(s, i), &h, &p.octets) == ERR_OK);
	assert(h.seq == i + 1 && h.total == s->total);
	p.udh = (uint8_t)(segments_part(s, i).n - p.octets.n);
	return p;
}

/* Parts keep their limits and make up the text that was cut. */
static void check(struct strv text, const struct segments *s,
    const struct segment_opt *opt)
{
	size_t max = opt->alphabet == DCS_GSM7 ? 160 : 140;
	struct segment_piece pieces[SEGMENT_MAX];
	struct buf joined, whole;

	for (unsigned i = 0; i < s->total; i++) {
		pieces[i] = piece(s, i, opt);
		assert(opt->carriage == SEGMENT_PAYLOAD ||
		    segments_part(s, i).n <= max);
	}
	buf_init(&joined, BUF_NO_LIMIT);
	buf_init(&whole, BUF_NO_LIMIT);
	assert(segment_join(pieces, s->total, s->total, &joined) == ERR_OK);
	if (opt->mode == GSM7_EXACT && opt->alphabet == DCS_UCS2)
		while (text.n > 0)	/* invalid octets are replaced */
			utf8_add(&whole, utf8_next(&text, NULL));
	else
		buf_adds(&whole, text);
	if (opt->mode == GSM7_EXACT && opt->alphabet != DCS_GSM7_PACKED)
		assert(strv_eq(buf_strv(&joined), buf_strv(&whole)));
	buf_deinit(&joined);
	buf_deinit(&whole);
}

static void join_anything(const uint8_t *data, size_t size)
{
	struct segment_piece pieces[16];
	size_t n = 0;
	struct buf out;

	for (; n < 16 && size >= 3; n++) {
		size_t len = data[2] % 16u;

		if (len > size - 3)
			len = size - 3;
		pieces[n] = (struct segment_piece){
			.seq = data[0], .udh = data[1] >> 4,
			.alphabet = (enum dcs_alphabet)(data[1] & 7),
			.octets = { (const char *)data + 3, len },
		};
		data += 3 + len;
		size -= 3 + len;
	}
	buf_init(&out, BUF_NO_LIMIT);
	if (segment_join(pieces, n, 16, &out) == ERR_OK)
		assert(utf8_valid(buf_strv(&out)));
	buf_deinit(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct segment_opt opt;
	struct segments s;
	struct strv text;
	enum err e;

	if (size < 2)
		return 0;
	opt = (struct segment_opt){
		.alphabet = (enum dcs_alphabet)(data[0] & 7),
		.mode = (enum gsm7_mode)(data[0] >> 3 & 3),
		.carriage = (enum segment_carriage)(data[0] >> 5 & 3),
		.clusters = data[0] >> 7, .ref = data[1],
	};
	text = (struct strv){ (const char *)data + 2, size - 2 };
	segments_init(&s);
	e = segment_split(text, &opt, &s);
	assert(e != ERR_OK || segment_count(text, &opt) == s.total);
	if (e == ERR_OK)
		check(text, &s, &opt);
	else
		assert(s.total == 0);
	segments_deinit(&s);
	join_anything(data, size);
	return 0;
}
