/* wait.c - a command again and again until what it shows is in a state. */

#include <time.h>

#include "base/now.h"
#include "cli/stop.h"
#include "cli/wait.h"
#include "wire/json.h"

#define WAIT_S		60	/* unless told otherwise */
#define PAUSE_NS	250000000

static bool listed(struct strv states, struct strv state)
{
	struct strv rest, word = strv_split(state, ' ', &rest);

	while (states.n)
		if (strv_eq(strv_split(states, ',', &states), word))
			return true;
	return false;
}

/* "bound 2/2" is bound. */
static enum wait_met look(const struct json *row, struct strv states)
{
	struct strv state;

	if (!json_as_string(json_member(row, "state"), &state))
		return WAIT_NONE;
	return listed(states, state) ? WAIT_MET : WAIT_NOT;
}

enum wait_met wait_look(struct strv json, struct strv states)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)80 << 20, &e);
	const struct json *items = root ? json_member(root, "items") : NULL;
	enum wait_met met = WAIT_MET;

	if (!root)
		return WAIT_NONE;
	if (!items)
		met = look(root, states);
	else if (!json_first(items))
		met = WAIT_NOT;
	for (const struct json *r = items ? json_first(items) : NULL;
	    r && met == WAIT_MET; r = json_next(r))
		met = look(r, states);
	json_free(root);
	return met;
}

static int shown(struct session *s, const struct options *o,
    const struct answer *a)
{
	int code = session_show(s, o, buf_strv(&a->body));

	return code == EXIT_OK ? session_exit(buf_strv(&a->body)) : code;
}

int wait_run(struct session *s, const struct request *r,
    const struct options *o)
{
	static const struct timespec pause = { 0, PAUSE_NS };
	int seconds = o->timeout_s ? o->timeout_s : WAIT_S;
	int64_t end = now_mono() + (int64_t)seconds * 1000;
	enum wait_met met;
	struct answer a;
	int code;

	for (;;) {
		code = session_call(s, r->method, r->target.p, r->type,
		    buf_strv(&r->body), o, NULL, &a);
		if (code != EXIT_OK)
			return code;
		met = wait_look(buf_strv(&a.body), o->wait);
		if (met != WAIT_NOT || stop_asked() || now_mono() >= end)
			break;
		answer_free(&a);
		(void)nanosleep(&pause, NULL);
	}
	code = shown(s, o, &a);
	answer_free(&a);
	if (met == WAIT_NONE)
		return session_error(s, EXIT_USAGE, "nothing here has a state "
		    "to wait for");
	if (met == WAIT_MET)
		return code;
	return stop_asked() ? EXIT_INTERRUPTED : session_error(s, EXIT_TIMEOUT,
	    "not %.*s within %d s", STRV_ARG(o->wait), seconds);
}
