/* test_cli.c - the shell's parts: grammar, requests, answers, tables. */

#include <fcntl.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/grammar.h"
#include "cli/render.h"
#include "cli/request.h"
#include "cli/schema.h"
#include "runner.h"

/* --- grammar -------------------------------------------------------------- */

static const char operations[] = "{\"items\":["
    "{\"command\":\"show stats\",\"method\":\"GET\",\"path\":\"/s\","
    "\"role\":\"view\",\"help\":\"figures\",\"args\":[]},"
    "{\"command\":\"show subscribers\",\"method\":\"GET\",\"path\":\"/u\","
    "\"help\":\"people\",\"args\":["
    "{\"name\":\"state\",\"complete\":\"active|suspended\",\"help\":\"x\"},"
    "{\"name\":\"limit\",\"complete\":null,\"help\":\"x\"}]},"
    "{\"command\":\"subscriber add\",\"method\":\"POST\",\"path\":\"/u\","
    "\"help\":\"add\",\"args\":["
    "{\"name\":\"address\",\"required\":true,\"position\":true},"
    "{\"name\":\"password\",\"secret\":true},"
    "{\"name\":\"alias\",\"repeat\":true},"
    "{\"name\":\"force\",\"flag\":true}]},"
    "{\"command\":\"subscriber import\",\"method\":\"POST\","
    "\"path\":\"/imports\",\"help\":\"import\",\"args\":["
    "{\"name\":\"file\",\"required\":true,\"position\":true,\"file\":true},"
    "{\"name\":\"dry-run\",\"flag\":true}]},"
    "{\"command\":\"device rename\",\"method\":\"PATCH\","
    "\"path\":\"/u/{address}/d/{device}\",\"help\":\"rename\",\"args\":["
    "{\"name\":\"address\",\"path\":true,\"position\":true,"
    "\"required\":true},"
    "{\"name\":\"device\",\"path\":true,\"position\":true,"
    "\"required\":true},"
    "{\"name\":\"name\",\"position\":true,\"required\":true}]},"
    "{\"command\":\"\",\"method\":\"GET\",\"path\":\"/hidden\"},"
    "{\"command\":\"say\",\"method\":\"POST\",\"path\":\"/say\","
    "\"help\":\"say\",\"args\":["
    "{\"name\":\"words\",\"position\":true,\"repeat\":true}]}"
    "],\"next\":null}";

static struct grammar g;

static void setup(void)
{
	struct buf why;

	buf_init(&why, 1024);
	ck_assert_msg(grammar_read(&g, strv(operations), &why), "%s", why.p);
	buf_deinit(&why);
}

static void teardown(void)
{
	grammar_free(&g);
}

static const struct {
	const char *line;
	bool abbreviate;
	const char *command;	/* NULL: why */
	size_t used;
	const char *why;
} commands[] = {
	{ "show stats", false, "show stats", 2, "" },
	{ "show stats more", false, "show stats", 2, "" },
	{ "say", false, "say", 1, "" },
	{ "say show stats", false, "say", 1, "" },
	{ "show", false, NULL, 0, "more is expected: stats, subscribers" },
	{ "shw stats", false, NULL, 0,
	  "unknown word \"shw\" (did you mean show?)" },
	{ "show statz", false, NULL, 0,
	  "unknown word \"statz\" (did you mean stats?)" },
	{ "show xyz", false, NULL, 0,
	  "unknown word \"xyz\"; expected stats, subscribers" },
	{ "sh st", false, NULL, 0,
	  "unknown word \"sh\" (did you mean show?)" },
	{ "sh st", true, "show stats", 2, "" },
	{ "sho su", true, "show subscribers", 2, "" },
	{ "show s", true, NULL, 0,
	  "\"s\" can mean several words: stats, subscribers" },
	{ "s stats", true, NULL, 0, "\"s\" can mean several words: show, "
	  "subscriber, device, say" },
	{ "'show' stats", false, NULL, 0,
	  "unknown word \"show\" (did you mean show?)" },
	{ "show subscribersx", true, NULL, 0,
	  "unknown word \"subscribersx\" (did you mean subscribers?)" },
};

