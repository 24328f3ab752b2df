/* certificates_watch.c - certificates that end: said, and ours renewed. */

#define LOG_UNIT "admin"

#include <inttypes.h>
#include <stdio.h>

#include "admin/certificates.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "loop/timer.h"
#include "op/health.h"
#include "store/db.h"

#define FIRST_MS	1000
#define EVERY_MS	60000
#define RENEW_DAYS	30
#define DAY		86400

/* How near the first end is; from there on it is said louder. */
static const struct level {
	int64_t days;
	enum health health;
} levels[] = {
	{ 30, HEALTH_WARN }, { 7, HEALTH_WARN }, { 1, HEALTH_CRITICAL },
	{ 0, HEALTH_CRITICAL },
};

#define N_LEVELS (sizeof(levels) / sizeof(levels[0]))

static struct {
	struct timer timer;
	bool running, looked;
	char what[CERT_PATH];	/* "edge.pem", "agent.pem of listener:tls" */
	char name[CERT_NAME];	/* in the store; or "" */
	int64_t ends;		/* s since the epoch; 0: there is none */
	char broken[CERT_PATH + CERT_WHY];	/* in use, and cannot be; or "" */
	size_t said;		/* levels of it that are in the log */
	char said_of[CERT_PATH];
} w;

/* --- in /metrics ----------------------------------------------------------- */

#define SERIES	64

static struct {
	struct metric metrics[SERIES];
	char labels[SERIES][CERT_USE + 16];
	size_t n;
} series;

static void series_add(const char *name, int64_t ends)
{
	size_t n = series.n;

	if (n == SERIES)
		return;
	(void)snprintf(series.labels[n], sizeof(series.labels[n]),
	    "name=\"%s\"", name);
	for (size_t i = 0; i < n; i++)
		if (strcmp(series.labels[i], series.labels[n]) == 0)
			return;
	series.metrics[n] = (struct metric)GAUGE(
	    "parley_tls_certificate_expiry_seconds", series.labels[n],
	    "When a certificate ends, seconds since the epoch; by its name "
	    "in the store, or by what has one of its own.");
	metric_set(&series.metrics[n], ends);
	series.n++;
}

static void series_clear(void)
{
	metric_forget(series.metrics, series.n);
	series.n = 0;
}

static void series_make(const struct cert_job *j)
{
	series_clear();
	for (size_t i = 0; i < j->n_rows; i++)
		if (j->rows[i].held.there)
			series_add(j->rows[i].name,
			    j->rows[i].held.about.not_after);
	for (size_t i = 0; i < j->n; i++)
		if (j->users[i].held.there &&
		    j->users[i].where.source != CERT_ASSIGNED)
			series_add(j->users[i].use,
			    j->users[i].held.about.not_after);
	metric_register(series.metrics, series.n);
}

/* --- looking --------------------------------------------------------------- */

static size_t level_of(int64_t days)
{
	size_t n = 0;

	while (n < N_LEVELS && days < levels[n].days)
		n++;
	return n;
}

static int64_t days_left(void)
{
	int64_t s = w.ends - now_ms() / 1000;

	return s < 0 ? -1 : s / DAY;
}

static void consider(const struct held *h, const char *what,
    const char *name)
{
	if (!h->there || (w.ends && h->about.not_after >= w.ends))
		return;
	w.ends = h->about.not_after;
	(void)snprintf(w.what, sizeof(w.what), "%s", what);
	(void)snprintf(w.name, sizeof(w.name), "%s", name);
}

static void consider_all(const struct cert_job *j)
{
	char what[CERT_PATH];

	w.ends = 0;
	w.broken[0] = 0;
	for (size_t i = 0; i < j->n_rows; i++) {
		(void)snprintf(what, sizeof(what), "%s.pem",
		    j->rows[i].name);
		consider(&j->rows[i].held, what, j->rows[i].name);
	}
	for (size_t i = 0; i < j->n; i++) {
		const struct cert_user *u = &j->users[i];
		const char *file = strrchr(u->where.pem, '/');

		(void)snprintf(what, sizeof(what), "%.200s of %s",
		    file ? file + 1 : u->where.pem, u->use);
		consider(&u->held, what, "");
		if (u->held.why[0] && !u->held.there)
			(void)snprintf(w.broken, sizeof(w.broken), "%s: %s",
			    u->use, u->held.why);
	}
}

/* Once each time that it comes nearer. */
static void say(void)
{
	size_t level = w.ends ? level_of(days_left()) : 0;

	if (strcmp(w.what, w.said_of) != 0)
		w.said = 0;
	(void)snprintf(w.said_of, sizeof(w.said_of), "%s", w.what);
	if (level > w.said)
		log_warn("certificate %s ends in %" PRId64 " days", w.what,
		    days_left());
	w.said = level;
}

static bool is_due(const struct cert_user *u)
{
	return u->where.source == CERT_OWN && u->held.there &&
	    u->held.about.ours && u->held.about.not_after <
	    now_ms() / 1000 + (int64_t)RENEW_DAYS * DAY;
}

static void look(struct cert_job *j)
{
	cert_rows_look(j);
	cert_users_look(j);
}

static void looked(struct cert_job *j)
{
	w.looked = true;
	if (!w.running)
		return;
	consider_all(j);
	series_make(j);
	say();
	for (size_t i = 0; i < j->n; i++)
		if (is_due(&j->users[i])) {
			certificate_renew(j->users[i].use);
			break;		/* the next one a minute later */
		}
}

static void due(void *arg)
{
	(void)arg;
	(void)cert_job_start(cert_job_new(NULL, look, looked));
	timer_set(&w.timer, EVERY_MS);
}

void certificates_start(void)
{
	w.running = true;
	timer_init(&w.timer, "certificates", due, NULL);
	timer_set(&w.timer, FIRST_MS);
}

void certificates_look(void)
{
	if (w.running)
		timer_set(&w.timer, 0);
}

void certificates_stop(void)
{
	timer_cancel(&w.timer);
	w.running = w.looked = false;
	series_clear();
}

static enum health check(struct buf *says, struct buf *remedy)
{
	size_t level;

	if (!w.looked) {
		buf_addz(says, "is being looked at");
		return HEALTH_OK;
	}
	if (w.broken[0]) {
		buf_addf(says, "a certificate in use cannot be read: %s",
		    w.broken);
		buf_addz(remedy, "parley certificate uses shows which; give "
		    "it another one with certificate assign");
		return HEALTH_WARN;
	}
	if (w.ends == 0) {
		buf_addz(says, "there is no certificate");
		return HEALTH_OK;
	}
	level = level_of(days_left());
	if (days_left() < 0)
		buf_addf(says, "%s has ended", w.what);
	else
		buf_addf(says, "%s is the first certificate to end, in %"
		    PRId64 " days", w.what, days_left());
	if (level == 0)
		return HEALTH_OK;
	if (w.name[0])
		buf_addf(remedy, "parley certificate install %s with a new "
		    "one, or put it at %s/tls/%s.pem with its key beside it "
		    "and send the daemon SIGHUP", w.name, db_dir(), w.name);
	else
		buf_addz(remedy, "put a new one there and send the daemon "
		    "SIGHUP, or parley certificate assign another");
	return levels[level - 1].health;
}

static const struct health_check checks[] = {
	{ .name = "certificates", .run = check },
};

void certificates_register(void)
{
	health_register(checks, sizeof(checks) / sizeof(*checks));
}
