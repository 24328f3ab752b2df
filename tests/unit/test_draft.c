/* test_draft.c - conf/draft.h: drafts, conflicts, contents, descriptions. */

#define LOG_UNIT "test"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/log.h"
#include "conf/draft.h"
#include "runner.h"

static const struct conf_row site_rows[] = {
	{ .name = "domain", .type = CONF_DOMAIN, .help = "d" },
	{ .name = "country-code", .type = CONF_INT, .fallback = "1", .min = 1,
	  .max = 999, .help = "c" },
};
static const struct conf_row gateway_rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .impact = CONF_RELINK,
	  .required = true, .help = "a" },
	{ .name = "window", .type = CONF_INT, .fallback = "10", .min = 1,
	  .max = 1000, .help = "w" },
	{ .name = "note", .type = CONF_TEXT, .help = "n" },
	{ .name = "password", .type = CONF_SECRET, .impact = CONF_RELINK,
	  .help = "p" },
};
static const struct conf_row route_rows[] = {
	{ .name = "via", .type = CONF_NAMES, .choices = "gateway",
	  .help = "v" },
	{ .name = "spare", .type = CONF_NAME, .choices = "gateway",
	  .help = "s" },
};
static const struct conf_row console_rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .impact = CONF_LOCKOUT,
	  .help = "a" },
	{ .name = "threads", .type = CONF_INT, .fallback = "1", .min = 1,
	  .max = 9, .impact = CONF_RESTART, .help = "t" },
};
static const struct conf_section sections[] = {
	{ .name = "site", .help = "s", .rows = site_rows, .n = 2 },
	{ .name = "gateway", .named = true, .help = "g",
	  .rows = gateway_rows, .n = 4 },
	{ .name = "route", .named = true, .help = "r", .rows = route_rows,
	  .n = 2 },
	{ .name = "console", .help = "c", .rows = console_rows, .n = 2 },
};

static char dir[] = "/tmp/parley-draft-XXXXXX", key[64];
static struct buf out;

static void setup(void)
{
	log_max = LOG_ERR_;
	ck_assert(mkdtemp(dir) != NULL);
	(void)snprintf(key, sizeof(key), "%s/secret.key", dir);
	ck_assert(conf_seal_open(key) == ERR_OK);
	for (size_t i = 0; i < sizeof(sections) / sizeof(sections[0]); i++)
		conf_register(&sections[i]);
	buf_init(&out, BUF_NO_LIMIT);
}

static void teardown(void)
{
	conf_reset();
	buf_deinit(&out);
	(void)unlink(key);
	(void)rmdir(dir);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
}

static void take(struct conf_edit *e, const char *lines)
{
	struct strv rest = strv(lines);
	struct buf why;

	buf_init(&why, 1024);
	while (rest.p)
		ck_assert_msg(conf_edit_line(e, strv_split(rest, '\n', &rest),
		    &why) == ERR_OK, "%s", why.p);
	buf_deinit(&why);
}

static struct conf_edit *draft(const char *lines)
{
	struct conf_edit *e = conf_edit_new();

	take(e, lines);
	return e;
}

/* What somebody else commits. */
static void commit(const char *lines)
{
	conf_edit_apply(draft(lines));
}

static struct conf_edit *rebased(struct conf_edit *e)
{
	struct conf_edit *to = conf_edit_rebase(e);

	conf_edit_free(e);
	return to;
}

static const char *sentences(const struct conf_edit *e)
{
	buf_clear(&out);
	conf_edit_sentences(e, &out);
	return out.p;
}

static const char *content(const struct conf_edit *e)
{
	buf_clear(&out);
	conf_content(e, &out);
	return out.p;
}

static char *kept(const char *text)
{
	return xstrndup(text, strlen(text));
}

static void note_conflict(const struct conf_conflict *c, void *arg)
{
	buf_addf(arg, "%s: %s|%s|%s\n", c->path, c->base ? c->base : "-",
	    c->mine ? c->mine : "-", c->theirs ? c->theirs : "-");
}

