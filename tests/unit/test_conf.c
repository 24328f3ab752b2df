/* test_conf.c - conf/conf.h. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define LOG_UNIT "test"
#include "base/log.h"
#include "conf/conf.h"
#include "runner.h"

static const struct conf_row any[] = {
	{ .name = "text", .type = CONF_TEXT, .min = 1, .max = 5 },
	{ .name = "name", .type = CONF_NAME },
	{ .name = "names", .type = CONF_NAMES },
	{ .name = "bool", .type = CONF_BOOL },
	{ .name = "int", .type = CONF_INT, .min = -1, .max = 1000 },
	{ .name = "duration", .type = CONF_DURATION, .min = 100,
	  .max = 86400000 },
	{ .name = "size", .type = CONF_SIZE, .min = 1, .max = 1 << 20 },
	{ .name = "enum", .type = CONF_ENUM, .choices = "udp|tcp|tls" },
	{ .name = "address", .type = CONF_ADDRESS },
	{ .name = "peers", .type = CONF_ADDRESSES },
	{ .name = "domain", .type = CONF_DOMAIN },
	{ .name = "pattern", .type = CONF_PATTERN },
	{ .name = "secret", .type = CONF_SECRET },
	{ .name = "anyint", .type = CONF_INT },
	{ .name = "anysize", .type = CONF_SIZE },
	{ .name = "anyduration", .type = CONF_DURATION },
};

#define N31 "a123456789012345678901234567890"
#define L63 "a23456789-123456789-123456789-123456789-123456789-123456789-123"
#define D253 L63 "." L63 "." L63 "." \
	"a23456789-123456789-123456789-123456789-123456789-123456789-1"

static const struct {
	const char *row, *typed;
	const char *canonical;	/* NULL: refused */
} values[] = {
	{ "text", "", NULL },
	{ "text", "a", "a" },
	{ "text", "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xe2\x82\xac",
	  "\xc3\xa4\xc3\xb6\xc3\xbc\xc3\x9f\xe2\x82\xac" },
	{ "text", "abcdef", NULL },
	{ "text", "a\tb", NULL },
	{ "text", "a\xc2\x85", NULL },
	{ "text", "a\xff", NULL },
	{ "text", "\xc3", NULL },
	{ "name", "", NULL },
	{ "name", "a", "a" },
	{ "name", "SMSC-1_b", "SMSC-1_b" },
	{ "name", "1a", NULL },
	{ "name", "a.b", NULL },
	{ "name", N31 "x", N31 "x" },
	{ "name", N31 "xy", NULL },
	{ "names", "a", "a" },
	{ "names", "a,b,c", "a,b,c" },
	{ "names", "", NULL },
	{ "names", "a,", NULL },
	{ "names", "a,,b", NULL },
	{ "names", "a, b", NULL },
	{ "bool", "on", "on" },
	{ "bool", "Yes", "on" },
	{ "bool", "true", "on" },
	{ "bool", "off", "off" },
	{ "bool", "no", "off" },
	{ "bool", "false", "off" },
	{ "bool", "1", NULL },
	{ "bool", "", NULL },
	{ "int", "-2", NULL },
	{ "int", "-1", "-1" },
	{ "int", "0", "0" },
	{ "int", "007", "7" },
	{ "int", "1000", "1000" },
	{ "int", "1001", NULL },
	{ "int", "", NULL },
	{ "int", "-", NULL },
	{ "int", "1.5", NULL },
	{ "int", "10k", NULL },
	{ "int", "99999999999999999999", NULL },
	{ "anyint", "9007199254740992", "9007199254740992" },
	{ "anyint", "9007199254740993", NULL },
	{ "anyint", "-9007199254740992", "-9007199254740992" },
	{ "duration", "99ms", NULL },
	{ "duration", "100ms", "100ms" },
	{ "duration", "1000ms", "1s" },
	{ "duration", "90s", "90s" },
	{ "duration", "120S", "2m" },
	{ "duration", "60m", "1h" },
	{ "duration", "24h", "1d" },
	{ "duration", "1d", "1d" },
	{ "duration", "86401s", NULL },
	{ "duration", "30", NULL },
	{ "duration", "s", NULL },
	{ "duration", "-1s", NULL },
	{ "duration", "1 s", NULL },
	{ "duration", "9223372036854775807d", NULL },
	{ "duration", "0", NULL },
	{ "anyduration", "0", "0s" },
	{ "anyduration", "0d", "0s" },
	{ "anyduration", "3660d", "3660d" },
	{ "anyduration", "3661d", NULL },
	{ "size", "0", NULL },
	{ "size", "1", "1" },
	{ "size", "1300", "1300" },
	{ "size", "64k", "64k" },
	{ "size", "65536", "64k" },
	{ "size", "1M", "1m" },
	{ "size", "1048577", NULL },
	{ "size", "1x", NULL },
	{ "anysize", "0", "0" },
	{ "anysize", "2g", "2g" },
	{ "anysize", "9007199254740993g", NULL },
	{ "enum", "udp", "udp" },
	{ "enum", "TLS", "tls" },
	{ "enum", "", NULL },
	{ "enum", "ud", NULL },
	{ "enum", "udp|tcp", NULL },
	{ "address", "127.0.0.1:5060", "127.0.0.1:5060" },
	{ "address", "[::1]:5060", "[::1]:5060" },
	{ "address", "[2001:DB8:0::1]:0", "[2001:db8::1]:0" },
	{ "address", "Example.ORG:65535", "example.org:65535" },
	{ "address", "localhost:65536", NULL },
	{ "address", "localhost", NULL },
	{ "address", "localhost:", NULL },
	{ "address", "localhost:x", NULL },
	{ "address", ":5060", NULL },
	{ "address", "::1:5060", NULL },
	{ "address", "[127.0.0.1]:5060", NULL },
	{ "address", "[::1:5060", NULL },
	{ "address", "-a:1", NULL },
	{ "address", "", NULL },
	{ "peers", "192.0.2.1", "192.0.2.1" },
	{ "peers", "192.0.2.0/24,2001:DB8::/32", "192.0.2.0/24,2001:db8::/32" },
	{ "peers", "0.0.0.0/0", "0.0.0.0/0" },
	{ "peers", "192.0.2.0/33", NULL },
	{ "peers", "::/128", "::/128" },
	{ "peers", "::/129", NULL },
	{ "peers", "192.0.2.0/", NULL },
	{ "peers", "example.org", NULL },
	{ "peers", "", NULL },
	{ "domain", "Example.org", "example.org" },
	{ "domain", "a", "a" },
	{ "domain", L63, L63 },
	{ "domain", L63 "x", NULL },
	{ "domain", D253, D253 },
	{ "domain", D253 "x", NULL },
	{ "domain", ".a", NULL },
	{ "domain", "a.", NULL },
	{ "domain", "a..b", NULL },
	{ "domain", "-a", NULL },
	{ "domain", "a-.b", NULL },
	{ "domain", "a_b", NULL },
	{ "domain", "", NULL },
	{ "pattern", "tel:+1555*", "tel:+1555*" },
	{ "pattern", "TEL:+1555", "tel:+1555" },
	{ "pattern", "tel:*", "tel:*" },
	{ "pattern", "tel:+*", "tel:+*" },
	{ "pattern", "tel:12345", "tel:12345" },
	{ "pattern", "tel:", NULL },
	{ "pattern", "tel:+", NULL },
	{ "pattern", "tel:+1*5", NULL },
	{ "pattern", "tel:+12345678901234567890", "tel:+12345678901234567890" },
	{ "pattern", "tel:+123456789012345678901", NULL },
	{ "pattern", "sip:*@Example.org", "sip:*@example.org" },
	{ "pattern", "sip:bob*@*", "sip:bob*@*" },
	{ "pattern", "sip:*", "sip:*" },
	{ "pattern", "sip:bob", NULL },
	{ "pattern", "sip:b*b@example.org", NULL },
	{ "pattern", "sip:@example.org", NULL },
	{ "pattern", "sip:b b@example.org", NULL },
	{ "pattern", "mailto:a@example.org", NULL },
	{ "pattern", "*", NULL },
	{ "pattern", "", NULL },
};

