/* amend.c - what the operator lets pass of a content (DEF-06). */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "conf/conf.h"
#include "core/content.h"
#include "core/message.h"
#include "dir/amend.h"
#include "dir/payload.h"
#include "dir/prefs.h"
#include "dir/users.h"
#include "wire/rewrite.h"
#include "wire/sipbody.h"

#define SECTION		"content-rule"
#define RULES		200
#define DECODED_MAX	(64u << 20)	/* bytes */
#define TEXT_MAX	65536		/* bytes of text worth counting */
#define CTE		STRV("Content-Transfer-Encoding")

enum effect { REFUSE, LINKS, STRIP, REPLACE };

static const struct {
	const char *name;
	enum rewrite_what what;
} effects[] = {
	[REFUSE]	= { "refuse", REWRITE_KEEP },
	[LINKS]		= { "strip-links", REWRITE_LINKS },
	[STRIP]		= { "strip", REWRITE_STRIP },
	[REPLACE]	= { "replace", REWRITE_REPLACE },
};
#define EFFECTS (sizeof(effects) / sizeof(*effects))

struct rule {
	const char *name;
	enum effect effect;
	struct strv types;	/* or absent: any */
	struct strv klass;	/* empty: all */
	struct strv text;
	int64_t over;		/* bytes; -1: any size */
	int64_t order;
	bool sent, got;		/* the directions it is for */
};

static struct rule *rules;
static size_t n_rules;
static struct arena arena;	/* of their texts */

bool amend_any(void)
{
	return n_rules > 0;
}

/* --- which rules ---------------------------------------------------------- */

static bool is_class(const struct rule *r, const struct user *u)
{
	return u && (r->klass.n == 0 || strv_eq(r->klass, u->klass));
}

/* Both who sends and who gets it may be ours. */
static bool is_for(const struct rule *r, const struct user *from,
    const struct user *to)
{
	return (r->sent && is_class(r, from)) || (r->got && is_class(r, to));
}

static bool fits(const struct rule *r, struct strv type, size_t size)
{
	return (int64_t)size > r->over && (r->effect != LINKS ||
	    prefs_type_in(type, STRV("text/*"))) &&
	    (!r->types.p || prefs_type_in(type, r->types));
}

/* --- refusals ------------------------------------------------------------- */

static bool fits_any(const struct rule *r, struct strv types, size_t size)
{
	while (types.n > 0)
		if (fits(r, strv_split(types, ' ', &types), size))
			return true;
	return false;
}

static const struct rule *refusal(const struct message *m,
    const struct user *from, const struct user *to)
{
	const struct rule *found = NULL;
	struct buf types;

	buf_init(&types, 4096);
	payload_types(m, &types);
	for (size_t i = 0; i < n_rules && !found; i++)
		if (rules[i].effect == REFUSE && is_for(&rules[i], from, to) &&
		    fits_any(&rules[i], buf_strv(&types), m->content->bytes.n))
			found = &rules[i];
	buf_deinit(&types);
	return found;
}

/* --- changes -------------------------------------------------------------- */

struct asking {
	const struct user *from, *to;
	bool used[RULES];
};

/* The first that fits a part decides about it. */
static struct rewrite_how ask(struct strv type, size_t size, void *arg)
{
	struct asking *a = arg;

	for (size_t i = 0; i < n_rules; i++) {
		const struct rule *r = &rules[i];

		if (r->effect == REFUSE || !is_for(r, a->from, a->to) ||
		    !fits(r, type, size))
			continue;
		a->used[i] = true;
		return (struct rewrite_how){ effects[r->effect].what,
			r->text };
	}
	return (struct rewrite_how){ REWRITE_KEEP, STRV_NONE };
}

static void add_names(const struct asking *a, struct buf *names)
{
	for (size_t i = 0; i < n_rules; i++)
		if (a->used[i])
			buf_addf(names, "%s%s", names->n ? ", " : "",
			    rules[i].name);
}

/* The header lines of m without the one with that name; its value. */
static struct strv take_line(struct message *m, struct strv name,
    struct buf *rest)
{
	struct strv lines = m->headers, found = STRV_NONE;

	while (lines.n > 0) {
		struct strv value, line = strv_split(lines, '\n', &lines);

		if (strv_caseeq(strv_split(line, ':', &value), name)) {
			while (value.n && value.p[0] == ' ') {
				value.p++;
				value.n--;
			}
			if (value.n && value.p[value.n - 1] == '\r')
				value.n--;
			found = value;
			continue;
		}
		buf_adds(rest, line);
		buf_addc(rest, '\n');
	}
	return found;
}

static uint32_t count_text(const struct content *c)
{
	struct sipbody_in in = { .type = c->type, .body = c->bytes,
		.max_size = DECODED_MAX };
	struct sipbody body;
	struct arena a;
	uint32_t n = 0;

	arena_init(&a);
	if (sipbody_decode(&in, &a, &body) == ERR_OK)
		n = sipbody_chars(&body, TEXT_MAX);
	arena_deinit(&a);
	return n;
}

static void set_content(struct message *m, const struct rewritten *r,
    const struct buf *headers)
{
	struct content *was = m->content;

	m->content = content_new(buf_strv(&r->type), STRV_NONE,
	    buf_strv(&r->body));
	content_unref(was);
	m->text_chars = count_text(m->content);
	if (m->headers.n)
		m->headers = message_str(m, buf_strv(headers));
}

static enum err change(struct message *m, struct asking *a)
{
	struct rewrite_in in = { .type = m->content->type,
		.encoding = m->content->encoding, .body = m->content->bytes,
		.max_size = DECODED_MAX };
	struct rewritten out;
	struct buf headers;
	enum err e;

