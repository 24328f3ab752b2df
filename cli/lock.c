/* lock.c - "configure exclusive": nobody else can commit meanwhile. */

#include "base/now.h"
#include "cli/draft.h"
#include "cli/lock.h"

#define WHERE		DRAFT_CONFIG "lock"
#define RENEW_MS	60000	/* the daemon forgets it after five minutes */

int lock_take(struct session *s)
{
	struct answer a;
	int code = session_call(s, "POST", WHERE, "application/json",
	    STRV("{}"), &s->defaults, NULL, &a);

	if (code != EXIT_OK)
		return code;
	answer_free(&a);
	s->exclusive = true;
	s->renew = now_mono() + RENEW_MS;
	return EXIT_OK;
}

/* Without a word: it is not what the user asked for. */
static bool quiet(struct session *s, const char *method, struct strv body)
{
	struct client with = s->client;
	struct answer a;
	struct buf why;
	bool ok;

	with.timeout_s = 2;
	buf_init(&why, 1024);
	ok = client_call(&with, method, WHERE, body.p ? "application/json" :
	    NULL, body, &a, &why);
	if (ok) {
		ok = a.status < 300;
		answer_free(&a);
	}
	buf_deinit(&why);
	return ok;
}

void lock_leave(struct session *s)
{
	if (s->exclusive)
		(void)quiet(s, "DELETE", STRV_NONE);
	s->exclusive = false;
}

bool lock_renew(struct session *s)
{
	if (!s->exclusive || now_mono() < s->renew)
		return true;
	s->renew = now_mono() + RENEW_MS;
	s->exclusive = quiet(s, "POST", STRV("{}"));
	return s->exclusive;
}
