/* site_checks.c - what the settings and the administrators leave open. */

#include "admin/admin_priv.h"
#include "admin/people.h"
#include "conf/conf.h"
#include "op/health.h"
#include "op/probe.h"

#define NAMES	64

/* --- servers ----------------------------------------------------------------- */

static enum health check_console(struct buf *says, struct buf *remedy)
{
	const struct probe *p = probe_find("admin");

	if (p && p->run("", says) == PROBE_FAILED) {
		buf_addz(remedy, "end the program that has this port, or: "
		    "set admin address; this socket works meanwhile");
		return HEALTH_WARN;
	}
	buf_addf(says, "the console listens on %s",
	    conf_text("admin", "", "address"));
	return HEALTH_OK;
}

/* --- administrators ------------------------------------------------------------ */

struct unproved {
	struct buf *names;
	size_t n, all;
};

static void look_at(const struct admin *a, void *arg)
{
	struct unproved *u = arg;

	if (!a->password[0] || !role_may(a->roles, CAP_SECURITY))
		return;
	u->all++;
	if (a->totp[0])
		return;
	buf_addf(u->names, "%s%s", u->n++ ? ", " : "", a->name);
}

static enum health check_factors(struct buf *says, struct buf *remedy)
{
	struct buf names;
	struct unproved u = { &names, 0, 0 };

	buf_init(&names, 512);
	people_each(look_at, &u);
	if (u.n == 0)
		buf_addz(says, u.all ? "all who manage administrators need a "
		    "code beside their password" :
		    "nobody logs in with a password");
	else
		buf_addf(says, "a password alone is enough to manage "
		    "administrators: %s", names.p);
	if (u.n)
		buf_addz(remedy, "each of them can set up an authenticator "
		    "in the console, under his own name");
	buf_deinit(&names);
	return u.n ? HEALTH_WARN : HEALTH_OK;
}

/* --- settings that do not fit together --------------------------------------------- */

/* Not every module has to be there. */
static bool is_known(const char *section, const char *row)
{
	const struct conf_section *s = conf_section_find(strv(section));

	for (size_t i = 0; s && i < s->n; i++)
		if (strcmp(s->rows[i].name, row) == 0)
			return true;
	return false;
}

static size_t instances(const char *section, const char *names[NAMES])
{
	size_t n = conf_section_find(strv(section)) ?
	    conf_names(section, names, NAMES) : 0;

	return n < NAMES ? n : NAMES;
}

static const char *trusting_gateway(void)
{
	const char *names[NAMES];
	size_t n = is_known("gateway", "tls-verify") ?
	    instances("gateway", names) : 0;

	for (size_t i = 0; i < n; i++)
		if (conf_bool("gateway", names[i], "tls") &&
		    !conf_bool("gateway", names[i], "tls-verify"))
			return names[i];
	return NULL;
}

static const char *open_metrics(void)
{
	struct strv list = strv(conf_text("admin", "", "metrics-from"));
	struct strv one;

	while (list.n) {
		one = strv_split(list, ',', &list);
		if (one.n > 2 && memcmp(one.p + one.n - 2, "/0", 2) == 0)
			return "";
	}
	return NULL;
}

static const char *no_domain(void)
{
	const char *names[NAMES];

	return is_known("site", "domain") && instances("listener", names) &&
	    !conf_is_set("site", "", "domain") ? "" : NULL;
}

static const char *no_country(void)
{
	const char *names[NAMES];

	return is_known("site", "country-code") &&
	    instances("gateway", names) &&
	    !conf_is_set("site", "", "country-code") ? "" : NULL;
}

static void count_person(const struct admin *a, void *arg)
{
	*(size_t *)arg += role_may(a->roles, CAP_DRAFT);
}

static const char *two_eyes(void)
{
	size_t n = 0;

	if (!conf_bool("policy commit", "", "four-eyes"))
		return NULL;
	people_each(count_person, &n);
	return n < 2 ? "" : NULL;
}

/* find: a name of what is meant, or ""; NULL: all is well. */
static const struct hint {
	const char *(*find)(void);
	const char *says, *remedy;
} hints[] = {
	{ trusting_gateway, "the certificate of a gateway is not verified",
	  "set gateway NAME tls-verify on, and tls-ca if an authority of "
	  "your own signed it" },
	{ open_metrics, "everybody may read /metrics",
	  "set admin metrics-from to the addresses of your Prometheus" },
	{ no_domain, "clients may come, but there is no domain for them",
	  "set site domain" },
	{ no_country, "there are gateways, but numbers without a country "
	  "code mean nothing", "set site country-code" },
	{ two_eyes, "a draft needs another person to commit it, and there "
	  "is none", "add an administrator with the role config, or set "
	  "policy commit four-eyes off on the machine itself" },
};

static enum health check_review(struct buf *says, struct buf *remedy)
{
	for (size_t i = 0; i < sizeof(hints) / sizeof(*hints); i++) {
		const char *name = hints[i].find();

		if (!name)
			continue;
		buf_addf(says, "%s%s%s%s", says->n ? "; " : "",
		    hints[i].says, name[0] ? ": " : "", name);
		buf_addf(remedy, "%s%s", remedy->n ? "; " : "",
		    hints[i].remedy);
	}
	if (says->n)
		return HEALTH_WARN;
	buf_addz(says, "no settings that do not fit together");
	return HEALTH_OK;
}

static const struct health_check checks[] = {
	{ .name = "console", .run = check_console },
	{ .name = "second-factor", .run = check_factors },
	{ .name = "review", .run = check_review },
};

void site_checks_register(void)
{
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
