/* explain.c - why a message would go this way; and a test message. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/near.h"
#include "base/now.h"
#include "base/rand.h"
#include "core/addr.h"
#include "core/content.h"
#include "dir/gateways.h"
#include "dir/users.h"
#include "flow/flow_priv.h"
#include "flow/plan.h"
#include "flow/suppose.h"
#include "op/op.h"
#include "store/audit.h"

#define TEST_WAIT_MS	5000
#define TEXT_MAX	2000	/* bytes of a test message */
#define SIZE_GUESS	100	/* bytes of a message to be explained */
#define SIZE_MAX_	(64u << 20)	/* more is explained as this */

/* false: the call has been failed */
static bool key_arg(struct op_call *c, const char *name, struct buf *key)
{
	buf_init(key, 512);
	if (dir_key(op_text(c, name), key) == ERR_OK)
		return true;
	op_fail(c, OP_INVALID, "%s: \"%.*s\" is no address; write sip:user@"
	    "domain, tel:+number or a number", name,
	    STRV_ARG(op_text(c, name)));
	buf_deinit(key);
	return false;
}

/* "text/plain:120" or a bare type: a message of so many zeros. */
static void set_content(struct message *m, struct strv content)
{
	struct strv size, type = strv_split(content, ':', &size);
	struct strv bytes = { NULL, 0 };
	char *zeros;

	for (size_t i = 0; i < size.n && i < 9; i++)
		if (size.p[i] >= '0' && size.p[i] <= '9')
			bytes.n = bytes.n * 10 + (size_t)(size.p[i] - '0');
	if (bytes.n == 0)
		bytes.n = SIZE_GUESS;
	if (bytes.n > SIZE_MAX_)
		bytes.n = SIZE_MAX_;
	if (!content.p)
		type = STRV("text/plain");
	if (type.n >= 5 && strncasecmp(type.p, "text/", 5) == 0)
		m->text_chars = (uint32_t)bytes.n;
	zeros = xalloc(bytes.n);
	bytes.p = zeros;
	m->content = content_new(type, STRV_NONE, bytes);
	free(zeros);
}

enum what_if { OFFLINE, NO_IP, ANONYMOUS, WHAT_IFS };

static const char *const what_ifs[WHAT_IFS] = {
	[OFFLINE] = "recipient-offline", [NO_IP] = "primary-no-ip",
	[ANONYMOUS] = "anonymous",
};

#define DID_YOU_MEAN(n) (n).best ? "; did you mean " : "", \
	(n).best ? (n).best : ""

/* false: the call has been failed */
static bool assume_down(struct op_call *c, struct strv name,
    struct plan_assume *a)
{
	struct near n = near_to(name);

	for (struct gateway *g = NULL; (g = gateway_next(g)) != NULL;)
		near_offer(&n, g->name);
	if (!gateway_find(name)) {
		op_fail(c, OP_INVALID, "assume: there is no gateway "
		    "\"%.*s\"%s%s", STRV_ARG(name), DID_YOU_MEAN(n));
		return false;
	}
	if (a->n_down == ASSUME_DOWN) {
		op_fail(c, OP_INVALID, "assume: at most %d gateways are down",
		    ASSUME_DOWN);
		return false;
	}
	a->down[a->n_down++] = name;
	return true;
}

/* false: the call has been failed */
static bool assume_one(struct op_call *c, struct strv what,
    struct plan_assume *a, bool *anonymous)
{
	struct strv name, down, kind = strv_split(what, ':', &name);
	struct near n = near_to(kind);

