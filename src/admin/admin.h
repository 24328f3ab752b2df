/* admin.h - the API: operations over HTTP, metrics, health, the console. */

#ifndef ADMIN_ADMIN_H
#define ADMIN_ADMIN_H

#include "base/err.h"

/*
 * Before conf_load: the section "admin" and the operations every daemon has
 * (configuration, audit, stats, health, what the shell asks for).
 */
void admin_register(void);

/*
 * After conf_load and every module's op_register(): serve DIR/admin.sock and
 * the console.  ERR_STORAGE: no socket (logged); HTTPS may fail, logged too.
 */
enum err admin_start(const char *dir);
/*
 * After admin_start(): if nobody can log in yet, take the first administrator
 * and settings from this file, all or nothing, and remove it; what is wrong
 * with it is logged.  No such file is fine.
 */
void admin_bootstrap(const char *path);
void admin_reload(void);	/* SIGHUP: the console's certificate */
unsigned admin_port(void);	/* of HTTPS; 0: it does not listen */
void admin_stop(void);		/* before the loop and the writer stop */

#endif
