/* test_plan_phone.c - flow/plan.h: the legs of a user whose phone has no IP. */

#include "base/now.h"
#include "conf/conf.h"
#include "core/content.h"
#include "dir/bindings.h"
#include "dir/gateways.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/plan.h"
#include "flow/primary.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define ALICE	"sip:alice@example.org"
#define BOB	"sip:bob@example.org"
#define NUMBER	"tel:+15550100002"
#define PHONE	"tel:+17770000001"

static struct gateway one = { .name = "one", .port = "sms",
	.service = "sms", .why = "bound", .state = GATEWAY_UP,
	.reports = true };

static void set(const char *line)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(conf_edit_line(e, strv(line), &why) == ERR_OK, "%s",
	    why.p);
	conf_edit_apply(e);
	buf_deinit(&why);
}

static void bound(enum err e, struct user *u, bool appeared, void *arg)
{
	(void)u;
	(void)appeared;
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
}

static void put_online(const char *device, bool online)
{
	struct bindings_edit *e = bindings_edit_new(user_find(STRV(BOB)));
	struct binding b = {
		.contact = STRV("sip:x@127.0.0.1:5062"),
		.instance = strv(device), .call_id = strv(device),
		.source = STRV("udp 127.0.0.1:5062"), .features = STRV(""),
		.path = STRV(""), .agent = STRV(""), .reg_id = 1, .cseq = 1,
		.q = 1000, .expires = INT64_MAX, .seen = now_ms(),
	};

	if (online)
		bindings_edit_put(e, &b);
	else
		bindings_edit_del(e, &b);
	bindings_edit_commit(e, bound, NULL);
	world_drain();
}

static void begin(void)
{
	now_freeze(INT64_C(1800000000000));
	world_open(scratch_new());
	flow_register();
	conf_load_done();
	primary_start();
	one.max_text = 0;
	gateway_add(&one);
	ck_assert_int_eq(world_op("subscriber add", "address", ALICE, NULL) /
	    100, 2);
	ck_assert_int_eq(world_op("subscriber add", "address", BOB, "alias",
	    NUMBER, NULL) / 100, 2);
	set("set route ours to tel:+1555*");
	set("set route ours via one");
	set("set policy primary grace 0");
}

static void end(void)
{
	gateway_remove(&one);
	primary_stop();
	world_close();
}

/* "sip whole -phone; sip whole =phone held; sms ucn =phone" */
static void say(const struct plan *p, struct buf *out)
{
	for (size_t i = 0; i < p->n; i++) {
		const struct plan_leg *l = &p->legs[i];

		buf_addf(out, "%s%s %s", i ? "; " : "", l->port,
		    leg_role_name(l->role));
		if (l->kept.n)
			buf_addf(out, " -%.*s", STRV_ARG(l->kept));
		if (l->device.n)
			buf_addf(out, " =%.*s", STRV_ARG(l->device));
		if (l->held)
			buf_addz(out, " held");
		if (l->due)
			buf_addf(out, " +%lld", (long long)(l->due -
			    now_ms()));
	}
}

enum { P = 1, T = 2, KNOWN = 4, VIRTUAL = 8 };	/* phone, tablet online */