static const char *conflicts(const struct conf_edit *e)
{
	buf_clear(&out);
	(void)conf_edit_conflicts(e, note_conflict, &out);
	return out.p;
}

/* --- conflicts ----------------------------------------------------------- */

#define BASE "set gateway a address 127.0.0.1:1\nset gateway a window 20\n" \
	"set gateway a note old"

START_TEST(what_others_commit_elsewhere_stays_and_is_no_conflict)
{
	struct conf_edit *e;

	commit(BASE);
	e = draft("set gateway a window 40");
	commit("set gateway a note new\nset site country-code 49");
	e = rebased(e);
	ck_assert_str_eq(conflicts(e), "");
	ck_assert_str_eq(sentences(e), "gateway a: window 20 -> 40\n");
	ck_assert_str_eq(content(e), "set site country-code 49\n"
	    "set gateway a address 127.0.0.1:1\nset gateway a window 40\n"
	    "set gateway a note new\n");
	conf_edit_free(e);
}
END_TEST

static const struct {
	const char *name, *mine, *theirs, *conflicts;
	const char *if_mine, *if_theirs;	/* sentences after the choice */
} three_way[] = {
	{ "both set", "set gateway a window 40", "set gateway a window 30",
	  "gateway a window: 20|40|30\n", "gateway a: window 30 -> 40\n", "" },
	{ "both the same", "set gateway a window 40",
	  "set gateway a window 40", "", "", "" },
	{ "deleted by me", "delete gateway a window",
	  "set gateway a window 30", "gateway a window: 20|-|30\n",
	  "gateway a: window 30 -> default 10\n", "" },
	{ "deleted by them", "set gateway a window 40",
	  "delete gateway a window", "gateway a window: 20|40|-\n",
	  "gateway a: window default 10 -> 40\n", "" },
	{ "whole deleted by me, changed by them", "delete gateway a",
	  "set gateway a window 30", "gateway a window: 20|-|30\n",
	  "gateway a: deleted\n", "gateway a: address 127.0.0.1:1 -> unset, "
	  "note old -> unset\n" },
	{ "whole deleted by me, added to by them", "delete gateway a",
	  "set gateway a password x", NULL, NULL, NULL },
	{ "whole deleted by both", "delete gateway a", "delete gateway a", "",
	  "", "" },
	{ "both made it", "set gateway b address 127.0.0.1:2",
	  "set gateway b address 127.0.0.1:3",
	  "gateway b address: -|127.0.0.1:2|127.0.0.1:3\n",
	  "gateway b: address 127.0.0.1:3 -> 127.0.0.1:2\n", "" },
};

START_TEST(a_path_that_both_changed_is_a_conflict_until_one_chooses)
{
	struct conf_edit *e, *two;
	struct buf why;
	char path[64];

	buf_init(&why, 1024);
	commit(BASE);
	e = draft(three_way[_i].mine);
	commit(three_way[_i].theirs);
	e = rebased(rebased(e));	/* twice is as once */
	if (!three_way[_i].conflicts) {
		ck_assert_uint_eq(conf_edit_conflicts(e, NULL, NULL), 1);
	} else {
		ck_assert_str_eq(conflicts(e), three_way[_i].conflicts);
		if (!*three_way[_i].conflicts)
			ck_assert_str_eq(sentences(e), three_way[_i].if_mine);
	}
	if (three_way[_i].conflicts && *three_way[_i].conflicts) {
		(void)snprintf(path, sizeof(path), "%.*s",
		    (int)strcspn(three_way[_i].conflicts, ":"),
		    three_way[_i].conflicts);
		two = conf_edit_copy(e);
		ck_assert(conf_edit_choose(e, strv(path), true, &why) ==
		    ERR_OK);
		e = rebased(e);
		ck_assert_str_eq(conflicts(e), "");
		ck_assert_str_eq(sentences(e), three_way[_i].if_mine);
		ck_assert(conf_edit_choose(two, strv(path), false, &why) ==
		    ERR_OK);
		two = rebased(two);
		ck_assert_str_eq(conflicts(two), "");
		ck_assert_str_eq(sentences(two), three_way[_i].if_theirs);
		ck_assert(conf_edit_choose(two, strv(path), false, &why) ==
		    ERR_NO_USER);
		conf_edit_free(two);
	}
	conf_edit_free(e);
	buf_deinit(&why);
}
END_TEST

