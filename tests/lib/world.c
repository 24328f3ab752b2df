/* world.c - a data directory with a site in it, for tests without a daemon. */

#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/buf.h"
#include "conf/conf.h"
#include "dir/bindings.h"
#include "dir/groups.h"
#include "dir/routes.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "loop/loop.h"
#include "op/op.h"
#include "store/db.h"
#include "store/writer.h"

static struct buf body;
static bool threaded;

static void die(const char *what)
{
	fprintf(stderr, "world: %s\n", what);
	abort();
}

void world_open(const char *dir)
{
	static bool registered;
	struct buf why;

	buf_init(&why, 1000);
	if (db_open_all(dir, &why) != ERR_OK)
		die(why.p);
	if (!registered) {
		users_register();
		groups_register();
		bindings_register();
		routes_register();
		sticky_register();
		registered = true;
		buf_init(&body, BUF_NO_LIMIT);
	}
	conf_load_row("site domain", "example.org");
	conf_load_row("site country-code", "1");
	conf_load_done();
	if (users_load() != ERR_OK || groups_load() != ERR_OK ||
	    bindings_load() != ERR_OK ||
	    sticky_load() != ERR_OK)
		die("cannot load");
	world_drain();
}

void world_close(void)
{
	world_drain();
	groups_unload();
	users_unload();
	db_close_all();
}

void world_crash(const char *dir)
{
	const char *copy = scratch_crash(dir);

	world_close();
	world_open(copy);
}

void world_drain(void)
{
	for (int i = 0; i < 100 && !threaded; i++) {
		writer_drain();
		loop_drain();
	}
	loop_drain();
	(void)sched_yield();
}

void world_thread(bool run)
{
	if (run)
		writer_start();
	else
		writer_stop();
	threaded = run;
	world_drain();
}

static const struct op *find(const char *command)
{
	size_t n;
	const struct op *const *all = op_all(&n);

	for (size_t i = 0; i < n; i++) {
		if (strcmp(all[i]->command, command) == 0)
			return all[i];
	}
	die(command);
	return NULL;
}

static void finished(struct op_call *c, void *arg)
{
	(void)c;
	*(bool *)arg = true;
}

int world_op(const char *command, ...)
{
	bool done = false;
	struct op_call *c = op_call_new(find(command), STRV("test"),
	    AS_ALL, finished, &done);
	const char *name;
	va_list ap;
	int status;

	va_start(ap, command);
	while ((name = va_arg(ap, const char *)) != NULL) {
		if (!op_call_arg(c, name, strv(va_arg(ap, const char *))))
			die(name);
	}
	va_end(ap);
	op_call_run(c);
	while (!done)
		world_drain();
	buf_clear(&body);
	buf_adds(&body, op_call_body(c));
	status = op_call_status(c);
	op_call_free(c);
	return status;
}

const char *world_body(void)
{
	return body.p;
}

bool world_set(const char *line)
{
	struct conf_edit *e = conf_edit_new();

	buf_clear(&body);
	if (conf_edit_line(e, strv(line), &body) != ERR_OK ||
	    conf_edit_check(e, &body) != ERR_OK) {
		conf_edit_free(e);
		return false;
	}
	conf_edit_apply(e);
	return true;
}