START_TEST(words_find_their_operation)
{
	struct word w[8];
	struct arena a;
	struct buf why;
	const struct gram_op *op;
	size_t used, n;

	arena_init(&a);
	buf_init(&why, 1024);
	n = words_split(strv(commands[_i].line), &a, w, 8);
	op = grammar_find(&g, w, n, commands[_i].abbreviate, &used, &why);
	ck_assert_pstr_eq(op ? op->command : NULL, commands[_i].command);
	ck_assert_uint_eq(used, commands[_i].used);
	ck_assert_str_eq(why.p, commands[_i].why);
	buf_deinit(&why);
	arena_deinit(&a);
}
END_TEST

static const char *const bad_grammars[] = {
	"", "{}", "[]", "{\"items\":7}", "{\"items\":[{\"command\":7}]}",
	"{\"items\":[{\"command\":\"a b c d e f g h i\"}]}", "<html>",
};

START_TEST(a_grammar_that_is_none_is_refused)
{
	struct grammar bad;
	struct buf why;

	buf_init(&why, 1024);
	ck_assert(!grammar_read(&bad, strv(bad_grammars[_i]), &why));
	ck_assert_uint_gt(why.n, 0);
	buf_deinit(&why);
}
END_TEST

/* --- requests ---------------------------------------------------------------- */

static char file[] = "/tmp/parley-cli-XXXXXX";

static const struct {
	const char *line;	/* F stands for a file with "geheim\n" */
	int code;
	const char *target, *type, *body;	/* or why holds body */
} builds[] = {
	{ "show stats", EXIT_OK, "/s", NULL, "" },
	{ "show stats --json", EXIT_OK, "/s", NULL, "" },
	{ "show subscribers --state active --limit 5", EXIT_OK,
	  "/u?state=active&limit=5", NULL, "" },
	{ "show subscribers --state=a&b", EXIT_OK, "/u?state=a%26b", NULL,
	  "" },
	{ "show subscribers --limit", EXIT_USAGE, NULL, NULL,
	  "--limit needs a value; usage: show subscribers "
	  "[--state active|suspended] [--limit LIMIT]" },
	{ "show subscribers --limt 5", EXIT_USAGE, NULL, NULL,
	  "did you mean --limit? there is no option --limt; usage: show "
	  "subscribers [--state active|suspended] [--limit LIMIT]" },
	{ "show stats x", EXIT_USAGE, NULL, NULL,
	  "\"x\" is one word too many; usage: show stats" },
	{ "subscriber add sip:a@b --alias tel:1 --alias tel:2 --force",
	  EXIT_OK, "/u", "application/json", "{\"address\":\"sip:a@b\","
	  "\"alias\":[\"tel:1\",\"tel:2\"],\"force\":\"on\"}" },
	{ "subscriber add", EXIT_USAGE, NULL, NULL, "address is missing" },
	{ "subscriber add a --force --force", EXIT_USAGE, NULL, NULL,
	  "--force is given twice" },
	{ "subscriber add a --password x", EXIT_USAGE, NULL, NULL,
	  "a secret on a command line can be seen by others: use "
	  "--password-file or -prompt" },
	{ "subscriber add a --password-file F", EXIT_OK, "/u",
	  "application/json",
	  "{\"address\":\"a\",\"password\":\"geheim\"}" },
	{ "subscriber add a --password-file /nonexistent", EXIT_FAILED, NULL,
	  NULL, "/nonexistent: No such file" },
	{ "subscriber add '--alias'", EXIT_OK, "/u", "application/json",
	  "{\"address\":\"--alias\"}" },
	{ "subscriber import F", EXIT_OK, "/imports",
	  "application/octet-stream", "geheim\n" },
	{ "subscriber import F --dry-run", EXIT_OK, "/imports?dry-run=on",
	  "application/octet-stream", "geheim\n" },
	{ "subscriber import /nonexistent", EXIT_FAILED, NULL, NULL,
	  "/nonexistent: No such file" },
	{ "device rename sip:a@b +1/2 Phone", EXIT_OK,
	  "/u/sip%3Aa%40b/d/%2B1%2F2", "application/json",
	  "{\"name\":\"Phone\"}" },
	{ "device rename a b", EXIT_USAGE, NULL, NULL, "name is missing" },
	{ "say a b 'c d'", EXIT_OK, "/say", "application/json",
	  "{\"words\":[\"a\",\"b\",\"c d\"]}" },
	{ "say", EXIT_OK, "/say", "application/json", "{}" },
	{ "say --timeout x", EXIT_USAGE, NULL, NULL,
	  "--timeout takes a number of seconds" },
	{ "say --timeout 5 --watch a", EXIT_OK, "/say", "application/json",
	  "{\"words\":[\"a\"]}" },
};

