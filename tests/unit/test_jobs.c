/* test_jobs.c - dir/jobs.h: which of those that ended are kept. */

#include <stdio.h>

#include "base/now.h"
#include "dir/jobs.h"
#include "lib/scratch.h"
#include "lib/world.h"
#include "runner.h"
#include "store/audit.h"

#define NOW INT64_C(1763629200000)	/* 2025-11-20T09:00:00Z */

static struct job *begun[JOBS_KEPT + 2];
static int n, released;

static void cancel(struct job *j)
{
	job_end(j, JOB_CANCELLED, STRV(""));
}

static void release(void *arg)
{
	++*(int *)arg;
}

static const struct job_kind kind = {
	.name = "try", .action = "try",
	.interrupted = "half of it is done: try again", .cancel = cancel, .release = release,
};

static void run_try(struct op_call *c)
{
	struct job *j = job_begin(c, &kind, STRV("it"), STRV(""), &released);

	if (!j)
		return;
	begun[n++] = j;
	job_answer(c, j);
}

static const struct op ops[] = {
	{ "try", "POST", "/try", CAP_OPERATE, OP_CORE, NULL, "begin a job",
	  run_try, JOB_ANSWER },
};

static const char *dir;

static void setup(void)
{
	dir = scratch_new();
	world_open(dir);
	jobs_register();
	op_register(ops, 1);
}

static void teardown(void)
{
	world_close();
}

static int show(int id)
{
	char text[12];

	(void)snprintf(text, sizeof(text), "%d", id);
	return world_op("show job", "id", text, NULL);
}

/* The first to begin is the oldest when it ends as the last. */
static void fill(void)
{
	ck_assert_int_eq(world_op("try", NULL), 200);
	for (int i = 0; i < JOBS_KEPT; i++) {
		ck_assert_int_eq(world_op("try", NULL), 200);
		job_end(begun[n - 1], JOB_DONE, STRV(""));
	}
	ck_assert_int_eq(released, 0);
}

START_TEST(what_has_just_ended_is_not_the_one_that_is_forgotten)
{
	fill();
	job_end(begun[0], JOB_DONE, STRV(""));
	ck_assert_int_eq(released, 1);
	ck_assert_int_eq(begun[0]->state, JOB_DONE);
	ck_assert_int_eq(show(1), 200);
	ck_assert_int_eq(show(2), 404);
	ck_assert_int_eq(show(3), 200);
}
END_TEST

static bool one_more(const struct audit_row *row, void *arg)
{
	(void)row;
	++*(int *)arg;
	return true;
}

static bool count(const struct audit_row *row, void *arg)
{
	ck_assert(strv_eq(row->object, STRV("it")));
	ck_assert(strv_eq(row->detail, STRV("try")));
	++*(int *)arg;
	return true;
}

START_TEST(a_cancel_that_ends_at_once_answers_of_its_own_job)
{
	const struct audit_filter cancels = { .action = STRV("job cancel") };
	int rows = 0;

	fill();
	ck_assert_int_eq(world_op("job cancel", "id", "1", NULL), 200);
	ck_assert_ptr_nonnull(strstr(world_body(), "\"id\":1,"));
	ck_assert_ptr_nonnull(strstr(world_body(), "\"cancelled\""));
	ck_assert_int_eq(released, 1);
	ck_assert_int_eq(world_op("job cancel", "id", "1", NULL), 409);
	world_drain();
	ck_assert_int_eq(audit_each(&cancels, 0, count, &rows), ERR_OK);
	ck_assert_int_eq(rows, 1);
}
END_TEST

START_TEST(the_next_to_end_may_forget_it)
{
	fill();
	job_end(begun[0], JOB_DONE, STRV(""));
	ck_assert_int_eq(world_op("try", NULL), 200);
	job_end(begun[n - 1], JOB_DONE, STRV(""));
	ck_assert_int_eq(released, 2);
	ck_assert_int_eq(show(1), 404);
	ck_assert_int_eq(show(3), 200);
}
END_TEST

#define HAS(text) ck_assert_msg(strstr(world_body(), text) != NULL, \
	"no '%s' in %s", text, world_body())

/* The daemon ends and starts again. */
static void restart(void)
{
	jobs_unload();
	world_close();
	world_open(dir);
	ck_assert_int_eq(jobs_load(), ERR_OK);
	world_drain();
}

START_TEST(what_ran_when_the_daemon_ended_is_told_after_the_start)
{
	const struct audit_filter rows = { .result = STRV("interrupted") };
	int told = 0;

	now_freeze(NOW);
	ck_assert_int_eq(world_op("try", NULL), 200);
	ck_assert_int_eq(world_op("try", NULL), 200);
	job_end(begun[0], JOB_DONE, STRV(""));
	world_drain();
	now_freeze(NOW + 60000);
	restart();
	ck_assert_int_eq(show(1), 404);
	ck_assert_int_eq(show(2), 200);
	HAS("\"kind\":\"try\",\"object\":\"it\",\"state\":\"interrupted\"");
	HAS("\"began\":\"2025-11-20T09:00:00.000Z\","
	    "\"ended\":\"2025-11-20T09:01:00.000Z\","
	    "\"why\":\"half of it is done: try again\"");
	ck_assert_int_eq(world_op("show jobs", NULL), 200);
	HAS("\"interrupted\"");
	ck_assert_int_eq(world_op("job cancel", "id", "2", NULL), 409);
	HAS("has ended: interrupted");
	ck_assert_int_eq(audit_each(&rows, 0, one_more, &told), ERR_OK);
	ck_assert_int_eq(told, 1);
	/* its number is not given again */
	ck_assert_int_eq(world_op("try", NULL), 200);
	HAS("\"id\":3,");
	job_end(begun[n - 1], JOB_DONE, STRV(""));
	world_drain();
	now_freeze(-1);
}
END_TEST

START_TEST(it_is_told_for_a_week)
{
	now_freeze(NOW);
	ck_assert_int_eq(world_op("try", NULL), 200);
	world_drain();
	restart();
	now_freeze(NOW + INT64_C(6) * 86400000);
	restart();
	ck_assert_int_eq(show(1), 200);
	HAS("\"ended\":\"2025-11-20T09:00:00.000Z\"");
	now_freeze(NOW + INT64_C(7) * 86400000 + 1);
	restart();
	ck_assert_int_eq(show(1), 404);
	restart();
	ck_assert_int_eq(world_op("try", NULL), 200);
	HAS("\"id\":2,");
	job_end(begun[n - 1], JOB_DONE, STRV(""));
	world_drain();
	now_freeze(-1);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("jobs");
	TCase *tc = tcase_create("jobs");

	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc,
	    what_has_just_ended_is_not_the_one_that_is_forgotten);
	tcase_add_test(tc, a_cancel_that_ends_at_once_answers_of_its_own_job);
	tcase_add_test(tc, the_next_to_end_may_forget_it);
	tcase_add_test(tc,
	    what_ran_when_the_daemon_ended_is_told_after_the_start);
	tcase_add_test(tc, it_is_told_for_a_week);
	suite_add_tcase(s, tc);
	return s;
}
