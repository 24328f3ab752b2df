/* test_manual.c - docs/parley-settings.5 says what the rows say. */

#include <stdio.h>
#include <stdlib.h>

#include "admin/admin.h"
#include "conf/conf.h"
#include "dir/bindings.h"
#include "dir/groups.h"
#include "dir/routes.h"
#include "dir/sticky.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "runner.h"
#include "store/charging.h"

static const char head[] =
    ".\\\" made from the rows of the settings: PARLEY_WRITE=1 "
    "build/test_manual\n"
    ".Dd November 20, 2026\n"
    ".Dt PARLEY-SETTINGS 5\n"
    ".Os\n"
    ".Sh NAME\n"
    ".Nm parley-settings\n"
    ".Nd settings of the messaging daemon parleyd\n"
    ".Sh DESCRIPTION\n"
    "There is no configuration file: settings are kept in the database of\n"
    ".Xr parleyd 8\n"
    "and changed by\n"
    ".Cm configure\n"
    "in\n"
    ".Xr parley 1 ,\n"
    "with lines such as\n"
    ".Ql set site domain example.org .\n"
    "A setting that is not given has its default.\n"
    ".Pp\n"
    "Durations are a number and\n"
    ".Cm ms , s , m , h\n"
    "or\n"
    ".Cm d ;\n"
    "sizes are bytes, or a number and\n"
    ".Cm k , m\n"
    "or\n"
    ".Cm g .\n"
    "Addresses are\n"
    ".Ar host : Ns Ar port\n"
    "or\n"
    ".Sm off\n"
    ".Oo Ar IPv6 Oc : Ar port .\n"
    ".Sm on\n"
    "Secrets are kept sealed and never shown; a value\n"
    ".Ql @FILE\n"
    "is the content of that file.\n";

static const char tail[] =
    ".Sh SEE ALSO\n"
    ".Xr parley 1 ,\n"
    ".Xr parleyd 8\n";

static const char *const kinds[] = {
	[CONF_TEXT] = "text", [CONF_NAME] = "a name",
	[CONF_NAMES] = "names, separated by commas",
	[CONF_BOOL] = "on or off", [CONF_INT] = "a number",
	[CONF_DURATION] = "a duration", [CONF_SIZE] = "a size",
	[CONF_ENUM] = "one of", [CONF_ADDRESS] = "an address",
	[CONF_ADDRESSES] = "addresses or IP/LENGTH, separated by commas",
	[CONF_DOMAIN] = "a host name",
	[CONF_PATTERN] = "tel:+1555* or sip:*@example.org",
	[CONF_SECRET] = "a secret",
};

/* Words in lines of 78; what mdoc(7) would take for its own is escaped. */
static void fill(struct buf *out, const char *s)
{
	struct strv rest = strv(s), word;
	size_t at = 0;

	while (rest.p) {
		word = strv_split(rest, ' ', &rest);
		if (at && at + 1 + word.n > 78) {
			buf_addc(out, '\n');
			at = 0;
		} else if (at) {
			buf_addc(out, ' ');
		}
		if (at == 0 && word.n && strchr(".'", word.p[0]))
			buf_addz(out, "\\&");
		for (size_t i = 0; i < word.n; i++) {
			if (word.p[i] == '\\')
				buf_addz(out, "\\e");
			else
				buf_addc(out, word.p[i]);
		}
		at += word.n + 1;
	}
}

static void sentence(struct buf *out, const char *s)
{
	fill(out, s);
	buf_addz(out, out->p[out->n - 1] == '.' ? "\n" : ".\n");
}