/* The words of a line; F becomes the file's name. */
static size_t words(const char *line, struct arena *a, struct word *w,
    size_t max)
{
	size_t n = words_split(strv(line), a, w, max);

	for (size_t i = 0; i < n; i++)
		if (strv_eq(w[i].text, STRV("F")))
			w[i].text = strv(file);
	return n;
}

START_TEST(words_become_a_request)
{
	struct options o = { 0 };
	struct request r;
	struct word w[16];
	struct arena a;
	struct buf why;
	const struct gram_op *op;
	size_t used, n;
	int fd, code;

	strcpy(file + sizeof(file) - 7, "XXXXXX");
	fd = mkstemp(file);
	ck_assert(write(fd, "geheim\n", 7) == 7);
	close(fd);
	arena_init(&a);
	buf_init(&why, 1024);
	n = words(builds[_i].line, &a, w, 16);
	op = grammar_find(&g, w, n, false, &used, &why);
	ck_assert_ptr_nonnull(op);
	code = request_build(op, w + used, n - used, &o, &r, &why);
	ck_assert_msg(code == builds[_i].code, "%s: %d %s", builds[_i].line,
	    code, why.p);
	if (code == EXIT_OK) {
		ck_assert_str_eq(r.method, op->method);
		ck_assert_str_eq(r.target.p, builds[_i].target);
		ck_assert_pstr_eq(r.type, builds[_i].type);
		ck_assert_str_eq(r.body.p, builds[_i].body);
		request_free(&r);
	} else {
		ck_assert_msg(strncmp(why.p, builds[_i].body,
		    strlen(builds[_i].body)) == 0, "%s", why.p);
	}
	buf_deinit(&why);
	arena_deinit(&a);
	(void)unlink(file);
}
END_TEST

/* --- answers of the daemon ---------------------------------------------------- */

#define H "HTTP/1.1 200 OK\r\n"

static const struct {
	const char *name, *all;
	bool closed;
	enum reply_state state;
	int status;
	const char *body;
} replies[] = {
	{ "nothing yet", "", false, REPLY_MORE, 0, NULL },
	{ "nothing ever", "", true, REPLY_BAD, 0, NULL },
	{ "whole", H "Content-Length: 2\r\n\r\nab", false, REPLY_DONE, 200,
	  "ab" },
	{ "empty", H "Content-Length: 0\r\n\r\n", false, REPLY_DONE, 200,
	  "" },
	{ "one byte short", H "Content-Length: 3\r\n\r\nab", false,
	  REPLY_MORE, 200, NULL },
	{ "cut", H "Content-Length: 3\r\n\r\nab", true, REPLY_BAD, 200, NULL },
	{ "more than said", H "Content-Length: 1\r\n\r\nab", false,
	  REPLY_DONE, 200, "a" },
	{ "any case", H "content-length:2\r\n\r\nab", false, REPLY_DONE, 200,
	  "ab" },
	{ "until the end", H "\r\nab", true, REPLY_DONE, 200, "ab" },
	{ "not yet the end", H "\r\nab", false, REPLY_MORE, 200, NULL },
	{ "continue first", "HTTP/1.1 100 Continue\r\n\r\n"
	  H "Content-Length: 1\r\n\r\na", false, REPLY_DONE, 200, "a" },
	{ "length is no number", H "Content-Length: x\r\n\r\n", false,
	  REPLY_BAD, 200, NULL },
	{ "length is negative", H "Content-Length: -1\r\n\r\n", false,
	  REPLY_BAD, 200, NULL },
	{ "length is huge", H "Content-Length: 99999999999999999999\r\n\r\n",
	  false, REPLY_BAD, 200, NULL },
	{ "chunked", H "Transfer-Encoding: chunked\r\n\r\n", false, REPLY_BAD,
	  200, NULL },
	{ "not HTTP", "SSH-2.0-x\r\n\r\n", false, REPLY_BAD, 0, NULL },
	{ "no status", "HTTP/1.1 xx OK\r\n\r\n", false, REPLY_BAD, 0, NULL },
};

START_TEST(an_answer_is_whole_or_not)
{
	struct strv body = STRV_NONE;
	int status = 0;

	ck_assert_msg(reply_read(strv(replies[_i].all), replies[_i].closed,
	    &status, &body) == replies[_i].state, "%s", replies[_i].name);
	if (replies[_i].state != REPLY_DONE)
		return;
	ck_assert_int_eq(status, replies[_i].status);
	ck_assert_msg(strv_eq(body, strv(replies[_i].body)), "%s",
	    replies[_i].name);
}
END_TEST

