/* test_plan.c - flow/plan.h: which leg a message gets, as a table. */

#include <stdio.h>

#include "conf/conf.h"
#include "core/content.h"
#include "dir/bindings.h"
#include "dir/gateways.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/plan.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"

#define ALICE	"tel:+15550100001"
#define BOB	"tel:+15550100002"	/* online */
#define CAROL	"tel:+15550100003"	/* offline; a route goes there */
#define DORA	"sip:dora@example.org"	/* offline; no route */
#define SUE	"tel:+15550100005"	/* suspended */
#define PHONE	"tel:+17770000001"	/* by one,two */
#define FIXED	"tel:+18880000001"	/* by small,two,other */

enum { ONE, TWO, SMALL, OTHER, N_GATEWAYS };

static struct gateway g[N_GATEWAYS] = {
	[ONE] = { .name = "one", .port = "sms", .service = "sms",
	    .why = "bound" },
	[TWO] = { .name = "two", .port = "sms", .service = "sms",
	    .why = "bound" },
	[SMALL] = { .name = "small", .port = "sms", .service = "sms-fixed",
	    .why = "bound", .max_text = 160 },
	[OTHER] = { .name = "other", .port = "sms", .service = "sms-fixed",
	    .why = "bound", .max_text = 306 },
};

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

static void add(const char *address)
{
	ck_assert_int_eq(world_op("subscriber add", "address", address, NULL)
	    / 100, 2);
}

static void bound(enum err e, struct user *u, bool appeared, void *arg)
{
	(void)u;
	(void)appeared;
	*(enum err *)arg = e;
}

static void come_online(const char *key)
{
	struct bindings_edit *e = bindings_edit_new(user_find(strv(key)));
	struct binding b = {
		.contact = STRV("sip:x@127.0.0.1:5062"),
		.instance = STRV("d1"), .call_id = STRV("c"),
		.source = STRV("udp 127.0.0.1:5062"), .features = STRV(""),
		.path = STRV(""), .agent = STRV(""), .reg_id = 1, .cseq = 1,
		.q = 1000, .expires = INT64_MAX, .seen = 1,
	};
	enum err done = ERR_STORAGE;

	bindings_edit_put(e, &b);
	bindings_edit_commit(e, bound, &done);
	world_drain();
	ck_assert_int_eq(done, ERR_OK);
}

static void begin(void)
{
	world_open(scratch_new());
	flow_register();
	conf_load_done();
	for (int i = 0; i < N_GATEWAYS; i++) {
		g[i].state = GATEWAY_UP;
		gateway_add(&g[i]);
	}
	add(ALICE);
	add(BOB);
	add(CAROL);
	add(DORA);
	add(SUE);
	ck_assert_int_eq(world_op("subscriber suspend", "address", SUE, NULL)
	    / 100, 2);
	come_online(BOB);
	set("set route phones to tel:+1777*");
	set("set route phones via one,two");
	set("set route fixed to tel:+1888*");
	set("set route fixed via small,two,other");
	set("set route ours to tel:+15550100003");
	set("set route ours via one");
	set("set route empty to tel:+1666*");
	set("set route empty via nowhere");
	set("set route barred to tel:+1900*");
	set("set route barred refuse on");
}

static void end(void)
{
	for (int i = 0; i < N_GATEWAYS; i++)
		gateway_remove(&g[i]);
	world_close();
}

/* U up, D down, T throttled, in the order of g; NULL: all up. */
static void states(const char *s)
{
	for (int i = 0; s && i < N_GATEWAYS; i++)
		g[i].state = s[i] == 'D' ? GATEWAY_DOWN : s[i] == 'T' ?
		    GATEWAY_THROTTLED : GATEWAY_UP;
}

#define NET	FROM_NETWORK
#define SYS	FROM_SYSTEM

