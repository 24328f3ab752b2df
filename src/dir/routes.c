/* routes.c - where addresses go that are nobody's here. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "conf/conf.h"
#include "dir/routes.h"
#include "op/health.h"

#define ROUTES	1000

enum mode { FAILOVER, WEIGHTED, HASH };

struct rule {
	const char *name, *pattern;
	struct strv before, behind;	/* of the * in the pattern */
	bool exact;			/* it has none */
	struct strv via[ROUTE_GATEWAYS];
	int64_t weight[ROUTE_GATEWAYS];
	int64_t credit[ROUTE_GATEWAYS];	/* of the smooth round robin */
	size_t n;
	enum mode mode;
	bool refuse;
};

static struct rule *rules;
static size_t n_rules;
static bool stale;		/* the settings have changed since */
static struct arena arena;	/* of their texts */

/* --- which rule ----------------------------------------------------------- */

/* 0: no match; else the more of the pattern is fixed, the more. */
static size_t match(const struct rule *r, struct strv key)
{
	size_t n = r->before.n + r->behind.n;

	if (r->exact)
		return strv_eq(r->before, key) ? n + 1 : 0;
	if (key.n < n || memcmp(key.p, r->before.p, r->before.n) != 0)
		return 0;
	if (r->behind.n && memcmp(key.p + key.n - r->behind.n, r->behind.p,
	    r->behind.n) != 0)
		return 0;
	return n;
}

static struct rule *best(struct strv key)
{
	struct rule *found = NULL;
	size_t longest = 0;

	for (size_t i = 0; i < n_rules; i++) {
		size_t n = match(&rules[i], key);

		if (n > longest) {
			longest = n;
			found = &rules[i];
		}
	}
	return found;
}

/* --- in which order ------------------------------------------------------- */

struct choice {
	struct gateway *g;
	size_t at;		/* in the rule */
	int64_t rank;		/* the greater the earlier */
};

/* By rank; among equals as they stand, so an insertion sort. */
static void sort(struct choice *c, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		struct choice x = c[i];
		size_t j = i;

		for (; j > 0 && c[j - 1].rank < x.rank; j--)
			c[j] = c[j - 1];
		c[j] = x;
	}
}

/*
 * Smooth weighted round robin: each earns its weight, the richest is taken
 * and pays what all earned.
 */
static void rank_weighted(struct rule *r, struct choice *c, size_t n,
    bool peek)
{
	int64_t total = 0;

	for (size_t i = 0; i < n; i++) {
		total += r->weight[c[i].at];
		c[i].rank = r->credit[c[i].at] + r->weight[c[i].at];
	}
	sort(c, n);
	for (size_t i = 0; i < n && !peek; i++)
		r->credit[c[i].at] = c[i].rank - (i == 0 ? total : 0);
}

/* FNV-1a, so that a number keeps its gateway across restarts. */
static uint64_t add_hash(uint64_t h, struct strv s)
{
	for (size_t i = 0; i < s.n; i++)
		h = (h ^ (uint8_t)s.p[i]) * UINT64_C(0x100000001b3);
	return h;
}

/* Highest of a hash of both: only the traffic of a dead one moves. */
static void rank_hash(const struct rule *r, struct choice *c, size_t n,
    struct strv key)
{
	uint64_t h = add_hash(UINT64_C(0xcbf29ce484222325), key);

	for (size_t i = 0; i < n; i++) {
		uint64_t x = add_hash(h, r->via[c[i].at]);

		x ^= x >> 32;
		x *= UINT64_C(0xd6e8feb86659fd93);
		c[i].rank = (int64_t)(x >> 2);
	}
	sort(c, n);
}

static void choose(struct rule *r, struct strv key, bool peek,
    struct route *out)
{
	struct choice up[ROUTE_GATEWAYS];
	size_t n = 0;

	for (size_t i = 0; i < r->n; i++) {
		struct gateway *g = gateway_find(r->via[i]);

		if (g && g->state != GATEWAY_DOWN)
			up[n++] = (struct choice){ g, i, 0 };
	}
	if (r->mode == WEIGHTED)
		rank_weighted(r, up, n, peek);
	else if (r->mode == HASH)
		rank_hash(r, up, n, key);
	out->n = 0;
	for (size_t i = 0; i < n; i++)
		out->gateways[out->n++] = up[i].g;
	for (size_t i = 0; i < r->n; i++) {
		struct gateway *g = gateway_find(r->via[i]);

		if (g && g->state == GATEWAY_DOWN)
			out->gateways[out->n++] = g;
	}
}

/* --- settings ------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "to", .type = CONF_PATTERN, .required = true,
	  .help = "the addresses it is for; of several that match the longest "
	  "counts" },
	{ .name = "via", .type = CONF_NAMES, .choices = "gateway",
	  .help = "the gateways, at most 8, in order of preference" },
	{ .name = "mode", .type = CONF_ENUM, .fallback = "failover",
	  .choices = "failover|weighted|hash",
	  .help = "the first that is up; all by weight; or always the same "
	  "one for a number" },
	{ .name = "weights", .type = CONF_TEXT, .max = 60,
	  .help = "for mode weighted, one to 1000 for each gateway: 3,1" },
	{ .name = "refuse", .type = CONF_BOOL, .fallback = "off",
	  .help = "messages to these addresses are refused" },
};

static bool one_weight(struct strv s, int64_t *w)
{
	*w = 0;
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] < '0' || s.p[i] > '9' || i == 4)
			return false;
		*w = *w * 10 + (s.p[i] - '0');
	}
	return *w >= 1 && *w <= 1000;
}

/* The number of weights, or SIZE_MAX: they are wrong. */
static size_t read_weights(struct strv list, int64_t w[ROUTE_GATEWAYS])
{
	size_t n = 0;

	while (list.p && list.n) {
		if (n == ROUTE_GATEWAYS ||
		    !one_weight(strv_split(list, ',', &list), &w[n]))
			return SIZE_MAX;
		n++;
	}
	return n;
}