static const struct conf_row *row_of(const char *name)
{
	for (size_t i = 0; i < sizeof(any) / sizeof(any[0]); i++)
		if (strcmp(any[i].name, name) == 0)
			return &any[i];
	ck_abort_msg("%s", name);
	return NULL;
}

START_TEST(a_value_has_one_canonical_form_or_a_reason)
{
	struct buf text, why;
	enum err e;

	buf_init(&text, 4096);
	buf_init(&why, 4096);
	e = conf_value(row_of(values[_i].row), strv(values[_i].typed), &text,
	    &why);
	if (values[_i].canonical) {
		ck_assert_msg(e == ERR_OK, "%s %s: %s", values[_i].row,
		    values[_i].typed, why.p);
		ck_assert_str_eq(text.p, values[_i].canonical);
		ck_assert_uint_eq(why.n, 0);
		buf_clear(&text);
		ck_assert(conf_value(row_of(values[_i].row),
		    strv(values[_i].canonical), &text, &why) == ERR_OK);
		ck_assert_str_eq(text.p, values[_i].canonical);
	} else {
		ck_assert_msg(e == ERR_BAD_SYNTAX, "%s %s is taken",
		    values[_i].row, values[_i].typed);
		ck_assert_uint_eq(text.n, 0);
		ck_assert_uint_gt(why.n, 0);
	}
	buf_deinit(&text);
	buf_deinit(&why);
}
END_TEST

