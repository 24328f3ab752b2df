/* test_charging.c - facts, records and files of charging; proves DEF-10. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/charging.h"
#include "store/charging_out.h"
#include "store/charging_record.h"
#include "store/db_priv.h"

static const char *dir;

static void setup(void)
{
	dir = scratch_new();
	world_open(dir);
}

static void sql(const char *text)
{
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db_writer(DB_STORE)->h, text, NULL, NULL,
	    &why) == SQLITE_OK, "%s: %s", text, why);
}

/* A message as flow puts it; origin and kind by their numbers. */
static void message(int id, int kind, int origin, const char *in_ref)
{
	char text[1000];

	(void)snprintf(text, sizeof(text), "INSERT INTO message (id, kind, "
	    "origin, wants, sender, recipient, received, expires, port, "
	    "in_ref, hops, type, size, body, imdn_id, contribution, service) "
	    "VALUES (%d, %d, %d, 0, 'sip:alice@example.org', "
	    "'tel:+15550100002', 1000, 2000, 'sip', '%s', 0, "
	    "'text/plain;charset=utf-8', 5, x'68656c6c6f', 'imdn-%d', 'contr', "
	    "%s)", id, kind, origin, in_ref, id,
	    origin == 1 ? "'sms;via=smsc1'" : "NULL");
	sql(text);
}

static void leg(int message, int n, const char *port, const char *hop,
    int role)
{
	char text[600];

	(void)snprintf(text, sizeof(text), "INSERT INTO leg (id, state, why, "
	    "tries, due, expires, answered, port, recipient, hop, role) "
	    "VALUES (%d, 0, 'OK', 0, 0, 9, 0, '%s', 'tel:+15550100002', "
	    "'%s', %d)", message << 8 | n, port, hop, role);
	sql(text);
}

static void move(int message, int n, int state, const char *why)
{
	char text[200];

	(void)snprintf(text, sizeof(text), "UPDATE leg SET state = %d, "
	    "why = '%s' WHERE id = %d", state, why, message << 8 | n);
	sql(text);
}

static struct buf got;

static bool take(int64_t seq, const struct charging_field *f, void *arg)
{
	static const int shown[] = { 2, 5, 6, 7, 8, 9, 10, 11, 15, 16 };

	(void)arg;
	ck_assert_int_eq(seq, f[1].number);
	buf_addf(&got, "%d", (int)seq);
	for (size_t i = 0; i < sizeof(shown) / sizeof(*shown); i++)
		buf_addf(&got, " %.*s", f[shown[i]].kind == CHARGING_NULL ?
		    1 : (int)f[shown[i]].text.n,
		    f[shown[i]].kind == CHARGING_NULL ? "-" :
		    f[shown[i]].text.p);
	buf_addc(&got, '\n');
	return true;
}

static const char *records(int64_t after)
{
	buf_deinit(&got);
	buf_init(&got, BUF_NO_LIMIT);
	ck_assert_int_eq(charging_records("example.org", after, 1000, take,
	    NULL), ERR_OK);
	return got.p;
}

#define A "sip:alice@example.org"
#define B "tel:+15550100002"

START_TEST(each_chargeable_fact_is_one_record_and_nothing_else_is)
{
	message(1, 0, 0, "call");
	leg(1, 0, "sip", B, 0);
	leg(1, 1, "sms", "smsc1", 1);
	move(1, 0, 2, "OK");		/* SENDING is no fact */
	move(1, 0, 1, "OFFLINE");	/* nor is HELD */
	move(1, 0, 2, "OK");
	move(1, 0, 3, "OK");		/* sent */
	move(1, 0, 3, "OK");		/* the same again */
	move(1, 0, 4, "OK");		/* delivered: heard later */
	move(1, 0, 5, "OK");		/* displayed is not charged */
	move(1, 1, 2, "OK");
	move(1, 1, 6, "REJECTED");
	message(2, 3, 3, "");		/* a report */
	leg(2, 0, "sip", A, 0);
	move(2, 0, 4, "OK");
	message(3, 0, 1, "pdu");	/* from a network */
	leg(3, 0, "sip", B, 0);
	move(3, 0, 7, "EXPIRED");
	ck_assert_str_eq(records(0),
	    "1 submission " A " " B " - originating standalone ip - accepted "
	    "-\n"
	    "2 delivery " B " " A " - terminating standalone ip - SENT -\n"
	    "3 receipt " B " " A " - terminating standalone ip - DELIVERED "
	    "-\n"
	    "4 copy " A " " B " - originating standalone sms smsc1 FAILED "
	    "REJECTED\n"
	    "5 submission " B " " A " - terminating standalone ip smsc1 "
	    "accepted -\n"
	    "6 delivery " B " " A " - terminating standalone ip - EXPIRED "
	    "EXPIRED\n");
	ck_assert_str_eq(records(6), "");
}
END_TEST

