/* jsonw.c - write JSON (RFC 8259). */

#include <assert.h>
#include <inttypes.h>
#include <string.h>

#include "base/jsonw.h"
#include "base/utf8.h"

void jsonw_init(struct jsonw *w, struct buf *out)
{
	*w = (struct jsonw){ .out = out };
}

static void escape(struct buf *out, uint32_t c)
{
	static const struct {
		char c, as;
	} shorts[] = {
		{ '"', '"' }, { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
		{ '\n', 'n' }, { '\r', 'r' }, { '\t', 't' },
	};

	for (size_t i = 0; i < sizeof(shorts) / sizeof(shorts[0]); i++) {
		if ((uint32_t)shorts[i].c == c) {
			buf_addc(out, '\\');
			buf_addc(out, shorts[i].as);
			return;
		}
	}
	buf_addf(out, "\\u%04" PRIx32, c);
}

#define EACH(byte)	(UINT64_C(0x0101010101010101) * (byte))

/* None of eight bytes is below a blank, above ~, a quote or a backslash. */
static bool plain8(const char *p)
{
	uint64_t v, quote, slash;

	memcpy(&v, p, sizeof(v));
	quote = v ^ EACH('"');
	slash = v ^ EACH('\\');
	/* a bit 7: of the byte itself, of one borrowed from or carried to it */
	return ((v | (v - EACH(' ')) | (v + EACH(1)) |
	    (quote - EACH(1)) | (slash - EACH(1))) & EACH(0x80)) == 0;
}

static bool plain1(char c)
{
	return (uint8_t)c >= ' ' && (uint8_t)c < 0x7f && c != '"' &&
	    c != '\\';
}

/* Bytes that stand for themselves; most texts are nothing else. */
static size_t plain(struct strv v)
{
	size_t n = 0;

	while (n + 8 <= v.n && plain8(v.p + n))
		n += 8;
	if (v.n >= 8 && v.n - n < 8 && plain8(v.p + v.n - 8))
		return v.n;
	while (n < v.n && plain1(v.p[n]))
		n++;
	return n;
}

bool jsonw_is_plain(struct strv v)
{
	return plain(v) == v.n;
}

void jsonw_quote(struct buf *out, struct strv v)
{
	buf_addc(out, '"');
	while (v.n) {
		size_t n = plain(v);
		uint32_t c;

		buf_add(out, v.p, n);
		v = (struct strv){ v.p + n, v.n - n };
		if (v.n == 0)
			break;
		c = utf8_next(&v, NULL);
		if (c < ' ' || c == '"' || c == '\\' || c == 0x7f)
			escape(out, c);
		else
			utf8_add(out, c);
	}
	buf_addc(out, '"');
}

/* What comes before every value: a comma, a name. */
static void begin(struct jsonw *w, const char *name)
{
	assert(w->object[w->depth] == (name != NULL));
	assert(w->depth || !w->more[0]);
	if (w->more[w->depth])
		buf_addc(w->out, ',');
	w->more[w->depth] = true;
	if (name) {
		jsonw_quote(w->out, strv(name));
		buf_addc(w->out, ':');
	}
}

static void open_one(struct jsonw *w, const char *name, bool object)
{
	begin(w, name);
	assert(w->depth < JSONW_DEPTH);
	w->depth++;
	w->object[w->depth] = object;
	w->more[w->depth] = false;
	buf_addc(w->out, object ? '{' : '[');
}

void jsonw_object(struct jsonw *w, const char *name)
{
	open_one(w, name, true);
}

void jsonw_array(struct jsonw *w, const char *name)
{
	open_one(w, name, false);
}

void jsonw_end(struct jsonw *w)
{
	assert(w->depth);
	buf_addc(w->out, w->object[w->depth] ? '}' : ']');
	w->depth--;
}

void jsonw_str(struct jsonw *w, const char *name, struct strv v)
{
	if (!v.p) {
		jsonw_null(w, name);
		return;
	}
	begin(w, name);
	jsonw_quote(w->out, v);
}

void jsonw_int(struct jsonw *w, const char *name, int64_t v)
{
	begin(w, name);
	buf_addi(w->out, v);
}

void jsonw_bool(struct jsonw *w, const char *name, bool v)
{
	begin(w, name);
	buf_addz(w->out, v ? "true" : "false");
}

void jsonw_null(struct jsonw *w, const char *name)
{
	begin(w, name);
	buf_addz(w->out, "null");
}

void jsonw_raw(struct jsonw *w, const char *name, struct strv json)
{
	begin(w, name);
	buf_adds(w->out, json);
}