static const struct {
	const char *name;
	unsigned devices;	/* KNOWN: both of them */
	enum message_kind kind;
	uint32_t chars;		/* 0: media */
	const char *from, *in, *setting, *legs;
} rows[] = {
	/* R30 */
	{ "text, the tablet is online", KNOWN | T, MESSAGE_TEXT, 5, ALICE,
	  "sip", NULL, "sip whole -phone; sms copy =phone" },
	{ "text, both are online", KNOWN | P | T, MESSAGE_TEXT, 5, ALICE,
	  "sip", NULL, "sip whole" },
	{ "SMS to the phone is off", KNOWN | T, MESSAGE_TEXT, 5, ALICE,
	  "sip", "policy primary sms off", "sip whole" },
	{ "no route to the number", KNOWN | T, MESSAGE_TEXT, 5, ALICE,
	  "sip", "route ours to tel:+1999*", "sip whole" },
	{ "a text in a chat", KNOWN | T, MESSAGE_CHAT, 5, ALICE, "sip", NULL,
	  "sip whole -phone; sms copy =phone" },
	{ "the phone may come yet", KNOWN | T, MESSAGE_TEXT, 5, ALICE,
	  "sip", "policy primary grace 7s",
	  "sip whole -phone; sms copy =phone +7000" },
	/* R31 */
	{ "an image", KNOWN | T, MESSAGE_TEXT, 0, ALICE, "sip", NULL,
	  "sip whole -phone; sip whole =phone held; sms ucn =phone" },
	{ "a file", KNOWN | T, MESSAGE_FILE, 0, ALICE, "sip", NULL,
	  "sip whole -phone; sip whole =phone held; sms ucn =phone" },
	{ "a text that is too long", KNOWN | T, MESSAGE_TEXT, 161, ALICE,
	  "sip", NULL,
	  "sip whole -phone; sip whole =phone held; sms ucn =phone" },
	/* R32, R33 */
	{ "nobody is online", KNOWN, MESSAGE_TEXT, 5, ALICE, "sip",
	  "policy interworking offline-user defer", "sip whole" },
	{ "nobody is online, by SMS", KNOWN, MESSAGE_TEXT, 5, ALICE, "sip",
	  NULL, "sip whole -phone; sms copy =phone" },
	{ "an image, nobody is online, by SMS", KNOWN, MESSAGE_TEXT, 0,
	  ALICE, "sip", NULL,
	  "sip whole -phone; sip whole =phone held; sms ucn =phone" },
	/* a phone that never registers */
	{ "text", T | VIRTUAL, MESSAGE_TEXT, 5, ALICE, "sip", NULL,
	  "sip whole; sms copy" },
	{ "it never comes", T | VIRTUAL, MESSAGE_TEXT, 5, ALICE, "sip",
	  "policy primary grace 7s", "sip whole; sms copy" },
	{ "an image, nobody was ever there", VIRTUAL, MESSAGE_TEXT, 0, ALICE,
	  "sip", NULL, "sip whole; sms ucn" },
	{ "text, nobody was ever there", VIRTUAL, MESSAGE_TEXT, 5, ALICE,
	  "sip", "policy interworking offline-user sms", "sms copy" },
	/* what is not for a phone */
	{ "a report", KNOWN | T, MESSAGE_REPORT, 0, ALICE, "sip", NULL,
	  "sip whole" },
	{ "a notice", KNOWN | T, MESSAGE_NOTICE, 5, ALICE, "sip", NULL,
	  "sip whole" },
	{ "one's own", KNOWN | T, MESSAGE_TEXT, 5, BOB, "sip", NULL,
	  "sip whole" },
	{ "what came by SMS", KNOWN | T, MESSAGE_TEXT, 5, PHONE, "sms", NULL,
	  "sip whole" },
	{ "from another domain", KNOWN | T, MESSAGE_TEXT, 5, PHONE, "sip",
	  NULL, "sip whole -phone; sms copy =phone" },
};

static void prepare(unsigned devices)
{
	if (devices & KNOWN) {
		put_online("phone", true);
		put_online("tablet", true);
		ck_assert_int_eq(world_op("device make-primary", "subscriber",
		    BOB, "device", "phone", NULL) / 100, 2);
		if (!(devices & P))
			put_online("phone", false);
		if (!(devices & T))
			put_online("tablet", false);
	} else if (devices & T) {
		put_online("tablet", true);
	}
	if (devices & VIRTUAL)
		set("set policy primary virtual on");
}

/* proves MLD-027 MLD-028 MLD-028a MLD-029 IOP-003 */
START_TEST(a_phone_without_ip_has_legs_of_its_own)
{
	struct message *m = message_new();
	struct plan p = { .explaining = false };
	struct buf line, got;

	buf_init(&line, 200);
	buf_init(&got, 1000);
	prepare(rows[_i].devices);
	one.max_text = 160;
	if (rows[_i].setting) {
		buf_addf(&line, "set %s", rows[_i].setting);
		set(line.p);
	}
	m->kind = rows[_i].kind;
	m->from = strv(rows[_i].from);
	m->origin = user_find(m->from) ? FROM_USER : FROM_NETWORK;
	m->in = rows[_i].in;
	m->to = STRV(BOB);
	m->text_chars = rows[_i].chars;
	m->content = content_new(STRV("text/plain"), STRV_NONE, STRV("x"));
	plan_make(m, NULL, &p);
	ck_assert_int_eq(p.err, ERR_OK);
	say(&p, &got);
	ck_assert_msg(strv_eq(buf_strv(&got), strv(rows[_i].legs)), "%s: %s",
	    rows[_i].name, got.p);
	buf_deinit(&line);
	buf_deinit(&got);
	message_unref(m);
}
END_TEST

/* proves MLD-035 */
START_TEST(explain_assumes_that_the_phone_has_no_ip_and_changes_nothing)
{
	const struct plan_assume none = { .primary_no_ip = true };
	struct message *m = message_new();
	struct plan p = { .explaining = true };
	struct buf got;

	buf_init(&got, 1000);
	prepare(KNOWN | P | T);
	set("set policy primary grace 7s");
	m->from = STRV(ALICE);
	m->to = STRV(BOB);
	for (int i = 0; i < 2; i++) {
		buf_clear(&got);
		plan_make(m, &none, &p);
		say(&p, &got);
		ck_assert_str_eq(got.p, "sip whole -phone; "
		    "sip whole =phone held; sms ucn =phone +7000");
	}
	buf_clear(&got);
	plan_make(m, NULL, &p);
	say(&p, &got);
	ck_assert_str_eq(got.p, "sip whole");
	buf_deinit(&got);
	message_unref(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("plan for phones");
	TCase *tc = tcase_create("plan");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_loop_test(tc, a_phone_without_ip_has_legs_of_its_own, 0,
	    sizeof(rows) / sizeof(*rows));
	tcase_add_test(tc,
	    explain_assumes_that_the_phone_has_no_ip_and_changes_nothing);
	suite_add_tcase(s, tc);
	return s;
}