START_TEST(a_group_is_charged_by_its_copies_with_one_correlation)
{
	message(1, 0, 0, "call");
	leg(1, 0, "group", "sip:team@example.org", 0);
	move(1, 0, 3, "OK");		/* the exploder is inside */
	message(2, 0, 2, "00000000000001");
	leg(2, 0, "sip", B, 0);
	move(2, 0, 4, "OK");
	ck_assert_str_eq(records(0),
	    "1 submission " A " " B " - originating standalone ip - accepted "
	    "-\n"
	    "2 fanout " A " " B " " B " originating group ip - accepted -\n"
	    "3 delivery " B " " A " " B " terminating group ip - DELIVERED "
	    "-\n");
}
END_TEST

START_TEST(what_is_rolled_back_leaves_no_gap)
{
	message(1, 0, 0, "call");
	sql("BEGIN");
	message(2, 0, 0, "call");
	sql("ROLLBACK");
	sql("DELETE FROM charge");
	message(3, 0, 0, "call");
	ck_assert_int_eq(strncmp(records(0), "2 submission", 12), 0);
}
END_TEST

static bool one_line(int64_t seq, const struct charging_field *f, void *arg)
{
	(void)seq;
	charging_jsonl(f, arg);
	charging_csv_head(arg);
	charging_csv(f, arg);
	return false;
}

START_TEST(a_record_is_a_line_of_json_or_of_csv)
{
	struct buf b;
	char *end;

	buf_init(&b, BUF_NO_LIMIT);
	message(1, 0, 0, "call");
	sql("UPDATE message SET contribution = 'a\"b,c'");
	ck_assert_int_eq(charging_records("example.org", 0, 1, one_line, &b),
	    ERR_OK);
	ck_assert_int_eq(strncmp(b.p, "{\"record_id\":\"example.org-1\","
	    "\"seq\":1,\"event\":\"submission\","
	    "\"ts_start\":\"1970-01-01T00:00:01.000Z\",\"ts_end\":\"20", 90),
	    0);
	ck_assert_ptr_nonnull(strstr(b.p, "\"content_type_class\":\"text\","
	    "\"bytes\":5,\"segments\":null,"));
	ck_assert_ptr_nonnull(strstr(b.p, "\"contribution_id\":\"a\\\"b,c\","
	    "\"imdn_id\":\"imdn-1\",\"charging_correlation\":"
	    "\"00000000000001\""));
	ck_assert_ptr_nonnull(strstr(b.p, "\"class\":null,\"rev\":0}"));
	end = strchr(b.p, '\n') + 1;
	ck_assert_int_eq(strncmp(end, "record_id,seq,event,ts_start", 28), 0);
	end = strchr(end, '\n') + 1;
	ck_assert_int_eq(strncmp(end, "example.org-1,1,submission,", 27), 0);
	ck_assert_ptr_nonnull(strstr(end, ",\"a\"\"b,c\",imdn-1,"));
	buf_deinit(&b);
}
END_TEST

/* --- files -------------------------------------------------------------------- */

static char path[4200];

static const char *in_dir(const char *name)
{
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	return path;
}

static void put(const char *name, const char *text, size_t n)
{
	FILE *f = fopen(in_dir(name), "w");

	ck_assert_ptr_nonnull(f);
	ck_assert_uint_eq(fwrite(text, 1, n, f), n);
	(void)fclose(f);
}

static size_t get(const char *name, char *text, size_t max)
{
	FILE *f = fopen(in_dir(name), "r");
	size_t n;

	ck_assert_ptr_nonnull(f);
	n = fread(text, 1, max - 1, f);
	text[n] = 0;
	(void)fclose(f);
	return n;
}

#define NAME "cpm-x-000000000007.jsonl"
#define L7 "{\"record_id\":\"x-7\",\"seq\":7,\"event\":\"submission\"}\n"
#define L8 "{\"record_id\":\"x-8\",\"seq\":8,\"event\":\"submission\"}\n"

