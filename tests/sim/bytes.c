/* bytes.c - growing byte buffer and the allocations of the simulator. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/random.h>

#include "bytes.h"

static void *or_die(void *p)
{
	if (!p) {
		fputs("parley-sim: out of memory\n", stderr);
		abort();
	}
	return p;
}

char *bytes_room(struct bytes *b, size_t n)
{
	if (b->cap < b->n + n + 1) {
		b->cap = 2 * b->cap + n + 64;
		b->p = or_die(realloc(b->p, b->cap));
	}
	return b->p + b->n;
}

void bytes_add(struct bytes *b, const void *data, size_t n)
{
	char *to = bytes_room(b, n);

	if (n > 0)
		memcpy(to, data, n);
	b->n += n;
	b->p[b->n] = '\0';
}

void bytes_str(struct bytes *b, const char *s)
{
	bytes_add(b, s, strlen(s));
}

void bytes_view(struct bytes *b, struct strv s)
{
	bytes_add(b, s.p, s.n);
}

void bytes_cstr(struct bytes *b, const char *s)
{
	bytes_add(b, s, strlen(s) + 1);
}

void bytes_u8(struct bytes *b, unsigned v)
{
	uint8_t o = (uint8_t)v;

	bytes_add(b, &o, 1);
}

void bytes_u16(struct bytes *b, unsigned v)
{
	bytes_u8(b, v >> 8);
	bytes_u8(b, v);
}

void bytes_u32(struct bytes *b, uint32_t v)
{
	bytes_u16(b, v >> 16);
	bytes_u16(b, v);
}

void bytes_printf(struct bytes *b, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	if (n > 0) {
		vsnprintf(bytes_room(b, (size_t)n), (size_t)n + 1, fmt, again);
		b->n += (size_t)n;
	}
	va_end(again);
}

void bytes_drop(struct bytes *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->p, b->p + n, b->n - n + 1);
	b->n -= n;
}

void bytes_free(struct bytes *b)
{
	free(b->p);
	*b = (struct bytes){ 0 };
}

void *new_zero(size_t n)
{
	return or_die(calloc(1, n));
}

char *new_str(const char *s)
{
	return or_die(strdup(s));
}

char *new_view(struct strv s)
{
	char *to = or_die(malloc(s.n + 1));

	if (s.n > 0)
		memcpy(to, s.p, s.n);
	to[s.n] = '\0';
	return to;
}

void random_hex(char *to, size_t n)
{
	uint8_t raw[64];

	if (getrandom(raw, sizeof(raw), 0) < 0)
		abort();
	for (size_t i = 0; i < n; i++)
		to[i] = "0123456789abcdef"[raw[i % sizeof(raw)] & 15];
	to[n] = '\0';
}

void random_uuid(char to[37])
{
	char h[33];

	random_hex(h, 32);
	snprintf(to, 37, "%.8s-%.4s-4%.3s-8%.3s-%.12s", h, h + 8, h + 12,
	    h + 15, h + 18);
}
