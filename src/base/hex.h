/* hex.h - bytes as lower-case hex digits. */

#ifndef BASE_HEX_H
#define BASE_HEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/strv.h"

/* Writes 2 * n digits and a NUL to s. */
void hex_encode(const void *p, size_t n, char *s);

/* false unless s is exactly 2 * n digits, in either case. */
bool hex_decode(struct strv s, void *p, size_t n);

int hex_digit(char c);	/* 0..15, or -1 */

#endif