	name = strv_split(name, ':', &down);
	if (strv_eq(kind, STRV("gateway")) && strv_eq(down, STRV("down")))
		return assume_down(c, name, a);
	for (size_t i = 0; i < WHAT_IFS; i++) {
		near_offer(&n, what_ifs[i]);
		if (!strv_eq(what, strv(what_ifs[i])))
			continue;
		a->recipient_offline |= i == OFFLINE;
		a->primary_no_ip |= i == NO_IP;
		*anonymous |= i == ANONYMOUS;
		return true;
	}
	near_offer(&n, "gateway:NAME:down");
	op_fail(c, OP_INVALID, "assume: \"%.*s\" is not known%s%s; there are "
	    "recipient-offline, primary-no-ip, anonymous and "
	    "gateway:NAME:down", STRV_ARG(what), DID_YOU_MEAN(n));
	return false;
}

/* That the sender asks for privacy is of the message itself. */
static bool assumed(struct op_call *c, struct plan_assume *a,
    bool *anonymous)
{
	struct strv what;

	for (size_t i = 0; (what = op_nth(c, "assume", i)).p; i++)
		if (!assume_one(c, what, a, anonymous))
			return false;
	return true;
}

static void say_leg(struct buf *out, size_t n, const struct plan_leg *l)
{
	buf_addf(out, "\nleg %zu: port %s, to %.*s", n, l->port,
	    STRV_ARG(l->hop));
	if (l->role != LEG_WHOLE)
		buf_addf(out, ", %s", leg_role_name(l->role));
	if (l->device.n && l->role == LEG_WHOLE)
		buf_addf(out, ", only device %.*s", STRV_ARG(l->device));
	if (l->kept.n)
		buf_addf(out, ", all devices but %.*s", STRV_ARG(l->kept));
	buf_addc(out, '\n');
}

static void say_plan(struct op_call *c, const struct suppose *s,
    const struct plan *p)
{
	struct buf out;

	buf_init(&out, 16384);
	suppose_say(s, &out);
	for (size_t i = 0; i < p->nnotes; i++)
		buf_addf(&out, "%2zu %s %-14s %s\n", i + 1,
		    p->notes[i].passed ? "✓" : "✗", p->notes[i].step,
		    p->notes[i].text);
	if (p->err != ERR_OK)
		buf_addf(&out, "\nrefused: %s (SIP %d)\n",
		    err_info(p->err)->text, err_info(p->err)->sip);
	for (size_t i = 0; i < p->n; i++)
		say_leg(&out, i + 1, &p->legs[i]);
	op_say(c, buf_strv(&out));
	buf_deinit(&out);
}

struct explaining {
	struct op_call *call;
	struct suppose suppose;
	struct plan_assume assume;
	const struct message *m;
	bool anonymous, ok;
};

static void read_assumed(void *arg)
{
	struct explaining *x = arg;

	x->ok = assumed(x->call, &x->assume, &x->anonymous);
}

/* What it says names what may be there only as long as it is supposed. */
static void plan_and_say(void *arg)
{
	struct explaining *x = arg;
	struct plan *p = xalloc(sizeof(*p));

	p->explaining = true;
	plan_make(x->m, &x->assume, p);
	say_plan(x->call, &x->suppose, p);
	free(p);
}

static void run_explain(struct op_call *c)
{
	struct explaining x = { .call = c };
	struct message *m;
	struct buf from, to;

	if (!suppose_read(c, &x.suppose))
		return;
	suppose_run(&x.suppose, read_assumed, &x);
	if (!x.ok || !key_arg(c, "from", &from))
		return;
	if (!key_arg(c, "to", &to)) {
		buf_deinit(&from);
		return;
	}
	m = message_new();
	m->from = message_str(m, buf_strv(&from));
	m->to = message_str(m, buf_strv(&to));
	m->origin = user_find(m->from) ? FROM_USER : FROM_NETWORK;
	m->service = message_str(m, op_text(c, "service"));
	set_content(m, op_meant(c, "content"));
	m->anonymous = x.anonymous;
	x.m = m;
	suppose_run(&x.suppose, plan_and_say, &x);
	op_done(c);
	message_unref(m);
	buf_deinit(&from);
	buf_deinit(&to);
}

/* --- test message ------------------------------------------------------------ */

