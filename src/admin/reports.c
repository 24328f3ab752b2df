/* reports.c - what browsers report of the content security policy. */

#define LOG_UNIT "admin"

#include "admin/reports.h"

#include <pthread.h>

#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "wire/json.h"

#define KINDS		32	/* that are told apart; more are one */
#define REPORTS_MOST	16	/* in one body */
#define MINUTE_MS	60000
#define SHOWN		120	/* bytes of each text in the log */

enum { LOGGED, REPEATED, BAD, DROPPED, N_COUNTS };
#define REPORTS(result) COUNTER("parley_admin_csp_reports_total", \
	"result=\"" result "\"", "Reports of browsers about the console.")
static struct metric counts[N_COUNTS] = {
	[LOGGED] = REPORTS("logged"), [REPEATED] = REPORTS("repeated"),
	[BAD] = REPORTS("bad"), [DROPPED] = REPORTS("dropped"),
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
/* under lock */
static uint64_t kinds[KINDS];
static size_t n_kinds;
static int64_t began;		/* ms, monotonic: of this minute */
static unsigned taken;		/* in it */

void reports_register(void)
{
	metric_register(counts, N_COUNTS);
}

static bool has_room(void)
{
	int64_t now = now_mono();
	bool yes;

	pthread_mutex_lock(&lock);
	if (began == 0 || now - began > MINUTE_MS) {
		began = now;
		taken = 0;
	}
	yes = taken++ < REPORTS_RATE;
	pthread_mutex_unlock(&lock);
	return yes;
}

/* The first of its kind, as long as kinds are told apart. */
static bool is_new(struct strv what, struct strv blocked)
{
	uint64_t kind = map_hash(what) * 31 + map_hash(blocked);
	bool yes = true;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < n_kinds; i++)
		yes = yes && kinds[i] != kind;
	yes = yes && n_kinds < KINDS;
	if (yes)
		kinds[n_kinds++] = kind;
	pthread_mutex_unlock(&lock);
	return yes;
}

static struct strv text_of(const struct json *o, const char *name,
    const char *other)
{
	struct strv s = STRV_NONE;

	if (!json_as_string(json_member(o, name), &s))
		(void)json_as_string(json_member(o, other), &s);
	if (s.n > SHOWN)
		s.n = SHOWN;
	return s.p ? s : STRV("?");
}

/* One report, as report-uri or as report-to has it. */
static void note(const struct json *o)
{
	struct strv what = text_of(o, "effective-directive",
	    "effectiveDirective");
	struct strv blocked = text_of(o, "blocked-uri", "blockedURL");
	struct strv page = text_of(o, "document-uri", "documentURL");

	if (!is_new(what, blocked)) {
		metric_inc(&counts[REPEATED]);
		return;
	}
	metric_inc(&counts[LOGGED]);
	log_warn("a browser stopped something on a page of the console "
	    "directive=\"%.*s\" blocked=\"%.*s\" page=\"%.*s\"",
	    STRV_ARG(what), STRV_ARG(blocked), STRV_ARG(page));
}

static bool note_all(struct strv body)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(body, REPORTS_BODY, &e);
	const struct json *old = root ? json_member(root, "csp-report") :
	    NULL;
	size_t n = 0;

	if (old && json_type(old) == JSON_OBJECT) {
		note(old);
		n++;
	}
	if (root && json_type(root) == JSON_ARRAY)
		for (const struct json *r = json_first(root); r &&
		    n < REPORTS_MOST; r = json_next(r)) {
			const struct json *in = json_member(r, "body");

			if (in && json_type(in) == JSON_OBJECT) {
				note(in);
				n++;
			}
		}
	json_free(root);
	return n > 0;
}

void reports_take(struct errand *x)
{
	if (!strv_eq(httpd_method(x->r), STRV("POST"))) {
		errand_refuse(x, 405, "method-not-allowed", "Wrong method",
		    STRV("browsers POST their reports here"));
	} else if (!has_room()) {
		metric_inc(&counts[DROPPED]);
		errand_refuse(x, 429, "rate-limited", "Too many reports",
		    STRV("there are enough reports for this minute"));
	} else if (!note_all(httpd_body(x->r))) {
		metric_inc(&counts[BAD]);
		errand_refuse(x, 400, "invalid-request", "Bad request",
		    STRV("this is no report of a content security policy"));
	} else {
		errand_reply(x, 204, "application/json", STRV(""));
	}
}