START_TEST(no_beginning_of_an_answer_is_an_answer)
{
	static const char all[] = H "X: y\r\nContent-Length: 2\r\n\r\nab";
	struct strv body;
	int status;

	for (size_t n = 0; n < sizeof(all) - 1; n++) {
		ck_assert(reply_read((struct strv){ all, n }, false, &status,
		    &body) == REPLY_MORE);
		ck_assert(reply_read((struct strv){ all, n }, true, &status,
		    &body) == REPLY_BAD);
	}
}
END_TEST

/* --- rendering ----------------------------------------------------------------- */

static const struct {
	const char *name, *json;
	bool color;
	int width;
	const char *people, *csv;
} tables[] = {
	{ "an empty list is nothing", "{\"items\":[],\"next\":null}", false, 0,
	  "", "" },
	{ "numbers stand right, text left", "{\"items\":["
	  "{\"name\":\"a\",\"count\":5,\"last_seen\":null},"
	  "{\"name\":\"bbbbb\",\"count\":12345,\"last_seen\":\"now\"}],"
	  "\"next\":null}", false, 0,
	  "NAME   COUNT  LAST SEEN\n"
	  "a          5  -\n"
	  "bbbbb  12345  now\n",
	  "name,count,last_seen\r\na,5,\r\nbbbbb,12345,now\r\n" },
	{ "rows may have fields of their own", "{\"items\":["
	  "{\"a\":true},{\"b\":1.5}],\"next\":null}", false, 0,
	  "A      B\n"
	  "yes    -\n"
	  "-    1.5\n", "a,b\r\nyes,\r\n,1.5\r\n" },
	{ "wide letters take two columns", "{\"items\":["
	  "{\"a\":\"\xe4\xbd\xa0\xe5\xa5\xbd\",\"b\":\"x\"},"
	  "{\"a\":\"abcd\",\"b\":\"\xc3\xa4\"}],\"next\":null}", false, 0,
	  "A     B\n\xe4\xbd\xa0\xe5\xa5\xbd  x\nabcd  \xc3\xa4\n",
	  "a,b\r\n\xe4\xbd\xa0\xe5\xa5\xbd,x\r\nabcd,\xc3\xa4\r\n" },
	{ "what steers a terminal is taken out", "{\"items\":["
	  "{\"a\":\"x\\u001b[31m\\u202ey\\u0007\"}],\"next\":null}", false, 0,
	  "A\nx\xef\xbf\xbd[31m\xef\xbf\xbdy\xef\xbf\xbd\n",
	  "a\r\nx\xef\xbf\xbd[31m\xef\xbf\xbdy\xef\xbf\xbd\r\n" },
	{ "the last column is cut to the screen", "{\"items\":["
	  "{\"a\":\"1234567890\",\"b\":\"1234567890123\"}],\"next\":null}",
	  false, 22, "A           B\n1234567890  123456789\xe2\x80\xa6\n",
	  "a,b\r\n1234567890,1234567890123\r\n" },
	{ "an empty column goes before one is cut", "{\"items\":["
	  "{\"a\":\"1234567890\",\"b\":\"\",\"c\":\"123456789012\"}]}",
	  false, 24, "A           C\n1234567890  123456789012\n",
	  "a,b,c\r\n1234567890,,123456789012\r\n" },
	{ "an id is not cut, others are, the widest first", "{\"items\":["
	  "{\"id\":\"123456789012345\",\"b\":\"123456789012345\",\"c\":1,"
	  "\"d\":\"12345678901234\"}]}", false, 42,
	  "ID               B           C  D\n"
	  "123456789012345  123456789\xe2\x80\xa6  1  123456789\xe2\x80\xa6\n",
	  "id,b,c,d\r\n123456789012345,123456789012345,1,12345678901234\r\n" },
	{ "a sentence goes on below", "{\"items\":[{\"a\":1,\"b\":"
	  "\"one two three four five\",\"c\":2}]}", false, 22,
	  "A  B                 C\n1  one two three     2\n"
	  "   four five          \n",
	  "a,b,c\r\n1,one two three four five,2\r\n" },
	{ "what does not fit at all is said", "{\"items\":[{\"aaaaaa\":1,"
	  "\"bbbbbb\":2,\"cccccc\":3,\"dddddd\":4}]}", false, 28,
	  "AAAAAA  BBBBBB  CCCCCC\n     1       2       3\n"
	  "(not all columns fit: --columns, --json or a wider screen shows "
	  "them)\n", "aaaaaa,bbbbbb,cccccc,dddddd\r\n1,2,3,4\r\n" },
	{ "rows and lines in an object follow it, and what it says",
	  "{\"a\":1,\"says\":\"so.\",\"pem\":\"x\\ny\\n\","
	  "\"list\":[{\"b\":2}]}", false, 0,
	  "a  1\n\npem\nx\ny\n\nlist\nB\n2\nso.\n",
	  "a,says,pem,list\r\n1,so.,x\xef\xbf\xbdy\xef\xbf\xbd,...\r\n" },
	{ "a time of another year", "{\"items\":[{\"t\":"
	  "\"2001-02-03T04:05:06.007Z\"}]}", false, 80, "T\n2001-02-03\n",
	  "t\r\n2001-02-03T04:05:06.007Z\r\n" },
	{ "what is only like a time", "{\"t\":\"2001-02-03T04:05:06.007z\"}",
	  false, 80, "t  2001-02-03T04:05:06.007z\n",
	  "t\r\n2001-02-03T04:05:06.007z\r\n" },
	{ "a state has colour and glyph", "{\"items\":["
	  "{\"state\":\"bound 2/2\",\"b\":1},{\"state\":\"odd\",\"b\":2}],"
	  "\"next\":null}", true, 0, "\033[1mSTATE        B\033[0m\n"
	  "\033[32m\xe2\x97\x8f bound 2/2\033[0m  1\n"
	  "  odd        2\n", "state,b\r\nbound 2/2,1\r\nodd,2\r\n" },
	{ "one object", "{\"address\":\"a\",\"n\":7,\"list\":[\"x\",\"y\"],"
	  "\"none\":[],\"exit\":10}", false, 0,
	  "address  a\nn        7\nlist     x, y\nnone     -\n",
	  "address,n,list,none,exit\r\na,7,\"x, y\",-,10\r\n" },
	{ "what is said", "{\"text\":\"a --> b\\n\\tc\"}", false, 0,
	  "a --> b\n\tc\n", "text\r\na --> b\xef\xbf\xbd\xef\xbf\xbd" "c\r\n" },
	{ "lines of CSV end as they are, a CR alone steers",
	  "{\"text\":\"a,b\\r\\n\\rc\\r\"}", false, 0,
	  "a,b\r\n\xef\xbf\xbd" "c\xef\xbf\xbd\n",
	  "text\r\n\"a,b\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd" "c\xef\xbf\xbd\"\r\n" },
	{ "spreadsheets run nothing", "{\"items\":[{\"a\":\"=1+1\"},"
	  "{\"a\":\"+4915\"},{\"a\":\"+1+cmd\"},{\"a\":\"@x\"},"
	  "{\"a\":\"-5\"},{\"a\":\"q\\\"q\"}],\"next\":null}", false, 0,
	  "A\n=1+1\n+4915\n+1+cmd\n@x\n-5\nq\"q\n",
	  "a\r\n\"'=1+1\"\r\n+4915\r\n\"'+1+cmd\"\r\n\"'@x\"\r\n-5\r\n"
	  "\"q\"\"q\"\r\n" },
};

