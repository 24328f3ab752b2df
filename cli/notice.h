/* notice.h - what an administrator at the prompt should know at once. */

#ifndef CLI_NOTICE_H
#define CLI_NOTICE_H

#include "cli/changes.h"
#include "cli/feed.h"

struct session;

struct notices {
	struct session *s;
	struct feed feed;
	struct changes changes;
	int64_t retry;		/* now_mono(): when to connect again */
	bool seeded;
	bool lost;		/* the daemon was there and is not */
	struct buf *out;	/* while they are collected */
	size_t lines;
};

void notices_begin(struct notices *n, struct session *s);
void notices_end(struct notices *n);
/* To be polled for reading; -1: there is none now. */
int notices_fd(const struct notices *n);
/*
 * Call when the descriptor can be read, and now and then without.  Appends
 * lines, each with its newline; false: there is nothing to tell.
 */
bool notices_take(struct notices *n, struct buf *out);

#endif
