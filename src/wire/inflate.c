/* inflate.c - undo a Content-Encoding, within bounds (RFC 1950 to 1952). */

#include <zlib.h>

#include "wire/inflate.h"

#define CHUNK	4096	/* bytes asked for at once */

/* windowBits of inflateInit2() */
enum { FORM_RAW = -15, FORM_ZLIB = 15, FORM_GZIP = 15 + 16 };

static bool identity(struct strv coding)
{
	return coding.n == 0 || strv_caseeq(coding, STRV("identity"));
}

bool inflate_knows(struct strv coding)
{
	return identity(coding) || strv_caseeq(coding, STRV("deflate")) ||
	    strv_caseeq(coding, STRV("gzip")) ||
	    strv_caseeq(coding, STRV("x-gzip"));
}

/* RFC 1950 2.2: method 8, window at most 32k, a header divisible by 31. */
static int form_of(struct strv in)
{
	unsigned cmf = in.n > 0 ? (uint8_t)in.p[0] : 0;
	unsigned flg = in.n > 1 ? (uint8_t)in.p[1] : 0;

	if (cmf == 0x1f && flg == 0x8b)
		return FORM_GZIP;
	if ((cmf & 15) == 8 && cmf >> 4 <= 7 && (cmf << 8 | flg) % 31 == 0)
		return FORM_ZLIB;
	return FORM_RAW;
}

static bool only_line_ends(const z_stream *z)
{
	for (uInt i = 0; i < z->avail_in; i++) {
		if (z->next_in[i] != '\r' && z->next_in[i] != '\n')
			return false;
	}
	return true;
}

static enum err run(z_stream *z, size_t most, struct buf *out)
{
	Bytef chunk[CHUNK];
	int rc;

	do {
		z->next_out = chunk;
		z->avail_out = sizeof(chunk);
		rc = inflate(z, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END)
			return ERR_BAD_SYNTAX;	/* damaged, or cut short */
		buf_add(out, chunk, sizeof(chunk) - z->avail_out);
		if (out->full || z->total_out > most)
			return ERR_TOO_BIG;
	} while (rc != Z_STREAM_END);
	return only_line_ends(z) ? ERR_OK : ERR_BAD_SYNTAX;
}

enum err inflate_decode(struct strv coding, struct strv in, struct buf *out)
{
	z_stream z = { .avail_in = (uInt)in.n };
	enum err e;

	if (!inflate_knows(coding))
		return ERR_BAD_CONTENT;
	if (identity(coding)) {
		buf_adds(out, in);
		return out->full ? ERR_TOO_BIG : ERR_OK;
	}
	if (in.n > BUF_NO_LIMIT)
		return ERR_TOO_BIG;
	z.next_in = (Bytef *)(uintptr_t)in.p;	/* only read */
	if (inflateInit2(&z, form_of(in)) != Z_OK)
		return ERR_BUSY;
	e = run(&z, in.n * INFLATE_RATIO + INFLATE_FREE, out);
	inflateEnd(&z);
	return e;
}
