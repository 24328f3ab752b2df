/* ucn.c - the text that tells a phone of content it cannot get by SMS. */

#include <inttypes.h>
#include <time.h>

#include "base/utf8.h"
#include "conf/conf.h"
#include "core/content.h"
#include "dir/ucn_priv.h"
#include "wire/cpim.h"
#include "wire/sipbody.h"

#define SENDER_MAX	64	/* code points of a sender in a text */

enum variable { SENDER, TYPE, SIZE, LINK, EXPIRES, COUNT, ID };

const char *const ucn_variables[UCN_VARIABLES] = {
	"sender", "type", "size", "link", "expires", "count", "id"
};

/* --- what a variable says ------------------------------------------------- */

struct expansion {
	const struct ucn_facts *f;
	const struct ucn_language *language;
	const char *instance;	/* of "ucn LANG", or "" */
};

static struct strv word_of(const struct expansion *x, size_t word)
{
	const char *name = ucn_word_names[word];

	return strv(*x->instance &&
	    conf_is_set(UCN_SECTION, x->instance, name) ?
	    conf_text(UCN_SECTION, x->instance, name) :
	    x->language->words[word]);
}

static void add_cut(struct buf *out, struct strv s, size_t max)
{
	for (size_t i = 0; s.n && i < max; i++) {
		uint32_t c = utf8_next(&s, NULL);

		utf8_add(out, c < 32 || c == 127 ? ' ' : c);
	}
}

static void say_sender(const struct expansion *x, struct buf *out)
{
	static const char *const schemes[] = { "tel:", "sip:", "sips:" };
	struct strv s = x->f->sender;

	for (size_t i = 0; i < sizeof(schemes) / sizeof(*schemes); i++) {
		size_t n = strlen(schemes[i]);

		if (s.n > n && memcmp(s.p, schemes[i], n) == 0) {
			s = (struct strv){ s.p + n, s.n - n };
			break;
		}
	}
	add_cut(out, s.n ? s : word_of(x, UCN_UNKNOWN), SENDER_MAX);
}

static void say_type(const struct expansion *x, struct buf *out)
{
	struct strv s, after;

	s = strv_split(word_of(x, x->f->count > 1 ? UCN_SEVERAL :
	    ucn_word_of(x->f->type)), '{', &after);
	buf_adds(out, s);
	if (!after.p)
		return;
	buf_addf(out, "%u", x->f->count);
	(void)strv_split(after, '}', &s);
	if (s.p)
		buf_adds(out, s);
}

/* 980 bytes, 12 kB, 1.2 MB: units of a thousand, as phones say it. */
static void say_size(const struct expansion *x, struct buf *out)
{
	static const char *const units[] = { "kB", "MB", "GB" };
	int64_t n = x->f->size;
	size_t unit = 0;

	if (n <= 0 || x->f->count > 1)
		return;
	n = n / 100 + (n % 100 >= 50);	/* tenths of a kB */
	while (n >= 9995 && unit + 1 < sizeof(units) / sizeof(*units)) {
		n = (n + 500) / 1000;
		unit++;
	}
	if (n == 0)
		n = 1;
	if (n < 100)
		buf_addf(out, "%" PRId64 "%c%" PRId64 " %s", n / 10,
		    x->language->point, n % 10, units[unit]);
	else
		buf_addf(out, "%" PRId64 " %s", (n + 5) / 10, units[unit]);
}

static void say_expires(const struct expansion *x, struct buf *out)
{
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	time_t t = (time_t)(x->f->expires / 1000);
	char between = x->language->between;
	struct tm tm;

	if (x->f->expires <= 0 || !localtime_r(&t, &tm))
		return;
	buf_addf(out, "%d%c", tm.tm_mday, between);
	if (between == ' ')
		buf_add(out, months + 3 * (size_t)tm.tm_mon, 3);
	else
		buf_addf(out, "%d", tm.tm_mon + 1);
	buf_addf(out, "%s %02d:%02d", between == '.' ? "." : "", tm.tm_hour,
	    tm.tm_min);
}

static void say(const struct expansion *x, enum variable v, struct buf *out)
{
	switch (v) {
	case SENDER:
		say_sender(x, out);
		break;
	case TYPE:
		say_type(x, out);
		break;
	case SIZE:
		say_size(x, out);
		break;
	case LINK:
		buf_adds(out, x->f->link);
		break;
	case EXPIRES:
		say_expires(x, out);
		break;
	case COUNT:
		buf_addf(out, "%u", x->f->count > 1 ? x->f->count : 1);
		break;
	case ID:
		buf_adds(out, x->f->id);
		break;
	}
}

/* --- templates ------------------------------------------------------------ */

size_t ucn_variable(struct strv name)
{
	size_t v = 0;

	while (v < UCN_VARIABLES && !strv_eq(name, strv(ucn_variables[v])))
		v++;
	return v;
}

/* Text without []; *empty: a variable in it says nothing. */
static size_t fill(const struct expansion *x, struct strv s, struct buf *out,
    bool *empty)
{
	size_t n = 0;

	while (s.p) {
		struct strv name;
		size_t before;

		buf_adds(out, strv_split(s, '{', &name));
		if (!name.p)
			break;
		name = strv_split(name, '}', &s);
		before = out->n;
		say(x, (enum variable)ucn_variable(name), out);
		*empty |= out->n == before;
		n++;
	}
	return n;
}

static void fill_part(const struct expansion *x, struct strv s,
    struct buf *out)
{
	bool empty = false;
	struct buf part;

	buf_init(&part, UCN_TEXT);
	if (fill(x, s, &part, &empty) == 0)
		buf_addf(out, "[%s]", part.p);
	else if (!empty)
		buf_adds(out, buf_strv(&part));
	buf_deinit(&part);
}

/* No blank follows another one, or stands at an end. */
static void tidy(struct strv s, struct buf *out)
{
	bool gap = false, any = false;

	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] != ' ') {
			if (gap && any)
				buf_addc(out, ' ');
			buf_addc(out, s.p[i]);
			any = true;
		}
		gap = s.p[i] == ' ';
	}
}

void ucn_text_of(struct buf *out, struct strv text,
    const struct ucn_facts *f)
{
	struct strv tag, part;
	struct expansion x = { .f = f };
	bool empty = false;
	struct buf b;

	(void)ucn_template(f->language, &tag);
	x.instance = ucn_instance(tag);
	x.language = ucn_built_in(tag);
	if (!x.language)
		x.language = ucn_built_in(STRV("en"));
	buf_init(&b, UCN_TEXT);
	while (text.p) {
		(void)fill(&x, strv_split(text, '[', &part), &b, &empty);
		text = STRV_NONE;
		if (part.p)
			fill_part(&x, strv_split(part, ']', &text), &b);
	}
	tidy(buf_strv(&b), out);
	buf_deinit(&b);
}

void ucn_text(struct buf *out, const struct ucn_facts *f)
{
	struct strv tag;

	ucn_text_of(out, ucn_template(f->language, &tag), f);
}

void ucn_look(struct ucn_facts *f, const struct content *c)
{
	struct cpim cpim;

	f->type = c->type;
	f->size = (int64_t)c->bytes.n;
	if (c->encoding.n || !sipbody_type_is(c->type, STRV("message/cpim")) ||
	    cpim_decode(c->bytes, &cpim) != ERR_OK)
		return;
	f->type = cpim.type;
	f->size = (int64_t)cpim.content.n;
	if (strv_caseeq(cpim.transfer, STRV("base64")))
		f->size = f->size / 4 * 3;
}
