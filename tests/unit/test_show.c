/* test_show.c - store/query.h and the operations that look at messages. */

#include <stdio.h>

#include "base/id.h"
#include "base/now.h"
#include "core/content.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/journal.h"
#include "store/query.h"

#define NOW	INT64_C(1800000000000)
#define BOB	"tel:+15550100002"

static void setup(void)
{
	now_freeze(NOW);
	world_open(scratch_new());
}

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())
#define HAS_NOT(text) ck_assert_msg(strstr(world_body(), text) == NULL, \
	"'%s' in %s", text, world_body())

struct want {
	const char *from, *to, *hop, *imdn, *call, *ref;
	enum leg_state state;
	enum err why;
	int64_t due;
};

static char id_text[ID_MESSAGE_TEXT];	/* of the newest */

static void stored(enum err e, const struct journal_accepted *a, void *arg)
{
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
	ck_assert(!a->duplicate);
}

static void put(const struct want *w)
{
	struct message *m = message_new();
	struct leg *l;

	m->id = id_new();
	m->from = strv(w->from ? w->from : "sip:alice@example.org");
	m->to = strv(w->to ? w->to : BOB);
	m->imdn_id = strv(w->imdn);
	m->in = "sip";
	m->in_ref = strv(w->call);
	m->received = now_ms();
	m->content = content_new(STRV("text/plain"), STRV_NONE,
	    STRV("the very secret text"));
	l = leg_new(m, 1);
	l->state = w->state;
	l->why = w->why;
	l->port = w->ref ? "sms" : "sip";
	l->recipient = m->to;
	l->hop = strv(w->hop ? w->hop : w->to ? w->to : BOB);
	l->ref = strv(w->ref);
	l->due = w->due;
	l->expires = NOW + 1000;
	journal_accept(m, &l, 1, stored, NULL);
	world_drain();
	id_message_text(m->id, id_text);
	leg_free(l);
	message_unref(m);
}
#define PUT(...) put(&(struct want){ __VA_ARGS__ })

static void fill(void)
{
	PUT(.state = LEG_DELIVERED, .imdn = "one");
	now_freeze(NOW + 60000);
	PUT(.state = LEG_SENT, .imdn = "two", .hop = "smsc1", .ref = "2a");
	PUT(.state = LEG_HELD, .imdn = "three", .why = ERR_OFFLINE,
	    .to = "sip:carol@example.org");
	PUT(.state = LEG_FAILED, .imdn = "four", .why = ERR_NO_USER,
	    .from = "sip:dave@example.org");
}

/* Which of the four are shown: "4321" is all, newest first. */
static const char *shown(void)
{
	static const char *const marks[] = {
		"\"state\":\"delivered\"", "\"state\":\"sent\"",
		"\"state\":\"held\"", "\"state\":\"failed\""
	};
	static char text[8];
	size_t n = 0;

	for (int i = 3; i >= 0; i--) {
		if (strstr(world_body(), marks[i]))
			text[n++] = (char)('1' + i);
	}
	text[n] = 0;
	return text;
}

static const struct {
	const char *arg, *value, *want;
} filters[] = {
	{ NULL, NULL, "4321" },
	{ "from", "sip:dave@example.org", "4" },
	{ "from", "sip:alice@EXAMPLE.ORG", "321" },
	{ "to", "tel:+1-555-010-0002", "421" },
	{ "to", "sip:carol@example.org", "3" },
	{ "to", "sip:nobody@example.org", "" },
	{ "state", "held", "3" },
	{ "state", "failed", "4" },
	{ "state", "ready", "" },
	{ "gateway", "smsc1", "2" },
	{ "since", "30s", "432" },
	{ "since", "1h", "4321" },
	{ "reason", "NO_USER", "4" },
	{ "limit", "2", "43" },
};

START_TEST(messages_are_listed_newest_first_and_filtered)
{
	fill();
	now_freeze(NOW + 80000);
	ck_assert_int_eq(world_op("show messages", filters[_i].arg,
	    filters[_i].value, NULL), 200);
	ck_assert_msg(strcmp(shown(), filters[_i].want) == 0, "%s %s: %s",
	    filters[_i].arg, filters[_i].value, shown());
	HAS_NOT("secret");
}
END_TEST

START_TEST(pages_follow_each_other_without_gap_or_repetition)
{
	char cursor[40] = "";
	int seen = 0;

	for (int i = 0; i < 23; i++)
		PUT(.state = LEG_SENT);
	for (int page = 0; page < 10; page++) {
		const char *next, *p;

		ck_assert_int_eq(world_op("show messages", "limit", "5",
		    cursor[0] ? "cursor" : NULL, cursor, NULL), 200);
		for (p = world_body(); (p = strstr(p, "\"sent\"")); p++)
			seen++;
		next = strstr(world_body(), "\"next\":\"");
		if (!next)
			break;
		ck_assert_int_eq(sscanf(next, "\"next\":\"%39[0-9]", cursor),
		    1);
	}
	ck_assert_int_eq(seen, 23);
}
END_TEST