static const struct {
	const char *name;
	const char *from;
	enum message_origin origin;
	const char *to;
	uint32_t chars;
	const char *gateways, *service, *sticky, *setting;
	enum err err;
	const char *port, *hop;
} rows[] = {
	/* originating service */
	{ "to a user who is online", ALICE, FROM_USER, BOB, 5, NULL, NULL,
	  NULL, NULL, ERR_OK, "sip", BOB },
	{ "media to a user", ALICE, FROM_USER, BOB, 0, NULL, NULL, NULL, NULL,
	  ERR_OK, "sip", BOB },
	{ "to oneself", BOB, FROM_USER, BOB, 5, NULL, NULL, NULL, NULL,
	  ERR_OK, "sip", BOB },
	{ "from nobody", "tel:+19995550000", FROM_USER, BOB, 5, NULL, NULL,
	  NULL, NULL, ERR_UNAUTHORISED, NULL, NULL },
	{ "from a suspended user", SUE, FROM_USER, BOB, 5, NULL, NULL, NULL,
	  NULL, ERR_UNAUTHORISED, NULL, NULL },
	{ "from a network nobody is asked", PHONE, NET, BOB, 5, NULL, NULL,
	  NULL, NULL, ERR_OK, "sip", BOB },

	/* terminating service */
	{ "to a user who is offline", ALICE, FROM_USER, CAROL, 5, NULL, NULL,
	  NULL, NULL, ERR_OK, "sip", CAROL },
	{ "to a suspended user", ALICE, FROM_USER, SUE, 5, NULL, NULL, NULL,
	  NULL, ERR_FORBIDDEN, NULL, NULL },
	{ "offline, by SMS", ALICE, FROM_USER, CAROL, 5, NULL, NULL, NULL,
	  "sms", ERR_OK, "sms", "one" },
	{ "offline, by SMS, no route", ALICE, FROM_USER, DORA, 5, NULL, NULL,
	  NULL, "sms", ERR_OK, "sip", DORA },
	{ "offline, by SMS, but media", ALICE, FROM_USER, CAROL, 0, NULL,
	  NULL, NULL, "sms", ERR_OK, "sip", CAROL },
	{ "offline, by SMS, from a network", PHONE, NET, CAROL, 5, NULL, NULL,
	  NULL, "sms", ERR_OK, "sip", CAROL },
	{ "online although by SMS", ALICE, FROM_USER, BOB, 5, NULL, NULL,
	  NULL, "sms", ERR_OK, "sip", BOB },

	/* routing */
	{ "to a phone", ALICE, FROM_USER, PHONE, 5, NULL, NULL, NULL, NULL,
	  ERR_OK, "sms", "one" },
	{ "no route", ALICE, FROM_USER, "tel:+15559999999", 5, NULL, NULL,
	  NULL, NULL, ERR_NO_USER, NULL, NULL },
	{ "nobody of ours", ALICE, FROM_USER, "sip:x@example.org", 5, NULL,
	  NULL, NULL, NULL, ERR_NO_USER, NULL, NULL },
	{ "barred", ALICE, FROM_USER, "tel:+19001", 5, NULL, NULL, NULL, NULL,
	  ERR_FORBIDDEN, NULL, NULL },
	{ "a route without a gateway", ALICE, FROM_USER, "tel:+16661", 5, NULL,
	  NULL, NULL, NULL, ERR_NO_SERVICE, NULL, NULL },
	{ "network to network", PHONE, NET, "tel:+17770000002", 5, NULL, NULL,
	  NULL, NULL, ERR_NO_USER, NULL, NULL },
	{ "a notice to a phone", ALICE, SYS, PHONE, 5, NULL, NULL, NULL, NULL,
	  ERR_OK, "sms", "one" },

	/* availability */
	{ "the first is down", ALICE, FROM_USER, PHONE, 5, "DUUU", NULL, NULL,
	  NULL, ERR_OK, "sms", "two" },
	{ "the first is throttled", ALICE, FROM_USER, PHONE, 5, "TUUU", NULL,
	  NULL, NULL, ERR_OK, "sms", "one" },
	{ "both are down", ALICE, FROM_USER, PHONE, 5, "DDUU", NULL, NULL,
	  NULL, ERR_OK, "sms", "one" },

	/* content */
	{ "media to a phone", ALICE, FROM_USER, PHONE, 0, NULL, NULL, NULL,
	  NULL, ERR_BAD_CONTENT, NULL, NULL },
	{ "as much as the first takes", ALICE, FROM_USER, FIXED, 160, NULL,
	  NULL, NULL, NULL, ERR_OK, "sms", "small" },
	{ "one more", ALICE, FROM_USER, FIXED, 161, NULL, NULL, NULL, NULL,
	  ERR_OK, "sms", "two" },
	{ "too much for those that are up", ALICE, FROM_USER, FIXED, 161,
	  "UDUD", NULL, NULL, NULL, ERR_OK, "sms", "two" },
	{ "too much for all of the route", ALICE, FROM_USER,
	  "tel:+12220000001", 161, NULL, NULL, NULL, NULL, ERR_TOO_BIG, NULL,
	  NULL },

	/* replies */
	{ "reply by the gateway named", ALICE, FROM_USER, PHONE, 5, NULL,
	  "sms;via=two", NULL, NULL, ERR_OK, "sms", "two" },
	{ "reply by the service named", ALICE, FROM_USER, FIXED, 5, NULL,
	  "sms", NULL, NULL, ERR_OK, "sms", "two" },
	{ "reply by a service that is up", ALICE, FROM_USER, FIXED, 5, "UUDU",
	  "sms-fixed", NULL, NULL, ERR_OK, "sms", "other" },
	{ "named without its gateway", ALICE, FROM_USER, PHONE, 5, NULL,
	  "sms", "sms;via=two", NULL, ERR_OK, "sms", "two" },
	{ "named another service than remembered", ALICE, FROM_USER, FIXED, 5,
	  NULL, "sms-fixed", "sms;via=two", NULL, ERR_OK, "sms", "small" },
	{ "a service that nobody has", ALICE, FROM_USER, PHONE, 5, NULL,
	  "mms", NULL, NULL, ERR_OK, "sms", "one" },
	{ "reply by the gateway remembered", ALICE, FROM_USER, PHONE, 5, NULL,
	  NULL, "sms;via=two", NULL, ERR_OK, "sms", "two" },
	{ "named goes before remembered", ALICE, FROM_USER, PHONE, 5, NULL,
	  "sms;via=one", "sms;via=two", NULL, ERR_OK, "sms", "one" },
	{ "named but outside the route", ALICE, FROM_USER, PHONE, 5, NULL,
	  "sms;via=small", NULL, NULL, ERR_OK, "sms", "one" },
	{ "named but unknown", ALICE, FROM_USER, PHONE, 5, NULL,
	  "sms;via=nowhere", NULL, NULL, ERR_OK, "sms", "one" },
	{ "no service at all", ALICE, FROM_USER, PHONE, 5, NULL, ";;=;via",
	  NULL, NULL, ERR_OK, "sms", "one" },
	{ "reply while its gateway is down", ALICE, FROM_USER, PHONE, 5,
	  "UDUU", "sms;via=two", NULL, NULL, ERR_OK, "sms", "one" },
	{ "reply by another of the same service", ALICE, FROM_USER, FIXED, 5,
	  "UUDU", "sms-fixed;via=small", NULL, NULL, ERR_OK, "sms", "other" },
	{ "reply waits for its gateway", ALICE, FROM_USER, FIXED, 5, "UUDD",
	  "sms-fixed;via=small", NULL, NULL, ERR_OK, "sms", "small" },
	{ "reply too long for its gateway", ALICE, FROM_USER, FIXED, 200, NULL,
	  "sms-fixed;via=small", NULL, NULL, ERR_OK, "sms", "other" },
	{ "a network pins nothing", PHONE, SYS, PHONE, 5, NULL, "sms;via=two",
	  NULL, NULL, ERR_OK, "sms", "one" },
};