/* --- sections ------------------------------------------------------------- */

static char applied[1024];

static void note(const char *section, const char *name, bool gone)
{
	size_t n = strlen(applied);

	(void)snprintf(applied + n, sizeof(applied) - n, "%s(%s)%s ", section,
	    name, gone ? "!" : "");
}

static void site_apply(const char *name, bool gone)
{
	note("site", name, gone);
}

static void gateway_apply(const char *name, bool gone)
{
	note("gateway", name, gone);
}

static enum err gateway_check(const char *name, struct buf *why)
{
	if (conf_int("gateway", name, "window") <= 500 ||
	    conf_bool("gateway", name, "fast"))
		return ERR_OK;
	buf_addz(why, "a window over 500 needs fast on");
	return ERR_BAD_SYNTAX;
}

static const struct conf_row site_rows[] = {
	{ "domain", CONF_DOMAIN, NULL, 0, 0, NULL, CONF_LIVE, "the domain",
	  false },
	{ "country-code", CONF_INT, "1", 1, 999, NULL, CONF_LIVE, "E.164",
	  false },
};
static const struct conf_row delivery_rows[] = {
	{ "max-deferral", CONF_DURATION, "7d", 60000, 0x7fffffff, NULL,
	  CONF_LIVE, "kept at most", false },
	{ "note", CONF_TEXT, NULL, 0, 100, NULL, CONF_LIVE, "a text", false },
};
static const struct conf_row gateway_rows[] = {
	{ "address", CONF_ADDRESS, NULL, 0, 0, NULL, CONF_RELINK,
	  "where it is", true },
	{ "window", CONF_INT, "10", 1, 1000, NULL, CONF_RELINK,
	  "outstanding requests", false },
	{ "fast", CONF_BOOL, "off", 0, 0, NULL, CONF_LIVE, "no pauses",
	  false },
	{ "password", CONF_SECRET, NULL, 0, 8, NULL, CONF_RELINK, "secret",
	  false },
};
static const struct conf_row route_rows[] = {
	{ "to", CONF_PATTERN, NULL, 0, 0, NULL, CONF_LIVE, "numbers", true },
	{ "via", CONF_NAMES, NULL, 0, 0, "gateway", CONF_LIVE, "gateways",
	  true },
};
static const struct conf_section sections[] = {
	{ "site", false, "the site", site_rows, 2, site_apply, NULL },
	{ "policy delivery", false, "delivery", delivery_rows, 2, NULL, NULL },
	{ "gateway", true, "a gateway", gateway_rows, 4, gateway_apply,
	  gateway_check },
	{ "route", true, "a route", route_rows, 2, NULL, NULL },
};

static char dir[] = "/tmp/parley-conf-XXXXXX";
static char key[64];

static void setup(void)
{
	log_max = LOG_ERR_;
	ck_assert(mkdtemp(dir) != NULL);
	(void)snprintf(key, sizeof(key), "%s/secret.key", dir);
	ck_assert(conf_seal_open(key) == ERR_OK);
	for (size_t i = 0; i < 4; i++)
		conf_register(&sections[i]);
	applied[0] = 0;
}

static void teardown(void)
{
	conf_reset();
	(void)unlink(key);
	(void)rmdir(dir);
	strcpy(dir + strlen(dir) - 6, "XXXXXX");
}