START_TEST(changes_are_forgotten_by_path)
{
	struct conf_edit *e;

	commit(BASE);
	e = draft("set gateway a window 40\nset gateway a note new\n"
	    "set gateway ab address 127.0.0.1:3\nset site country-code 7");
	ck_assert_uint_eq(conf_edit_size(e), 4);
	ck_assert(conf_edit_discard(e, STRV("gateway a note")) == ERR_OK);
	ck_assert(conf_edit_discard(e, STRV("gateway a note")) ==
	    ERR_NO_USER);
	ck_assert_uint_eq(conf_edit_size(e), 3);
	ck_assert(conf_edit_discard(e, STRV("gateway a ")) == ERR_OK);
	ck_assert_uint_eq(conf_edit_size(e), 2);	/* not "ab" */
	ck_assert(conf_edit_discard(e, STRV("gateway")) == ERR_OK);
	ck_assert_str_eq(sentences(e), "site: country-code default 1 -> 7\n");
	conf_edit_free(e);
}
END_TEST

/* --- renames --------------------------------------------------------------- */

static void note_rename(const char *section, const char *from, const char *to,
    void *arg)
{
	buf_addf(arg, "%s %s %s\n", section, from, to);
}

static const char *renames(const struct conf_edit *e)
{
	buf_clear(&out);
	conf_edit_renames(e, note_rename, &out);
	return out.p;
}

static void keep_op(const char *path, const char *was, const char *will,
    bool whole, void *arg)
{
	conf_edit_restore(arg, path, was, will, whole);
}

static const struct {
	const char *lines, *renames;
} renamed[] = {
	{ "rename gateway a c", "gateway a c\n" },
	{ "rename gateway a c\nset gateway c window 5", "gateway a c\n" },
	{ "rename gateway a c\nrename gateway c d", "gateway a d\n" },
	{ "rename gateway a c\nrename gateway c a", "" },
	{ "copy gateway a c", "" },
	{ "rename gateway a c\ncopy gateway c a", "" },
	{ "copy gateway a c\ndelete gateway a", "" },
	{ "set gateway c address 127.0.0.1:9\nrename gateway c d", "" },
	{ "rename gateway a c\ndelete gateway c", "" },
	{ "rename gateway a c\nset gateway a address 127.0.0.1:9",
	  "gateway a c\n" },
	{ "rename gateway a t\nrename gateway b a\nrename gateway t b",
	  "gateway b a\ngateway a b\n" },
};

START_TEST(an_edit_knows_what_it_renames_also_when_it_was_kept)
{
	struct conf_edit *e, *kept;

	commit(BASE "\nset gateway b address 127.0.0.1:8");
	e = rebased(draft(renamed[_i].lines));
	ck_assert_str_eq(renames(e), renamed[_i].renames);
	kept = conf_edit_new();
	conf_edit_ops(e, keep_op, kept);
	ck_assert_str_eq(renames(kept), renamed[_i].renames);
	conf_edit_free(kept);
	conf_edit_apply(e);
	e = conf_edit_new();
	ck_assert_str_eq(renames(e), "");	/* it is done */
	conf_edit_free(e);
}
END_TEST

static const struct {
	const char *since, *renames;
} backs[] = {
	{ "", "" },
	{ "gateway a c\n", "gateway c a\n" },
	{ "gateway a x\n\ngateway x c\n", "gateway c a\n" },
	{ "gateway a c\ngateway c a\n", "gateway c a\n" },
	{ "gateway a gone\n", "" },
	{ "route a c\n", "" }, { "gateway", "" }, { "gateway a", "" },
};

START_TEST(an_older_content_renames_back)
{
	struct conf_edit *e;

	commit("set gateway c address 127.0.0.1:1");
	e = draft("delete gateway c\nset gateway a address 127.0.0.1:1");
	conf_edit_unrename(e, strv(backs[_i].since));
	ck_assert_str_eq(renames(e), backs[_i].renames);
	conf_edit_free(e);
}
END_TEST

