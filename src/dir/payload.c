/* payload.c - of which types the content of a message is. */

#include <ctype.h>

#include "core/content.h"
#include "core/message.h"
#include "dir/payload.h"
#include "wire/sipbody.h"

#define DECODED_MAX	(16u << 20)	/* bytes; more is not looked into */

static void add(struct strv type, struct buf *out)
{
	struct strv rest;

	type = strv_split(type, ';', &rest);
	while (type.n && isspace((unsigned char)type.p[type.n - 1]))
		type.n--;
	if (type.n == 0)
		return;
	if (out->n)
		buf_addc(out, ' ');
	for (size_t i = 0; i < type.n; i++)
		buf_addc(out, (char)tolower((unsigned char)type.p[i]));
}

void payload_types(const struct message *m, struct buf *out)
{
	struct sipbody_in in = { .max_size = DECODED_MAX };
	struct sipbody body;
	struct arena a;

	if (!m->content)
		return;
	arena_init(&a);
	in.type = m->content->type;
	in.encoding = m->content->encoding;
	in.body = m->content->bytes;
	if (!sipbody_type_is(in.type, STRV("message/cpim")))
		add(in.type.n ? in.type : STRV("text/plain"), out);
	else if (sipbody_decode(&in, &a, &body) == ERR_OK && body.wrapped)
		add(body.type.n ? body.type : STRV("text/plain"), out);
	else
		add(in.type, out);
	arena_deinit(&a);
}
