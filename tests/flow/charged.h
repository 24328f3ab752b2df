/* charged.h - does charging see what it shall? */

#ifndef TESTS_FLOW_CHARGED_H
#define TESTS_FLOW_CHARGED_H

#include <stdbool.h>

/* From now on until the end of this process; before the first write. */
bool charged_watch(void);
/* What was noted is what triggers of the database itself have seen. */
bool charged_same(void);

#endif