/* --- descriptions -------------------------------------------------------- */

START_TEST(an_edit_is_told_in_sentences_as_a_diff_and_as_lines)
{
	struct conf_edit *e;

	commit(BASE "\nset gateway a password geheim\n"
	    "set gateway z address 127.0.0.1:9");
	e = draft("set gateway a window 40\nset gateway a password anders\n"
	    "delete gateway z\nset gateway c address 127.0.0.1:3\n"
	    "set gateway c note \"two words\"\nset gateway c password x");
	ck_assert_str_eq(sentences(e),
	    "gateway a: window 20 -> 40, password changed\n"
	    "gateway c: new, 3 values: address 127.0.0.1:3, "
	    "note two words, password (set)\n"
	    "gateway z: deleted\n");
	buf_clear(&out);
	conf_edit_compare(e, &out);
	ck_assert_str_eq(out.p,
	    "  gateway a\n-   window 20\n+   window 40\n"
	    "~   password changed\n"
	    "+ gateway c\n+   address 127.0.0.1:3\n+   note two words\n"
	    "+   password (set)\n"
	    "- gateway z\n-   address 127.0.0.1:9\n");
	buf_clear(&out);
	conf_edit_lines(e, &out);
	ck_assert(strncmp(out.p, "set gateway a window 40\n"
	    "set gateway a password secret:", 54) == 0);
	ck_assert(strstr(out.p, "set gateway c note \"two words\"\n") != NULL);
	ck_assert(strstr(out.p, "\ndelete gateway z\n") != NULL);
	ck_assert(!strstr(out.p, "anders") && !strstr(out.p, "sealed"));
	conf_edit_free(e);
}
END_TEST

static void note_step(const struct conf_step *s, void *arg)
{
	buf_addf(arg, "%s: %s\n", conf_impact_name(s->impact), s->says);
}

START_TEST(the_plan_follows_from_the_impact_of_the_rows)
{
	struct conf_edit *e;

	commit(BASE "\nset gateway z address 127.0.0.1:9");
	e = draft("set gateway a window 40\nset gateway c address "
	    "127.0.0.1:3\ndelete gateway z\nset console threads 2");
	buf_clear(&out);
	ck_assert_int_eq(conf_edit_plan(e, note_step, &out), CONF_RESTART);
	ck_assert_str_eq(out.p,
	    "live: from the next message on: gateway a\n"
	    "relink: connects gateway c\n"
	    "relink: disconnects gateway z\n"
	    "restart: in force after the next start of the daemon: console\n");
	take(e, "set gateway a password x\nset console address 127.0.0.1:5");
	buf_clear(&out);
	ck_assert_int_eq(conf_edit_plan(e, note_step, &out), CONF_LOCKOUT);
	ck_assert(strstr(out.p, "relink: reconnects gateway a\n") != NULL);
	ck_assert(strstr(out.p, "lockout: you may lose this connection: "
	    "console\n") != NULL);
	conf_edit_free(e);
}
END_TEST

START_TEST(a_rename_takes_along_what_refers_to_it)
{
	struct conf_edit *e;
	struct buf why;

	commit(BASE "\nset gateway b address 127.0.0.1:2\n"
	    "set route r via b,a\nset route r spare a");
	e = draft("rename gateway a main");
	ck_assert(strstr(content(e), "set route r via b,main\n"
	    "set route r spare main\n") != NULL);
	ck_assert(strstr(out.p, "set gateway main note old\n") != NULL);
	ck_assert(!strstr(out.p, "gateway a "));
	take(e, "copy gateway main twin");
	ck_assert(strstr(content(e), "set gateway twin window 20\n") != NULL);
	buf_init(&why, 1024);
	ck_assert(conf_edit_check(e, &why) == ERR_OK);
	ck_assert(conf_edit_line(e, STRV("rename gateway b main"), &why) ==
	    ERR_BAD_SYNTAX);
	ck_assert_str_eq(why.p, "there is a gateway \"main\" already");
	buf_clear(&why);
	ck_assert(conf_edit_line(e, STRV("copy gateway mian x"), &why) ==
	    ERR_NO_USER);
	ck_assert_str_eq(why.p, "there is no gateway \"mian\" "
	    "(did you mean main?)");
	buf_deinit(&why);
	conf_edit_free(e);
}
END_TEST

