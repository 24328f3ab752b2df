/* screening_priv.h - what the files of screening share. */

#ifndef DIR_SCREENING_PRIV_H
#define DIR_SCREENING_PRIV_H

#include <stdint.h>

#include "base/err.h"
#include "dir/screening.h"

/* Memory follows what was committed; id 0: the site. */
void screening_put(uint64_t id, struct strv pattern,
    enum screen_effect effect);
void screening_delete(uint64_t id, struct strv pattern);
void screening_wish(uint64_t id, struct strv quiet,
    enum screen_effect anonymous);
size_t screening_rules(uint64_t id);
/* The rule with just this pattern; SCREEN_NONE: there is none. */
enum screen_effect screening_rule(uint64_t id, struct strv pattern);

/* users.c: with the users */
enum err screening_load(void);
void screening_unload(void);
void screening_forget(uint64_t id);

void screening_ops_register(void);

#endif
