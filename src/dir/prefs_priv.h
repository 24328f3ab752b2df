/* prefs_priv.h - what the files of the preferences share. */

#ifndef DIR_PREFS_PRIV_H
#define DIR_PREFS_PRIV_H

#include "dir/prefs.h"
#include "store/profiles.h"

/* Memory follows what was committed; r is good. */
void prefs_put(const struct profile_row *r);
void prefs_delete(uint64_t subscriber, struct strv name);
const struct prefs_profile *prefs_find(const struct user *u,
    struct strv name);
void prefs_changed(const struct user *u);	/* tells the listener */

/* users.c: with the users */
void prefs_register(void);
enum err prefs_load(void);
void prefs_unload(void);
void prefs_forget(uint64_t subscriber);

void prefs_ops_register(void);

#endif
