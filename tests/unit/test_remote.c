/* test_remote.c - where a daemon is, and what its certificate looks like. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/remote.h"
#include "cli/render.h"
#include "cli/schema.h"
#include "cli/wait.h"
#include "runner.h"

static const struct {
	const char *text, *host, *port, *place;	/* host NULL: it is none */
} places[] = {
	{ "https://cpm1:8443", "cpm1", "8443", "cpm1:8443" },
	{ "https://cpm1:8443/", "cpm1", "8443", "cpm1:8443" },
	{ "https://cpm1.example.org", "cpm1.example.org", "8443",
	  "cpm1.example.org:8443" },
	{ "cpm1", "cpm1", "8443", "cpm1:8443" },
	{ "cpm1:1", "cpm1", "1", "cpm1:1" },
	{ "192.0.2.1:65535", "192.0.2.1", "65535", "192.0.2.1:65535" },
	{ "https://[::1]:444", "::1", "444", "[::1]:444" },
	{ "[2001:db8::1]", "2001:db8::1", "8443", "[2001:db8::1]:8443" },
	{ "", NULL, NULL, NULL }, { "https://", NULL, NULL, NULL },
	{ "http://cpm1", NULL, NULL, NULL }, { ":1", NULL, NULL, NULL },
	{ "cpm1:0", NULL, NULL, NULL }, { "cpm1:65536", NULL, NULL, NULL },
	{ "cpm1:1x", NULL, NULL, NULL }, { "cpm1:", NULL, NULL, NULL },
	{ "cpm1:123456", NULL, NULL, NULL }, { "[::1", NULL, NULL, NULL },
	{ "cpm1/api", NULL, NULL, NULL }, { "a b", NULL, NULL, NULL },
	{ "cpm1:1\r\nX: y", NULL, NULL, NULL }, { "[]:1", NULL, NULL, NULL },
	{ "a\r\nb", NULL, NULL, NULL },
};

START_TEST(a_place_is_a_host_and_a_port)
{
	struct remote r = { .ctx = NULL };
	bool ok = remote_where_read(places[_i].text, &r);

	ck_assert_msg(ok == (places[_i].host != NULL), "%s", places[_i].text);
	if (!ok)
		return;
	ck_assert_str_eq(r.host, places[_i].host);
	ck_assert_str_eq(r.port, places[_i].port);
	ck_assert_str_eq(r.place, places[_i].place);
}
END_TEST

START_TEST(a_host_that_is_too_long_is_none)
{
	struct remote r = { .ctx = NULL };
	char text[sizeof(r.host) + 1];

	memset(text, 'a', sizeof(text));
	text[sizeof(r.host) - 1] = 0;
	ck_assert(remote_where_read(text, &r));
	text[sizeof(r.host) - 1] = 'a';
	text[sizeof(r.host)] = 0;
	ck_assert(!remote_where_read(text, &r));
}
END_TEST

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcde"

static const struct {
	const char *text;
	bool ok;
} prints[] = {
	{ HEX "f", true }, { "sha256:" HEX "F", true },
	{ "SHA256:01:23" "456789abcdef0123456789abcdef0123456789abcdef"
	  "0123456789abcde:f", true },
	{ HEX, false }, { HEX "ff", false }, { HEX "g", false },
	{ "", false }, { "md5:" HEX "f", false }, { " " HEX "f", false },
};

START_TEST(a_fingerprint_is_64_digits)
{
	char print[REMOTE_PRINT];

	ck_assert_msg(remote_print_read(prints[_i].text, print) ==
	    prints[_i].ok, "%s", prints[_i].text);
	if (prints[_i].ok)
		ck_assert_str_eq(print, HEX "f");
}
END_TEST

/* --- JSON Lines ------------------------------------------------------------ */

static const struct {
	const char *json, *lines;
} documents[] = {
	{ "{\"items\":[],\"next\":null}", "" },
	{ "{\"items\":[{\"a\":1},{\"a\":[2,{}]}],\"next\":null}",
	  "{\"a\":1}\n{\"a\":[2,{}]}\n" },
	{ "{\"next\":\"x\",\"items\":[1,\"],\\\"[{\"]}",
	  "1\n\"],\\\"[{\"\n" },
	{ "{\"a\":{\"items\":[1]}}", "{\"a\":{\"items\":[1]}}\n" },
	{ "{\"a\":\"\\\"items\\\":[\"}", "{\"a\":\"\\\"items\\\":[\"}\n" },
	{ "{\"items\":7}", "{\"items\":7}\n" },
	{ "{}", "{}\n" },
};