START_TEST(a_message_gets_its_leg)
{
	struct message *m = message_new();
	struct plan p = { .explaining = false };

	set("set route short to tel:+1222*");
	set("set route short via small");
	if (rows[_i].setting)
		set("set policy interworking offline-user sms");
	states(rows[_i].gateways);
	m->kind = MESSAGE_TEXT;
	m->from = strv(rows[_i].from);
	m->origin = rows[_i].origin;
	m->to = strv(rows[_i].to);
	m->text_chars = rows[_i].chars;
	if (rows[_i].service)
		m->service = strv(rows[_i].service);
	if (rows[_i].sticky)
		sticky_note(m->from, m->to, strv(rows[_i].sticky), STRV(""));
	plan_make(m, NULL, &p);
	ck_assert_msg(p.err == rows[_i].err, "%s: %s", rows[_i].name,
	    err_info(p.err)->name);
	ck_assert_msg(p.n == (rows[_i].hop ? 1 : 0), "%s", rows[_i].name);
	if (p.n) {
		ck_assert_msg(strv_eq(p.legs[0].hop, strv(rows[_i].hop)),
		    "%s: %.*s", rows[_i].name, STRV_ARG(p.legs[0].hop));
		ck_assert_str_eq(p.legs[0].port, rows[_i].port);
	}
	message_unref(m);
}
END_TEST

