/* job.c - an import or backup goes on after its request: follow it. */

#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cli/session.h"
#include "cli/stop.h"
#include "wire/json.h"

struct job {
	struct buf target;
	struct strv state;
	int64_t done, total, errors;
	bool ended;
};

bool job_of(struct strv json, struct buf *target)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)1 << 20, &e);
	const struct json *id = root ? json_member(root, "job") : NULL;
	struct strv text;
	int64_t n;

	buf_init(target, 4096);
	if (json_as_string(id, &text) && text.n && text.p[0] == '/') {
		buf_adds(target, text);
	} else if (json_as_string(id, &text)) {
		buf_addz(target, "/api/v1/imports/");
		client_escape(target, text);
	} else if (json_as_int(id, &n)) {
		buf_addf(target, "/api/v1/imports/%lld", (long long)n);
	}
	json_free(root);
	return target->n > 0;
}

static void job_read(struct job *j, struct strv json, char *state, size_t n)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)1 << 20, &e);

	j->done = json_opt_int(root, "done", 0, INT64_MAX, 0, &e);
	j->total = json_opt_int(root, "total", 0, INT64_MAX, 0, &e);
	j->errors = json_opt_int(root, "errors", 0, INT64_MAX, 0, &e);
	state[0] = 0;
	if (json_as_string(json_member(root, "state"), &j->state) &&
	    j->state.n < n) {
		memcpy(state, j->state.p, j->state.n);
		state[j->state.n] = 0;
	}
	json_free(root);
	j->ended = strcmp(state, "running") != 0 &&
	    strcmp(state, "queued") != 0 && strcmp(state, "waiting") != 0;
}

static void job_bar(struct session *s, const struct job *j, bool last)
{
	enum { WIDTH = 30 };
	int full = j->total ? (int)(j->done * WIDTH / j->total) : 0;

	if (s->out.quiet || !isatty(STDERR_FILENO))
		return;
	fprintf(stderr, "\r[");
	for (int i = 0; i < WIDTH; i++)
		fputs(i < full ? "█" : "·", stderr);
	fprintf(stderr, "] %lld of %lld, %lld errors\033[K%s",
	    (long long)j->done, (long long)j->total, (long long)j->errors,
	    last ? "\n" : "");
	fflush(stderr);
}

int job_follow(struct session *s, const struct options *o,
    const char *target)
{
	static const struct timespec pause = { 0, 150 * 1000000 };
	struct job j = { .ended = false };
	struct answer a;
	char state[32];
	int code, said;

	for (;;) {
		code = session_call(s, "GET", target, NULL, STRV_NONE, o,
		    NULL, &a);
		if (code != EXIT_OK)
			return code;
		job_read(&j, buf_strv(&a.body), state, sizeof(state));
		job_bar(s, &j, j.ended);
		if (j.ended)
			break;
		answer_free(&a);
		if (stop_asked())
			return session_error(s, EXIT_INTERRUPTED, "it goes on "
			    "without us: show jobs tells how far, job cancel "
			    "ends it");
		(void)nanosleep(&pause, NULL);
	}
	code = session_show(s, o, buf_strv(&a.body));
	said = session_exit(buf_strv(&a.body));
	answer_free(&a);
	if (code != EXIT_OK || said)
		return code != EXIT_OK ? code : said;
	if (strcmp(state, "failed") == 0 || strcmp(state, "interrupted") == 0)
		return EXIT_FAILED;
	return j.errors ? EXIT_PARTLY : EXIT_OK;
}
