/* notice.c - the notification that a message is available (CPM-MLD-001). */

#include <inttypes.h>
#include <stdio.h>

#include "conf/conf.h"
#include "core/addr.h"
#include "core/content.h"
#include "core/message.h"
#include "dir/link.h"
#include "dir/ucn.h"
#include "flow/give.h"

#define ANONYMOUS	STRV("anonymous.invalid")

static void write_text(const struct leg *l, bool private, struct buf *out)
{
	const struct message *m = l->message;
	struct ucn_facts f = { .sender = m->from, .expires = l->expires };
	struct buf link;

	buf_init(&link, LINK_MAX);
	if (private || strv_caseeq(addr_host(m->from), ANONYMOUS))
		f.sender = STRV_NONE;
	if (m->content)
		ucn_look(&f, m->content);
	if (link_make(l->id, &link))
		f.link = buf_strv(&link);
	ucn_text_of(out, strv(conf_text("policy notice", "", "text")), &f);
	buf_deinit(&link);
}

/*
 * The same id at every try, so that a client drops a repetition, and not that
 * of the message, which would be dropped when it comes.  Nobody reports on it.
 */
static void set_ids(const struct leg *l, struct message *n)
{
	char text[40];

	n->id = l->message->id;		/* of its trace */
	(void)snprintf(text, sizeof(text), "notice-%016" PRIx64, l->id);
	n->imdn_id = message_str(n, strv(text));
	n->contribution = n->imdn_id;
	n->conversation = message_str(n, l->message->conversation);
}

struct message *notice_make(const struct leg *l, bool private)
{
	const struct message *m = l->message;
	struct message *n = message_new();
	struct buf text;

	buf_init(&text, UCN_TEXT);
	write_text(l, private, &text);
	n->kind = MESSAGE_NOTICE;
	n->origin = FROM_SYSTEM;
	n->from = message_str(n, m->from);
	n->to = message_str(n, m->to);
	n->received = m->received;
	n->expires = m->expires;
	n->in = m->in;
	set_ids(l, n);
	n->content = content_new(STRV("text/plain; charset=UTF-8"),
	    STRV_NONE, buf_strv(&text));
	buf_deinit(&text);
	return n;
}
