/* bytes.h - what the simulator adds to base/buf.h and base/alloc.h. */

#ifndef SIM_BYTES_H
#define SIM_BYTES_H

#include "base/alloc.h"
#include "base/buf.h"
#include "base/rand.h"

/* The initial value of a struct buf, as buf_init() would leave it. */
#define BUF_EMPTY { .p = (char *)(uintptr_t)"", .limit = BUF_NO_LIMIT }

void buf_cstr(struct buf *b, const char *s);	/* with its NUL */

/* Where n bytes may be written, and how many of them were. */
char *buf_room(struct buf *b, size_t n);
void buf_wrote(struct buf *b, size_t n);

/* Copies for free(); an absent view is an empty string. */
char *new_str(const char *s);
char *new_view(struct strv s);

void random_uuid(char to[37]);

#endif
