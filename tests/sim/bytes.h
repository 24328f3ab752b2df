/* bytes.h - growing byte buffer and the allocations of the simulator. */

#ifndef SIM_BYTES_H
#define SIM_BYTES_H

#include <stdint.h>

#include "base/strv.h"

/*
 * Zeroed is empty.  Once anything was added p[n] is NUL, so text can be
 * read as a C string.  Out of memory ends the program: it is a test tool.
 */
struct bytes {
	char *p;
	size_t n, cap;
};

void bytes_add(struct bytes *b, const void *data, size_t n);
void bytes_str(struct bytes *b, const char *s);		/* without the NUL */
void bytes_view(struct bytes *b, struct strv s);
void bytes_cstr(struct bytes *b, const char *s);	/* with the NUL */
void bytes_u8(struct bytes *b, unsigned v);
void bytes_u16(struct bytes *b, unsigned v);		/* big endian */
void bytes_u32(struct bytes *b, uint32_t v);		/* big endian */
void bytes_printf(struct bytes *b, const char *fmt, ...)
	__attribute__((format(printf, 2, 3)));

/* Room for n more octets at the end; the caller adds to b->n himself. */
char *bytes_room(struct bytes *b, size_t n);

/* Forget the first n octets. */
void bytes_drop(struct bytes *b, size_t n);
void bytes_free(struct bytes *b);

static inline struct strv bytes_all(const struct bytes *b)
{
	return (struct strv){ b->p ? b->p : "", b->n };
}

/* Zeroed memory, a copy of a string, a copy of a view; free() them. */
void *new_zero(size_t n)
	__attribute__((malloc, returns_nonnull));
char *new_str(const char *s)
	__attribute__((returns_nonnull));
char *new_view(struct strv s)
	__attribute__((returns_nonnull));

/* n random hexadecimal digits and a NUL; a random UUID of 36 and a NUL. */
void random_hex(char *to, size_t n);
void random_uuid(char to[37]);

#endif
