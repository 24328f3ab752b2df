/* ask.c - what cannot be taken back is asked for first. */

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "cli/ask.h"

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

bool ask_yes(const char *question)
{
	char answer[8] = "", c = 0;
	int tty = terminal();
	size_t n = 0;

	if (tty < 0)
		return false;
	fflush(stdout);
	dprintf(tty, "%s [y/N] ", question);
	while (read(tty, &c, 1) == 1 && c != '\n')
		if (n + 1 < sizeof(answer))
			answer[n++] = c;
	if (c != '\n')
		dprintf(tty, "\n");
	close(tty);
	return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}

bool ask_first(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o)
{
	struct buf question, safe;
	bool yes;

	if (o->yes || s->file || !ends_something(op) ||
	    !isatty(STDIN_FILENO) || !ask_can())
		return true;
	buf_init(&question, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	buf_addf(&question, "%s%s%s: %s; do it?", op->command,
	    r->object.n ? " " : "", r->object.n ? r->object.p : "", op->help);
	render_safe(&safe, buf_strv(&question), false);
	yes = ask_yes(safe.p);
	if (!yes)
		(void)session_error(s, EXIT_DECLINED, "nothing was changed");
	buf_deinit(&question);
	buf_deinit(&safe);
	return yes;
}
