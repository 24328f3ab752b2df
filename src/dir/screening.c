/* screening.c - whom a subscriber or the site wants no messages from. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/map.h"
#include "dir/screening_priv.h"
#include "dir/users.h"
#include "store/screens.h"

struct rule {
	struct strv pattern, before, behind;	/* of its * */
	enum screen_effect effect;
	char bytes[];
};

/* Rules in the order of their patterns. */
struct rules {
	struct rule **at;
	size_t n, size;
};

/* Of one subscriber; only those have one who ever wished anything. */
struct screen {
	uint64_t id;
	struct rules exact, wild;
	enum screen_effect anonymous;
	struct screen_window windows[SCREEN_WINDOWS];
	size_t nwindows;
	struct strv times;		/* allocated */
};

static struct map screens;		/* by subscriber */
static struct screen site;
static size_t quiet;			/* screens with windows */

/* --- rules ---------------------------------------------------------------- */

static int compare(struct strv a, struct strv b)
{
	size_t n = a.n < b.n ? a.n : b.n;
	int d = n ? memcmp(a.p, b.p, n) : 0;

	return d ? d : a.n < b.n ? -1 : a.n > b.n;
}

/* Where the pattern is, or would be. */
static size_t place(const struct rules *r, struct strv pattern, bool *found)
{
	size_t low = 0, high = r->n;

	*found = false;
	while (low < high && !*found) {
		size_t middle = low + (high - low) / 2;
		int d = compare(r->at[middle]->pattern, pattern);

		*found = d == 0;
		if (d < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return high;
}

static struct rule *rule_new(struct strv pattern, enum screen_effect effect)
{
	struct rule *r = xalloc(sizeof(*r) + pattern.n);

	memcpy(r->bytes, pattern.p, pattern.n);
	r->pattern = (struct strv){ r->bytes, pattern.n };
	r->before = strv_split(r->pattern, '*', &r->behind);
	if (r->behind.n && r->behind.p[r->behind.n - 1] == '*')
		r->behind.n = 0;	/* sip:x*@*: any host */
	r->effect = effect;
	return r;
}

static void insert(struct rules *r, size_t at, struct rule *rule)
{
	if (r->n == r->size) {
		r->size = r->size ? 2 * r->size : 4;
		r->at = xrealloc(r->at, r->size * sizeof(struct rule *));
	}
	memmove(r->at + at + 1, r->at + at,
	    (r->n - at) * sizeof(struct rule *));
	r->at[at] = rule;
	r->n++;
}

static struct rules *rules_for(struct screen *s, struct strv pattern)
{
	return memchr(pattern.p, '*', pattern.n) ? &s->wild : &s->exact;
}

static const struct rule *find(const struct rules *r, struct strv pattern)
{
	bool found;
	size_t i = place(r, pattern, &found);

	return found ? r->at[i] : NULL;
}

static void rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++)
		free(r->at[i]);
	free(r->at);
	*r = (struct rules){ .n = 0 };
}

/* --- screens -------------------------------------------------------------- */

static struct screen *screen_of(uint64_t id)
{
	return id ? map_get_u64(&screens, id) : &site;
}

static struct screen *screen_get(uint64_t id)
{
	struct screen *s = screen_of(id);

	if (s)
		return s;
	s = xalloc(sizeof(*s));
	s->id = id;
	(void)map_set_u64(&screens, id, s);
	return s;
}

static void set_times(struct screen *s, struct strv text)
{
	char *copy = text.n ? xalloc(text.n) : NULL;

	quiet -= s->nwindows > 0;
	free((void *)(uintptr_t)s->times.p);
	if (text.n)
		memcpy(copy, text.p, text.n);
	s->times = (struct strv){ copy, text.n };
	s->nwindows = screen_times(text, s->windows);
	quiet += s->nwindows > 0;
}

static void clear(struct screen *s)
{
	rules_free(&s->exact);
	rules_free(&s->wild);
	set_times(s, STRV_NONE);
}

static void drop(struct screen *s)
{
	(void)map_del_u64(&screens, s->id);
	clear(s);
	free(s);
}

static void drop_if_empty(struct screen *s)
{
	if (s != &site && s->exact.n + s->wild.n + s->nwindows == 0 &&
	    s->anonymous == SCREEN_NONE)
		drop(s);
}

void screening_put(uint64_t id, struct strv pattern,
    enum screen_effect effect)
{
	struct rules *r = rules_for(screen_get(id), pattern);
	bool found;
	size_t i = place(r, pattern, &found);

	if (found)
		r->at[i]->effect = effect;
	else
		insert(r, i, rule_new(pattern, effect));
}

void screening_delete(uint64_t id, struct strv pattern)
{
	struct screen *s = screen_of(id);
	struct rules *r = s ? rules_for(s, pattern) : NULL;
	bool found = false;
	size_t i = r ? place(r, pattern, &found) : 0;

	if (!found)
		return;
	free(r->at[i]);
	r->n--;
	memmove(r->at + i, r->at + i + 1, (r->n - i) * sizeof(struct rule *));
	drop_if_empty(s);
}

void screening_wish(uint64_t id, struct strv times,
    enum screen_effect anonymous)
{
	struct screen *s = screen_get(id);

	set_times(s, times);
	s->anonymous = anonymous;
	drop_if_empty(s);
}

size_t screening_rules(uint64_t id)
{
	const struct screen *s = screen_of(id);

	return s ? s->exact.n + s->wild.n : 0;
}

