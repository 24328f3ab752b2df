/* show.c - operations that look: messages, queues, registrations, subscribers. */

#include <inttypes.h>
#include <stdlib.h>

#include "base/now.h"
#include "dir/overrides.h"
#include "dir/show_priv.h"

void show_page(struct op_call *c, struct show_page *p)
{
	*p = (struct show_page){ .c = c, .left = op_int(c, "limit") };
	buf_init(&p->last, 1024);
}

bool show_row(struct show_page *p)
{
	p->more = !op_page_row(p->c, p->left);
	if (!p->more)
		buf_clear(&p->last);
	return !p->more;
}

void show_end(struct show_page *p, enum err e)
{
	if (e != ERR_OK) {
		op_fail(p->c, OP_FAILED, "the database could not be read; "
		    "see the log of the daemon");
	} else {
		if (p->more)
			op_next(p->c, buf_strv(&p->last));
		op_done(p->c);
	}
	buf_deinit(&p->last);
}

bool show_key(struct op_call *c, const char *arg, struct buf *key,
    struct strv *out)
{
	struct strv text = op_text(c, arg);
	struct site site;
	enum err e;

	*out = STRV_NONE;
	if (!text.n)
		return true;
	site_snapshot(&site);
	e = site_key(&site, text, key);
	site_deinit(&site);
	*out = buf_strv(key);
	if (e != ERR_OK)
		op_fail(c, OP_INVALID, "--%s: \"%.*s\" is no address", arg,
		    STRV_ARG(text));
	return e == ERR_OK;
}

/* --- subscribers -------------------------------------------------------- */

static void aliases_field(struct op_call *c, const struct account *a)
{
	struct buf b;

	buf_init(&b, BUF_NO_LIMIT);
	for (size_t i = 1; i < a->n; i++)
		buf_addf(&b, "%s%.*s", i > 1 ? " " : "",
		    STRV_ARG(a->keys[i]));
	op_field(c, "aliases", buf_strv(&b));
	buf_deinit(&b);
}

/* Where the next page begins: "CREATED ID KEY\nNAME". */
static void subscriber_place(const struct account *a, struct buf *out)
{
	buf_addf(out, "%" PRId64 " %" PRIu64 " ", a->created, a->id);
	buf_adds(out, a->keys[0]);
	buf_addc(out, '\n');
	buf_adds(out, a->name);
}

static bool one_subscriber(const struct account *a, void *arg)
{
	struct show_page *p = arg;
	struct op_call *c = p->c;

	if (!show_row(p))
		return false;
	subscriber_place(a, &p->last);
	op_field(c, "address", a->keys[0]);
	op_field(c, "name", a->name);
	op_field(c, "class", a->klass);
	op_field(c, "state", strv(user_state_name(a->state)));
	aliases_field(c, a);
	op_field_bool(c, "password", a->secrets.n > 0);
	op_field_time(c, "created", a->created);
	return true;
}

/* The cursor is our own: it was signed. */
static void read_subscriber_place(struct op_call *c, struct account_query *q)
{
	struct strv s = op_text(c, "cursor"), first, id;

	q->behind = s.p != NULL;
	if (!s.p)
		return;
	first = strv_split(s, '\n', &q->name);
	q->created = strtoll(first.p, NULL, 10);
	(void)strv_split(first, ' ', &id);
	q->id = id.p ? strtoull(id.p, NULL, 10) : 0;
	(void)strv_split(id, ' ', &q->key);
}

static void read_subscriber_order(struct op_call *c, struct account_query *q)
{
	struct strv by = op_sort(c, &q->down);

	q->order = strv_eq(by, STRV("name")) ? ACCOUNT_BY_NAME :
	    strv_eq(by, STRV("created")) ? ACCOUNT_BY_CREATED :
	    ACCOUNT_BY_KEY;
}

static void show_subscribers(struct op_call *c)
{
	struct account_query q = { .prefix = op_text(c, "prefix"),
		.klass = op_text(c, "class"), .state = user_state_wanted(c) };
	struct show_page p;

	show_page(c, &p);
	q.most = p.left + 1;
	read_subscriber_place(c, &q);
	read_subscriber_order(c, &q);
	op_list(c);
	show_end(&p, accounts_list(&q, one_subscriber, &p));
}

/* --- registrations ------------------------------------------------------ */

