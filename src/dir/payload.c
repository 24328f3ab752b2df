/* payload.c - of which types the content of a message is. */

#include <ctype.h>

#include "core/content.h"
#include "core/message.h"
#include "dir/payload.h"
#include "wire/mime.h"
#include "wire/sipbody.h"

#define DECODED_MAX	(64u << 20)	/* bytes; more is not looked into */
#define DEPTH		4		/* multiparts in multiparts */

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

static void add_all(const struct sipbody_in *in, unsigned depth,
    struct arena *a, struct buf *out);

static void add_parts(const struct sipbody *body, unsigned depth,
    struct arena *a, struct buf *out)
{
	struct mime m;

	if (mime_split(body->type, body->content, &m) != ERR_OK)
		return;
	for (size_t i = 0; i < m.n; i++) {
		const struct mime_part *p = &m.part[i];
		const struct sipbody_in in = { .type = p->type,
			.encoding = p->encoding, .transfer = p->transfer,
			.body = p->body, .max_size = DECODED_MAX };

		add_all(&in, depth, a, out);
	}
}

static bool is_multipart(struct strv type)
{
	return type.n > 10 && strncasecmp(type.p, "multipart/", 10) == 0;
}

static void add_all(const struct sipbody_in *in, unsigned depth,
    struct arena *a, struct buf *out)
{
	struct sipbody body = { .type = in->type, .content = in->body };
	bool wrapped = sipbody_type_is(in->type, STRV("message/cpim"));
	bool inside = wrapped || is_multipart(in->type);

	if (inside && depth < DEPTH &&
	    sipbody_decode(in, a, &body) != ERR_OK)
		body.type = in->type;
	add(body.type.n ? body.type : STRV("text/plain"), out);
	if (depth < DEPTH && is_multipart(body.type))
		add_parts(&body, depth + 1, a, out);
}

void payload_types(const struct message *m, struct buf *out)
{
	struct sipbody_in in = { .max_size = DECODED_MAX };
	struct arena a;

	if (!m->content)
		return;
	arena_init(&a);
	in.type = m->content->type;
	in.encoding = m->content->encoding;
	in.body = m->content->bytes;
	add_all(&in, 0, &a, out);
	arena_deinit(&a);
}
