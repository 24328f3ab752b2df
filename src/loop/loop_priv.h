/* loop_priv.h - what the files of loop/ share. */

#ifndef LOOP_LOOP_PRIV_H
#define LOOP_LOOP_PRIV_H

/* Remember what runs now, for the warning about a slow turn. */
void loop_doing(const char *what);

#endif
