/* pager.h - what is taller than the screen, page by page. */

#ifndef CLI_PAGER_H
#define CLI_PAGER_H

#include <signal.h>
#include <stdio.h>
#include <sys/types.h>

#include "base/buf.h"

/*
 * Lines are held until they are more than the screen has; then the pager
 * runs and gets them all: PARLEY_PAGER, PAGER, or less -FRX.
 */
struct pager {
	FILE *out;		/* the screen; borrowed */
	size_t rows, columns;
	struct buf held;
	size_t tall;		/* rows that it takes */
	bool off;		/* straight to the screen */
	pid_t pid;		/* 0: it does not run */
	int fd;			/* its input; -1: it was left */
	struct sigaction was;	/* of SIGINT, while it runs */
};

/* off: out is no terminal, or no pager is wished. */
void pager_begin(struct pager *p, FILE *out, bool off);
/* A line without its newline. */
void pager_line(struct pager *p, struct strv line);
/* From now on without: what was held is shown. */
void pager_stop(struct pager *p);
/* Returns when the user has left the pager. */
void pager_end(struct pager *p);

#endif
