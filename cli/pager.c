/* pager.c - what is taller than the screen, page by page. */

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/words.h"
#include "cli/pager.h"
#include "cli/render.h"

#define WORDS 16

extern char **environ;

void pager_begin(struct pager *p, FILE *out, bool off)
{
	struct winsize size = { 0 };

	*p = (struct pager){ .out = out, .off = off, .fd = -1 };
	buf_init(&p->held, BUF_NO_LIMIT);
	if (off || ioctl(fileno(out), TIOCGWINSZ, &size) < 0 ||
	    size.ws_row < 2)
		p->off = true;
	p->rows = size.ws_row;
	p->columns = size.ws_col;
}

/* --- its process --------------------------------------------------------- */

static const char *command(void)
{
	static const char *const names[] = { "PARLEY_PAGER", "PAGER" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (getenv(names[i]))
			return getenv(names[i]);
	return "less -FRX";
}

/* Its words, without a shell between; no word: there is none. */
static size_t words_of(struct arena *a, char **argv)
{
	struct word w[WORDS];
	size_t n = words_split(strv(command()), a, w, WORDS);

	n = n > WORDS || (n && w[n - 1].open) ? 0 : n;
	for (size_t i = 0; i < n; i++)
		argv[i] = (char *)(uintptr_t)w[i].text.p;
	argv[n] = NULL;
	return n && strcmp(argv[0], "cat") != 0 ? n : 0;
}

/* Ctrl-C is for the pager while it runs, not for us. */
static bool spawn(struct pager *p, char **argv, int input)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attr;
	sigset_t signals;
	int code;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGPIPE);
	(void)posix_spawnattr_init(&attr);
	(void)posix_spawnattr_setsigdefault(&attr, &signals);
	(void)posix_spawnattr_setflags(&attr, POSIX_SPAWN_SETSIGDEF);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_adddup2(&files, input, STDIN_FILENO);
	code = posix_spawnp(&p->pid, argv[0], &files, &attr, argv, environ);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attr);
	if (code != 0)
		p->pid = 0;
	return code == 0;
}

static bool start(struct pager *p)
{
	struct sigaction ignore = { .sa_handler = SIG_IGN };
	char *argv[WORDS + 1];
	struct arena a;
	int ends[2];
	bool ok;

	arena_init(&a);
	ok = words_of(&a, argv) > 0 && pipe2(ends, O_CLOEXEC) == 0;
	if (ok) {
		/* less runs no commands and opens no files of its own */
		(void)setenv("LESSSECURE", "1", 1);
		(void)fflush(p->out);
		ok = spawn(p, argv, ends[0]);
		close(ends[0]);
		p->fd = ends[1];
		if (ok)
			(void)sigaction(SIGINT, &ignore, &p->was);
		else
			close(ends[1]);
	}
	arena_deinit(&a);
	return ok;
}

/* Who leaves before the end has seen enough: EPIPE is no failure. */
static void feed(struct pager *p, struct strv s)
{
	while (s.n && p->fd >= 0) {
		ssize_t n = write(p->fd, s.p, s.n);

		if (n > 0) {
			s = (struct strv){ s.p + n, s.n - (size_t)n };
		} else if (n < 0 && errno != EINTR) {
			close(p->fd);
			p->fd = -1;
		}
	}
}

/* --- lines --------------------------------------------------------------- */

void pager_stop(struct pager *p)
{
	p->off = true;
	(void)fwrite(p->held.p, 1, p->held.n, p->out);
	buf_clear(&p->held);
}

/* Rows of the screen; colours take none of it. */
static size_t height(const struct pager *p, struct strv line)
{
	size_t width = 0;

	while (line.n) {
		struct strv rest, text = strv_split(line, '\033', &rest);

		width += render_width(text);
		while (rest.n && *rest.p != 'm')
			rest = (struct strv){ rest.p + 1, rest.n - 1 };
		line = rest.n ? (struct strv){ rest.p + 1, rest.n - 1 } :
		    STRV_NONE;
	}
	if (p->columns == 0 || width == 0)
		return 1;
	return (width + p->columns - 1) / p->columns;
}

void pager_line(struct pager *p, struct strv line)
{
	if (p->off) {
		(void)fwrite(line.p, 1, line.n, p->out);
		(void)putc('\n', p->out);
		return;
	}
	buf_adds(&p->held, line);
	buf_addc(&p->held, '\n');
	if (!p->pid) {
		p->tall += height(p, line);
		if (p->tall < p->rows)
			return;
		if (!start(p)) {
			pager_stop(p);
			return;
		}
	}
	feed(p, buf_strv(&p->held));
	buf_clear(&p->held);
}

void pager_end(struct pager *p)
{
	if (!p->pid) {
		pager_stop(p);
	} else {
		if (p->fd >= 0)
			close(p->fd);
		while (waitpid(p->pid, NULL, 0) < 0 && errno == EINTR)
			;
		(void)sigaction(SIGINT, &p->was, NULL);
	}
	buf_deinit(&p->held);
	(void)fflush(p->out);
}
