/* topics.h - what may be watched, and the looking that makes it events. */

#ifndef ADMIN_TOPICS_H
#define ADMIN_TOPICS_H

#include "op/event.h"
#include "op/role.h"

/* A topic that these roles may watch; false with one sentence in why. */
bool topic_ok(struct strv topic, unsigned roles, struct buf *why,
    bool *forbidden);

/*
 * Whether an event goes to who watches a topic: of drafts everybody sees his
 * own, and who may commit those of others.  own: DRAFT_TOPIC of his.
 */
bool topic_covers(const char *topic, const char *event, const char *own,
    unsigned roles);

/*
 * Core, each second: look at what somebody watches, and publish what has
 * changed.  wanted() says whether anybody does.
 */
typedef bool topic_wanted_fn(const char *topic);
void topics_look(topic_wanted_fn *wanted);
/* Somebody new watches: publish it at the next look, changed or not. */
void topic_again(const char *topic);
void topics_reset(void);

#endif
