/* buf.c - growing bytes with a hard limit. */

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/buf.h"

/* what p shows while nothing is allocated; only ever read */
static char empty[1];

void buf_init(struct buf *b, size_t limit)
{
	*b = (struct buf){ .p = empty, .limit = limit };
}

void buf_deinit(struct buf *b)
{
	if (b->size)
		free(b->p);
	buf_init(b, b->limit);
}

void buf_clear(struct buf *b)
{
	b->n = 0;
	b->full = false;
	if (b->size)
		b->p[0] = 0;
}

bool buf_reserve(struct buf *b, size_t n)
{
	size_t want, size;

	if (b->full || n > b->limit || b->n > b->limit - n) {
		b->full = true;
		return false;
	}
	want = b->n + n + 1;
	if (want <= b->size)
		return true;
	size = b->size ? b->size : 64;
	while (size < want)
		size *= 2;
	b->p = xrealloc(b->size ? b->p : NULL, size);
	b->p[b->n] = 0;
	b->size = size;
	return true;
}

void buf_add(struct buf *b, const void *p, size_t n)
{
	if (n == 0 || !buf_reserve(b, n))
		return;
	memcpy(b->p + b->n, p, n);
	b->n += n;
	b->p[b->n] = 0;
}

void buf_adds(struct buf *b, struct strv s)
{
	buf_add(b, s.p, s.n);
}

void buf_addc(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_addz(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_addi(struct buf *b, int64_t v)
{
	uint64_t u = v < 0 ? 0 - (uint64_t)v : (uint64_t)v;
	char text[20], *p = text + sizeof(text);

	do {
		*--p = (char)('0' + u % 10);
		u /= 10;
	} while (u);
	if (v < 0)
		*--p = '-';
	buf_add(b, p, (size_t)(text + sizeof(text) - p));
}

/* Formatted once when it is short or there is room, else twice. */
void buf_addv(struct buf *b, const char *fmt, va_list ap)
{
	char small[256];
	size_t room = b->size > b->n ? b->size - b->n : 0;
	char *to = room > sizeof(small) ? b->p + b->n : small;
	size_t size = room > sizeof(small) ? room : sizeof(small);
	va_list again;
	int n;

	va_copy(again, ap);
	n = vsnprintf(to, size, fmt, again);
	va_end(again);
	if (n <= 0 || !buf_reserve(b, (size_t)n)) {
		if (b->size)
			b->p[b->n] = 0;
		return;
	}
	if ((size_t)n >= size)
		(void)vsnprintf(b->p + b->n, (size_t)n + 1, fmt, ap);
	else if (to == small)
		memcpy(b->p + b->n, small, (size_t)n + 1);
	b->n += (size_t)n;
}

void buf_addf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_addv(b, fmt, ap);
	va_end(ap);
}

void buf_u8(struct buf *b, uint8_t v)
{
	buf_add(b, &v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
	uint8_t be[] = { (uint8_t)(v >> 8), (uint8_t)v };

	buf_add(b, be, sizeof(be));
}

void buf_u32(struct buf *b, uint32_t v)
{
	buf_u16(b, (uint16_t)(v >> 16));
	buf_u16(b, (uint16_t)v);
}

void buf_drop(struct buf *b, size_t n)
{
	if (n >= b->n) {
		buf_clear(b);
		return;
	}
	memmove(b->p, b->p + n, b->n - n + 1);
	b->n -= n;
}

void buf_cut(struct buf *b, size_t n)
{
	if (n >= b->n)
		return;
	b->n = n;
	b->p[n] = 0;
}

char *buf_steal(struct buf *b)
{
	char *p = b->size ? b->p : xstrndup("", 0);

	buf_init(b, b->limit);
	return p;
}
