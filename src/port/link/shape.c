/* shape.c - requests and contents as the web sees them: pure tables. */

#include "dir/link.h"
#include "port/link/shape.h"
#include "wire/sipbody.h"

/* --- paths ---------------------------------------------------------------- */

static struct strv last(struct strv path, struct strv *before)
{
	size_t at = path.n;

	while (at > 0 && path.p[at - 1] != '/')
		at--;
	*before = (struct strv){ path.p, at > 0 ? at - 1 : 0 };
	return (struct strv){ path.p + at, path.n - at };
}

static unsigned small_number(struct strv s)
{
	unsigned n = 0;

	if (s.n == 0 || s.n > 2 || s.p[0] == '0')
		return 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9')
			return 0;
		n = n * 10 + (unsigned)(s.p[i] - '0');
	}
	return n;
}

void shape_path(struct strv path, struct shape_path *out)
{
	struct strv before, end = last(path, &before);

	out->part = end.n == LINK_TOKEN ? 0 : small_number(end);
	out->token = out->part ? last(before, &before) : end;
}

/* --- types ---------------------------------------------------------------- */

static const struct {
	const char *media;	/* of the content, any case */
	struct shape shape;
} shapes[] = {
#define SHOWN(media, name, called) \
	{ media, { media, name, called, true } }
#define SAVED(media, name, called) \
	{ media, { media, name, called, false } }
	{ "text/plain", { "text/plain; charset=utf-8", "message.txt",
	  "a text", true } },
	SHOWN("image/jpeg", "picture.jpg", "a picture"),
	{ "image/jpg", { "image/jpeg", "picture.jpg", "a picture", true } },
	SHOWN("image/png", "picture.png", "a picture"),
	SHOWN("image/gif", "picture.gif", "a picture"),
	SHOWN("image/webp", "picture.webp", "a picture"),
	SHOWN("image/bmp", "picture.bmp", "a picture"),
	SHOWN("image/heic", "picture.heic", "a picture"),
	SHOWN("video/mp4", "video.mp4", "a video"),
	SHOWN("video/3gpp", "video.3gp", "a video"),
	SHOWN("video/webm", "video.webm", "a video"),
	SHOWN("video/quicktime", "video.mov", "a video"),
	SHOWN("audio/mpeg", "sound.mp3", "a recording"),
	SHOWN("audio/mp4", "sound.m4a", "a recording"),
	SHOWN("audio/aac", "sound.aac", "a recording"),
	SHOWN("audio/amr", "sound.amr", "a recording"),
	SHOWN("audio/ogg", "sound.ogg", "a recording"),
	SHOWN("audio/3gpp", "sound.3gp", "a recording"),
	SHOWN("audio/wav", "sound.wav", "a recording"),
	SHOWN("audio/webm", "sound.weba", "a recording"),
	SAVED("text/vcard", "contact.vcf", "a contact"),
	{ "text/x-vcard", { "text/vcard", "contact.vcf", "a contact",
	  false } },
	SAVED("text/calendar", "event.ics", "an event"),
	SAVED("application/pdf", "document.pdf", "a document"),
	{ "", { "application/octet-stream", "file.bin", "a file", false } },
};

const struct shape *shape_of(struct strv content_type)
{
	size_t i = 0;

	if (content_type.n == 0)
		return &shapes[0].shape;	/* RFC 2045 5.2 */
	while (shapes[i].media[0] &&
	    !sipbody_type_is(content_type, strv(shapes[i].media)))
		i++;
	return &shapes[i].shape;
}

bool shape_is_text(const struct shape *s)
{
	return s == &shapes[0].shape;
}

/* --- ranges --------------------------------------------------------------- */

/* Digits off s.  false: none, or too many. */
static bool number(struct strv *s, uint64_t *n)
{
	size_t i = 0;

	*n = 0;
	while (i < s->n && s->p[i] >= '0' && s->p[i] <= '9' && i < 18)
		*n = *n * 10 + (uint64_t)(s->p[i++] - '0');
	*s = (struct strv){ s->p + i, s->n - i };
	return i > 0 && (s->n == 0 || s->p[0] < '0' || s->p[0] > '9');
}

enum range shape_range(struct strv header, uint64_t size, uint64_t *from,
    uint64_t *n)
{
	struct strv unit, s;
	uint64_t a = 0, b = 0;
	bool first, second;

	*from = 0;
	*n = size;
	unit = strv_split(header, '=', &s);
	if (!s.p || !strv_caseeq(unit, STRV("bytes")))
		return RANGE_WHOLE;
	first = number(&s, &a);
	if (s.n == 0 || s.p[0] != '-')
		return RANGE_WHOLE;
	s = (struct strv){ s.p + 1, s.n - 1 };
	second = number(&s, &b);
	if (s.n || (!first && !second) || (first && second && b < a))
		return RANGE_WHOLE;
	if (!first) {			/* the last b bytes */
		a = b < size ? size - b : 0;
		if (b == 0)
			return RANGE_OUTSIDE;
	}
	if (a >= size)
		return RANGE_OUTSIDE;
	*from = a;
	*n = size - a;
	if (first && second && b - a + 1 < *n)
		*n = b - a + 1;
	return RANGE_PART;
}