/* --- secrets ------------------------------------------------------------- */

START_TEST(a_secret_is_a_reference_that_brings_the_old_one_back)
{
	struct conf_edit *e;
	char *old;
	struct buf b;

	commit(BASE "\nset gateway a password geheim");
	old = kept(content(NULL));
	ck_assert(!strstr(old, "geheim") && !strstr(old, "sealed"));
	commit("set gateway a password anders");
	ck_assert_str_ne(content(NULL), old);
	e = conf_edit_new();
	buf_init(&b, 256);
	ck_assert(conf_edit_take(e, strv(old), STRV("gateway a"), NULL, &b) ==
	    ERR_OK);
	conf_edit_apply(e);
	ck_assert_str_eq(content(NULL), old);
	ck_assert(conf_secret("gateway", "a", "password", &b) == ERR_OK);
	ck_assert_str_eq(b.p, "geheim");
	buf_clear(&b);
	e = conf_edit_new();
	ck_assert(conf_edit_line(e, STRV("set gateway a password "
	    "secret:0123456789abcdef"), &b) == ERR_BAD_SYNTAX);
	ck_assert(strstr(b.p, "not kept here") != NULL);
	conf_edit_free(e);
	buf_deinit(&b);
	free(old);
}
END_TEST

START_TEST(a_reference_is_taken_only_where_its_secret_was_set)
{
	struct conf_edit *e;
	char line[100], *mine;
	struct buf b;

	commit(BASE "\nset gateway a password geheim");
	mine = strstr(content(NULL), "secret:");
	ck_assert(mine != NULL);
	buf_init(&b, 256);
	e = conf_edit_new();
	(void)snprintf(line, sizeof(line), "set gateway b password %.23s",
	    mine);
	ck_assert(conf_edit_line(e, strv(line), &b) == ERR_BAD_SYNTAX);
	ck_assert_str_eq(b.p, "gateway b password: this refers to a secret "
	    "that was set as gateway a password and is not sent elsewhere: "
	    "set it again here, from a file with @FILE");
	buf_clear(&b);
	ck_assert(conf_edit_take(e, strv(line), STRV("gateway b"), NULL,
	    &b) == ERR_BAD_SYNTAX);
	buf_clear(&b);
	(void)snprintf(line, sizeof(line), "set gateway a password %.23s",
	    mine);
	ck_assert(conf_edit_line(e, strv(line), &b) == ERR_OK);
	take(e, "rename gateway a c");
	(void)snprintf(line, sizeof(line), "set gateway c password %.23s",
	    mine);
	ck_assert(conf_edit_line(e, strv(line), &b) == ERR_OK);
	/* a copy is as a rule another account, elsewhere */
	take(e, "copy gateway c d");
	ck_assert(strstr(content(e), "set gateway d window 20\n") != NULL);
	ck_assert(strstr(out.p, "set gateway c password secret:") != NULL);
	ck_assert(strstr(out.p, "set gateway d password") == NULL);
	buf_clear(&b);
	(void)snprintf(line, sizeof(line), "set gateway d password %.23s",
	    mine);
	ck_assert(conf_edit_line(e, strv(line), &b) == ERR_BAD_SYNTAX);
	conf_edit_free(e);
	buf_deinit(&b);
}
END_TEST

/* --- lists --------------------------------------------------------------- */

#define ABC "set route r via a,b,c"

