/* bytes.c - what the simulator adds to base/buf.h and base/alloc.h. */

#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"

void buf_cstr(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s) + 1);
}

char *buf_room(struct buf *b, size_t n)
{
	if (!buf_reserve(b, n))
		abort();	/* nothing here grows past 2 GiB */
	return b->p + b->n;
}

void buf_wrote(struct buf *b, size_t n)
{
	b->n += n;
	b->p[b->n] = '\0';
}

char *new_str(const char *s)
{
	return xstrndup(s, strlen(s));
}

char *new_view(struct strv s)
{
	char *to = xalloc(s.n + 1);

	if (s.n > 0)
		memcpy(to, s.p, s.n);
	return to;
}

/* RFC 9562 5.4 */
void random_uuid(char to[37])
{
	char h[33];

	rand_hex(h, 32);
	snprintf(to, 37, "%.8s-%.4s-4%.3s-8%.3s-%.12s", h, h + 8, h + 12,
	    h + 15, h + 18);
}
