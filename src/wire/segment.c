/* segment.c - long texts in short messages (TS 23.040 9.2.3.24.1 and .8). */

#include "base/utf8.h"
#include "wire/segment.h"
#include "wire/udh.h"

enum { USER_DATA = 140, BODY_MAX = 160, PAYLOAD_MAX = 65535 };

void segments_init(struct segments *s)
{
	buf_init(&s->octets, PAYLOAD_MAX);
	s->start[0] = 0;
	s->total = 0;
	s->udhi = false;
}

void segments_deinit(struct segments *s)
{
	buf_deinit(&s->octets);
}

struct strv segments_part(const struct segments *s, unsigned i)
{
	return (struct strv){ s->octets.p + s->start[i],
	    s->start[i + 1] - s->start[i] };
}

enum dcs_alphabet segment_alphabet(struct strv utf8, enum gsm7_mode mode)
{
	return gsm7_fits(utf8, mode, NULL) ? DCS_GSM7 : DCS_UCS2;
}

static bool septets(enum dcs_alphabet a)
{
	return a == DCS_GSM7 || a == DCS_GSM7_PACKED;
}

/* Septets or octets of text that fit behind that much UDH. */
static size_t room(enum dcs_alphabet a, size_t udh)
{
	size_t octets = USER_DATA - udh;

	return septets(a) ? octets * 8 / 7 : octets;
}

/* --- clusters ------------------------------------------------------------- */

/*
 * What joins the character before it: marks, joiners, variation selectors,
 * skin tones, tags.  A selection of Unicode's Grapheme_Extend that covers
 * what people write; the rest is merely cut.
 */
static const struct { uint32_t first, last; } extends[] = {
	{ 0x0300, 0x036f }, { 0x0483, 0x0489 }, { 0x0591, 0x05bd },
	{ 0x05bf, 0x05bf }, { 0x05c1, 0x05c2 }, { 0x05c4, 0x05c5 },
	{ 0x05c7, 0x05c7 }, { 0x0610, 0x061a }, { 0x064b, 0x065f },
	{ 0x0670, 0x0670 }, { 0x06d6, 0x06dc }, { 0x06df, 0x06e4 },
	{ 0x06e7, 0x06e8 }, { 0x06ea, 0x06ed }, { 0x0900, 0x0903 },
	{ 0x093a, 0x093c }, { 0x093e, 0x094f }, { 0x0951, 0x0957 },
	{ 0x0981, 0x0983 }, { 0x09bc, 0x09bc }, { 0x09be, 0x09cd },
	{ 0x0b82, 0x0b82 }, { 0x0bbe, 0x0bcd }, { 0x0e31, 0x0e31 },
	{ 0x0e34, 0x0e3a }, { 0x0e47, 0x0e4e }, { 0x1ab0, 0x1aff },
	{ 0x1dc0, 0x1dff }, { 0x200c, 0x200d }, { 0x20d0, 0x20ff },
	{ 0x3099, 0x309a }, { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f },
	{ 0x1f3fb, 0x1f3ff }, { 0xe0020, 0xe007f }, { 0xe0100, 0xe01ef },
};

enum { JOINER = 0x200d };

static bool joins(uint32_t c)
{
	for (size_t i = 0; i < sizeof(extends) / sizeof(extends[0]); i++)
		if (c >= extends[i].first && c <= extends[i].last)
			return true;
	return false;
}

static bool flag_half(uint32_t c)
{
	return c >= 0x1f1e6 && c <= 0x1f1ff;
}

/* Take the next cluster off s; without whole, the next code point. */
static struct strv next(struct strv *s, bool whole)
{
	struct strv all = *s, rest;
	uint32_t before = utf8_next(s, NULL), c;
	bool flag = flag_half(before);

	while (whole && s->n > 0) {
		rest = *s;
		c = utf8_next(&rest, NULL);
		if (!joins(c) && before != JOINER &&
		    !(flag && flag_half(c)) && !(before == '\r' && c == '\n'))
			break;
		flag = false;
		before = c;
		*s = rest;
	}
	return (struct strv){ all.p, all.n - s->n };
}

/* --- cutting -------------------------------------------------------------- */

struct cutter {
	const struct segment_opt *opt;
	size_t cap;		/* of a part, septets or octets */
	uint8_t body[BODY_MAX];	/* the part being filled */
	size_t n;
	size_t parts;		/* finished */
	struct segments *out;	/* NULL: only count */
};

/* What the text takes uncut; false if the alphabet lacks a character. */
static bool measure(struct strv utf8, const struct segment_opt *opt,
    size_t *sum)
{
	uint8_t unit[GSM7_UNIT_MAX];

	*sum = 0;
	while (utf8.n > 0) {
		size_t n = dcs_unit(opt->alphabet, utf8_next(&utf8, NULL),
		    opt->mode, unit);

		if (n == 0)
			return false;
		*sum += n;
	}
	return opt->alphabet != DCS_BINARY;
}

static void put_part(struct cutter *c)
{
	struct segments *out = c->out;
	struct strv body = { (const char *)c->body, c->n };
	struct udh udh = {
		.ref = c->opt->ref,
		.wide = c->opt->carriage == SEGMENT_UDH16,
		.total = (uint8_t)out->total,
		.seq = (uint8_t)(c->parts + 1),
	};
	size_t head = out->octets.n;

	if (out->udhi)
		udh_encode(&udh, &out->octets);
	head = out->octets.n - head;
	if (c->opt->alphabet == DCS_GSM7_PACKED)
		gsm7_pack(body, gsm7_fill(head), &out->octets);
	else
		buf_adds(&out->octets, body);
	out->start[c->parts + 1] = (uint32_t)out->octets.n;
}