START_TEST(an_answer_is_a_table_or_a_file)
{
	char *text = NULL;
	size_t n;
	struct render r = { .color = tables[_i].color,
		.width = tables[_i].width };
	bool next;

	r.out = open_memstream(&text, &n);
	ck_assert(render_people(&r, strv(tables[_i].json), &next));
	(void)fclose(r.out);
	ck_assert_msg(strcmp(text, tables[_i].people) == 0, "%s:\n%s",
	    tables[_i].name, text);
	free(text);
	ck_assert(!next);

	r.out = open_memstream(&text, &n);
	ck_assert(render_csv(&r, strv(tables[_i].json)));
	(void)fclose(r.out);
	ck_assert_msg(strcmp(text, tables[_i].csv) == 0, "%s:\n%s",
	    tables[_i].name, text);
	free(text);
}
END_TEST

START_TEST(what_is_not_json_is_not_rendered)
{
	struct render r = { .out = stdout };
	bool next;

	ck_assert(!render_people(&r, STRV("<html>"), &next));
	ck_assert(!render_csv(&r, STRV("{\"items\":")));
}
END_TEST

START_TEST(json_is_one_line_for_programs_and_indented_for_a_screen)
{
	static const char json[] = "{\"a\":[1,\"x,{\\\"\"],\"b\":{},\"c\":[]}";
	char *text = NULL;
	size_t n;
	struct render r = { .out = open_memstream(&text, &n) };

	render_json(&r, strv(json));
	r.tty = true;
	render_json(&r, strv(json));
	(void)fclose(r.out);
	ck_assert_str_eq(text, "{\"a\":[1,\"x,{\\\"\"],\"b\":{},\"c\":[]}\n"
	    "{\n  \"a\": [\n    1,\n    \"x,{\\\"\"\n  ],\n  \"b\": {},\n"
	    "  \"c\": []\n}\n");
	free(text);
}
END_TEST

