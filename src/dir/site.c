/* site.c - what is home here: the settings "site", and keys by them. */

#include <pthread.h>

#include "conf/conf.h"
#include "dir/site.h"
#include "dir/users.h"

static struct site now;		/* changed under lock, by the core */
static bool known;		/* apply() was called */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static const struct conf_row rows[] = {
	{ .name = "domain", .type = CONF_DOMAIN, .fallback = "localhost",
	  .help = "the domain of the subscribers and the realm of their "
	  "passwords; when it changes, passwords must be set again" },
	{ .name = "aliases", .type = CONF_TEXT, .max = 1000,
	  .help = "other names of this domain, or addresses of this host, "
	  "that clients use: www.example.org,192.0.2.1" },
	{ .name = "country-code", .type = CONF_INT, .min = 1, .max = 999,
	  .help = "for numbers written without one; unset: only full numbers" },
};

/* --- the copy ------------------------------------------------------------- */

static struct strv trim(struct strv s)
{
	while (s.n && s.p[0] == ' ')
		s = (struct strv){ s.p + 1, s.n - 1 };
	while (s.n && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

static void add_aliases(struct site *s, struct strv list)
{
	while (list.p && s->naliases < SITE_ALIASES) {
		struct strv one = trim(strv_split(list, ',', &list));

		if (one.n)
			s->aliases[s->naliases++] = arena_str(&s->arena, one);
	}
}

static void fill(struct site *s, struct strv domain, struct strv country)
{
	arena_init(&s->arena);
	s->naliases = 0;
	addr_rules_init(&s->rules, arena_str(&s->arena, domain),
	    arena_str(&s->arena, country));
}

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	pthread_mutex_lock(&lock);
	site_deinit(&now);
	fill(&now, strv(conf_text("site", "", "domain")),
	    strv(conf_text("site", "", "country-code")));
	add_aliases(&now, strv(conf_text("site", "", "aliases")));
	known = true;
	pthread_mutex_unlock(&lock);
}

const struct site *site_now(void)
{
	if (!known)
		apply("", false);
	return &now;
}

void site_copy(struct site *to, const struct site *from)
{
	fill(to, from->rules.domain, from->rules.country_code);
	for (size_t i = 0; i < from->naliases; i++)
		to->aliases[to->naliases++] = arena_str(&to->arena,
		    from->aliases[i]);
}

void site_snapshot(struct site *to)
{
	pthread_mutex_lock(&lock);
	site_copy(to, &now);
	pthread_mutex_unlock(&lock);
}

void site_deinit(struct site *s)
{
	arena_deinit(&s->arena);
}

/* --- keys ----------------------------------------------------------------- */

bool site_is_home(const struct site *s, struct strv host)
{
	bool home = strv_caseeq(host, s->rules.domain);

	for (size_t i = 0; i < s->naliases && !home; i++)
		home = strv_caseeq(host, s->aliases[i]);
	return home;
}

/* A port in the address does not matter: whoever asks us for it means us. */
static enum err rewritten(const struct site *s, struct strv address,
    struct strv host, struct buf *key)
{
	const char *behind = host.p + host.n;
	struct strv rest = { behind, (size_t)(address.p + address.n - behind) };
	struct strv params;
	struct buf b;
	enum err e;

	(void)strv_split(rest, ';', &params);
	buf_init(&b, 2 * ADDR_MAX);
	buf_add(&b, address.p, (size_t)(host.p - address.p));
	buf_adds(&b, s->rules.domain);
	if (params.p) {
		buf_addc(&b, ';');
		buf_adds(&b, params);
	}
	e = b.full ? ERR_TOO_BIG : addr_key(&s->rules, buf_strv(&b), key);
	buf_deinit(&b);
	return e;
}

enum err site_key(const struct site *s, struct strv address,
    struct buf *key)
{
	struct strv host = addr_host(address);
	const char *end = address.p + address.n;
	bool as_is = !host.n || address.n > ADDR_MAX ||
	    !site_is_home(s, host) ||
	    (strv_caseeq(host, s->rules.domain) &&
	    (host.p + host.n == end || host.p[host.n] != ':'));

	return as_is ? addr_key(&s->rules, address, key) :
	    rewritten(s, address, host, key);
}

enum err dir_key(struct strv address, struct buf *key)
{
	return site_key(site_now(), address, key);
}

bool dir_is_home(struct strv host)
{
	return site_is_home(site_now(), host);
}

const char *dir_realm(void)
{
	return site_now()->rules.domain.p;
}

/* --- settings ------------------------------------------------------------- */

static enum err check(const char *name, struct buf *why)
{
	struct strv list = strv(conf_text("site", name, "aliases"));
	size_t n = 0;

	while (list.p && list.n) {
		struct strv one = trim(strv_split(list, ',', &list));

		for (size_t i = 0; i < one.n; i++) {
			if (strchr(" \t<>@;?/\"", one.p[i])) {
				buf_addf(why, "site aliases: \"%.*s\" is no "
				    "host name or address", STRV_ARG(one));
				return ERR_BAD_SYNTAX;
			}
		}
		n++;
	}
	if (n <= SITE_ALIASES)
		return ERR_OK;
	buf_addf(why, "site aliases: at most %d names", SITE_ALIASES);
	return ERR_TOO_BIG;
}

static const struct conf_section section = {
	.name = "site", .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "whose messages these are, and how numbers are written here",
	.apply = apply, .check = check
};

void site_register(void)
{
	conf_register(&section);
}