static void end_part(struct cutter *c)
{
	if (c->out)
		put_part(c);
	c->parts++;
	c->n = 0;
}

static void add(struct cutter *c, struct strv cluster)
{
	size_t n;

	if (measure(cluster, c->opt, &n) && n <= c->cap && n > c->cap - c->n)
		end_part(c);
	while (cluster.n > 0) {
		uint8_t unit[GSM7_UNIT_MAX];

		n = dcs_unit(c->opt->alphabet, utf8_next(&cluster, NULL),
		    c->opt->mode, unit);
		if (n > c->cap - c->n)
			end_part(c);
		memcpy(c->body + c->n, unit, n);
		c->n += n;
	}
}

static size_t udh_octets(const struct segment_opt *opt)
{
	return opt->carriage == SEGMENT_UDH16 ? UDH_CONCAT16 : UDH_CONCAT8;
}

/* Returns the number of parts. */
static size_t cut(struct strv utf8, const struct segment_opt *opt,
    struct segments *out)
{
	struct cutter c = {
		.opt = opt,
		.cap = room(opt->alphabet, udh_octets(opt)),
		.out = out,
	};

	while (utf8.n > 0)
		add(&c, next(&utf8, opt->clusters));
	end_part(&c);
	return c.parts;
}

static bool in_one(const struct segment_opt *opt, size_t sum)
{
	return opt->carriage == SEGMENT_PAYLOAD ||
	    sum <= room(opt->alphabet, 0);
}

size_t segment_count(struct strv utf8, const struct segment_opt *opt)
{
	size_t sum;

	if (!measure(utf8, opt, &sum))
		return 0;
	return in_one(opt, sum) ? 1 : cut(utf8, opt, NULL);
}

enum err segment_split(struct strv utf8, const struct segment_opt *opt,
    struct segments *out)
{
	size_t sum, total, max = opt->max_parts ? opt->max_parts : SEGMENT_MAX;
	enum err e;

	buf_clear(&out->octets);
	out->start[0] = 0;
	out->udhi = false;
	out->total = 0;
	if (!measure(utf8, opt, &sum))
		return ERR_BAD_CONTENT;
	if (in_one(opt, sum)) {
		e = dcs_encode(opt->alphabet, utf8, opt->mode, &out->octets);
		out->start[1] = (uint32_t)out->octets.n;
		out->total = e ? 0 : 1;
		return e;
	}
	total = cut(utf8, opt, NULL);
	if (total > max)
		return ERR_TOO_BIG;
	out->total = (unsigned)total;
	out->udhi = opt->carriage != SEGMENT_SAR;
	cut(utf8, opt, out);
	return ERR_OK;
}

/* --- joining -------------------------------------------------------------- */

static int compare(struct strv a, struct strv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	return d ? d : (a.n > b.n) - (a.n < b.n);
}

int segment_key_cmp(const struct segment_key *a, const struct segment_key *b)
{
	int d = compare(a->src, b->src);

	if (!d)
		d = compare(a->dst, b->dst);
	if (!d)
		d = compare(a->link, b->link);
	if (!d)
		d = (int)a->ref - (int)b->ref;
	if (!d)
		d = (int)a->total - (int)b->total;
	return d ? d : (int)a->kind - (int)b->kind;
}

enum err segment_check(unsigned total, unsigned seq, unsigned max_parts)
{
	if (total == 0 || seq == 0 || seq > total)
		return ERR_BAD_SYNTAX;
	return total > max_parts ? ERR_TOO_BIG : ERR_OK;
}

/* Add a piece to the run of octets that is decoded in one. */
static void add_piece(const struct segment_piece *p, bool last,
    struct buf *run)
{
	if (p->alphabet == DCS_GSM7_PACKED)
		gsm7_unpack(p->octets, gsm7_fill(p->udh), last, run);
	else
		buf_adds(run, p->octets);
}

static enum err flush(enum dcs_alphabet a, struct buf *run, struct buf *out)
{
	enum err e = dcs_decode(a == DCS_GSM7_PACKED ? DCS_GSM7 : a,
	    buf_strv(run), out);

	buf_clear(run);
	return e;
}

enum err segment_join(const struct segment_piece *pieces, size_t n,
    unsigned total, struct buf *out)
{
	enum err e = ERR_OK;
	unsigned next_seq = 1;
	struct buf run;

	buf_init(&run, BUF_NO_LIMIT);
	for (size_t i = 0; i < n && !e; i++) {
		const struct segment_piece *p = &pieces[i];
		bool gap = p->seq != next_seq;

		if (p->seq < next_seq || p->seq > total) {
			e = ERR_BAD_SYNTAX;
			break;
		}
		if (i > 0 && (gap || p->alphabet != p[-1].alphabet))
			e = flush(p[-1].alphabet, &run, out);
		if (gap)
			buf_addz(out, SEGMENT_GAP);
		add_piece(p, p->seq == total, &run);
		next_seq = p->seq + 1u;
	}
	if (!e && n > 0)
		e = flush(pieces[n - 1].alphabet, &run, out);
	if (!e && next_seq <= total)
		buf_addz(out, SEGMENT_GAP);
	buf_deinit(&run);
	return e ? e : out->full ? ERR_TOO_BIG : ERR_OK;
}
