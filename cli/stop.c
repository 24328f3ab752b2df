/* stop.c - Ctrl-C asks what is under way to end. */

#include <signal.h>
#include <unistd.h>

#include "cli/stop.h"

#define INTERRUPTED 130

static volatile sig_atomic_t asked, waits;

static void on_interrupt(int sig)
{
	(void)sig;
	if (asked && !waits)
		_exit(INTERRUPTED);
	asked = 1;
}

void stop_catch(bool patient)
{
	struct sigaction act = { .sa_handler = on_interrupt };

	waits = patient;
	(void)sigemptyset(&act.sa_mask);
	(void)sigaction(SIGINT, &act, NULL);
}

bool stop_asked(void)
{
	return asked;
}

void stop_clear(void)
{
	asked = 0;
}