static void test_answered(const struct flow_answer *a, void *arg)
{
	struct op_call *c = arg;
	char id[ID_MESSAGE_TEXT];

	if (a->kind == FLOW_REFUSED) {
		op_fail(c, a->err == ERR_BUSY ? OP_BUSY : OP_FAILED,
		    "refused: %s (SIP %d); parley explain shows why",
		    err_info(a->err)->text, err_info(a->err)->sip);
		return;
	}
	id_message_text(a->id, id);
	audit_event(op_who(c), STRV("test message"), op_text(c, "to"),
	    STRV("ok"), strv(id));
	op_field(c, "message", strv(id));
	op_field(c, "answer", a->kind == FLOW_TAKEN ?
	    STRV("200 the next hop has it") :
	    STRV("202 on disk, waits for the recipient"));
	op_done(c);
}

static struct message *test_message(struct strv from, struct strv to,
    struct strv text)
{
	struct message *m = message_new();
	char id[33];

	rand_hex(id, 32);
	m->kind = MESSAGE_TEXT;
	m->origin = FROM_USER;
	m->in = "sip";
	m->from = message_str(m, from);
	m->to = message_str(m, to);
	m->conversation = message_str(m, strv(id));
	rand_hex(id, 32);
	m->contribution = message_str(m, strv(id));
	m->received = now_ms();
	m->text_chars = (uint32_t)text.n;
	m->content = content_new(STRV("text/plain; charset=UTF-8"), STRV_NONE,
	    text);
	return m;
}

static void run_test_message(struct op_call *c)
{
	struct strv text = op_meant(c, "text");
	struct buf from, to;

	if (!key_arg(c, "from", &from))
		return;
	if (key_arg(c, "to", &to)) {
		flow_submit(test_message(buf_strv(&from), buf_strv(&to), text),
		    TEST_WAIT_MS, test_answered, c);
		buf_deinit(&to);
	}
	buf_deinit(&from);
}

static const struct op_arg explain_args[] = {
	{ "from", ARG_REQUIRED, "subscriber", "who sends",
	  IS_TEXT(1, ADDR_MAX) },
	{ "to", ARG_REQUIRED, "address", "who shall get it",
	  IS_TEXT(1, ADDR_MAX) },
	{ "content", 0, NULL, "TYPE:BYTES",
	  IS_TEXT(0, 200), BY_DEFAULT("text/plain:100") },
	{ "service", 0, NULL, "the reply's service: sms;via=GATEWAY",
	  IS_TEXT(0, 255) },
	{ "assume", ARG_REPEAT, "recipient-offline|"
	  "primary-no-ip|anonymous|gateway:NAME:down",
	  "suppose this, and answer as if it were so; may be repeated",
	  IS_TEXT(1, 64) },
	{ "draft", 0, NULL, "by the routes and policies of this draft of "
	  "yours", IS_TEXT(0, 32) },
	{ "at", 0, NULL, "rules with times as of then: 22:30, or any time",
	  IS_TEXT(0, 32) },
	{ 0 }
};

static const struct op_arg test_args[] = {
	{ "from", ARG_REQUIRED, "subscriber", "who sends: a subscriber",
	  IS_TEXT(1, ADDR_MAX) },
	{ "to", ARG_REQUIRED, "address", "who shall get it",
	  IS_TEXT(1, ADDR_MAX) },
	{ "text", 0, NULL, "the text",
	  IS_LINES(0, TEXT_MAX), BY_DEFAULT("Test message from Parley") },
	{ 0 }
};

static const struct op ops[] = {
	{ "explain", "POST", "/routing/explain", CAP_TRAFFIC, OP_CORE,
	  explain_args, "why a message would go this way, by the code that "
	  "routes", run_explain,
	  "text" },
	{ "test message", "POST", "/test/message", CAP_OPERATE, OP_CORE,
	  test_args, "send a message as a subscriber and show the answer",
	  run_test_message,
	  "message answer" },
};

void explain_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(*ops));
}
