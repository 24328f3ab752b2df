/* guard.h - who makes a request, and whether it may be looked at at all. */

#ifndef ADMIN_GUARD_H
#define ADMIN_GUARD_H

#include "admin/admin_priv.h"
#include "admin/session.h"
#include "store/admins.h"

enum via { VIA_NOBODY, VIA_SOCKET, VIA_SESSION, VIA_TOKEN };

struct who {
	enum via via;
	unsigned roles;		/* mask, enum role */
	int64_t admin;		/* 0: not one of the security plane */
	char actor[100];	/* for the audit: "alice", "uid:0" */
	char name[ADMIN_NAME];	/* "": not one of the security plane */
	char credential[13];	/* which session or token; "": neither */
	char peer[46];		/* "": the socket */
	char agent[121];
	struct session session;	/* VIA_SESSION */
};

/* Whose requests are counted together: what he showed, or where he is. */
static inline struct strv who_client(const struct who *w)
{
	return strv(w->credential[0] ? w->credential : w->peer[0] ? w->peer :
	    w->actor);
}

/*
 * In the handler.  Refusals in p: a Host that is not ours, a browser on the
 * socket, cookie and token together, a token or cookie that is no good, a
 * changing request that does not come from our own page.
 */
void guard(const struct httpd_request *r, struct who *w, struct problem *p);

/* Whether this address may reach the console at all; any thread. */
bool guard_admits(struct strv peer);
/* The same of a request, and whether it was meant for us; no more than that. */
bool guard_stranger(const struct httpd_request *r, struct problem *p);
/* The headers of an answer that depend on the settings. */
void guard_headers(struct httpd_request *r);
void guard_register(void);	/* its figures */

/* Whether /metrics may be read without a login from there. */
bool guard_metrics(const struct httpd_request *r);

/* The settings that this looks at have changed; core. */
void guard_apply(void);
#define GUARD_ROWS \
	{ "hosts", CONF_TEXT, NULL, 0, 1000, NULL, CONF_LOCKOUT, \
	  "names, with commas between, by which browsers may ask for the " \
	  "console; addresses, localhost and this machine's name always may", \
	  false }, \
	{ "allow-from", CONF_ADDRESSES, NULL, 0, 0, NULL, CONF_LOCKOUT, \
	  "addresses and networks that may reach the console and the HTTPS " \
	  "API; unset: all; the socket of the machine always may", false }, \
	{ "hsts", CONF_DURATION, "180d", 0, INT64_C(730) * 86400000, NULL, \
	  CONF_LIVE, "how long browsers insist on HTTPS here; said only with " \
	  "a certificate that is not self-signed; 0: never", false }, \
	{ "metrics-from", CONF_ADDRESSES, "127.0.0.1,::1", 0, 0, NULL, \
	  CONF_LIVE, "who may read /metrics without a token", false }, \
	{ "group-admin", CONF_NAME, "parley-admin", 0, 0, NULL, \
	  CONF_LOCKOUT, "group of this machine whose members have every role on the admin " \
	  "socket", false }, \
	{ "group-operator", CONF_NAME, "parleyd-operator", 0, 0, NULL, \
	  CONF_LIVE, "group whose members are operators there", false }, \
	{ "group-view", CONF_NAME, "parleyd-view", 0, 0, NULL, CONF_LIVE, \
	  "group whose members are viewers there", false }

#endif
