/* keys.c - single keys, while something runs until "q" or Ctrl-C. */

#include <unistd.h>

#include "cli/keys.h"

void keys_begin(struct keys *k, bool wanted)
{
	struct termios single;

	k->tty = wanted && isatty(STDIN_FILENO) &&
	    tcgetattr(STDIN_FILENO, &k->lines) == 0;
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
}

bool keys_quit(const struct keys *k)
{
	char c = 0;

	return k->tty && (read(STDIN_FILENO, &c, 1) != 1 || c == 'q' ||
	    c == 'Q' || c == 4);
}