static const struct {
	const char *before, *line, *via, *why;	/* via NULL: refused */
} inserts[] = {
	{ ABC, "insert route r via d before b", "a,d,b,c", NULL },
	{ ABC, "insert route r via d after b", "a,b,d,c", NULL },
	{ ABC, "insert route r via d before a", "d,a,b,c", NULL },
	{ ABC, "insert route r via d after c", "a,b,c,d", NULL },
	{ ABC, "insert route r via d first", "d,a,b,c", NULL },
	{ ABC, "insert route r via d last", "a,b,c,d", NULL },
	{ ABC, "insert route r via c before a", "c,a,b", NULL },
	{ ABC, "insert route r via a last", "b,c,a", NULL },
	{ ABC, "insert route r via b first", "b,a,c", NULL },
	{ "set route r via a", "insert route r via a first", "a", NULL },
	{ "set site country-code 1", "insert route r via a last", "a", NULL },
	{ ABC, "insert route r via d before x", NULL, "route r via has no "
	  "\"x\" beside which it could stand: it is a,b,c" },
	{ ABC, "insert route r via a after a", NULL, "route r via has no "
	  "\"a\" beside which it could stand: it is a,b,c" },
	{ "set site country-code 1", "insert route r via a before b", NULL,
	  "route r via is not set: leave out \"b\"" },
	{ ABC, "insert route r via -x- last", NULL, "route r via: " },
	{ ABC, "insert route r via d", NULL, "usage: insert PATH VALUE" },
	{ ABC, "insert route r via d before", NULL, "usage: insert PATH" },
	{ ABC, "insert route r via d first a", NULL, "usage: insert PATH" },
	{ ABC, "insert route r via d befor a", NULL, "usage: insert PATH" },
	{ ABC, "insert route r via d last a b", NULL, "usage: insert PATH" },
	{ ABC, "insert route r before s", NULL, "route has no setting "
	  "\"before\"" },
	{ ABC, "insert route r", NULL, "only lists have an order, such as via "
	  "of a route: of routes that match, the longest counts" },
	{ BASE, "insert gateway a window 3 first", NULL, "only lists have an "
	  "order, such as via of a route" },
	{ ABC, "insert", NULL, "a path is missing" },
};

START_TEST(a_name_is_put_into_a_list_at_its_place)
{
	struct conf_edit *e;
	struct buf why;
	char want[100];
	enum err err;

	buf_init(&why, 1024);
	commit(inserts[_i].before);
	e = conf_edit_new();
	err = conf_edit_line(e, strv(inserts[_i].line), &why);
	if (inserts[_i].via) {
		ck_assert_msg(err == ERR_OK, "%s", why.p);
		(void)snprintf(want, sizeof(want), "set route r via %s\n",
		    inserts[_i].via);
		ck_assert(strstr(content(e), want) != NULL);
	} else {
		ck_assert(err != ERR_OK);
		ck_assert_msg(strncmp(why.p, inserts[_i].why,
		    strlen(inserts[_i].why)) == 0, "%s", why.p);
		ck_assert_uint_eq(conf_edit_size(e), 0);
	}
	conf_edit_free(e);
	buf_deinit(&why);
}
END_TEST

/* --- contents ------------------------------------------------------------ */

START_TEST(a_path_of_an_older_content_is_taken_alone)
{
	struct conf_edit *e;
	char *old;
	struct buf left;

	commit(BASE "\nset site country-code 3");
	old = kept(content(NULL));
	commit("set gateway a window 21\nset gateway a password x\n"
	    "set site country-code 4\nset gateway b address 127.0.0.1:2");
	buf_init(&left, 1024);
	e = conf_edit_new();
	ck_assert(conf_edit_take(e, strv(old), STRV("gateway a"), &left,
	    NULL) == ERR_OK);
	ck_assert_str_eq(sentences(e),
	    "gateway a: window 21 -> 20, password (set) -> unset\n");
	ck_assert(conf_edit_take(e, STRV("set gateway a window 9999\n"
	    "set nonsense x y\nset gateway a note n\n"), STRV("gateway a"),
	    &left, NULL) == ERR_OK);
	ck_assert(strstr(left.p, "set gateway a window 9999: this must") &&
	    strstr(left.p, "set nonsense x y: there are no settings"));
	ck_assert(strstr(content(e), "set gateway a note n\nset gateway b")
	    != NULL);
	buf_clear(&left);
	ck_assert(conf_edit_take(e, STRV("set gateway a window 9999"),
	    STRV(""), NULL, &left) == ERR_BAD_SYNTAX);
	conf_edit_free(e);
	buf_deinit(&left);
	free(old);
}
END_TEST

