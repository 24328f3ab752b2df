/* meet.c - the first look at a daemon on another machine. */

#include <stdio.h>
#include <string.h>

#include "base/now.h"
#include "cli/ask.h"
#include "cli/link.h"
#include "cli/meet.h"

/* "ab:cd:..." */
static void print_show(const char *print, char out[REMOTE_PRINT * 2])
{
	size_t n = 0;

	for (size_t i = 0; print[i]; i++) {
		if (i && i % 2 == 0)
			out[n++] = ':';
		out[n++] = print[i];
	}
	out[n] = 0;
}

static bool ask(struct remote *r, const char *print, struct buf *why)
{
	char shown[REMOTE_PRINT * 2];
	struct buf question;
	bool yes;

	print_show(print, shown);
	buf_init(&question, 4096);
	buf_addf(&question, "%s.\nIts SHA-256 fingerprint is\n    %s\n"
	    "certificate list on that machine says which it has.\nIs it the "
	    "same, and shall it be trusted from now on?", why->p, shown);
	yes = ask_yes(question.p);
	buf_deinit(&question);
	buf_clear(why);
	if (!yes)
		buf_addf(why, "%s is not trusted", r->place);
	return yes && remote_trust(r, print, why);
}

bool remote_meet(const struct client *c, struct remote *r, struct buf *why)
{
	char seen[REMOTE_PRINT] = "";
	struct link l;
	bool ok = link_open(&l, c, now_mono() + (int64_t)c->timeout_s * 1000,
	    seen, why);

	link_close(&l);
	if (ok || !seen[0])
		return ok;
	if (ask_can())
		return ask(r, seen, why);
	buf_addf(why, ": it has the fingerprint %s; if that is right, give it "
	    "as --fingerprint, or connect once at a terminal", seen);
	return false;
}