struct devices {
	struct show_page page;
	struct strv transport;
};

static bool one_device(const struct query_device *d, void *arg)
{
	struct devices *q = arg;
	struct op_call *c = q->page.c;
	struct strv rest, transport = strv_split(d->source, ' ', &rest);

	if (q->transport.n && !strv_caseeq(transport, q->transport))
		return true;
	if (!show_row(&q->page))
		return false;
	buf_addf(&q->page.last, "%" PRIu64, d->id);
	op_field(c, "address", d->address);
	op_field(c, "device", d->instance.n ? d->instance : d->contact);
	op_field(c, "transport", transport);
	op_field(c, "contact", d->contact);
	op_field_time(c, "expires", d->expires);
	op_field(c, "agent", d->agent);
	op_field_time(c, "seen", d->seen);
	return true;
}

static void show_registrations(struct op_call *c)
{
	struct devices q = { .transport = op_text(c, "transport") };
	struct strv address;
	struct buf key;

	buf_init(&key, ADDR_MAX);
	show_page(c, &q.page);
	if (show_key(c, "address", &key, &address)) {
		op_list(c);
		show_end(&q.page, query_devices(address,
		    (uint64_t)op_int(c, "cursor"), now_ms(), one_device, &q));
	}
	buf_deinit(&key);
}

/* --- queues ------------------------------------------------------------- */

struct queues {
	struct op_call *c;
	struct buf shown;	/* hops, separated by spaces */
};

static void held_fields(struct op_call *c, const struct override *o)
{
	op_field_bool(c, "held", o != NULL);
	op_field(c, "held_by", o ? strv(o->who) : STRV(""));
	op_field_time(c, "held_since", o ? o->since : 0);
	op_field_time(c, "held_until", o ? o->until : 0);
	op_field(c, "held_reason", o ? strv(o->reason) : STRV(""));
}

static void one_queue(const struct query_queue *q, void *arg)
{
	struct queues *shown = arg;
	struct op_call *c = shown->c;
	struct override o;

	buf_adds(&shown->shown, q->hop);
	buf_addc(&shown->shown, ' ');
	op_row(c);
	op_field(c, "queue", q->hop);
	op_field_int(c, "waiting", q->waiting);
	op_field_time(c, "oldest", q->oldest);
	op_field_int(c, "age", (now_ms() - q->oldest) / 1000);
	held_fields(c, override_copy(OVERRIDE_HOLD, q->hop, &o) ? &o : NULL);
}

static void one_held(const struct override *o, void *arg)
{
	struct queues *q = arg;

	if (strv_listed(buf_strv(&q->shown), o->name))
		return;
	op_row(q->c);
	op_field(q->c, "queue", o->name);
	op_field_int(q->c, "waiting", 0);
	op_field_time(q->c, "oldest", 0);
	op_field_int(q->c, "age", 0);
	held_fields(q->c, o);
}

static void show_queues(struct op_call *c)
{
	struct queues q = { .c = c };
	int64_t limit = op_int(c, "limit");
	bool down;

	if (op_sort(c, &down).p || op_filtered(c))
		limit = SHOW_PAGE_MAX;
	op_list(c);
	buf_init(&q.shown, BUF_NO_LIMIT);
	if (query_queues(limit, one_queue, &q) == ERR_OK) {
		overrides_each(OVERRIDE_HOLD, one_held, &q);
		op_done(c);
	} else {
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
	}
	buf_deinit(&q.shown);
}

/* --- the table ---------------------------------------------------------- */

#define PAGE_ARGS \
	LIMIT_ARG, \
	CURSOR_ARG, \
	{ 0 }

