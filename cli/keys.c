/* keys.c - single keys, while something runs until "q" or Ctrl-C. */

#include <unistd.h>

#include "cli/keys.h"

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

void keys_begin(struct keys *k, bool wanted)
{
	struct sigaction now = { .sa_handler = on_interrupt };
	struct termios single;

	interrupted = 0;
	k->tty = wanted && isatty(STDIN_FILENO) &&
	    tcgetattr(STDIN_FILENO, &k->lines) == 0;
	(void)sigaction(SIGINT, &now, &k->was);
	if (!k->tty)
		return;
	single = k->lines;
	single.c_lflag &= ~(tcflag_t)(ICANON | ECHO);
	(void)tcsetattr(STDIN_FILENO, TCSANOW, &single);
}

void keys_end(struct keys *k)
{
	if (k->tty)
		(void)tcsetattr(STDIN_FILENO, TCSANOW, &k->lines);
	(void)sigaction(SIGINT, &k->was, NULL);
}

bool keys_interrupted(void)
{
	return interrupted;
}

bool keys_quit(const struct keys *k)
{
	char c = 0;

	return k->tty && (read(STDIN_FILENO, &c, 1) != 1 || c == 'q' ||
	    c == 'Q' || c == 4);
}
