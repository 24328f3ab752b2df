/* model.h - what a scenario has seen; outlives a crash of the daemon's code. */

#ifndef FLOW_MODEL_H
#define FLOW_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#define MODEL_TEXT	96
#define MODEL_NAMES	16
#define MODEL_SUBMITS	512
#define MODEL_SENT	2048

struct model_name {		/* alice, and her key */
	char name[32], key[64];
};

struct model_submit {
	char to[32], id[32];
	uint64_t message;	/* 0: not answered, or refused */
	int answer;		/* 0: none yet; 200, 202, or the refusal */
};

/* One leg handed to a fake port. */
struct model_sent {
	char hop[32];		/* bob, smsc1 */
	char what[MODEL_TEXT];	/* hi | hi not d1 | REPORT delivered m1 |
				 * NOTICE text of it */
	char devices[MODEL_TEXT];	/* d1 d2: those it was sent to */
	char taken[MODEL_TEXT];	/* those of them that have it */
	uint64_t message, leg;
	bool expected;		/* an expect line named it */
	bool open;		/* its result is due; false after a crash */
	bool notice;		/* a notification instead of the message */
	char apart[MODEL_TEXT];	/* those that get one, by their own legs */
	char tried[MODEL_TEXT];	/* those that it is sent to or not for */
};

struct model_gateway {
	char name[32];
	int state;		/* enum gateway_state */
};

/* In memory that the runner shares with the process that may crash. */
struct model {
	int64_t now;		/* the frozen clock, ms */
	bool disk_full, disk_was_full;
	bool crashed;		/* from here on orders and repeats are free */
	int rounds;		/* of the loop and the writer in a step; 0: all */
	struct model_name names[MODEL_NAMES];
	struct model_submit submits[MODEL_SUBMITS];
	int nsubmits;
	struct model_sent sent[MODEL_SENT];
	int nsent;
	int current;		/* the sent one that result lines answer */
	struct model_gateway gateways[MODEL_NAMES];
	char failure[256];	/* empty: none */
	int line;
};

#endif