START_TEST(an_alias_is_its_subscriber)
{
	struct message *m = message_new();
	struct plan p = { .explaining = false };

	ck_assert_int_eq(world_op("subscriber add", "address",
	    "sip:eve@example.org", "alias", "tel:+15550100009", NULL) / 100,
	    2);
	m->from = STRV(ALICE);
	m->to = STRV("tel:+15550100009");
	m->text_chars = 1;
	plan_make(m, NULL, &p);
	ck_assert_int_eq(p.err, ERR_OK);
	ck_assert(strv_eq(p.recipient, STRV("sip:eve@example.org")));
	ck_assert(strv_eq(p.legs[0].hop, p.recipient));
	message_unref(m);
}
END_TEST

START_TEST(what_if_changes_the_answer_and_nothing_else)
{
	const struct plan_assume down = { .down = { STRV("one") },
		.n_down = 1 };
	const struct plan_assume away = { .recipient_offline = true };
	struct message *m = message_new();
	struct plan p = { .explaining = true };

	m->from = STRV(ALICE);
	m->to = STRV(PHONE);
	m->text_chars = 1;
	plan_make(m, &down, &p);
	ck_assert(strv_eq(p.legs[0].hop, STRV("two")));
	ck_assert_uint_gt(p.nnotes, 2);
	plan_make(m, NULL, &p);
	ck_assert(strv_eq(p.legs[0].hop, STRV("one")));
	set("set policy interworking offline-user sms");
	m->to = STRV(BOB);
	set("set route bob to " BOB);
	set("set route bob via one");
	plan_make(m, &away, &p);
	ck_assert(strv_eq(p.legs[0].hop, STRV("one")));
	plan_make(m, NULL, &p);
	ck_assert(strv_eq(p.legs[0].hop, STRV(BOB)));
	message_unref(m);
}
END_TEST

static bool is_noted(const struct plan *p, const char *text)
{
	for (size_t i = 0; i < p->nnotes; i++)
		if (strstr(p->notes[i].text, text))
			return !p->notes[i].passed;
	return false;
}

START_TEST(who_asks_for_privacy_goes_by_a_gateway_that_can_hide)
{
	struct message *m = message_new();
	struct plan p = { .explaining = true };

	m->from = STRV(ALICE);
	m->to = STRV(PHONE);
	m->text_chars = 1;
	m->anonymous = true;
	plan_make(m, NULL, &p);
	ck_assert_int_eq(p.err, ERR_ANONYMOUS);
	ck_assert(is_noted(&p, "one would show the sender"));
	ck_assert(is_noted(&p, "two would show the sender"));
	g[TWO].anonymous = true;
	plan_make(m, NULL, &p);
	ck_assert_int_eq(p.err, ERR_OK);
	ck_assert(strv_eq(p.legs[0].hop, STRV("two")));
	g[TWO].state = GATEWAY_DOWN;
	ck_assert_ptr_null(plan_other_gateway(m, STRV(PHONE), STRV("two")));
	g[ONE].anonymous = true;
	ck_assert_ptr_eq(plan_other_gateway(m, STRV(PHONE), STRV("two")),
	    &g[ONE]);
	g[ONE].anonymous = g[TWO].anonymous = false;
	message_unref(m);
}
END_TEST

START_TEST(explain_says_what_becomes_of_privacy)
{
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    "assume", "anonymous", NULL), 200);
	ck_assert_ptr_nonnull(strstr(world_body(), "two would show"));
	ck_assert_ptr_nonnull(strstr(world_body(), "SIP 433"));
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    NULL), 200);
	ck_assert_ptr_null(strstr(world_body(), "would show"));
}
END_TEST

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

START_TEST(explain_takes_every_gateway_that_shall_be_down)
{
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    "assume", "gateway:one:down", NULL), 200);
	HAS("port sms, to two");
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    "assume", "gateway:one:down", "assume", "gateway:two:down", NULL),
	    200);
	ck_assert_ptr_null(strstr(world_body(), "port sms, to two"));
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    "assume", "gateway:two:down", "assume", "gateway:small:down",
	    NULL), 200);
	HAS("port sms, to one");
}
END_TEST

