/* utf8.h - RFC 3629 text, one code point at a time. */

#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define UTF8_REPLACEMENT	0xfffdu
#define UTF8_MAX		0x10ffffu

/*
 * Take the next code point off s.  An invalid byte yields
 * UTF8_REPLACEMENT, sets *bad (if bad is not NULL) and takes one byte.
 * s must not be empty.
 */
uint32_t utf8_next(struct strv *s, bool *bad);

void utf8_add(struct buf *out, uint32_t c);	/* surrogates: replacement */
bool utf8_valid(struct strv s);
size_t utf8_ascii(struct strv s);	/* bytes until one is not ASCII */
size_t utf8_count(struct strv s);	/* so often takes utf8_next() */

#endif
