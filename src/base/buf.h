/* buf.h - growing bytes with a hard limit; always readable as a C string. */

#ifndef BASE_BUF_H
#define BASE_BUF_H

#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/strv.h"

/*
 * p is never NULL and p[n] is always 0.  Past the limit an append does
 * nothing and sets full, which sticks: a writer appends a whole structure
 * and checks once.
 */
struct buf {
	char *p;
	size_t n;	/* bytes in use, without the final NUL */
	size_t size;	/* bytes allocated; 0: p is not ours to free */
	size_t limit;	/* n never passes it */
	bool full;	/* an append did not fit */
};

#define BUF_NO_LIMIT	((size_t)1 << 31)

void buf_init(struct buf *b, size_t limit);
void buf_deinit(struct buf *b);		/* ready for buf_init() again */
void buf_clear(struct buf *b);		/* empty, not full; keeps its memory */

/* Room for n more bytes; false and full if that passes the limit. */
bool buf_reserve(struct buf *b, size_t n);
void buf_add(struct buf *b, const void *p, size_t n);
void buf_adds(struct buf *b, struct strv s);
void buf_addc(struct buf *b, char c);
void buf_addz(struct buf *b, const char *s);	/* up to its NUL */
void buf_addi(struct buf *b, int64_t v);	/* in decimal, without printf */
void buf_addf(struct buf *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));
void buf_addv(struct buf *b, const char *fmt, va_list ap)
	__attribute__((format(printf, 2, 0)));

/* big endian */
void buf_u8(struct buf *b, uint8_t v);
void buf_u16(struct buf *b, uint16_t v);
void buf_u32(struct buf *b, uint32_t v);

/* Remove the first n bytes (at most all of them). */
void buf_drop(struct buf *b, size_t n);

static inline struct strv buf_strv(const struct buf *b)
{
	return (struct strv){ b->p, b->n };
}

/* Keep only the first n bytes, of which there are as many or more. */
void buf_cut(struct buf *b, size_t n);

/* Take the bytes as a C string for free(); b is as after buf_init(). */
char *buf_steal(struct buf *b);

#endif
