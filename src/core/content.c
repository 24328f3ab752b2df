/* content.c - the body of a message. */

#include <stdlib.h>

#include "base/alloc.h"
#include "core/content.h"

static struct strv put(char **at, struct strv s)
{
	struct strv copy = { s.p ? *at : NULL, s.n };

	if (s.n)
		memcpy(*at, s.p, s.n);
	*at += s.n;
	return copy;
}

struct content *content_new(struct strv type, struct strv encoding,
    struct strv bytes)
{
	struct content *c = xalloc(sizeof(*c) + type.n + encoding.n + bytes.n);
	char *at = (char *)(c + 1);

	c->type = put(&at, type);
	c->encoding = put(&at, encoding);
	c->bytes = put(&at, bytes);
	c->refs = 1;
	return c;
}

struct content *content_ref(struct content *c)
{
	c->refs++;
	return c;
}

void content_unref(struct content *c)
{
	if (c && --c->refs == 0)
		free(c);
}
