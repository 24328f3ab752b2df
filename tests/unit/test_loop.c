/* test_loop.c - loop/loop.h, timer.h, work.h under frozen and real time. */

#include <pthread.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/now.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "loop/work.h"
#include "runner.h"

static char story[64];
static char none[] = "", one[] = "1", two[] = "2", three[] = "3", four[] = "4";

static void tell(void *arg)
{
	strcat(story, arg);
}

static void frozen(void)
{
	now_freeze(1000000);
	story[0] = 0;
}

static void thawed(void)
{
	now_freeze(-1);
}

START_TEST(timers_run_in_the_order_of_their_times)
{
	struct timer t[5];
	static char names[][2] = { "a", "b", "c", "d", "e" };
	static const int64_t at[] = { 50, 10, 40, 20, 30 };

	for (int i = 0; i < 5; i++) {
		timer_init(&t[i], names[i], tell, names[i]);
		timer_set(&t[i], at[i]);
	}
	ck_assert_int_eq(timer_run(), 10);
	timer_cancel(&t[3]);
	timer_set(&t[0], 5);
	now_freeze(1000045);
	(void)timer_run();
	ck_assert_str_eq(story, "abec");
	ck_assert(!timer_is_set(&t[0]));
	ck_assert_int_eq(timer_run(), -1);
}
END_TEST

START_TEST(many_timers_can_be_moved_and_cancelled)
{
	static struct timer t[1000];
	int64_t last = 0;

	for (int i = 0; i < 1000; i++) {
		timer_init(&t[i], "t", tell, none);
		timer_set(&t[i], (i * 7919) % 1000 + 1);
	}
	for (int i = 0; i < 1000; i += 3)
		timer_cancel(&t[i]);
	for (int i = 1; i < 1000; i += 3)
		timer_set(&t[i], (i * 104729) % 500 + 1);
	for (int64_t next; (next = timer_run()) >= 0; last += next)
		now_freeze(1000000 + last + next);
	for (int i = 0; i < 1000; i++)
		ck_assert(!timer_is_set(&t[i]));
}
END_TEST

static void tell_more(void *arg)
{
	strcat(story, arg);
	loop_defer(tell, three);
	loop_post(tell, four);
}

START_TEST(posts_run_in_order_and_never_inside_the_call)
{
	loop_post(tell_more, one);
	loop_post(tell, two);
	ck_assert_str_eq(story, "");
	loop_drain();
	ck_assert_str_eq(story, "1234");
}
END_TEST

static int ran, ended;

static void work(void *arg)
{
	(void)arg;
	__atomic_add_fetch(&ran, 1, __ATOMIC_SEQ_CST);
}

static void worked(void *arg)
{
	ck_assert(loop_is_core());
	ended += (int)(intptr_t)arg;
	if (ended == 20)
		loop_stop();
}

START_TEST(work_runs_elsewhere_and_ends_in_the_core)
{
	now_freeze(-1);
	ran = ended = 0;
	loop_init();
	work_start(2);
	for (int i = 0; i < 20; i++)
		ck_assert(work_run(work, worked, (void *)1));
	loop_run();
	work_stop();
	loop_deinit();
	ck_assert_int_eq(ran, 20);
}
END_TEST

static void readable(int fd, int events, void *arg)
{
	char c;

	ck_assert_int_eq(events & WATCH_IN, WATCH_IN);
	ck_assert_int_eq(read(fd, &c, 1), 1);
	*(char *)arg = c;
	loop_stop();
}

static void *give_way(void *arg)
{
	loop_give_way();
	*(int *)arg = getpriority(PRIO_PROCESS, 0);
	return NULL;
}

START_TEST(a_thread_gives_way_alone)
{
	int before = getpriority(PRIO_PROCESS, 0), there = before;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, give_way, &there), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(there, before + 10 > 19 ? 19 : before + 10);
	ck_assert_int_eq(getpriority(PRIO_PROCESS, 0), before);
}
END_TEST

START_TEST(a_descriptor_that_is_ready_is_told)
{
	struct watch w;
	char got = 0;
	int fd[2];

	now_freeze(-1);
	loop_init();
	ck_assert_int_eq(pipe(fd), 0);
	ck_assert(watch_open(&w, fd[0], WATCH_IN, readable, &got));
	ck_assert_int_eq(write(fd[1], "x", 1), 1);
	loop_run();
	watch_close(&w);
	loop_deinit();
	ck_assert_int_eq(got, 'x');
	(void)close(fd[0]);
	(void)close(fd[1]);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("loop");
	TCase *tc = tcase_create("time");

	tcase_add_checked_fixture(tc, frozen, thawed);
	tcase_add_test(tc, timers_run_in_the_order_of_their_times);
	tcase_add_test(tc, many_timers_can_be_moved_and_cancelled);
	tcase_add_test(tc, posts_run_in_order_and_never_inside_the_call);
	tcase_add_test(tc, work_runs_elsewhere_and_ends_in_the_core);
	tcase_add_test(tc, a_descriptor_that_is_ready_is_told);
	tcase_add_test(tc, a_thread_gives_way_alone);
	suite_add_tcase(s, tc);
	return s;
}
