/* guard.c - who makes a request: session, token, or user of this machine. */

#include "admin/guard.h"

#include <grp.h>
#include <inttypes.h>
#include <pthread.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>

#include "admin/net.h"
#include "admin/people.h"
#include "admin/reports.h"
#include "admin/tokens.h"
#include "base/metric.h"
#include "conf/conf.h"

#define COOKIE	"__Host-parley"
#define GROUPS	256

/* Copies of settings, for other threads than the core. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct {
	char hosts[1001], self[65];
	char metrics[64 * 50], allowed[64 * 50];	/* lists of at most 64 */
	int64_t hsts;		/* s */
	gid_t groups[3];	/* -1: there is no such group */
} now;

static struct metric turned_away = COUNTER(
	"parley_admin_sources_refused_total", NULL,
	"Connections and requests from addresses that admin allow-from has "
	"not.");

void guard_register(void)
{
	metric_register(&turned_away, 1);
}

static const struct {
	const char *row;
	unsigned roles;
} group_rows[] = {
	{ "group-admin", AS_ROLES },
	{ "group-operator", AS_OPERATOR | AS_SUPPORT },
	{ "group-view", AS_VIEWER },
};

#define N_GROUPS (sizeof(group_rows) / sizeof(group_rows[0]))

void guard_apply(void)
{
	pthread_mutex_lock(&lock);
	(void)snprintf(now.hosts, sizeof(now.hosts), "%s",
	    conf_text("admin", "", "hosts"));
	(void)snprintf(now.metrics, sizeof(now.metrics), "%s",
	    conf_text("admin", "", "metrics-from"));
	(void)snprintf(now.allowed, sizeof(now.allowed), "%s",
	    conf_text("admin", "", "allow-from"));
	now.hsts = conf_int("admin", "", "hsts") / 1000;
	if (gethostname(now.self, sizeof(now.self) - 1) < 0)
		now.self[0] = 0;
	for (size_t i = 0; i < N_GROUPS; i++) {
		const struct group *g = getgrnam(conf_text("admin", "",
		    group_rows[i].row));

		now.groups[i] = g ? g->gr_gid : (gid_t)-1;
	}
	pthread_mutex_unlock(&lock);
}

static void refuse(struct problem *p, unsigned status, const char *code,
    const char *title, const char *detail)
{
	p->status = status;
	p->code = code;
	p->title = title;
	buf_addz(&p->detail, detail);
}

/* --- users of this machine ------------------------------------------------ */

static unsigned roles_of_groups(const struct httpd_request *r)
{
	gid_t groups[GROUPS];
	size_t n = httpd_groups(r, groups, GROUPS);
	unsigned roles = 0;

	pthread_mutex_lock(&lock);
	for (size_t i = 0; i < N_GROUPS; i++)
		for (size_t g = 0; g < n; g++)
			if (groups[g] == now.groups[i])
				roles |= group_rows[i].roles;
	pthread_mutex_unlock(&lock);
	return roles;
}

/* An administrator who says that this user of the machine is he. */
static bool linked(uid_t uid, struct who *w)
{
	struct admin a;
	struct passwd p, *found = NULL;
	char text[4096];

	if (getpwuid_r(uid, &p, text, sizeof(text), &found) != 0 || !found ||
	    !people_by_unix(p.pw_name, &a))
		return false;
	w->admin = a.id;
	w->roles |= a.roles;
	strcpy(w->name, a.name);
	(void)snprintf(w->actor, sizeof(w->actor), "%s", a.name);
	explicit_bzero(&a, sizeof(a));
	return true;
}

static void by_socket(const struct httpd_request *r, struct who *w,
    struct problem *p)
{
	uid_t uid = httpd_uid(r);