/* Lines through one edit; the reason of the first refusal, or "". */
static const char *change(const char *lines)
{
	static char reason[1024];
	struct conf_edit *e = conf_edit_new();
	struct strv rest = strv(lines);
	struct buf why;
	enum err err = ERR_OK;

	buf_init(&why, sizeof(reason) - 1);
	while (err == ERR_OK && rest.p)
		err = conf_edit_line(e, strv_split(rest, '\n', &rest), &why);
	if (err == ERR_OK)
		err = conf_edit_check(e, &why);
	if (err == ERR_OK)
		conf_edit_apply(e);
	else
		conf_edit_free(e);
	ck_assert((err == ERR_OK) == (why.n == 0));
	strcpy(reason, why.p);
	buf_deinit(&why);
	return reason;
}

static void dump_is(const char *expected)
{
	struct buf b;

	buf_init(&b, 4096);
	conf_dump(&b, false);
	ck_assert_str_eq(b.p, expected);
	buf_deinit(&b);
}

START_TEST(a_fallback_holds_until_a_value_is_given)
{
	ck_assert_int_eq(conf_int("site", "", "country-code"), 1);
	ck_assert(!conf_is_set("site", "", "country-code"));
	ck_assert_str_eq(conf_text("site", "", "domain"), "");
	ck_assert_int_eq(conf_int("policy delivery", "", "max-deferral"),
	    (int64_t)7 * 86400000);
	ck_assert_str_eq(change("set site country-code 49"), "");
	ck_assert_int_eq(conf_int("site", "", "country-code"), 49);
	ck_assert(conf_is_set("site", "", "country-code"));
	ck_assert_str_eq(change("delete site country-code"), "");
	ck_assert_int_eq(conf_int("site", "", "country-code"), 1);
}
END_TEST

START_TEST(an_edit_is_all_or_nothing)
{
	ck_assert_str_eq(change("set site domain example.org\n"
	    "set site country-code 5000"), "site country-code: this must lie "
	    "between 1 and 999");
	ck_assert_str_eq(conf_text("site", "", "domain"), "");
	ck_assert_str_eq(applied, "");
}
END_TEST

START_TEST(apply_is_called_once_per_changed_instance)
{
	ck_assert_str_eq(change("set gateway b address 127.0.0.1:1\n"
	    "set gateway a address 127.0.0.1:2\nset gateway a window 20\n"
	    "set site domain Example.org"), "");
	ck_assert_str_eq(applied, "site() gateway(a) gateway(b) ");
	applied[0] = 0;
	ck_assert_str_eq(change("set gateway a window 20"), "");
	ck_assert_str_eq(change("delete gateway b\n# nothing\n"), "");
	ck_assert(strstr(applied, "gateway(b)! ") != NULL);
	ck_assert(strstr(applied, "site") == NULL);
	dump_is("set site domain example.org\n"
	    "set gateway a address 127.0.0.1:2\nset gateway a window 20\n");
}
END_TEST

START_TEST(loading_applies_every_section_and_instance_once)
{
	const char *names[4];

	conf_load_row("gateway b address", "127.0.0.1:1");
	conf_load_row("gateway a address", "127.0.0.1:2");
	conf_load_row("policy delivery max-deferral", "3d");
	conf_load_row("gateway a wimdow", "5");
	conf_load_row("gateway a window", "5000");
	conf_load_row("gateway a", "5");
	conf_load_row("nothing", "5");
	conf_load_row("", "");
	conf_load_done();
	ck_assert_str_eq(applied, "site() gateway(a) gateway(b) ");
	ck_assert_int_eq(conf_int("gateway", "a", "window"), 10);
	ck_assert_uint_eq(conf_names("gateway", names, 4), 2);
	ck_assert_str_eq(names[0], "a");
	ck_assert_str_eq(names[1], "b");
	ck_assert_uint_eq(conf_names("gateway", names, 1), 1);
	dump_is("set policy delivery max-deferral 3d\n"
	    "set gateway a address 127.0.0.1:2\n"
	    "set gateway b address 127.0.0.1:1\n");
}
END_TEST