START_TEST(an_open_file_goes_on_behind_its_last_whole_record)
{
	static const char all[] = L7 L8;
	size_t one = sizeof(L7) - 1;
	char text[400];

	/* every place where a kill may have cut it */
	for (size_t n = 0; n < sizeof(all); n++) {
		struct charging_out o = { .ext = "jsonl", .fd = -1 };
		int64_t want = n < one ? 0 : n < 2 * one ? 7 : 8;

		put(NAME ".tmp", all, n);
		ck_assert(charging_out_recover(&o, dir));
		ck_assert_int_eq(o.last, want);
		ck_assert_int_eq(o.fd >= 0, want > 0);
		if (o.fd < 0)
			continue;
		ck_assert(charging_out_append(&o, dir, "x", want + 1,
		    want + 1, STRV(""), STRV("new\n")));
		ck_assert_uint_eq(get(NAME ".tmp", text, sizeof(text)),
		    (size_t)(want - 6) * one + 4);
		ck_assert_str_eq(text + (size_t)(want - 6) * one, "new\n");
		(void)close(o.fd);
	}
}
END_TEST

START_TEST(garbage_that_a_power_cut_left_is_cut_off)
{
	struct charging_out o = { .ext = "jsonl", .fd = -1 };

	put(NAME ".tmp", L7 "\0\0\0\0\0\0\0\n\0\0\0\n", sizeof(L7) + 11);
	ck_assert(charging_out_recover(&o, dir));
	ck_assert_int_eq(o.last, 7);
	ck_assert_int_eq(o.size, sizeof(L7) - 1);
	(void)close(o.fd);
}
END_TEST

START_TEST(a_closed_file_has_its_hash_beside_it_and_never_changes)
{
	struct charging_out o = { .ext = "csv", .fd = -1 };
	char text[400];

	ck_assert(charging_out_append(&o, dir, "x", 1, 1, STRV("a,seq\r\n"),
	    STRV("x-1,1\r\n")));
	ck_assert(charging_out_append(&o, dir, "x", 2, 2, STRV("a,seq\r\n"),
	    STRV("x-2,2\r\n")));
	ck_assert(charging_out_close(&o, dir));
	ck_assert_int_eq(o.fd, -1);
	(void)get("cpm-x-000000000001.csv", text, sizeof(text));
	ck_assert_str_eq(text, "a,seq\r\nx-1,1\r\nx-2,2\r\n");
	(void)get("cpm-x-000000000001.csv.sha256", text, sizeof(text));
	/* printf 'a,seq\r\nx-1,1\r\nx-2,2\r\n' | sha256sum */
	ck_assert_str_eq(text, "d6c16f0c9b2e16bc330e668844d9296a"
	    "efa89c0d3288c28ea7fcf232cac3ac7c"
	    "  cpm-x-000000000001.csv\n");
	ck_assert_int_eq(access(in_dir("cpm-x-000000000001.csv.tmp"), F_OK),
	    -1);
	ck_assert(charging_out_append(&o, dir, "x", 3, 3, STRV("a,seq\r\n"),
	    STRV("x-3,3\r\n")));
	(void)get("cpm-x-000000000003.csv.tmp", text, sizeof(text));
	ck_assert_str_eq(text, "a,seq\r\nx-3,3\r\n");
	(void)close(o.fd);
}
END_TEST

START_TEST(what_another_site_left_open_is_closed)
{
	struct charging_out o = { .ext = "jsonl", .fd = -1 };

	put("cpm-old-000000000001.jsonl.tmp", L7, sizeof(L7) - 1);
	put("cpm-x-000000000008.jsonl.tmp", L8, sizeof(L8) - 1);
	ck_assert(charging_out_recover(&o, dir));
	ck_assert(o.fd >= 0);
	ck_assert_int_eq(access(in_dir("cpm-old-000000000001.jsonl"), F_OK) +
	    access(in_dir("cpm-x-000000000008.jsonl"), F_OK), -1);
	(void)close(o.fd);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("charging");
	TCase *tc = tcase_create("charging");

	tcase_add_checked_fixture(tc, setup, world_close);
	tcase_add_test(tc,
	    each_chargeable_fact_is_one_record_and_nothing_else_is);
	tcase_add_test(tc,
	    a_group_is_charged_by_its_copies_with_one_correlation);
	tcase_add_test(tc, what_is_rolled_back_leaves_no_gap);
	tcase_add_test(tc, a_record_is_a_line_of_json_or_of_csv);
	tcase_add_test(tc,
	    an_open_file_goes_on_behind_its_last_whole_record);
	tcase_add_test(tc, garbage_that_a_power_cut_left_is_cut_off);
	tcase_add_test(tc,
	    a_closed_file_has_its_hash_beside_it_and_never_changes);
	tcase_add_test(tc, what_another_site_left_open_is_closed);
	suite_add_tcase(s, tc);
	return s;
}