static const struct {
	const char *what, *says;
} bad_what_ifs[] = {
	{ "recipient-ofline", "did you mean recipient-offline;" },
	{ "primary-no-IP", "did you mean primary-no-ip;" },
	{ "anon", "did you mean anonymous;" },
	{ "rain", "\\\"rain\\\" is not known; there are " },
	{ "", "assume is empty" },
	{ "anonymous:yes", "is not known" },
	{ "gateway", "did you mean gateway:NAME:down;" },
	{ "gateway:one", "did you mean gateway:NAME:down;" },
	{ "gateway:one:up", "did you mean gateway:NAME:down;" },
	{ "gateway:one:down:now", "did you mean gateway:NAME:down;" },
	{ "gateway:smal:down", "did you mean small" },
	{ "gateway::down", "there is no gateway \\\"\\\"" },
	{ "gateway:berlin:down", "there is no gateway \\\"berlin\\\"" },
};

START_TEST(explain_refuses_what_it_does_not_know)
{
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    "assume", "gateway:one:down", "assume", bad_what_ifs[_i].what,
	    NULL), 422);
	HAS(bad_what_ifs[_i].says);
}
END_TEST

START_TEST(so_many_gateways_may_be_down_and_no_more)
{
#define D "assume", "gateway:one:down"
#define D4 D, D, D, D
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    D4, D4, D4, D4, NULL), 200);
	ck_assert_int_eq(world_op("explain", "from", ALICE, "to", PHONE,
	    D4, D4, D4, D4, D, NULL), 422);
	HAS("at most 16 gateways");
}
END_TEST

/* hop: where the leg is; other: where it may go instead. */
static const struct {
	const char *name, *gateways, *hop, *service;
	const char *to;
	uint32_t chars;		/* 0: read from disk */
	const char *other;
} others[] = {
	{ "the other one", "DUUU", "one", NULL, PHONE, 5, "two" },
	{ "its own is up again", "UUUU", "one", NULL, PHONE, 5, NULL },
	{ "throttled, the other is up", "TUUU", "one", NULL, PHONE, 5,
	  "two" },
	{ "the other is throttled", "DTUU", "one", NULL, PHONE, 5, NULL },
	{ "its own is gone", "UUUU", "gone", NULL, PHONE, 5, "one" },
	{ "a smaller one, it fits", "UDUD", "two", NULL, FIXED, 160,
	  "small" },
	{ "a smaller one, too long", "UDUD", "two", NULL, FIXED, 161, NULL },
	{ "a smaller one, length unknown", "UDUU", "two", NULL, FIXED, 0,
	  NULL },
	{ "a larger one, length unknown", "UDDU", "small", NULL, FIXED, 0,
	  "other" },
	{ "a reply keeps its service", "UUDU", "small", "sms-fixed;via=small",
	  FIXED, 5, "other" },
	{ "a reply has no other service", "UUDD", "small",
	  "sms-fixed;via=small", FIXED, 5, NULL },
	{ "no route any more", "DUUU", "one", NULL, "tel:+1333", 5, NULL },
	{ "barred meanwhile", "DUUU", "one", NULL, "tel:+19001", 5, NULL },
};

START_TEST(another_gateway_is_as_good)
{
	struct message *m = message_new();
	const struct gateway *to;

	states(others[_i].gateways);
	m->from = STRV(ALICE);
	m->text_chars = others[_i].chars;
	if (others[_i].service)
		m->service = strv(others[_i].service);
	to = plan_other_gateway(m, strv(others[_i].to), strv(others[_i].hop));
	ck_assert_msg(!to == !others[_i].other, "%s", others[_i].name);
	if (to)
		ck_assert_msg(strcmp(to->name, others[_i].other) == 0,
		    "%s: %s", others[_i].name, to->name);
	message_unref(m);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("plan");
	TCase *tc = tcase_create("make");

	tcase_add_checked_fixture(tc, begin, end);
	tcase_add_rows(tc, a_message_gets_its_leg, rows);
	tcase_add_test(tc, an_alias_is_its_subscriber);
	tcase_add_test(tc, what_if_changes_the_answer_and_nothing_else);
	tcase_add_test(tc,
	    who_asks_for_privacy_goes_by_a_gateway_that_can_hide);
	tcase_add_test(tc, explain_says_what_becomes_of_privacy);
	tcase_add_test(tc, explain_takes_every_gateway_that_shall_be_down);
	tcase_add_rows(tc, explain_refuses_what_it_does_not_know,
	    bad_what_ifs);
	tcase_add_test(tc, so_many_gateways_may_be_down_and_no_more);
	tcase_add_rows(tc, another_gateway_is_as_good, others);
	suite_add_tcase(s, tc);
	return s;
}
