/* term.c - terminating service: does the recipient want this message? */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#define LOG_UNIT "flow"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "dir/screening.h"
#include "dir/users.h"
#include "flow/origin.h"
#include "flow/term.h"

#define MINUTE_MS	60000
#define DAY_MINUTES	1440

static struct metric metrics[SCREENED_N] = {
	[SCREENED_REFUSED] = COUNTER("parley_screened_total",
	    "effect=\"refused\"", "Messages that screening kept back."),
	[SCREENED_SPAM] = COUNTER("parley_screened_total",
	    "effect=\"spam\"", "Messages that screening kept back."),
	[SCREENED_LIMITED] = COUNTER("parley_screened_total",
	    "effect=\"limited\"", "Messages that screening kept back."),
	[SCREENED_QUIET] = COUNTER("parley_screened_total",
	    "effect=\"quiet\"", "Messages that screening kept back."),
	[SCREENED_AMENDED] = COUNTER("parley_screened_total",
	    "effect=\"amended\"", "Messages that screening kept back."),
};

static enum screen_effect site_anonymous;
static bool in_utc;

void term_count(enum screened what)
{
	metric_inc(&metrics[what]);
}

void term_refused(const struct message *m, const struct plan *p,
    enum screened what, const char *why)
{
	if (p->explaining)
		return;
	term_count(what);
	log_info("screened from=%.*s to=%.*s why=%s", STRV_ARG(m->from),
	    STRV_ARG(p->recipient), why);
}

void term_note(struct plan *p, const char *step, bool passed,
    const char *fmt, ...)
{
	char text[PLAN_NOTE];
	va_list ap;

	if (!p->explaining)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	plan_note(p, step, passed, text);
}

/* --- who writes ----------------------------------------------------------- */

static bool is_anonymous(const struct message *m)
{
	return m->anonymous || strv_caseeq(addr_host(m->from),
	    STRV("anonymous.invalid"));
}

static enum err apply(const struct message *m, struct plan *p,
    enum screen_effect effect, enum err e, const char *why)
{
	if (effect == SCREEN_SILENT)
		p->spam = true;
	if (effect != SCREEN_REFUSED)
		return ERR_OK;
	term_refused(m, p, SCREENED_REFUSED, why);
	return e;
}

/* The list of u, or of the site; *effect stays when it says nothing. */
static void ask(const struct message *m, const struct user *u,
    struct plan *p, enum screen_effect *effect)
{
	struct strv pattern = STRV_NONE;

	*effect = screen_match(u, m->from, &pattern);
	if (*effect != SCREEN_NONE)
		term_note(p, "screening", *effect == SCREEN_ALLOW,
		    "rule %.*s of %s: %s", STRV_ARG(pattern),
		    u ? "the recipient" : "the site",
		    screen_effect_name(*effect));
}

static enum err check_name(const struct message *m, const struct user *u,
    struct plan *p)
{
	enum screen_effect effect = u ? screen_anonymous(u) : SCREEN_NONE;

	if (effect == SCREEN_NONE)
		effect = site_anonymous;
	term_note(p, "anonymous", effect == SCREEN_ALLOW, "sender without a "
	    "name: %s", screen_effect_name(effect));
	return apply(m, p, effect, ERR_ANONYMOUS, "anonymous");
}

enum err term_screen(const struct message *m, const struct user *u,
    struct plan *p)
{
	enum screen_effect effect = SCREEN_NONE;
	enum err e;

	if (m->origin == FROM_SYSTEM || m->kind == MESSAGE_REPORT ||
	    strv_eq(m->from, p->recipient))
		return ERR_OK;
	if (u)
		ask(m, u, p, &effect);
	if (effect == SCREEN_NONE)
		ask(m, NULL, p, &effect);
	e = apply(m, p, effect, ERR_FORBIDDEN, "rule");
	if (e == ERR_OK && u && is_anonymous(m))
		e = check_name(m, u, p);
	return e;
}