	/* a page of some site must not reach the socket through a proxy */
	if (httpd_header(r, "Origin").p) {
		refuse(p, 403, "forbidden", "Not allowed",
		    "browsers may not use this socket");
		return;
	}
	w->via = VIA_SOCKET;
	w->roles = AS_SOMEBODY;
	(void)snprintf(w->actor, sizeof(w->actor), "uid:%ju", (uintmax_t)uid);
	if (uid == 0 || uid == geteuid()) {
		w->roles = AS_ALL;
		return;
	}
	w->roles |= roles_of_groups(r);
	(void)linked(uid, w);
}

/* --- names we are asked for by -------------------------------------------- */

static bool is_number(struct strv host)
{
	return host.p[0] == '[' || strspn(host.p, "0123456789.:") >= host.n;
}

static bool host_listed(struct strv host)
{
	struct strv list, one;
	bool yes;

	pthread_mutex_lock(&lock);
	yes = strv_caseeq(host, strv(now.self));
	list = strv(now.hosts);
	while (!yes && list.p) {
		one = strv_split(list, ',', &list);
		while (one.n && one.p[0] == ' ')
			one = (struct strv){ one.p + 1, one.n - 1 };
		yes = one.n && strv_caseeq(host, one);
	}
	pthread_mutex_unlock(&lock);
	return yes;
}

/*
 * A name of somebody else's that leads here (DNS rebinding) would make his
 * page one of ours for the browser.  A number cannot be rebound.
 */
static bool host_is_ours(struct strv host)
{
	struct strv name = host;

	if (!host.n)
		return false;
	for (size_t i = host.n; i-- > 0 && host.p[i] != ']';)
		if (host.p[i] == ':') {
			name.n = i;
			break;
		}
	return name.n && (is_number(name) ||
	    strv_caseeq(name, STRV("localhost")) || host_listed(name));
}

/* --- HTTPS ----------------------------------------------------------------- */

static bool is_safe(struct strv method)
{
	return strv_eq(method, STRV("GET")) || strv_eq(method, STRV("HEAD"));
}

/* What the browser says of the page that asks; none: no browser asks. */
static bool from_our_page(const struct httpd_request *r, bool needed)
{
	struct strv site = httpd_header(r, "Sec-Fetch-Site");
	struct strv origin = httpd_header(r, "Origin");
	struct strv https = STRV("https://");

	if (site.p)
		return strv_eq(site, STRV("same-origin"));
	if (!origin.p)
		return !needed;
	return origin.n > https.n && memcmp(origin.p, https.p, https.n) == 0 &&
	    strv_caseeq((struct strv){ origin.p + https.n,
	    origin.n - https.n }, httpd_header(r, "Host"));
}

static void by_session(const struct httpd_request *r, struct strv cookie,
    struct who *w, struct problem *p)
{
	struct admin a;

	if (!session_find(cookie, &w->session) ||
	    !people_by_id(w->session.admin, &a))
		return;		/* nobody; the operation says what it needs */
	if (!is_safe(httpd_method(r)) && (!from_our_page(r, true) ||
	    !secret_equal(httpd_header(r, "X-Parley-CSRF"),
	    strv(w->session.csrf)))) {
		refuse(p, 403, "forbidden", "Not allowed", "a change needs "
		    "the header X-Parley-CSRF with the token of "
		    "GET " API "/auth/session, and must come from our own "
		    "page (Sec-Fetch-Site or Origin)");
		return;
	}
	w->via = VIA_SESSION;
	w->admin = a.id;
	w->roles = a.roles | AS_SOMEBODY;
	strcpy(w->credential, w->session.id);
	strcpy(w->name, a.name);
	(void)snprintf(w->actor, sizeof(w->actor), "%s", a.name);
	explicit_bzero(&a, sizeof(a));
}