START_TEST(two_contents_are_compared_without_being_in_force)
{
	struct conf_edit *e = conf_edit_between(
	    STRV("set gateway a window 1\nset gateway a password "
	    "secret:0123456789abcdef\nset old row gone\n"),
	    STRV("set gateway a window 2\nset gateway a password "
	    "secret:0123456789abcdff\n"));

	ck_assert_str_eq(sentences(e),
	    "gateway a: window 1 -> 2, password changed\n");
	conf_edit_free(e);
}
END_TEST

/* --- properties ---------------------------------------------------------- */

static unsigned seed;

static unsigned roll(unsigned n)
{
	seed = seed * 1103515245u + 12345u;
	return (seed >> 16) % n;
}

/* A line that may be refused: names that are not there, bad values. */
static const char *random_line(void)
{
	static const char *const names[] = { "a", "b", "c", "d" };
	static char line[200];
	const char *g = names[roll(4)];

	switch (roll(12)) {
	case 0:
		(void)snprintf(line, sizeof(line), "delete gateway %s", g);
		break;
	case 1:
		(void)snprintf(line, sizeof(line), "delete gateway %s window",
		    g);
		break;
	case 2:
		(void)snprintf(line, sizeof(line), "set gateway %s window %u",
		    g, roll(1100));
		break;
	case 3:
		(void)snprintf(line, sizeof(line),
		    "set gateway %s note \"%u #\\\"'\\\\ x\"", g, roll(9));
		break;
	case 4:
		(void)snprintf(line, sizeof(line), "set gateway %s password "
		    "p%u", g, roll(3));
		break;
	case 5:
		(void)snprintf(line, sizeof(line), "set route r%u via %s,%s",
		    roll(3), g, names[roll(4)]);
		break;
	case 6:
		(void)snprintf(line, sizeof(line), "rename gateway %s %s", g,
		    names[roll(4)]);
		break;
	case 7:
		(void)snprintf(line, sizeof(line), "copy gateway %s %s", g,
		    names[roll(4)]);
		break;
	case 8:
		(void)snprintf(line, sizeof(line), "set site country-code %u",
		    roll(1100));
		break;
	case 9:
		(void)snprintf(line, sizeof(line), "delete route r%u",
		    roll(3));
		break;
	default:
		(void)snprintf(line, sizeof(line), "set gateway %s address "
		    "127.0.0.1:%u", g, 1 + roll(4));
	}
	return line;
}