/* --- settings --------------------------------------------------------------------- */

static const char settings[] = "{\"items\":["
    "{\"section\":\"site\",\"named\":false,\"name\":\"domain\","
    "\"type\":\"domain\",\"help\":\"d\",\"about\":\"the site\"},"
    "{\"section\":\"policy delivery\",\"named\":false,\"name\":\"max\","
    "\"type\":\"duration\",\"help\":\"m\",\"about\":\"delivery\"},"
    "{\"section\":\"policy ucn\",\"named\":false,\"name\":\"text\","
    "\"type\":\"text\",\"help\":\"t\",\"about\":\"ucn\"},"
    "{\"section\":\"gateway\",\"named\":true,\"name\":\"window\","
    "\"type\":\"int\",\"help\":\"w\",\"about\":\"a gateway\"},"
    "{\"section\":\"gateway\",\"named\":true,\"name\":\"address\","
    "\"type\":\"address\",\"help\":\"a\",\"about\":\"a gateway\"}]}";

static const struct {
	const char *path, *words, *kind, *at;
} paths[] = {
	{ "", "site policy gateway ", NULL, NULL },
	{ "site", "domain ", NULL, NULL },
	{ "site domain", "", NULL, "domain" },
	{ "policy", "delivery ucn ", NULL, NULL },
	{ "policy ucn", "text ", NULL, NULL },
	{ "policy ucn text", "", NULL, "text" },
	{ "gateway", "", "gateway", NULL },
	{ "gateway a", "window address ", NULL, NULL },
	{ "gateway a window", "", NULL, "window" },
	{ "gateway a window 5", "", NULL, NULL },
	{ "nothing", "", NULL, NULL },
};

static void note(const char *word, const char *help, void *arg)
{
	(void)help;
	buf_addf(arg, "%s ", word);
}

START_TEST(a_path_knows_what_may_follow)
{
	struct schema s;
	struct word w[8];
	struct arena a;
	struct buf b;
	const char *kind;
	const struct setting *at;

	arena_init(&a);
	buf_init(&b, 1024);
	ck_assert(schema_read(&s, strv(settings)));
	schema_next(&s, w, words_split(strv(paths[_i].path), &a, w, 8), note,
	    &b, &kind, &at);
	ck_assert_str_eq(b.p, paths[_i].words);
	ck_assert_pstr_eq(kind, paths[_i].kind);
	ck_assert_pstr_eq(at ? at->name : NULL, paths[_i].at);
	schema_free(&s);
	buf_deinit(&b);
	arena_deinit(&a);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("cli");
	TCase *tc = tcase_create("cli");

	(void)setlocale(LC_CTYPE, "C.UTF-8");
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_rows(tc, words_find_their_operation, commands);
	tcase_add_rows(tc, a_grammar_that_is_none_is_refused, bad_grammars);
	tcase_add_rows(tc, words_become_a_request, builds);
	tcase_add_rows(tc, an_answer_is_whole_or_not, replies);
	tcase_add_test(tc, no_beginning_of_an_answer_is_an_answer);
	tcase_add_rows(tc, an_answer_is_a_table_or_a_file, tables);
	tcase_add_test(tc, what_is_not_json_is_not_rendered);
	tcase_add_test(tc,
	    json_is_one_line_for_programs_and_indented_for_a_screen);
	tcase_add_rows(tc, a_path_knows_what_may_follow, paths);
	suite_add_tcase(s, tc);
	return s;
}
