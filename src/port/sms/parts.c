/* parts.c - long messages on their way in: sets of parts, and their ends. */

#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "port/sms/parts.h"

#define OCTETS_MAX	65535	/* of one part */
#define SEP		'\x1f'	/* in keys: no address has it */

/* Who sends: bounded, so that nobody fills the table alone. */
struct sms_source {
	size_t sets;
	char key[110];
};

static struct map sets;		/* by key */
static struct map sources;	/* by key */
static struct list all = { &all, &all };

struct sms_set *sms_set_next(struct sms_set *s)
{
	struct list *next = s ? s->hook.next : all.next;

	return next == &all ? NULL : LIST_ENTRY(next, struct sms_set, hook);
}

/* --- one set --------------------------------------------------------------- */

void sms_set_remove(struct sms_set *s, uint8_t seq)
{
	struct buf **octets = &s->parts[seq - 1].octets;

	if (!*octets)
		return;
	buf_deinit(*octets);
	free(*octets);
	*octets = NULL;
	s->have--;
}

static void put(struct sms_set *s, uint8_t seq, uint8_t coding,
    struct strv octets)
{
	struct buf *b = xalloc(sizeof(*b));

	buf_init(b, OCTETS_MAX);
	buf_adds(b, octets);
	s->parts[seq - 1].octets = b;
	s->parts[seq - 1].coding = coding;
	s->have++;
}

static void clear(struct sms_set *s)
{
	for (unsigned i = 1; i <= s->total; i++)
		sms_set_remove(s, (uint8_t)i);
}

void sms_set_free(struct sms_set *s)
{
	clear(s);
	(void)map_del(&sets, strv(s->key));
	list_del(&s->hook);
	if (--s->source->sets == 0) {
		(void)map_del(&sources, strv(s->source->key));
		free(s->source);
	}
	free(s);
}

static void source_key(const struct sms_part *p, char key[110])
{
	(void)snprintf(key, 110, "%s%c%s", p->link, SEP, p->src);
}

static struct sms_source *source_get(const struct sms_part *p)
{
	char key[110];
	struct sms_source *s;

	source_key(p, key);
	s = map_get(&sources, strv(key));
	if (s)
		return s->sets < SMS_SETS_SOURCE ? s : NULL;
	s = xalloc(sizeof(*s));
	memcpy(s->key, key, sizeof(s->key));
	(void)map_set(&sources, strv(s->key), s);
	return s;
}

static struct sms_set *set_new(const struct sms_part *p, const char *key,
    int64_t now)
{
	struct sms_source *source;
	struct sms_set *s;

	source = sets.n < SMS_SETS_MAX ? source_get(p) : NULL;
	if (!source)
		return NULL;
	s = xalloc(sizeof(*s) + p->total * sizeof(s->parts[0]));
	(void)snprintf(s->key, sizeof(s->key), "%s", key);
	(void)snprintf(s->link, sizeof(s->link), "%s", p->link);
	(void)snprintf(s->src, sizeof(s->src), "%s", p->src);
	(void)snprintf(s->dst, sizeof(s->dst), "%s", p->dst);
	s->src_ton = p->src_ton;
	s->dst_ton = p->dst_ton;
	s->total = p->total;
	s->started = now;
	s->source = source;
	source->sets++;
	list_push(&all, &s->hook);
	(void)map_set(&sets, strv(s->key), s);
	return s;
}

/* --- adding ---------------------------------------------------------------- */

static void set_key(const struct sms_part *p, char key[SMS_SET_KEY])
{
	(void)snprintf(key, SMS_SET_KEY, "%s%c%u%c%s%c%u%c%s%c%u%c%u%c%u",
	    p->link, SEP, p->src_ton, SEP, p->src, SEP, p->dst_ton, SEP,
	    p->dst, SEP, p->kind, SEP, p->ref, SEP, p->total);
}

enum sms_part_verdict sms_parts_add(const struct sms_part *p, int64_t now,
    struct sms_set **set, bool *restarted)
{
	char key[SMS_SET_KEY];
	const struct buf *had;
	struct sms_set *s;