static void by_token(struct strv header, struct who *w, struct problem *p)
{
	struct strv bearer, kind = strv_split(header, ' ', &bearer);
	struct admin_token t;
	struct admin a;

	if (!strv_caseeq(kind, STRV("Bearer")) || !bearer.p ||
	    !token_find(bearer, strv(w->peer), &t) ||
	    !people_by_id(t.admin, &a)) {
		refuse(p, 401, "unauthenticated", "Not logged in",
		    "this token is not known, has expired, or may not be "
		    "used from this address");
		return;
	}
	w->via = VIA_TOKEN;
	w->admin = a.id;
	w->roles = (t.roles & a.roles) | AS_SOMEBODY;
	strcpy(w->credential, t.id);
	strcpy(w->name, a.name);
	(void)snprintf(w->actor, sizeof(w->actor), "%s token:%s", a.name,
	    t.name);
	explicit_bzero(&a, sizeof(a));
}

static void keep_text(char *to, size_t size, struct strv s)
{
	(void)snprintf(to, size, "%.*s", (int)s.n, s.p ? s.p : "");
}

bool guard_admits(struct strv peer)
{
	bool yes;

	pthread_mutex_lock(&lock);
	yes = !now.allowed[0] || net_listed(strv(now.allowed), peer);
	pthread_mutex_unlock(&lock);
	if (!yes)
		metric_inc(&turned_away);
	return yes;
}

bool guard_stranger(const struct httpd_request *r, struct problem *p)
{
	if (httpd_from(r) == HTTPD_SOCKET)
		return true;
	if (!guard_admits(httpd_peer(r)))
		refuse(p, 403, "forbidden", "Not allowed",
		    "the console may not be reached from this address; "
		    "admin allow-from says from where");
	else if (!host_is_ours(httpd_header(r, "Host")))
		refuse(p, 421, "misdirected", "Not this machine's name",
		    "the console is not asked for by this name; an "
		    "administrator can add it: set admin hosts NAME");
	return p->status == 0;
}

void guard_headers(struct httpd_request *r)
{
	char text[64];
	int64_t s;

	if (httpd_from(r) == HTTPD_SOCKET)
		return;
	httpd_reply_header(r, "Content-Security-Policy", STRV(HTTPD_CSP
	    "; report-uri " REPORTS_PATH "; report-to csp"));
	httpd_reply_header(r, "Reporting-Endpoints",
	    STRV("csp=\"" REPORTS_PATH "\""));
	pthread_mutex_lock(&lock);
	s = now.hsts;
	pthread_mutex_unlock(&lock);
	(void)snprintf(text, sizeof(text), "max-age=%" PRId64, s);
	if (s && httpd_trusted(r))
		httpd_reply_header(r, "Strict-Transport-Security",
		    strv(text));
}

static void by_tls(const struct httpd_request *r, struct who *w,
    struct problem *p)
{
	struct strv cookie = httpd_cookie(r, COOKIE);
	struct strv token = httpd_header(r, "Authorization");

	keep_text(w->peer, sizeof(w->peer), httpd_peer(r));
	keep_text(w->agent, sizeof(w->agent), httpd_header(r, "User-Agent"));
	keep_text(w->actor, sizeof(w->actor), STRV("nobody"));
	if (!guard_stranger(r, p))
		return;
	if (token.p && cookie.p)
		refuse(p, 400, "invalid-request", "Bad request",
		    "send a cookie or a token, not both");
	else if (!is_safe(httpd_method(r)) && !from_our_page(r, false))
		refuse(p, 403, "forbidden", "Not allowed",
		    "a page of another site may not change anything here");
	else if (token.p)
		by_token(token, w, p);
	else if (cookie.p)
		by_session(r, cookie, w, p);
}

void guard(const struct httpd_request *r, struct who *w, struct problem *p)
{
	*w = (struct who){ .via = VIA_NOBODY };
	if (httpd_from(r) == HTTPD_SOCKET)
		by_socket(r, w, p);
	else
		by_tls(r, w, p);
}

bool guard_metrics(const struct httpd_request *r)
{
	bool yes;

	if (httpd_from(r) == HTTPD_SOCKET)
		return true;
	pthread_mutex_lock(&lock);
	yes = net_listed(strv(now.metrics), httpd_peer(r));
	pthread_mutex_unlock(&lock);
	return yes;
}
