/* test_charging.c - facts, records and files of charging; proves DEF-10. */

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "core/content.h"
#include "core/leg.h"
#include "core/message.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/charging.h"
#include "store/charging_fact.h"
#include "store/charging_out.h"
#include "store/charging_record.h"
#include "store/db_priv.h"
#include "store/journal.h"
#include "store/writer.h"

static const char *dir;
static int syncs;

/* in place of the library's: counted */
int fsync(int fd)
{
	syncs++;
	return (int)syscall(SYS_fsync, fd);
}

static void setup(void)
{
	dir = scratch_new();
	world_open(dir);
	charging_facts_want(true);
}

static void sql(const char *text)
{
	char *why = NULL;

	ck_assert_msg(sqlite3_exec(db_writer(DB_STORE)->h, text, NULL, NULL,
	    &why) == SQLITE_OK, "%s: %s", text, why);
}

#define A "sip:alice@example.org"
#define B "tel:+15550100002"

static void accepted(enum err e, const struct journal_accepted *a, void *arg)
{
	(void)a;
	(void)arg;
	ck_assert_int_eq(e, ERR_OK);
}

struct want {
	unsigned id;
	enum message_kind kind;
	enum message_origin origin;
	const char *in_ref;
};

static struct message *a_message(const struct want *w)
{
	struct message *m = message_new();
	char imdn[20];

	(void)snprintf(imdn, sizeof(imdn), "imdn-%u", w->id);
	m->id = w->id;
	m->kind = w->kind;
	m->origin = w->origin;
	m->from = STRV(A);
	m->to = STRV(B);
	m->received = 1000;
	m->expires = 2000;
	m->in = "sip";
	m->in_ref = message_str(m, strv(w->in_ref));
	m->imdn_id = message_str(m, strv(imdn));
	m->contribution = STRV("a\"b,c");
	if (w->origin == FROM_NETWORK)
		m->service = STRV("sms;via=smsc1");
	m->content = content_new(STRV("text/plain;charset=utf-8"), STRV_NONE,
	    STRV("hello"));
	return m;
}

static struct leg *a_leg(struct message *m, unsigned n, const char *port,
    const char *hop, enum leg_role role)
{
	struct leg *l = leg_new(m, n);

	l->port = port;
	l->recipient = STRV(B);
	l->hop = strv(hop);
	l->role = role;
	l->expires = 9;
	return l;
}

/* Accepted with up to two legs; the reference goes. */
static void message(struct message *m, struct leg *a, struct leg *b)
{
	struct leg *legs[] = { a, b };

	journal_accept(m, legs, (a != NULL) + (b != NULL), accepted, NULL);
	message_unref(m);
	world_drain();
}

static void move(struct leg *l, enum leg_state state, enum err why)
{
	l->state = state;
	l->why = why;
	journal_move(l);
	world_drain();
}

static int64_t of(sqlite3 *h, const char *text)
{
	sqlite3_stmt *s = NULL;
	int64_t n;

	ck_assert_int_eq(sqlite3_prepare_v2(h, text, -1, &s, NULL),
	    SQLITE_OK);
	ck_assert_int_eq(sqlite3_step(s), SQLITE_ROW);
	n = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	return n;
}

/* 008_charge_batch.sql over what 004_charge.sql made */
START_TEST(rows_of_an_older_program_become_facts)
{
	sqlite3 *h;

	ck_assert_int_eq(sqlite3_open(":memory:", &h), SQLITE_OK);
	ck_assert(migrate_empty(h, DB_STORE, 7));
	ck_assert_int_eq(sqlite3_exec(h, "UPDATE charge_position SET seq = 4;"
	    "INSERT INTO charge VALUES (5, 1, 0, 0, 0, 9), "
	    "(6, 1, 257, 3, 2, 10)", NULL, NULL, NULL), SQLITE_OK);
	for (const struct asset *a = db_store; a->name; a++)
		if (atoi(a->name) == 8)
			ck_assert_int_eq(sqlite3_exec(h, (const char *)
			    a->data, NULL, NULL, NULL), SQLITE_OK);
	ck_assert_int_eq(of(h, "SELECT count(*) FROM charge WHERE n = 1 AND "
	    "(seq, facts) IN (VALUES "
	    "(5, '00000000000001000000000000009' || char(10)), "
	    "(6, '0000000000000101230000000000a' || char(10)))"), 2);
	ck_assert_int_eq(of(h, "SELECT seq FROM charge_position"), 4);
	(void)sqlite3_close(h);
}
END_TEST

