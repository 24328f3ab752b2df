/* nagios.c - health as a plugin of Nagios, and of all that run such. */

#include <string.h>

#include "cli/mask.h"
#include "cli/nagios.h"
#include "wire/json.h"

#define SIZE_LIMIT	((size_t)1 << 20)

static const char *const states[] = {
	[NAGIOS_OK] = "ok", [NAGIOS_WARNING] = "warn",
	[NAGIOS_CRITICAL] = "critical",
};

bool nagios_is(const struct word *w, size_t n)
{
	bool asked = false;

	for (size_t i = 1; i < n; i++)
		asked |= strv_eq(w[i].text, STRV("--nagios"));
	return asked && strv_eq(w[0].text, STRV("health"));
}

/* "|" begins the figures, and a line ends the sentence. */
static void put(struct session *s, struct strv text)
{
	struct buf masked, safe;

	buf_init(&masked, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	if (s->out.mask) {
		mask_text(&masked, text);
		text = buf_strv(&masked);
	}
	render_safe(&safe, text, false);
	for (size_t i = 0; i < safe.n; i++)
		if (safe.p[i] == '|')
			safe.p[i] = '/';
	fputs(safe.p, s->out.out);
	buf_deinit(&masked);
	buf_deinit(&safe);
}

static int unknown(struct session *s, const char *why)
{
	fputs("PARLEY UNKNOWN - ", s->out.out);
	put(s, strv(why));
	fputc('\n', s->out.out);
	return NAGIOS_UNKNOWN;
}

/* --- an answer ----------------------------------------------------------- */

static int state_of(const struct json *row)
{
	struct strv state;

	for (int i = NAGIOS_OK; i < NAGIOS_UNKNOWN; i++)
		if (json_as_string(json_member(row, "state"), &state) &&
		    strv_eq(state, strv(states[i])))
			return i;
	return NAGIOS_UNKNOWN;
}

static void field(struct session *s, const struct json *row, const char *name)
{
	struct strv text;

	if (json_as_string(json_member(row, name), &text))
		put(s, text);
}

/* "store-disk: 3 % free", those in this state; how many there were. */
static size_t say(struct session *s, const struct json *items, int state,
    const char *between, size_t said)
{
	for (const struct json *r = json_first(items); r; r = json_next(r)) {
		if (state_of(r) != state)
			continue;
		fputs(said++ ? between : "", s->out.out);
		field(s, r, "check");
		fputs(": ", s->out.out);
		field(s, r, "says");
	}
	return said;
}

static void remedies(struct session *s, const struct json *items, int state)
{
	for (const struct json *r = json_first(items); r; r = json_next(r)) {
		if (state_of(r) != state)
			continue;
		field(s, r, "check");
		fprintf(s->out.out, " is %s: ", states[state]);
		field(s, r, "remedy");
		fputc('\n', s->out.out);
	}
}

static int tell(struct session *s, const struct json *items)
{
	static const char *const names[] = {
		[NAGIOS_OK] = "OK", [NAGIOS_WARNING] = "WARNING",
		[NAGIOS_CRITICAL] = "CRITICAL",
	};
	size_t n[NAGIOS_UNKNOWN + 1] = { 0 }, said;
	int worst = NAGIOS_OK;

	for (const struct json *r = json_first(items); r; r = json_next(r)) {
		int state = state_of(r);

		n[state]++;
		worst = state > worst ? state : worst;
	}
	if (worst == NAGIOS_UNKNOWN || !json_first(items))
		return unknown(s, "the daemon said nothing that this shell "
		    "understands");
	fprintf(s->out.out, "PARLEY %s - ", names[worst]);
	said = say(s, items, NAGIOS_CRITICAL, "; ", 0);
	said = say(s, items, NAGIOS_WARNING, "; ", said);
	if (!said)
		fputs("all is well", s->out.out);
	fprintf(s->out.out, " | ok=%zu warn=%zu critical=%zu\n",
	    n[NAGIOS_OK], n[NAGIOS_WARNING], n[NAGIOS_CRITICAL]);
	remedies(s, items, NAGIOS_CRITICAL);
	remedies(s, items, NAGIOS_WARNING);
	return worst;
}

static int answered(struct session *s, const struct answer *a)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(buf_strv(&a->body), SIZE_LIMIT, &e);
	struct strv detail = STRV_NONE;
	struct buf why;
	int code;

	buf_init(&why, BUF_NO_LIMIT);
	(void)json_as_string(root ? json_member(root, "detail") : NULL,
	    &detail);
	buf_addf(&why, "the daemon answered %d: %.*s", a->status,
	    STRV_ARG(detail));
	code = root && a->status == 200 ? tell(s, json_member(root,
	    "items")) : unknown(s, why.p);
	buf_deinit(&why);
	json_free(root);
	return code;
}

/* --- the words ----------------------------------------------------------- */

/* The word or words at w[0]; how many, 0: not understood. */
static int take(struct options *o, const struct word *w, size_t n,
    struct buf *target)
{
	struct buf why;
	int step;

	if (n > 1 && strv_eq(w[0].text, STRV("--check"))) {
		buf_addz(target, strchr(target->p, '?') ? "&check=" :
		    "?check=");
		client_escape(target, w[1].text);
		return 2;
	}
	buf_init(&why, 1024);
	step = options_take(o, w, n, &why);
	buf_deinit(&why);
	return step > 0 ? step : 0;
}

int nagios_words(struct session *s, const struct word *w, size_t n)
{
	struct client with = s->client;
	struct options o = s->defaults;
	struct answer a;
	struct buf target, why;
	int step = 1, code;

	buf_init(&target, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	buf_addz(&target, "/api/v1/health/checks");
	for (; n && step > 0; w += step, n -= (size_t)step)
		step = take(&o, w, n, &target);
	s->out.mask |= o.mask;
	if (o.timeout_s)
		with.timeout_s = o.timeout_s;
	if (step == 0) {
		code = unknown(s, "usage: health --nagios [--check NAME]... "
		    "[--timeout SECONDS] [--mask]");
	} else if (client_call(&with, "GET", target.p, NULL, STRV_NONE, &a,
	    &why)) {
		code = answered(s, &a);
		answer_free(&a);
	} else {
		code = unknown(s, why.p);
	}
	buf_deinit(&target);
	buf_deinit(&why);
	return code;
}
