/* base64.c - RFC 4648 section 4. */

#include "base/base64.h"

static const char alphabet[] =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

void base64_encode(struct strv s, struct buf *out)
{
	for (size_t i = 0; i < s.n; i += 3) {
		size_t left = s.n - i;
		uint32_t v = (uint32_t)(uint8_t)s.p[i] << 16;

		if (left > 1)
			v |= (uint32_t)(uint8_t)s.p[i + 1] << 8;
		if (left > 2)
			v |= (uint8_t)s.p[i + 2];
		buf_addc(out, alphabet[v >> 18]);
		buf_addc(out, alphabet[v >> 12 & 63]);
		buf_addc(out, left > 1 ? alphabet[v >> 6 & 63] : '=');
		buf_addc(out, left > 2 ? alphabet[v & 63] : '=');
	}
}

static int value(char c)
{
	const char *at = c ? strchr(alphabet, c) : NULL;

	return at ? (int)(at - alphabet) : -1;
}

bool base64_decode(struct strv s, struct buf *out)
{
	uint32_t v = 0;
	int have = 0, pad = 0;

	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if (c == ' ' || c == '\t' || c == '\r' || c == '\n')
			continue;
		if (c == '=') {
			pad++;
			continue;
		}
		if (pad || value(c) < 0)
			return false;
		v = v << 6 | (uint32_t)value(c);
		if (++have < 4)
			continue;
		buf_u8(out, (uint8_t)(v >> 16));
		buf_u16(out, (uint16_t)v);
		have = 0;
		v = 0;
	}
	if (have == 1 || (have && pad != 4 - have) || (!have && pad))
		return false;
	if (have == 2)
		buf_u8(out, (uint8_t)(v >> 4));
	if (have == 3)
		buf_u16(out, (uint16_t)(v >> 2));
	return true;
}