static size_t count_names(struct strv list)
{
	size_t n = 0;

	while (list.p && list.n) {
		(void)strv_split(list, ',', &list);
		n++;
	}
	return n;
}

static enum err check(const char *name, struct buf *why)
{
	size_t n = count_names(strv(conf_text("route", name, "via"))), weights;
	int64_t w[ROUTE_GATEWAYS];

	if (n == 0 && !conf_bool("route", name, "refuse")) {
		buf_addf(why, "route %s: give it gateways (via) or set refuse "
		    "on", name);
		return ERR_BAD_SYNTAX;
	}
	if (n > ROUTE_GATEWAYS) {
		buf_addf(why, "route %s: at most %d gateways", name,
		    ROUTE_GATEWAYS);
		return ERR_TOO_BIG;
	}
	weights = read_weights(strv(conf_text("route", name, "weights")), w);
	if (weights == 0 || weights == n)
		return ERR_OK;
	buf_addf(why, "route %s: weights must be one number from 1 to 1000 "
	    "for each gateway", name);
	return ERR_BAD_SYNTAX;
}

static void read_rule(struct rule *r, const char *name)
{
	struct strv pattern, via = strv(conf_text("route", name, "via"));
	const char *mode = conf_text("route", name, "mode");

	r->name = arena_str(&arena, strv(name)).p;
	pattern = arena_str(&arena, strv(conf_text("route", name, "to")));
	r->pattern = pattern.p;
	r->before = strv_split(pattern, '*', &r->behind);
	r->exact = r->behind.p == NULL;
	for (size_t i = 0; i < ROUTE_GATEWAYS; i++)
		r->weight[i] = 1;
	(void)read_weights(strv(conf_text("route", name, "weights")),
	    r->weight);
	while (via.p && via.n && r->n < ROUTE_GATEWAYS)
		r->via[r->n++] = arena_str(&arena,
		    strv_split(via, ',', &via));
	r->mode = strcmp(mode, "weighted") == 0 ? WEIGHTED :
	    strcmp(mode, "hash") == 0 ? HASH : FAILOVER;
	r->refuse = conf_bool("route", name, "refuse");
}

static void read_all(void)
{
	static const char *names[ROUTES];

	stale = false;
	free(rules);
	arena_deinit(&arena);
	n_rules = conf_names("route", names, ROUTES);
	if (n_rules > ROUTES)
		n_rules = ROUTES;
	rules = xalloc(n_rules * sizeof(*rules));
	for (size_t i = 0; i < n_rules; i++)
		read_rule(&rules[i], names[i]);
}

enum err route_find(struct strv key, bool peek, struct route *out)
{
	struct rule *r;

	if (stale)
		read_all();
	r = best(key);
	*out = (struct route){ .n = 0 };
	if (!r)
		return ERR_NO_USER;
	out->name = r->name;
	out->pattern = r->pattern;
	out->refuse = r->refuse;
	choose(r, key, peek, out);
	return ERR_OK;
}

void routes_under(void (*fn)(void *arg), void *arg)
{
	struct rule *was = rules;
	size_t n_was = n_rules;
	bool stale_was = stale;
	struct arena arena_was = arena;

	rules = NULL;
	arena_init(&arena);
	stale = true;
	fn(arg);
	free(rules);
	arena_deinit(&arena);
	rules = was;
	n_rules = n_was;
	stale = stale_was;
	arena = arena_was;
}

/*
 * Any change makes all of them anew, once for thousands that change together;
 * the round robins begin again.
 */
static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	stale = true;
}

static const struct conf_section section = {
	.name = "route", .named = true, .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "where addresses go that belong to no subscriber",
	.apply = apply, .check = check
};

/* --- health --------------------------------------------------------------- */

/* Every number, whatever its country. */
static bool is_for_all(const char *pattern)
{
	static const char *const all[] = { "*", "tel:*", "tel:+*" };

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++)
		if (strcmp(pattern, all[i]) == 0)
			return true;
	return false;
}

static enum health check_routes(struct buf *says, struct buf *remedy)
{
	const char *names[ROUTES];
	size_t n = conf_names("route", names, ROUTES), lead = 0;
	bool all = false;

	for (size_t i = 0; i < n && i < ROUTES; i++) {
		const char *to = conf_text("route", names[i], "to");

		lead += conf_is_set("route", names[i], "via");
		all = all || is_for_all(to ? to : "");
	}
	if (lead == 0 && gateway_next(NULL)) {
		buf_addf(says, "no route leads to a gateway: nothing is ever "
		    "sent by %s", gateway_next(NULL)->name);
		buf_addf(remedy, "set route NAME to tel:+* and set route NAME "
		    "via %s", gateway_next(NULL)->name);
		return HEALTH_WARN;
	}
	buf_addf(says, "%zu routes lead to gateways%s", lead, all || !lead ?
	    "" : "; numbers that fit none of them are refused");
	return HEALTH_OK;
}

static const struct health_check checks[] = {
	{ .name = "routes", .run = check_routes },
};

void routes_register(void)
{
	conf_register(&section);
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