static const struct {
	const char *line, *why;
} refused[] = {
	{ "sett site domain x", "a line begins with set, insert, "
	  "delete, rename or copy, not \"sett\"" },
	{ "set", "a path is missing: gateway smsc1 window" },
	{ "set gatway a window 5", "there are no settings called \"gatway\" "
	  "(did you mean gateway?)" },
	{ "set policy delivry note x", "there are no settings called "
	  "\"policy\" (did you mean policy delivery?)" },
	{ "set policy", "there are no settings called \"policy\" "
	  "(did you mean policy delivery?)" },
	{ "set zzzzzzzzz a", "there are no settings called \"zzzzzzzzz\"" },
	{ "set gateway", "a name is missing: gateway NAME" },
	{ "set gateway 5 window 5", "\"5\" is not a name: a letter, then "
	  "letters, digits, - and _; at most 32" },
	{ "set gateway a wimdow 5", "gateway has no setting \"wimdow\" "
	  "(did you mean window?)" },
	{ "set gateway a", "the name of a setting is missing: "
	  "set gateway a SETTING VALUE" },
	{ "set gateway a window", "a value is missing: "
	  "set gateway a window VALUE" },
	{ "set gateway a window 5 6", "one value is expected after window; "
	  "put text with blanks in quotes" },
	{ "set policy delivery note two words", "one value is expected after "
	  "note; put text with blanks in quotes" },
	{ "set policy delivery note \"two", "a quote is not closed" },
	{ "set gateway a window x", "gateway a window: this must be a whole "
	  "number" },
	{ "set gateway a window 5", "gateway a needs address (where it is): "
	  "set gateway a address VALUE" },
	{ "set gateway a address 127.0.0.1:1\nset gateway a window 501",
	  "a window over 500 needs fast on" },
	{ "set route r to tel:*\nset route r via nix",
	  "route r via: there is no gateway \"nix\"" },
	{ "delete gateway a", "gateway a is not set" },
	{ "delete site domain", "site domain is not set" },
	{ "delete site domain x", "nothing may follow the path: \"x\"" },
};

START_TEST(a_refusal_says_what_to_do)
{
	ck_assert_str_eq(change(refused[_i].line), refused[_i].why);
	dump_is("");
}
END_TEST

START_TEST(a_check_sees_the_proposed_values)
{
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set gateway a window 501\nset gateway a fast on"), "");
	ck_assert_str_eq(change("set gateway a fast off"),
	    "a window over 500 needs fast on");
	ck_assert(conf_bool("gateway", "a", "fast"));
}
END_TEST

START_TEST(a_gateway_in_use_cannot_be_deleted)
{
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set route r to tel:*\nset route r via a"), "");
	ck_assert_str_eq(change("delete gateway a"),
	    "route r via: there is no gateway \"a\"");
	ck_assert_str_eq(change("delete gateway a\ndelete route r"), "");
	dump_is("");
}
END_TEST

START_TEST(a_list_may_be_several_words)
{
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set gateway b address 127.0.0.1:2\n"
	    "set route r to tel:*\nset route r via a b"), "");
	ck_assert_str_eq(conf_text("route", "r", "via"), "a,b");
}
END_TEST

START_TEST(quotes_and_comments_are_understood_and_dumped)
{
	ck_assert_str_eq(change("  set policy delivery note "
	    "\"a \\\"b\\\" c\" # tail\n\n# whole"), "");
	ck_assert_str_eq(conf_text("policy delivery", "", "note"),
	    "a \"b\" c");
	dump_is("set policy delivery note \"a \\\"b\\\" c\"\n");
	ck_assert_str_eq(change("set policy delivery note 'a \\n b'"), "");
	ck_assert_str_eq(conf_text("policy delivery", "", "note"), "a \\n b");
}
END_TEST

static void keep(const char *path, const char *was, const char *will,
    bool secret, void *arg)
{
	char *s = arg;
	size_t n = strlen(s);

	ck_assert(!secret);
	(void)snprintf(s + n, 1024 - n, "%s: %s -> %s; ", path,
	    was ? was : "-", will ? will : "-");
}

START_TEST(the_changes_of_an_edit_can_be_listed)
{
	struct conf_edit *e;
	char text[1024] = "";
	struct buf why;

	buf_init(&why, 100);
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set gateway a window 20\nset site domain a.org"), "");
	e = conf_edit_new();
	ck_assert(conf_edit_line(e, STRV("delete gateway a"), &why) == 0);
	ck_assert(conf_edit_line(e, STRV("set site domain b.org"), &why) == 0);
	ck_assert(conf_edit_line(e, STRV("set site country-code 2"), &why)
	    == 0);
	conf_edit_changes(e, keep, text);
	ck_assert_str_eq(text, "site domain: a.org -> b.org; "
	    "site country-code: - -> 2; gateway a address: 127.0.0.1:1 -> -; "
	    "gateway a window: 20 -> -; ");
	conf_edit_free(e);
	buf_deinit(&why);
}
END_TEST