	buf_init(&headers, BUF_NO_LIMIT);
	in.transfer = take_line(m, CTE, &headers);
	e = rewrite(&in, ask, a, &out);
	if (e != ERR_OK)
		e = ERR_BAD_CONTENT;
	else if (out.nothing_left)
		e = ERR_FORBIDDEN;
	else if (out.changed)
		set_content(m, &out, &headers);
	else
		memset(a->used, 0, sizeof(a->used));
	rewritten_deinit(&out);
	buf_deinit(&headers);
	return e;
}

enum err amend(struct message *m, const struct user *from,
    const struct user *to, struct buf *names)
{
	struct asking a = { .from = from, .to = to };
	const struct rule *r;
	bool any = false;
	enum err e;

	if (!m->content)
		return ERR_OK;
	r = refusal(m, from, to);
	if (r) {
		buf_addz(names, r->name);
		return ERR_FORBIDDEN;
	}
	for (size_t i = 0; i < n_rules; i++)
		any |= rules[i].effect != REFUSE && is_for(&rules[i], from, to);
	if (!any)
		return ERR_OK;
	e = change(m, &a);
	add_names(&a, names);
	return e;
}

bool amend_explain(struct strv type, size_t size, const struct user *from,
    const struct user *to, size_t *at, struct amend_said *out)
{
	while (*at < n_rules) {
		const struct rule *r = &rules[(*at)++];

		if (!is_for(r, from, to) || !fits(r, type, size))
			continue;
		*out = (struct amend_said){ r->name,
			effects[r->effect].name, r->effect == REFUSE ||
			r->effect == STRIP };
		return true;
	}
	return false;
}

/* --- settings ------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "effect", .type = CONF_ENUM, .required = true,
	  .choices = "refuse|strip-links|strip|replace",
	  .help = "refuse the message; take the links out of its texts; take "
	  "out the parts that fit (a message of nothing else is refused); put "
	  "the text in their place" },
	{ .name = "types", .type = CONF_TEXT, .max = 500,
	  .help = "media types with commas, image/* for all of a kind; any if "
	  "unset" },
	{ .name = "over", .type = CONF_SIZE,
	  .help = "only what is larger: the message for refuse, else the "
	  "part" },
	{ .name = "direction", .type = CONF_ENUM, .fallback = "both",
	  .choices = "sent|received|both",
	  .help = "what subscribers send, what they get, or both" },
	{ .name = "class", .type = CONF_TEXT, .max = 32,
	  .help = "the class of service of the subscriber who sends or gets "
	  "it; all if unset" },
	{ .name = "text", .type = CONF_TEXT, .max = 500, .fallback = "",
	  .help = "what stands in place of a link or a part" },
	{ .name = "order", .type = CONF_INT, .fallback = "100",
	  .min = 0, .max = 10000,
	  .help = "of the rules that fit a part the one with the smallest "
	  "order counts; refusals come first" },
};

static enum err check(const char *name, struct buf *why)
{
	struct strv list = strv(conf_text(SECTION, name, "types"));

	while (list.n) {
		struct strv one = strv_split(list, ',', &list), sub;

		if (strv_split(one, '/', &sub).n && sub.n)
			continue;
		buf_addf(why, "content-rule %s: types: \"%.*s\" is no type "
		    "like image/jpeg or image/*", name, STRV_ARG(one));
		return ERR_BAD_SYNTAX;
	}
	return ERR_OK;
}

static int by_order(const void *a, const void *b)
{
	const struct rule *x = a, *y = b;

	return x->order != y->order ? (x->order > y->order ? 1 : -1) :
	    strcmp(x->name, y->name);
}

static void read_rule(struct rule *r, const char *name)
{
	const char *effect = conf_text(SECTION, name, "effect");
	const char *direction = conf_text(SECTION, name, "direction");
	struct strv types = strv(conf_text(SECTION, name, "types"));

	*r = (struct rule){ .name = arena_str(&arena, strv(name)).p,
		.types = types.n ? arena_str(&arena, types) : STRV_NONE,
		.klass = arena_str(&arena, strv(conf_text(SECTION, name,
		    "class"))),
		.text = arena_str(&arena, strv(conf_text(SECTION, name,
		    "text"))),
		.over = conf_is_set(SECTION, name, "over") ?
		    conf_int(SECTION, name, "over") : -1,
		.order = conf_int(SECTION, name, "order"),
		.sent = strcmp(direction, "received") != 0,
		.got = strcmp(direction, "sent") != 0 };
	while (r->effect < EFFECTS - 1 &&
	    strcmp(effects[r->effect].name, effect) != 0)
		r->effect++;
}

/* Any change makes all of them anew. */
static void applied(const char *name, bool gone)
{
	const char *names[RULES];

	(void)name;
	(void)gone;
	free(rules);
	arena_deinit(&arena);
	n_rules = conf_names(SECTION, names, RULES);
	n_rules = n_rules > RULES ? RULES : n_rules;
	rules = xalloc((n_rules + 1) * sizeof(*rules));
	for (size_t i = 0; i < n_rules; i++)
		read_rule(&rules[i], names[i]);
	qsort(rules, n_rules, sizeof(*rules), by_order);
}

static const struct conf_section section = {
	.name = SECTION, .named = true, .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "what of a content passes: refuse, strip links, strip or "
	"replace parts",
	.apply = applied, .check = check
};

void amend_register(void)
{
	conf_register(&section);
}
