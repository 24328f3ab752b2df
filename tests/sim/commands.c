/* commands.c - the commands of the simulator, by their first word. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "commands.h"
#include "event.h"
#include "phone.h"
#include "poller.h"
#include "smsc.h"
#include "stats.h"
#include "ua.h"

static void cmd_set(const struct words *w)
{
	bool on;

	if (w->n == 3 && strcmp(w->w[1], "events") == 0 &&
	    words_switch(w->w[2], &on))
		event_set_on(on);
	else
		refuse("set events on|off");
}

static void cmd_stats(const struct words *w)
{
	(void)w;
	stats_event();
}

static void cmd_quit(const struct words *w)
{
	(void)w;
	poller_stop();
}

static const struct {
	const char *name;
	void (*run)(const struct words *w);
} commands[] = {
	{ "smsc", smsc_command },
	{ "phone", phone_command },
	{ "ua", ua_command },
	{ "set", cmd_set },
	{ "stats", cmd_stats },
	{ "quit", cmd_quit },
};

void command_run(const struct words *w)
{
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strcmp(commands[i].name, w->w[0]) == 0) {
			commands[i].run(w);
			return;
		}
	}
	refuse("no command %s", w->w[0]);
}

void command_do(const char *fmt, ...)
{
	char line[2048];
	struct arena a;
	struct words w;
	const char *wrong;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(line, sizeof(line), fmt, ap);
	va_end(ap);
	arena_init(&a);
	wrong = words_cut(strv(line), &a, &w);
	if (wrong)
		refuse("%s", wrong);
	else if (w.n > 0)
		command_run(&w);
	arena_deinit(&a);
}
