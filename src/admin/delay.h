/* delay.h - who guesses passwords must wait longer and longer. */

#ifndef ADMIN_DELAY_H
#define ADMIN_DELAY_H

#include <stdint.h>

#include "base/strv.h"

/*
 * Per account and per network (/24, /48).  Never a lock: the longest wait is
 * DELAY_MOST_S, and delay_forgive() after a success ends that of the account.
 * Core.
 */
#define DELAY_MOST_S 60

int64_t delay_left(struct strv account, struct strv peer);	/* s; 0: go */
void delay_failed(struct strv account, struct strv peer);
void delay_forgive(struct strv account);
void delay_reset(void);		/* of everybody */

#endif