START_TEST(a_secret_is_sealed_and_opened_only_by_name)
{
	struct buf b;

	buf_init(&b, 100);
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set gateway a password 's ecret'"), "");
	ck_assert(strstr(conf_text("gateway", "a", "password"), "ecret")
	    == NULL);
	ck_assert(conf_secret("gateway", "a", "password", &b) == ERR_OK);
	ck_assert_str_eq(b.p, "s ecret");
	ck_assert(conf_secret("gateway", "b", "password", &b) == ERR_NO_USER);
	buf_clear(&b);
	conf_dump(&b, false);
	ck_assert(strstr(b.p, "\nset gateway a password secret:") != NULL);
	ck_assert(strstr(b.p, "ecret:") && !strstr(b.p, "s ecret"));
	buf_deinit(&b);
}
END_TEST

START_TEST(a_refused_secret_is_not_repeated)
{
	const char *why = change("set gateway a password ninechars");

	ck_assert_str_eq(why, "gateway a password: this must have 0 to 8 "
	    "characters; it has 9");
}
END_TEST

START_TEST(a_stored_secret_survives_a_restart_and_a_flipped_bit_does_not)
{
	char sealed[512];
	struct buf b;

	buf_init(&b, 100);
	ck_assert_str_eq(change("set gateway a address 127.0.0.1:1\n"
	    "set gateway a password geheim"), "");
	strcpy(sealed, conf_text("gateway", "a", "password"));
	ck_assert(conf_seal_open(key) == ERR_OK);	/* reads the file */
	conf_load_row("gateway b password", sealed);
	ck_assert(conf_secret("gateway", "b", "password", &b) == ERR_OK);
	ck_assert_str_eq(b.p, "geheim");
	buf_clear(&b);
	sealed[20] = sealed[20] == 'A' ? 'B' : 'A';
	conf_load_row("gateway c password", sealed);
	ck_assert(conf_secret("gateway", "c", "password", &b) == ERR_STORAGE);
	ck_assert_uint_eq(b.n, 0);
	conf_load_row("gateway d password", "geheim");
	ck_assert(!conf_is_set("gateway", "d", "password"));
	buf_deinit(&b);
}
END_TEST

START_TEST(a_key_file_is_private_and_of_the_right_size)
{
	struct stat st;
	int fd;

	ck_assert(stat(key, &st) == 0);
	ck_assert_uint_eq(st.st_mode & 0777, 0600);
	ck_assert_uint_eq(st.st_size, 32);
	ck_assert(chmod(key, 0640) == 0);
	ck_assert(conf_seal_open(key) == ERR_STORAGE);
	ck_assert(chmod(key, 0600) == 0);
	fd = open(key, O_WRONLY | O_TRUNC);
	ck_assert(write(fd, "short", 5) == 5);
	close(fd);
	ck_assert(conf_seal_open(key) == ERR_STORAGE);
	ck_assert_str_eq(change("set gateway a password x"),
	    "gateway a password: secrets cannot be kept: the key file could "
	    "not be read at start; see the log");
}
END_TEST

START_TEST(an_unknown_row_is_a_bug)
{
	(void)conf_int("site", "", "nonsense");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("conf");
	TCase *types = tcase_create("types"), *tc = tcase_create("conf");

	tcase_add_rows(types, a_value_has_one_canonical_form_or_a_reason,
	    values);
	suite_add_tcase(s, types);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, a_fallback_holds_until_a_value_is_given);
	tcase_add_test(tc, an_edit_is_all_or_nothing);
	tcase_add_test(tc, apply_is_called_once_per_changed_instance);
	tcase_add_test(tc, loading_applies_every_section_and_instance_once);
	tcase_add_rows(tc, a_refusal_says_what_to_do, refused);
	tcase_add_test(tc, a_check_sees_the_proposed_values);
	tcase_add_test(tc, a_gateway_in_use_cannot_be_deleted);
	tcase_add_test(tc, a_list_may_be_several_words);
	tcase_add_test(tc, quotes_and_comments_are_understood_and_dumped);
	tcase_add_test(tc, the_changes_of_an_edit_can_be_listed);
	tcase_add_test(tc, a_secret_is_sealed_and_opened_only_by_name);
	tcase_add_test(tc, a_refused_secret_is_not_repeated);
	tcase_add_test(tc,
	    a_stored_secret_survives_a_restart_and_a_flipped_bit_does_not);
	tcase_add_test(tc, a_key_file_is_private_and_of_the_right_size);
	tcase_add_test_raise_signal(tc, an_unknown_row_is_a_bug, 6);
	suite_add_tcase(s, tc);
	return s;
}