static char segments[200];

static bool take_segments(int64_t seq, const struct charging_field *f,
    void *arg)
{
	size_t n = strlen(segments);

	(void)seq;
	(void)arg;
	n += (size_t)snprintf(segments + n, sizeof(segments) - n, "%.*s ",
	    STRV_ARG(f[2].text));
	if (f[14].kind == CHARGING_NUMBER)
		(void)snprintf(segments + n, sizeof(segments) - n, "%d ",
		    (int)f[14].number);
	else
		(void)snprintf(segments + n, sizeof(segments) - n, "- ");
	return true;
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

START_TEST(each_chargeable_fact_is_one_record_and_nothing_else_is)
{
	struct message *m = a_message(&(struct want){ .id = 1,
	    .in_ref = "call" });
	struct leg *ip = a_leg(m, 0, "sip", B, LEG_WHOLE);
	struct leg *copy = a_leg(m, 1, "sms", "smsc1", LEG_COPY), *report;

	message(m, ip, copy);
	move(ip, LEG_SENDING, ERR_OK);	/* is no fact */
	move(ip, LEG_HELD, ERR_OFFLINE);	/* nor is this */
	move(ip, LEG_SENDING, ERR_OK);
	move(ip, LEG_SENT, ERR_OK);
	move(ip, LEG_SENT, ERR_OK);	/* the same again */
	move(ip, LEG_DELIVERED, ERR_OK);	/* heard later */
	move(ip, LEG_DISPLAYED, ERR_OK);	/* is not charged */
	move(copy, LEG_SENDING, ERR_OK);
	move(copy, LEG_FAILED, ERR_REJECTED);
	m = a_message(&(struct want){ .id = 2, .kind = MESSAGE_REPORT,
	    .origin = FROM_SYSTEM, .in_ref = "" });
	report = a_leg(m, 0, "sip", A, LEG_WHOLE);
	message(m, report, NULL);
	move(report, LEG_DELIVERED, ERR_OK);
	leg_free(ip);
	leg_free(copy);
	m = a_message(&(struct want){ .id = 3, .origin = FROM_NETWORK,
	    .in_ref = "pdu" });
	ip = a_leg(m, 0, "sip", B, LEG_WHOLE);
	message(m, ip, NULL);
	move(ip, LEG_EXPIRED, ERR_EXPIRED);
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
	leg_free(ip);
	leg_free(report);
}
END_TEST

START_TEST(a_group_is_charged_by_its_copies_with_one_correlation)
{
	struct message *m = a_message(&(struct want){ .id = 1,
	    .in_ref = "call" });
	struct leg *in = a_leg(m, 0, "group", "sip:team@example.org",
	    LEG_WHOLE), *out;

	message(m, in, NULL);
	move(in, LEG_SENT, ERR_OK);	/* the exploder is inside */
	m = a_message(&(struct want){ .id = 2, .origin = FROM_GROUP,
	    .in_ref = "00000000000001" });
	out = a_leg(m, 0, "sip", B, LEG_WHOLE);
	message(m, out, NULL);
	move(out, LEG_DELIVERED, ERR_OK);
	ck_assert_str_eq(records(0),
	    "1 submission " A " " B " - originating standalone ip - accepted "
	    "-\n"
	    "2 fanout " A " " B " " B " originating group ip - accepted -\n"
	    "3 delivery " B " " A " " B " terminating group ip - DELIVERED "
	    "-\n");
	leg_free(in);
	leg_free(out);
}
END_TEST

static int64_t number(const char *text)
{
	struct stmt *s = stmt(db_writer(DB_STORE), text);
	int64_t n;

	ck_assert(stmt_row(s));
	n = col_int(s);
	(void)stmt_stop(s);
	return n;
}

static void write_one(unsigned id)
{
	struct message *m = a_message(&(struct want){ .id = id,
	    .in_ref = "" });

	journal_accept(m, NULL, 0, accepted, NULL);
	message_unref(m);
}

static enum err fail_run(struct write *w, struct db *db)
{
	(void)w;
	ck_assert_int_eq(db_exec(db, "DELETE FROM part"), ERR_OK);
	ck_assert_int_eq(db_exec(db, "INSERT INTO sticky VALUES ('', '', '', "
	    "'', 0)"), ERR_OK);
	return ERR_STORAGE;
}

static void fail_done(struct write *w)
{
	ck_assert_int_eq(w->err, ERR_STORAGE);
}

static void refused(enum err e, const struct journal_accepted *a, void *arg)
{
	(void)a;
	(void)arg;
	ck_assert_int_eq(e, ERR_STORAGE);
}

/* Written, and undone with another that fails. */
static void undo_one(unsigned id)
{
	struct message *m = a_message(&(struct want){ .id = id,
	    .in_ref = "" });
	static struct write w;

	w = (struct write){ .db = DB_STORE, .run = fail_run,
		.done = fail_done };
	journal_accept(m, NULL, 0, refused, NULL);
	writer_put(&w);
	message_unref(m);
	world_drain();
}

START_TEST(what_is_rolled_back_leaves_no_gap)
{
	write_one(1);
	world_drain();
	undo_one(2);
	write_one(4);
	write_one(5);
	world_drain();
	ck_assert_int_eq(number("SELECT count(*) FROM message"), 3);
	ck_assert_int_eq(number("SELECT count(*) FROM charge"), 2);
	ck_assert_int_eq(number("SELECT sum(n) FROM charge"), 3);
	ck_assert_int_eq(strncmp(records(1), "2 submission", 12), 0);
	ck_assert_int_eq(strncmp(records(2), "3 submission", 12), 0);
	ck_assert_str_eq(records(3), "");
	/* written and gone, or in part: the next number is the next */
	sql("UPDATE charge_position SET seq = 3");
	sql("DELETE FROM charge");
	write_one(6);
	world_drain();
	ck_assert_int_eq(strncmp(records(3), "4 submission", 12), 0);
}
END_TEST

START_TEST(switched_off_nothing_is_noted_and_no_number_is_used)
{
	write_one(1);
	world_drain();
	charging_facts_want(false);
	write_one(2);
	world_drain();
	charging_facts_want(true);
	write_one(3);
	world_drain();
	ck_assert_int_eq(number("SELECT sum(n) FROM charge"), 2);
	ck_assert_int_eq(number("SELECT seq FROM charge ORDER BY seq DESC "
	    "LIMIT 1"), 2);
}
END_TEST

/* proves DEF-10 */
START_TEST(an_sms_has_the_number_of_its_segments)
{
	struct message *m = a_message(&(struct want){ .id = 1,
	    .in_ref = "" });
	struct leg *sent = a_leg(m, 0, "sms", "smsc1", LEG_WHOLE);
	struct leg *lost = a_leg(m, 1, "sms", "smsc1", LEG_WHOLE);

	message(m, sent, lost);
	sent->segments = 3;
	move(sent, LEG_SENT, ERR_OK);
	move(sent, LEG_DELIVERED, ERR_OK);
	move(lost, LEG_FAILED, ERR_TIMEOUT);	/* never submitted */
	ck_assert_int_eq(charging_records("x", 0, 9, take_segments, NULL),
	    ERR_OK);
	ck_assert_str_eq(segments, "submission - delivery 3 receipt - "
	    "delivery 0 ");
	leg_free(sent);
	leg_free(lost);
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
	write_one(1);
	world_drain();
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
	syncs = 0;
	ck_assert(charging_out_recover(&o, dir));
	/* what is taken as written is on disk; nothing is new to flush */
	ck_assert_int_eq(syncs, 1);
	ck_assert(charging_out_flush(&o));
	ck_assert_int_eq(syncs, 1);
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
	tcase_add_test(tc, rows_of_an_older_program_become_facts);
	tcase_add_test(tc, what_is_rolled_back_leaves_no_gap);
	tcase_add_test(tc,
	    switched_off_nothing_is_noted_and_no_number_is_used);
	tcase_add_test(tc, an_sms_has_the_number_of_its_segments);
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
