/* keys.h - single keys, while something runs until "q" or Ctrl-C. */

#ifndef CLI_KEYS_H
#define CLI_KEYS_H

#include <stdbool.h>
#include <termios.h>

struct keys {
	bool tty;		/* there are keys to read, on standard input */
	struct termios lines;
};

/* wanted: the output is a terminal.  Ctrl-C is told by stop_asked(). */
void keys_begin(struct keys *k, bool wanted);
void keys_end(struct keys *k);
/* Standard input can be read: is it a key that ends? */
bool keys_quit(const struct keys *k);

#endif