enum screen_effect screening_rule(uint64_t id, struct strv pattern)
{
	struct screen *s = screen_of(id);
	const struct rule *r = s ? find(rules_for(s, pattern), pattern) :
	    NULL;

	return r ? r->effect : SCREEN_NONE;
}

void screening_forget(uint64_t id)
{
	struct screen *s = map_get_u64(&screens, id);

	if (s)
		drop(s);
}

/* --- matching ------------------------------------------------------------- */

/* The most exact rule so far. */
struct best {
	const struct rule *rule;
	size_t fixed;		/* bytes of it that are no * */
};

static bool fits(const struct rule *r, struct strv key)
{
	return key.n >= r->before.n + r->behind.n &&
	    memcmp(key.p, r->before.p, r->before.n) == 0 &&
	    (r->behind.n == 0 || memcmp(key.p + key.n - r->behind.n,
	    r->behind.p, r->behind.n) == 0);
}

static void offer(struct best *b, const struct rule *r, size_t fixed)
{
	if (b->rule && (fixed < b->fixed || (fixed == b->fixed &&
	    r->effect != SCREEN_ALLOW)))
		return;
	b->rule = r;
	b->fixed = fixed;
}

static void look(const struct screen *s, struct strv key, struct best *b)
{
	const struct rule *exact = find(&s->exact, key);

	if (exact)
		offer(b, exact, SIZE_MAX);
	for (size_t i = 0; i < s->wild.n; i++) {
		const struct rule *r = s->wild.at[i];

		if (fits(r, key))
			offer(b, r, r->before.n + r->behind.n);
	}
}

enum screen_effect screen_match(const struct user *u, struct strv sender,
    struct strv *pattern)
{
	const struct screen *s = u ? map_get_u64(&screens, u->id) : &site;
	struct best b = { NULL, 0 };
	const struct user *who;

	if (!s || s->exact.n + s->wild.n == 0)
		return SCREEN_NONE;
	look(s, sender, &b);
	who = user_find(sender);
	for (size_t i = 0; who && i < who->naliases; i++)
		look(s, who->aliases[i], &b);
	if (!b.rule)
		return SCREEN_NONE;
	*pattern = b.rule->pattern;
	return b.rule->effect;
}

enum screen_effect screen_anonymous(const struct user *u)
{
	const struct screen *s = map_get_u64(&screens, u->id);

	return s ? s->anonymous : SCREEN_NONE;
}

/* --- quiet times ---------------------------------------------------------- */

static bool digits(struct strv s, unsigned *v)
{
	if (s.n != 2 || s.p[0] < '0' || s.p[0] > '9' || s.p[1] < '0' ||
	    s.p[1] > '9')
		return false;
	*v = (unsigned)((s.p[0] - '0') * 10 + s.p[1] - '0');
	return true;
}

static bool clock(struct strv s, unsigned *minute)
{
	struct strv rest, hour = strv_split(s, ':', &rest);
	unsigned h, m;

	if (!digits(hour, &h) || !rest.p || !digits(rest, &m) || m > 59 ||
	    h * 60 + m > 1440)
		return false;
	*minute = h * 60 + m;
	return true;
}

static bool window(struct strv s, struct screen_window *w)
{
	struct strv to, from = strv_split(s, '-', &to);

	return to.p && clock(from, &w->from) && clock(to, &w->to) &&
	    w->from != w->to && w->from < 1440 && w->to > 0;
}

size_t screen_times(struct strv text, struct screen_window *out)
{
	size_t n = 0;

	while (text.p && text.n) {
		if (n == SCREEN_WINDOWS ||
		    !window(strv_split(text, ',', &text), &out[n++]))
			return 0;
	}
	return text.p ? 0 : n;
}

bool screen_inside(const struct screen_window *w, unsigned minute)
{
	return w->from < w->to ? minute >= w->from && minute < w->to :
	    minute >= w->from || minute < w->to;
}

bool screen_any_quiet(void)
{
	return quiet > 0;
}

bool screen_is_quiet(const struct user *u, unsigned minute)
{
	const struct screen *s = quiet ? map_get_u64(&screens, u->id) : NULL;

	for (size_t i = 0; s && i < s->nwindows; i++)
		if (screen_inside(&s->windows[i], minute))
			return true;
	return false;
}

struct strv screen_quiet_times(const struct user *u)
{
	const struct screen *s = map_get_u64(&screens, u->id);

	return s ? s->times : STRV_NONE;
}

const char *screen_effect_name(enum screen_effect e)
{
	static const char *const names[] = {
		"", "allowed", "silent", "refused"
	};

	return (unsigned)e < sizeof(names) / sizeof(*names) ? names[e] : "?";
}

/* --- life ----------------------------------------------------------------- */

static bool load_rule(const struct screen_row *r, void *arg)
{
	(void)arg;
	screening_put(r->subscriber, r->pattern,
	    (enum screen_effect)r->effect);
	return true;
}

static bool load_wish(const struct screen_row *r, void *arg)
{
	(void)arg;
	screening_wish(r->subscriber, r->pattern,
	    (enum screen_effect)r->effect);
	return true;
}

enum err screening_load(void)
{
	enum err e;

	map_init(&screens);
	e = screens_each_rule(0, load_rule, NULL);
	return e == ERR_OK ? screens_each_wish(load_wish, NULL) : e;
}

void screening_unload(void)
{
	struct screen *s;
	size_t at = 0;

	while ((s = map_next(&screens, &at)) != NULL)
		drop(s);
	map_deinit(&screens);
	clear(&site);
}
