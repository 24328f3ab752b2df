/* hex.c - bytes as lower-case hex digits. */

#include <stdint.h>

#include "base/hex.h"

void hex_encode(const void *p, size_t n, char *s)
{
	static const char digits[] = "0123456789abcdef";
	const uint8_t *b = p;

	while (n-- > 0) {
		*s++ = digits[*b >> 4];
		*s++ = digits[*b++ & 15];
	}
	*s = 0;
}

int hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

bool hex_decode(struct strv s, void *p, size_t n)
{
	uint8_t *out = p;

	if (s.n != 2 * n)
		return false;
	for (size_t i = 0; i < n; i++) {
		int hi = hex_digit(s.p[2 * i]), lo = hex_digit(s.p[2 * i + 1]);

		if (hi < 0 || lo < 0)
			return false;
		out[i] = (uint8_t)(hi << 4 | lo);
	}
	return true;
}