/* --- when ----------------------------------------------------------------- */

static int supposed = -1;	/* minute of the day */

void term_suppose(int at)
{
	supposed = at;
}

unsigned term_minute_of(int64_t ms)
{
	time_t t = (time_t)(ms / 1000);
	struct tm tm;

	(void)(in_utc ? gmtime_r(&t, &tm) : localtime_r(&t, &tm));
	return (unsigned)(tm.tm_hour * 60 + tm.tm_min);
}

unsigned term_minute(void)
{
	static int64_t of = -1;
	static bool was_utc;
	static unsigned minute;
	int64_t now = now_ms() / MINUTE_MS;

	if (supposed >= 0)
		return (unsigned)supposed;
	if (now == of && was_utc == in_utc)
		return minute;
	of = now;
	was_utc = in_utc;
	minute = term_minute_of(now * MINUTE_MS);
	return minute;
}

bool term_is_quiet(const struct user *u)
{
	return screen_any_quiet() && screen_is_quiet(u, term_minute());
}

int64_t term_quiet_ms(const struct user *u, int64_t most)
{
	int64_t ms = -(now_ms() % MINUTE_MS);	/* when this minute began */

	if (!term_is_quiet(u))
		return 0;
	for (unsigned m = term_minute(); ms < most &&
	    screen_is_quiet(u, m % DAY_MINUTES); m++)
		ms += MINUTE_MS;
	return ms < most ? ms : most;
}

/* --- settings ------------------------------------------------------------- */

static const struct conf_row rows[] = {
	{ .name = "anonymous", .type = CONF_ENUM, .fallback = "allowed",
	  .choices = "allowed|refused|spam",
	  .help = "messages without a sender's name, for subscribers who "
	  "have not said otherwise" },
	{ .name = "time-zone", .type = CONF_ENUM, .fallback = "local",
	  .choices = "local|utc",
	  .help = "of the times at which subscribers are not to be "
	  "disturbed: that of this host, or UTC" },
	{ .name = "rate", .type = CONF_INT, .fallback = "0",
	  .min = 0, .max = 60000,
	  .help = "messages a minute that one subscriber may send; 0: as "
	  "many as come" },
	{ .name = "burst", .type = CONF_INT, .fallback = "30",
	  .min = 1, .max = 10000,
	  .help = "messages that may come at once before the rate counts" },
	{ .name = "duplicate-texts", .type = CONF_INT, .fallback = "0",
	  .min = 0, .max = 100,
	  .help = "recipients to whom one subscriber may send the same text "
	  "within the window; 0: to as many as it likes" },
	{ .name = "duplicate-window", .type = CONF_DURATION,
	  .fallback = "10m", .min = 1000, .max = 86400000,
	  .help = "how long copies of a text are counted" },
	{ .name = "limit-effect", .type = CONF_ENUM, .fallback = "refused",
	  .choices = "refused|spam",
	  .help = "what is over a limit is refused, or kept in the spam "
	  "folder without the sender being told" },
};

void term_apply(void)
{
	const char *anonymous = conf_text("policy screening", "",
	    "anonymous");

	site_anonymous = strcmp(anonymous, "spam") == 0 ? SCREEN_SILENT :
	    strcmp(anonymous, "refused") == 0 ? SCREEN_REFUSED :
	    SCREEN_ALLOW;
	in_utc = strcmp(conf_text("policy screening", "", "time-zone"),
	    "utc") == 0;
	origin_apply();
}

static void applied(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	term_apply();
}

static const struct conf_section section = {
	.name = "policy screening", .rows = rows,
	.n = sizeof(rows) / sizeof(*rows),
	.help = "what is kept back: anonymous senders, floods, copies",
	.apply = applied
};

void term_register(void)
{
	conf_register(&section);
	metric_register(metrics, SCREENED_N);
}
