/* ask.c - what cannot be taken back is asked for first. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"
#include "wire/json.h"

/* The last word of commands that end something for good. */
static const char *const ends[] = { "delete", "forget", "purge", "erase",
	"restore", "end", "revoke" };

static bool ends_something(const struct gram_op *op)
{
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++)
		if (op->n_words && strv_eq(op->words[op->n_words - 1].text,
		    strv(ends[i])))
			return true;
	return false;
}

static int terminal(void)
{
	return open("/dev/tty", O_RDWR | O_CLOEXEC);
}

bool ask_can(void)
{
	int tty = terminal();

	if (tty >= 0)
		close(tty);
	return tty >= 0 && isatty(STDERR_FILENO);
}

/* A line that is typed there; empty when none is. */
static void answer_read(const char *question, const char *hint, char *answer,
    size_t size)
{
	int tty = terminal();
	size_t n = 0;
	char c = 0;

	answer[0] = 0;
	if (tty < 0)
		return;
	fflush(stdout);
	dprintf(tty, "%s%s", question, hint);
	while (read(tty, &c, 1) == 1 && c != '\n')
		if (n + 1 < size)
			answer[n++] = c;
	answer[n] = 0;
	if (c != '\n')
		dprintf(tty, "\n");
	close(tty);
}

bool ask_yes(const char *question)
{
	char answer[8];

	answer_read(question, " [y/N] ", answer, sizeof(answer));
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

static bool may_ask(const struct session *s, const struct options *o)
{
	return !o->yes && !s->file && isatty(STDIN_FILENO) && ask_can();
}

/* How many are meant is said as well: without it nothing is done. */
static bool only_looks(const struct gram_op *op, const struct request *r)
{
	return gram_arg_find(op, STRV("expect")) && !r->expects;
}

int ask_first(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o)
{
	struct buf question, safe;
	bool yes;

	if (o->yes || !ends_something(op) || only_looks(op, r))
		return EXIT_OK;
	if (!may_ask(s, o))
		return session_error(s, EXIT_DECLINED, "%s cannot be taken "
		    "back; in a script it needs --yes: nothing was changed",
		    op->command);
	buf_init(&question, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	buf_addf(&question, "%s%s%s: %s; do it?", op->command,
	    r->object.n ? " " : "", r->object.n ? r->object.p : "", op->help);
	render_safe(&safe, buf_strv(&question), false);
	yes = ask_yes(safe.p);
	buf_deinit(&question);
	buf_deinit(&safe);
	return yes ? EXIT_OK : session_error(s, EXIT_DECLINED, "nothing was "
	    "changed");
}

/* How many it would be; 0: it is no preview. */
static int64_t preview_read(struct strv json, struct buf *more)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)1 << 20, &e);
	struct strv state, upto;
	int64_t n = 0;

	if (root && json_as_string(json_member(root, "state"), &state) &&
	    strv_eq(state, STRV("preview")))
		(void)json_as_int(json_member(root, "matching"), &n);
	buf_addf(more, " --expect %lld", (long long)n);
	if (root && json_as_string(json_member(root, "upto"), &upto)) {
		buf_addz(more, " --upto ");
		words_quote(more, upto);
	}
	json_free(root);
	return n;
}

bool ask_preview(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o, struct strv json,
    struct buf *more, int *code)
{
	char answer[300];
	struct buf question;
	bool same;

	if (!may_ask(s, o) || !gram_arg_find(op, STRV("expect")) ||
	    preview_read(json, more) == 0)
		return false;
	buf_init(&question, BUF_NO_LIMIT);
	buf_addf(&question, "to do it type %s", r->object.p);
	answer_read(question.p, ": ", answer, sizeof(answer));
	same = strcmp(answer, r->object.p) == 0;
	if (!same)
		*code = session_error(s, EXIT_DECLINED, "nothing was "
		    "changed");
	buf_deinit(&question);
	return same;
}