static void row_text(const struct conf_row *row, struct buf *out)
{
	struct buf range;

	buf_init(&range, 100);
	conf_range(row, &range);
	buf_addf(out, ".It Cm %s\n", row->name);
	sentence(out, row->help);
	buf_addf(out, ".br\nValue: %s", kinds[row->type]);
	if (row->type == CONF_ENUM)
		buf_addf(out, " %s", row->choices);
	if (range.n)
		buf_addf(out, row->type == CONF_TEXT ||
		    row->type == CONF_SECRET ? " of %s characters" :
		    ", %s", range.p);
	buf_addz(out, ".\n");
	if (row->fallback && row->fallback[0]) {
		buf_addz(out, "Default: ");
		fill(out, row->fallback);
		buf_addz(out, "\\&.\n");
	}
	if (row->required)
		buf_addz(out, "Must be given.\n");
	if (row->impact == CONF_RELINK)
		buf_addz(out, "A change reconnects.\n");
	if (row->impact == CONF_REBIND)
		buf_addz(out, "A change opens the listener anew.\n");
	if (row->impact == CONF_LOCKOUT)
		buf_addz(out, "A change may cut off who makes it.\n");
	if (row->impact == CONF_RESTART)
		buf_addz(out, "A change needs a restart of the daemon.\n");
	buf_deinit(&range);
}

static void section_text(const struct conf_section *s, struct buf *out)
{
	buf_addf(out, ".Ss %s%s\n", s->name, s->named ? " NAME" : "");
	sentence(out, s->help);
	buf_addz(out, ".Bl -tag -width Ds\n");
	for (size_t i = 0; i < s->n; i++)
		row_text(&s->rows[i], out);
	buf_addz(out, ".El\n");
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(const struct conf_section *const *)a)->name,
	    (*(const struct conf_section *const *)b)->name);
}

static void page(struct buf *out)
{
	const struct conf_section *sorted[64];
	size_t n;
	const struct conf_section *const *all = conf_sections(&n);

	ck_assert_uint_le(n, 64);
	memcpy(sorted, all, n * sizeof(*all));
	qsort(sorted, n, sizeof(*sorted), by_name);
	buf_addz(out, head);
	buf_addz(out, ".Sh SETTINGS\n");
	for (size_t i = 0; i < n; i++)
		section_text(sorted[i], out);
	buf_addz(out, tail);
}

/* As main.c does. */
static void register_all(void)
{
	charging_register();
	users_register();
	groups_register();
	bindings_register();
	routes_register();
	sticky_register();
	flow_register();
	for (const struct port *const *p = ports_all(); *p; p++)
		if ((*p)->init)
			(*p)->init("/nonexistent");
	admin_register();
}

static void file_name(char *path, size_t n)
{
	const char *dir = getenv("SRCDIR");

	(void)snprintf(path, n, "%s/docs/parley-settings.5", dir ? dir : ".");
}

START_TEST(the_manual_has_every_setting_as_it_is)
{
	struct buf expected, found;
	char path[4096], part[4096];
	FILE *f;
	size_t n;

	buf_init(&expected, BUF_NO_LIMIT);
	buf_init(&found, BUF_NO_LIMIT);
	register_all();
	page(&expected);
	file_name(path, sizeof(path));
	if (getenv("PARLEY_WRITE")) {
		f = fopen(path, "w");
		ck_assert(f && fwrite(expected.p, 1, expected.n, f) ==
		    expected.n && fclose(f) == 0);
	}
	f = fopen(path, "r");
	ck_assert_msg(f != NULL, "%s", path);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_add(&found, part, n);
	(void)fclose(f);
	ck_assert_msg(strv_eq(buf_strv(&expected), buf_strv(&found)),
	    "%s is not what the rows say: run PARLEY_WRITE=1 "
	    "build/test_manual", path);
	buf_deinit(&expected);
	buf_deinit(&found);
}
END_TEST

START_TEST(every_row_has_a_name_and_a_help_a_person_can_read)
{
	size_t n;
	const struct conf_section *const *all;

	register_all();
	all = conf_sections(&n);
	ck_assert_uint_gt(n, 5);
	for (size_t i = 0; i < n; i++)
		for (size_t r = 0; r < all[i]->n; r++) {
			const struct conf_row *row = &all[i]->rows[r];

			ck_assert_msg(strlen(row->help) > 5, "%s %s",
			    all[i]->name, row->name);
			ck_assert_msg(strspn(row->name,
			    "abcdefghijklmnopqrstuvwxyz0123456789-") ==
			    strlen(row->name), "%s", row->name);
		}
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("manual");
	TCase *tc = tcase_create("manual");

	tcase_add_test(tc, the_manual_has_every_setting_as_it_is);
	tcase_add_test(tc,
	    every_row_has_a_name_and_a_help_a_person_can_read);
	suite_add_tcase(s, tc);
	return s;
}
