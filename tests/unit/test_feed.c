/* test_feed.c - events of the daemon: the stream, and what they mean. */

#include "cli/changes.h"
#include "cli/feed.h"
#include "runner.h"

static const struct {
	const char *name, *all;
	size_t used;		/* 0: its end has not come */
	const char *event, *data;
} streams[] = {
	{ "nothing", "", 0, NULL, NULL },
	{ "an event", "id: 1\nevent: log\ndata: {}\n\n", 27, "log", "{}" },
	{ "no end yet", "event: log\ndata: {}\n", 0, NULL, NULL },
	{ "a comment", ":\n\nevent: x\n", 3, NULL, NULL },
	{ "no blank behind the colon", "event:a\ndata:b\n\n", 16, "a", "b" },
	{ "an unknown field", "retry: 3000\n\n", 13, NULL, NULL },
	{ "empty", "\n\n", 2, NULL, NULL },
};

START_TEST(a_stream_is_events)
{
	struct strv event, data;
	size_t used;

	ck_assert_int_eq(sse_next(strv(streams[_i].all), &used, &event,
	    &data), streams[_i].used != 0);
	ck_assert_msg(used == streams[_i].used, "%s", streams[_i].name);
	ck_assert(strv_eq(event, strv(streams[_i].event)));
	ck_assert(strv_eq(data, strv(streams[_i].data)));
}
END_TEST

START_TEST(no_beginning_of_an_event_is_an_event)
{
	static const char all[] = "event: log\ndata: {}\n\n";
	struct strv event, data;
	size_t used;

	for (size_t n = 0; n < sizeof(all) - 1; n++)
		ck_assert(!sse_next((struct strv){ all, n }, &used, &event,
		    &data));
}
END_TEST

/* What two looks say, without the time of day. */
static const struct {
	const char *name, *topic, *was, *is, *said;
} looks[] = {
	{ "the first says nothing", "gateways", NULL,
	  "{\"items\":[{\"name\":\"a\",\"state\":\"up\"}]}", "" },
	{ "the same says nothing", "gateways",
	  "{\"items\":[{\"name\":\"a\",\"state\":\"up\",\"n\":1}]}",
	  "{\"items\":[{\"name\":\"a\",\"state\":\"up\",\"n\":2}]}", "" },
	{ "another state, and why", "gateways",
	  "{\"items\":[{\"name\":\"a\",\"state\":\"up\"}]}",
	  "{\"items\":[{\"name\":\"a\",\"state\":\"down\","
	  "\"why\":\"closed\"}]}", "gateway a: down (closed)\n" },
	{ "a new one and one that went", "gateways",
	  "{\"items\":[{\"name\":\"a\",\"state\":\"up\"}]}",
	  "{\"items\":[{\"name\":\"b\",\"state\":\"up\",\"why\":\"\"}]}",
	  "gateway b: up\ngateway a: deleted\n" },
	{ "the newest is told last", "messages", "{\"items\":[]}",
	  "{\"items\":[{\"id\":\"2\",\"state\":\"held\",\"to\":\"t\"},"
	  "{\"id\":\"1\",\"state\":\"sent\",\"from\":\"f\"}]}",
	  "message 1: sent (f)\nmessage 2: held (t)\n" },
	{ "messages that leave the page did not end", "messages",
	  "{\"items\":[{\"id\":\"1\",\"state\":\"held\"}]}",
	  "{\"items\":[]}", "" },
	{ "of a page nobody knows what went", "registrations",
	  "{\"items\":[{\"contact\":\"a\"}],\"next\":\"x\"}",
	  "{\"items\":[{\"contact\":\"b\"}],\"next\":null}", "" },
	{ "numbers are states too", "queues",
	  "{\"items\":[{\"queue\":\"a\",\"waiting\":1,\"age\":3}]}",
	  "{\"items\":[{\"queue\":\"a\",\"waiting\":2,\"age\":4}]}",
	  "queue a: 2 (4)\n" },
	{ "nothing that steers a terminal", "gateways", "{\"items\":[]}",
	  "{\"items\":[{\"name\":\"\\u001b[2J\",\"state\":\"u\\np\"}]}",
	  "gateway \xef\xbf\xbd[2J: u\xef\xbf\xbdp\n" },
	{ "a line of the log", "log", NULL,
	  "{\"time\":\"2026-01-02T12:34:56.000Z\",\"level\":\"warn\","
	  "\"module\":\"sms\",\"text\":\"x\"}", "warn sms: x\n" },
	{ "what is not JSON", "gateways", "{", "[]", "" },
	{ "rows that are none", "gateways", "{\"items\":[]}",
	  "{\"items\":[7,null]}", "gateway -: -\ngateway -: -\n" },
	{ "an unknown topic", "x", "{\"items\":[]}", "{\"items\":[{}]}", "" },
};

static void note(struct strv line, void *arg)
{
	ck_assert_uint_gt(line.n, 9);
	buf_adds(arg, (struct strv){ line.p + 9, line.n - 9 });
	buf_addc(arg, '\n');
}

START_TEST(an_event_says_what_is_new)
{
	struct changes c = { 0 };
	struct buf said;

	buf_init(&said, 4096);
	if (looks[_i].was)
		changes_tell(&c, strv(looks[_i].topic), strv(looks[_i].was),
		    note, &said);
	ck_assert_uint_eq(said.n, 0);
	changes_tell(&c, strv(looks[_i].topic), strv(looks[_i].is), note,
	    &said);
	ck_assert_msg(strcmp(said.p, looks[_i].said) == 0, "%s: %s",
	    looks[_i].name, said.p);
	changes_free(&c);
	buf_deinit(&said);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("feed");
	TCase *tc = tcase_create("feed");

	tcase_add_rows(tc, a_stream_is_events, streams);
	tcase_add_test(tc, no_beginning_of_an_event_is_an_event);
	tcase_add_rows(tc, an_event_says_what_is_new, looks);
	suite_add_tcase(s, tc);
	return s;
}