START_TEST(rows_are_a_line_each)
{
	char *text = NULL;
	size_t n;
	struct render r = { .out = open_memstream(&text, &n) };

	render_jsonl(&r, strv(documents[_i].json));
	(void)fclose(r.out);
	ck_assert_str_eq(text, documents[_i].lines);
	free(text);
}
END_TEST

/* A document that is cut off anywhere is read to its end and no further. */
START_TEST(no_beginning_of_a_document_is_read_beyond_its_end)
{
	static const char all[] =
	    "{\"items\":[{\"a\":\"\\\\\",\"b\":[1]},2],\"next\":null}";
	char *text = NULL, *part;
	size_t n;

	for (size_t i = 0; i < sizeof(all); i++) {
		struct render r = { .out = open_memstream(&text, &n) };

		part = strndup(all, i);
		render_jsonl(&r, (struct strv){ part, i });
		(void)fclose(r.out);
		free(part);
		free(text);
	}
}
END_TEST

/* --- states ------------------------------------------------------------------ */

static const struct {
	const char *json, *states;
	enum wait_met met;
} states[] = {
	{ "{\"state\":\"ok\"}", "ok", WAIT_MET },
	{ "{\"state\":\"bound 2/2\"}", "bound", WAIT_MET },
	{ "{\"state\":\"sent\"}", "delivered,displayed", WAIT_NOT },
	{ "{\"state\":\"displayed\"}", "delivered,displayed", WAIT_MET },
	{ "{\"state\":\"okay\"}", "ok", WAIT_NOT },
	{ "{\"state\":7}", "ok", WAIT_NONE }, { "{}", "ok", WAIT_NONE },
	{ "[", "ok", WAIT_NONE }, { "{\"items\":[]}", "ok", WAIT_NOT },
	{ "{\"items\":[{\"state\":\"ok\"},{\"state\":\"ok\"}]}", "ok",
	  WAIT_MET },
	{ "{\"items\":[{\"state\":\"ok\"},{\"state\":\"warn\"}]}", "ok",
	  WAIT_NOT },
	{ "{\"items\":[{\"a\":1}]}", "ok", WAIT_NONE },
};

START_TEST(a_state_is_waited_for_in_every_row)
{
	ck_assert_msg(wait_look(strv(states[_i].json),
	    strv(states[_i].states)) == states[_i].met, "%s",
	    states[_i].json);
}
END_TEST

/* --- places of settings ---------------------------------------------------- */

static const struct {
	const char *words;
	bool whole;
} paths[] = {
	{ "gateway", false }, { "gateway g1", true },
	{ "gateway g1 window", false }, { "policy", false },
	{ "policy delivery", true }, { "policy delivery try-for", false },
	{ "", false }, { "nothing", false },
};

START_TEST(a_place_is_where_settings_follow)
{
	static const char json[] = "{\"items\":[{\"section\":\"gateway\","
	    "\"named\":true,\"name\":\"window\"},{\"section\":\"policy "
	    "delivery\",\"named\":false,\"name\":\"try-for\"}]}";
	struct schema s;
	struct arena a;
	struct word w[8];
	size_t n;

	arena_init(&a);
	ck_assert(schema_read(&s, strv(json)));
	n = words_split(strv(paths[_i].words), &a, w, 8);
	ck_assert_msg(schema_whole(&s, w, n) == paths[_i].whole, "%s",
	    paths[_i].words);
	schema_free(&s);
	arena_deinit(&a);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("remote");
	TCase *tc = tcase_create("remote");

	tcase_add_rows(tc, a_place_is_a_host_and_a_port, places);
	tcase_add_test(tc, a_host_that_is_too_long_is_none);
	tcase_add_rows(tc, a_fingerprint_is_64_digits, prints);
	tcase_add_rows(tc, rows_are_a_line_each, documents);
	tcase_add_test(tc, no_beginning_of_a_document_is_read_beyond_its_end);
	tcase_add_rows(tc, a_state_is_waited_for_in_every_row, states);
	tcase_add_rows(tc, a_place_is_where_settings_follow, paths);
	suite_add_tcase(s, tc);
	return s;
}