/* Random lines; a refused one leaves the edit as it was. */
static void random_lines(struct conf_edit *e, unsigned n)
{
	struct buf before, why;

	buf_init(&before, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	while (n--) {
		const char *line = random_line();

		buf_clear(&before);
		conf_content(e, &before);
		buf_clear(&why);
		if (conf_edit_line(e, strv(line), &why) != ERR_OK)
			ck_assert_msg(strcmp(content(e), before.p) == 0,
			    "%s", line);
	}
	buf_deinit(&before);
	buf_deinit(&why);
}

START_TEST(random_edits_export_and_import_to_the_same)
{
	struct conf_edit *e, *again;
	struct buf text, why;
	char *before, *after;

	seed = (unsigned)_i + 1;
	buf_init(&text, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	for (int round = 0; round < 20; round++) {
		before = kept(content(NULL));
		e = conf_edit_new();
		random_lines(e, 1 + roll(20));
		after = kept(content(e));
		/* the export, taken into nothing, is the same again */
		again = conf_edit_new();
		conf_edit_clear(again);
		take(again, after);
		ck_assert_str_eq(content(again), after);
		conf_edit_free(again);
		/* its lines, taken on what is in force, bring it about */
		buf_clear(&text);
		conf_edit_lines(e, &text);
		again = draft(text.p);
		ck_assert_str_eq(content(again), after);
		conf_edit_free(again);
		/* stored and restored, it is the same draft */
		again = conf_edit_new();
		conf_edit_ops(e, keep_op, again);
		ck_assert_str_eq(content(again), after);
		ck_assert_uint_eq(conf_edit_size(again), conf_edit_size(e));
		conf_edit_free(again);
		/* committed, and rolled back */
		conf_edit_apply(e);
		ck_assert_str_eq(content(NULL), after);
		if (roll(3) == 0) {
			e = conf_edit_new();
			ck_assert(conf_edit_take(e, strv(before), STRV(""),
			    NULL, &why) == ERR_OK);
			conf_edit_apply(e);
			ck_assert_str_eq(content(NULL), before);
		}
		free(before);
		free(after);
	}
	buf_deinit(&text);
	buf_deinit(&why);
}
END_TEST

static void choose_mine(const struct conf_conflict *c, void *arg)
{
	buf_addf(arg, "%s\n", c->path);
}

/* Whatever others commit: after every conflict is chosen, none is left, and
 * the ones chosen theirs are as they made them. */
START_TEST(random_drafts_and_commits_meet_without_loss)
{
	struct conf_edit *e;
	struct strv rest;
	struct buf list, why;
	char *theirs;

	seed = 1000u + (unsigned)_i;
	buf_init(&list, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	for (int round = 0; round < 20; round++) {
		e = conf_edit_new();
		random_lines(e, 10);
		conf_edit_apply(e);
		e = conf_edit_new();
		random_lines(e, 6);
		{
			struct conf_edit *other = conf_edit_new();

			random_lines(other, 6);
			conf_edit_apply(other);
		}
		theirs = kept(content(NULL));
		e = rebased(e);
		buf_clear(&list);
		(void)conf_edit_conflicts(e, choose_mine, &list);
		for (rest = buf_strv(&list); rest.n;) {
			enum err err = conf_edit_choose(e, strv_split(rest,
			    '\n', &rest), round % 2, &why);

			/* one value of theirs brings the instance back */
			ck_assert_msg(err == ERR_OK || (round % 2 == 0 &&
			    err == ERR_NO_USER), "%s", why.p);
		}
		e = rebased(e);
		ck_assert_uint_eq(conf_edit_conflicts(e, NULL, NULL), 0);
		(void)conf_edit_discard(e, STRV(""));
		ck_assert_str_eq(content(e), theirs);
		conf_edit_free(e);
		free(theirs);
	}
	buf_deinit(&list);
	buf_deinit(&why);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("draft");
	TCase *tc = tcase_create("draft");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc,
	    what_others_commit_elsewhere_stays_and_is_no_conflict);
	tcase_add_rows(tc,
	    a_path_that_both_changed_is_a_conflict_until_one_chooses,
	    three_way);
	tcase_add_test(tc, changes_are_forgotten_by_path);
	tcase_add_rows(tc,
	    an_edit_knows_what_it_renames_also_when_it_was_kept, renamed);
	tcase_add_rows(tc, an_older_content_renames_back, backs);
	tcase_add_test(tc, an_edit_is_told_in_sentences_as_a_diff_and_as_lines);
	tcase_add_test(tc, the_plan_follows_from_the_impact_of_the_rows);
	tcase_add_test(tc, a_rename_takes_along_what_refers_to_it);
	tcase_add_test(tc, a_secret_is_a_reference_that_brings_the_old_one_back);
	tcase_add_test(tc,
	    a_reference_is_taken_only_where_its_secret_was_set);
	tcase_add_rows(tc, a_name_is_put_into_a_list_at_its_place, inserts);
	tcase_add_test(tc, a_path_of_an_older_content_is_taken_alone);
	tcase_add_test(tc, two_contents_are_compared_without_being_in_force);
	tcase_add_loop_test(tc, random_edits_export_and_import_to_the_same, 0,
	    40);
	tcase_add_loop_test(tc, random_drafts_and_commits_meet_without_loss, 0,
	    40);
	suite_add_tcase(s, tc);
	return s;
}
