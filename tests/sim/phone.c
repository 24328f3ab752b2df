/* phone.c - old phones behind a service centre: they show and answer texts. */

#include <stdlib.h>

#include "event.h"
#include "phone.h"
#include "poller.h"

struct phone {
	struct phone *next;
	struct smsc *smsc;
	char *number;		/* without + */
	char *reply;		/* NULL: reads and keeps silent */
	unsigned reply_delay_ms;
};

struct reply {
	struct timer timer;
	struct smsc *smsc;
	char *from, *to, *text;
};

static struct phone *phones;

static struct phone **find(const struct smsc *c, const char *number)
{
	struct phone **at = &phones;

	number += number[0] == '+';
	while (*at && ((*at)->smsc != c || strcmp((*at)->number, number) != 0))
		at = &(*at)->next;
	return at;
}

static void reply_due(void *arg)
{
	struct reply *r = arg;
	struct mo mo = MO_DEFAULT;

	mo.from = r->from;
	mo.to = r->to;
	mo.text = r->text;
	smsc_mo(r->smsc, &mo);
	free(r->from);
	free(r->to);
	free(r->text);
	free(r);
}

static void answer(const struct phone *p, const char *to)
{
	struct reply *r = xalloc(sizeof(*r));

	r->smsc = p->smsc;
	r->from = new_str(p->number);
	r->to = new_str(to);
	r->text = new_str(p->reply);
	timer_start(&r->timer, p->reply_delay_ms, reply_due, r);
}

static void show(const struct smsc *c, const struct whole *w, bool answered)
{
	struct buf text = BUF_EMPTY;

	event("sms");
	text_decode(w->alphabet, w->octets, &text);
	event_str("smsc", smsc_name(c));
	event_str("from", w->src);
	event_str("to", w->dst);
	event_view("text", buf_strv(&text));
	event_int("parts", w->parts);
	event_str("kind", part_kind_name(w->kind));
	event_int("data-coding", w->dcs);
	event_str("alphabet", alphabet_name(w->alphabet));
	event_bool("flash", class_of_dcs(w->dcs) == 0);
	event_bool("answers", answered);
	event_end();
	buf_deinit(&text);
}

void phone_receive(struct smsc *c, const struct whole *w)
{
	const struct phone *p = *find(c, w->dst);
	bool answers = p && p->reply;

	if (event_on())
		show(c, w, answers);
	if (answers)
		answer(p, w->src);
}

static void start(const struct words *w)
{
	const char *smsc = NULL, *reply = NULL;
	long delay = 0;
	const struct opt opts[] = {
		{ "smsc", OPT_TEXT, &smsc },
		{ "reply", OPT_TEXT, &reply },
		{ "reply-delay-ms", OPT_NUMBER, &delay },
		{ NULL, OPT_FLAG, NULL },
	};
	struct phone **at, *p;
	struct smsc *c;

	if (!words_options(w, 3, opts))
		return;
	c = smsc ? smsc_find(smsc) : NULL;
	if (!c) {
		refuse("a phone needs a started service centre: smsc NAME");
		return;
	}
	at = find(c, w->w[2]);
	if (!*at) {
		*at = xalloc(sizeof(*p));
		(*at)->smsc = c;
		(*at)->number = new_str(w->w[2] + (w->w[2][0] == '+'));
	}
	p = *at;
	free(p->reply);
	p->reply = reply ? new_str(reply) : NULL;
	p->reply_delay_ms = delay > 0 ? (unsigned)delay : 0;
	event("phone-on");
	event_str("number", p->number);
	event_str("smsc", smsc_name(c));
	event_end();
}

static void stop(const char *number)
{
	struct phone **at = &phones;

	number += number[0] == '+';
	while (*at && strcmp((*at)->number, number) != 0)
		at = &(*at)->next;
	if (*at) {
		struct phone *p = *at;

		*at = p->next;
		free(p->number);
		free(p->reply);
		free(p);
		return;
	}
	refuse("no phone %s", number);
}

void phone_command(const struct words *w)
{
	if (w->n >= 3 && strcmp(w->w[1], "start") == 0)
		start(w);
	else if (w->n == 3 && strcmp(w->w[1], "stop") == 0)
		stop(w->w[2]);
	else
		refuse("phone start NUMBER smsc NAME [reply TEXT] "
		    "[reply-delay-ms N] | phone stop NUMBER");
}