static const struct op_arg subscriber_args[] = {
	{ "prefix", ARG_POSITION, NULL, "only addresses that begin so: "
	  "tel:+1555", IS_TEXT(0, ADDR_MAX) },
	{ "state", 0, "active|suspended", "only those", IS_CHOICE },
	{ "class", 0, NULL, "only those of this class", IS_TEXT(0, 32) },
	PAGE_ARGS
};
static const struct op_arg registration_args[] = {
	{ "address", ARG_POSITION, "subscriber", "only this subscriber",
	  IS_TEXT(0, ADDR_MAX) },
	{ "transport", 0, "udp|tcp|tls", "only those", IS_CHOICE },
	PAGE_ARGS
};
static const struct op_arg queue_args[] = {
	LIMIT_ARG,
	{ 0 }
};
static const struct op_arg message_args[] = {
	{ "from", 0, "subscriber", "only of this sender",
	  IS_TEXT(0, ADDR_MAX) },
	{ "to", 0, "subscriber", "only for this recipient",
	  IS_TEXT(0, ADDR_MAX) },
	{ "state", 0, "ready|held|sending|sent|delivered|displayed|failed|"
	  "expired|cancelled|spam", "only those", IS_CHOICE },
	{ "gateway", 0, "gateway", "only what leaves by this gateway",
	  IS_TEXT(0, ADDR_MAX) },
	{ "since", 0, NULL, "only the last 30s, 5m, 1h, 7d", IS_TIME },
	{ "reason", 0, NULL, "only with this outcome: OFFLINE, BUSY",
	  IS_TEXT(0, 32) },
	PAGE_ARGS
};
static const struct op_arg spam_args[] = {
	{ "from", 0, "subscriber", "only of this sender",
	  IS_TEXT(0, ADDR_MAX) },
	{ "to", 0, "subscriber", "only for this recipient",
	  IS_TEXT(0, ADDR_MAX) },
	{ "since", 0, NULL, "only the last 30s, 5m, 1h, 7d", IS_TIME },
	PAGE_ARGS
};
static const struct op_arg search_args[] = {
	{ "text", ARG_REQUIRED | ARG_POSITION, NULL, "an id of ours, "
	  "Message-ID, Call-ID, Conversation-ID, Contribution-ID, the "
	  "service centre's id, or an address", IS_TEXT(1, 1024) },
	PAGE_ARGS
};
static const struct op_arg one_args[] = {
	{ "id", ARG_REQUIRED | ARG_POSITION | ARG_PATH, NULL,
	  "of the message or a leg; or its Message-ID, Call-ID, or the name "
	  "the service centre gave it", IS_TEXT(1, OP_ID_MAX) },
	{ 0 }
};

#define KIND "kind=text|chat|file|report|notice "
#define STATE "state=ready|held|sending|sent|delivered|displayed|failed|" \
	"expired|cancelled|spam "
#define LEG \
	"time:time+ id from to " KIND STATE \
	"reason hop tries:int size:bytes"

const struct op dir_show_ops[] = {
	{ "show subscribers", "GET", "/subscribers", CAP_PEOPLE_READ, OP_READ,
	  subscriber_args, "who is provisioned", show_subscribers,
	  "[address+ name+ class state=active|suspended aliases "
	  "password:bool created:time+]" },
	{ "show registrations", "GET", "/registrations", CAP_PEOPLE_READ,
	  OP_READ,
	  registration_args, "which devices are registered",
	  show_registrations,
	  "[address device transport contact expires:time agent "
	  "seen:time]" },
	{ "show queues", "GET", "/queues", CAP_TRAFFIC, OP_READ, queue_args,
	  "where messages wait, the longest queue first", show_queues,
	  "[queue waiting:int oldest:time? age:s held:bool held_by "
	  "held_since:time? held_until:time? held_reason]" },
	{ "show messages", "GET", "/messages", CAP_TRAFFIC, OP_READ,
	  message_args, "what went where, the newest first", show_messages,
	  "[" LEG "]" },
	{ "show message", "GET", "/messages/{id}", CAP_TRAFFIC, OP_READ,
	  one_args, "one message and all its legs", show_message,
	  "id time:time " KIND "from to "
	  "conversation? contribution? imdn_id? service? in in_ref? "
	  "type? size:bytes report_of~ legs:[leg recipient port hop "
	  "role=whole|copy|ucn|ucn-replaced " STATE
	  "says reason tries:int due:time? expires:time? device? "
	  "reached? ref?]" },
	{ "message search", "GET", "/messages/search", CAP_TRAFFIC, OP_READ,
	  search_args, "messages by any of their names, the newest first",
	  show_search,
	  "[time:time id matched from to " KIND STATE
	  "reason hop size:bytes legs:int]" },
	{ "spam show", "GET", "/spam", CAP_TRAFFIC, OP_READ, spam_args,
	  "what lies in the spam folder, the newest first", show_spam,
	  "[" LEG "]" },
};

void show_register(void)
{
	op_register(dir_show_ops, sizeof(dir_show_ops) /
	    sizeof(dir_show_ops[0]));
}