	*restarted = false;
	set_key(p, key);
	s = map_get(&sets, strv(key));
	if (!s)
		s = set_new(p, key, now);
	*set = s;
	if (!s || s->busy)
		return SMS_PART_REFUSED;
	had = s->parts[p->seq - 1].octets;
	if (had && !strv_eq(buf_strv(had), p->octets)) {
		clear(s);
		s->started = now;
		*restarted = true;
		had = NULL;
	}
	if (!had)
		put(s, p->seq, p->coding, p->octets);
	return s->have == s->total ? SMS_PART_LAST : SMS_PART_KEPT;
}

/* --- reading --------------------------------------------------------------- */

void sms_set_part(const struct sms_set *s, uint8_t seq,
    struct journal_part *out)
{
	*out = (struct journal_part){ .key = strv(s->key), .seq = seq,
	    .total = s->total, .data_coding = s->parts[seq - 1].coding,
	    .bytes = buf_strv(s->parts[seq - 1].octets),
	    .received = s->started };
}

uint8_t sms_set_coding(const struct sms_set *s)
{
	for (unsigned i = 0; i < s->total; i++)
		if (s->parts[i].octets)
			return s->parts[i].coding;
	return 0;
}

enum err sms_set_text(const struct sms_set *s, enum dcs_alphabet seven,
    struct buf *out)
{
	struct segment_piece pieces[SEGMENT_MAX];
	size_t n = 0;

	for (unsigned i = 0; i < s->total; i++) {
		enum dcs_alphabet a;

		if (!s->parts[i].octets)
			continue;
		a = dcs_parse(s->parts[i].coding, seven).alphabet;
		pieces[n++] = (struct segment_piece){
			.seq = (uint8_t)(i + 1),
			/* unpacked when it came */
			.alphabet = a == DCS_GSM7_PACKED ? DCS_GSM7 : a,
			.octets = buf_strv(s->parts[i].octets),
		};
	}
	return segment_join(pieces, n, s->total, out);
}

/* --- after a restart ------------------------------------------------------- */

static bool field(struct strv *rest, char *to, size_t size)
{
	struct strv f = strv_split(*rest, SEP, rest);

	return f.p && (size_t)snprintf(to, size, "%.*s", STRV_ARG(f)) < size;
}

static bool field_num(struct strv *rest, unsigned long *n)
{
	char digits[12];

	if (!field(rest, digits, sizeof(digits)))
		return false;
	*n = strtoul(digits, NULL, 10);
	return true;
}

void sms_parts_load(const struct journal_part *p)
{
	char link[33], src[66], dst[66];
	unsigned long src_ton, dst_ton, kind, ref, total;
	struct strv rest = p->key;
	struct sms_part part = { .link = link, .src = src, .dst = dst,
	    .seq = p->seq, .coding = p->data_coding, .octets = p->bytes };
	struct sms_set *s;
	bool restarted;

	if (!field(&rest, link, sizeof(link)) || !field_num(&rest, &src_ton) ||
	    !field(&rest, src, sizeof(src)) || !field_num(&rest, &dst_ton) ||
	    !field(&rest, dst, sizeof(dst)) || !field_num(&rest, &kind) ||
	    !field_num(&rest, &ref) || !field_num(&rest, &total) ||
	    segment_check((unsigned)total, p->seq, SEGMENT_MAX) != ERR_OK)
		return;
	part.src_ton = (uint8_t)src_ton;
	part.dst_ton = (uint8_t)dst_ton;
	part.kind = (enum segment_carriage)kind;
	part.ref = (uint16_t)ref;
	part.total = (uint8_t)total;
	(void)sms_parts_add(&part, p->received, &s, &restarted);
}

void sms_parts_fini(void)
{
	LIST_FOR(at, &all)
		sms_set_free(LIST_ENTRY(at, struct sms_set, hook));
	map_deinit(&sets);
	map_deinit(&sources);
}