START_TEST(what_waits_for_a_gateway_is_listed)
{
	PUT(.state = LEG_HELD, .hop = "smsc1", .due = NOW + 5);
	PUT(.state = LEG_READY, .hop = "smsc1");
	PUT(.state = LEG_HELD, .hop = "smsc2");
	ck_assert_int_eq(world_op("show messages", "gateway", "smsc1",
	    "state", "held", NULL), 200);
	HAS("\"hop\":\"smsc1\"");
	HAS_NOT("smsc2");
	HAS_NOT("ready");
}
END_TEST

static const struct {
	const char *arg, *value;
} wrong[] = {
	{ "state", "gone" }, { "since", "yesterday" }, { "since", "h" },
	{ "since", "99999999h" }, { "from", "a@b@c" }, { "limit", "0" },
	{ "limit", "501" },
};

START_TEST(a_wrong_filter_is_refused)
{
	ck_assert_msg(world_op("show messages", wrong[_i].arg,
	    wrong[_i].value, NULL) == 422, "%s %s: %s", wrong[_i].arg,
	    wrong[_i].value, world_body());
}
END_TEST

static const char *const names[] = { NULL, "imdn-7", "call-7@host", "7f" };

START_TEST(a_message_is_found_by_any_of_its_names)
{
	PUT(.imdn = "other", .call = "other", .ref = "1", .hop = "smsc1");
	PUT(.imdn = "imdn-7", .call = "call-7@host", .ref = "7f",
	    .hop = "smsc1", .state = LEG_SENT);
	ck_assert_int_eq(world_op("show message", "id", names[_i] ?
	    names[_i] : id_text, NULL), 200);
	HAS(id_text);
	HAS("\"imdn_id\":\"imdn-7\"");
	HAS("\"ref\":\"7f\"");
	HAS("\"says\":\"was taken by the next hop\"");
	HAS("\"size\":20");
	HAS_NOT("secret");
}
END_TEST

START_TEST(a_leg_id_means_its_message)
{
	char leg[40];

	PUT(.state = LEG_SENT, .imdn = "x");
	(void)snprintf(leg, sizeof(leg), "%s01", id_text);
	ck_assert_int_eq(world_op("show message", "id", leg, NULL), 200);
	HAS("\"imdn_id\":\"x\"");
}
END_TEST

START_TEST(an_unknown_message_is_not_found)
{
	ck_assert_int_eq(world_op("show message", "id", "nothing", NULL),
	    404);
	ck_assert_int_eq(world_op("show message", "id", "00000000000001",
	    NULL), 404);
	ck_assert_int_eq(world_op("show message", "id",
	    "ffffffffffffffff", NULL), 404);
}
END_TEST

static const struct {
	enum leg_state state;
	int64_t due;
	const char *says;
} words[] = {
	{ LEG_READY, 0, "waits for its turn" },
	{ LEG_HELD, 0, "waits until its recipient can be reached" },
	{ LEG_HELD, NOW + 1, "is tried again at 2027-01-15T08:00:00.001Z" },
	{ LEG_SENDING, 0, "is on its way" },
	{ LEG_DELIVERED, 0, "was delivered" },
	{ LEG_DISPLAYED, 0, "was read" },
	{ LEG_FAILED, 0, "failed for good" },
	{ LEG_EXPIRED, 0, "was not delivered in time" },
	{ LEG_CANCELLED, 0, "was not needed" },
};

START_TEST(states_are_said_in_words)
{
	PUT(.state = words[_i].state, .due = words[_i].due);
	ck_assert_int_eq(world_op("show message", "id", id_text, NULL), 200);
	HAS(words[_i].says);
}
END_TEST

START_TEST(queues_are_shown_the_longest_first)
{
	PUT(.state = LEG_HELD, .hop = "smsc1");
	now_freeze(NOW + 90000);
	PUT(.state = LEG_READY, .hop = "smsc1");
	PUT(.state = LEG_HELD, .hop = "smsc2");
	PUT(.state = LEG_SENT, .hop = "smsc3");
	ck_assert_int_eq(world_op("show queues", NULL), 200);
	HAS("[{\"queue\":\"smsc1\",\"waiting\":2,"
	    "\"oldest\":\"2027-01-15T08:00:00.000Z\",\"age\":90,"
	    "\"held\":false,");
	HAS("{\"queue\":\"smsc2\",\"waiting\":1,");
	HAS_NOT("smsc3");
	ck_assert_int_eq(world_op("show queues", "limit", "1", NULL), 200);
	HAS_NOT("smsc2");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("show");
	TCase *tc = tcase_create("messages");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_rows(tc, messages_are_listed_newest_first_and_filtered,
	    filters);
	tcase_add_test(tc,
	    pages_follow_each_other_without_gap_or_repetition);
	tcase_add_test(tc, what_waits_for_a_gateway_is_listed);
	tcase_add_rows(tc, a_wrong_filter_is_refused, wrong);
	tcase_add_rows(tc, a_message_is_found_by_any_of_its_names, names);
	tcase_add_test(tc, a_leg_id_means_its_message);
	tcase_add_test(tc, an_unknown_message_is_not_found);
	tcase_add_rows(tc, states_are_said_in_words, words);
	tcase_add_test(tc, queues_are_shown_the_longest_first);
	suite_add_tcase(s, tc);
	return s;
}
