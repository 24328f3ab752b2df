/* test_loop.c - loop/loop.h, timer.h, work.h under frozen and real time. */

#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <string.h>
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

static atomic_int at_once, most_at_once;
static sem_t gate;

static void alone(void *arg)
{
	int n = atomic_fetch_add(&at_once, 1) + 1;

	(void)arg;
	if (n > most_at_once)
		most_at_once = n;
	sem_wait(&gate);
	atomic_fetch_sub(&at_once, 1);
}

/* Opens the gate: it ends only if the slow lane does not hold it up. */
static void beside(void *arg)
{
	(void)arg;
	for (int i = 0; i < 5; i++)
		sem_post(&gate);
}

START_TEST(slow_work_runs_alone_and_holds_up_nobody)
{
	now_freeze(-1);
	loop_init();
	at_once = most_at_once = 0;
	ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
	work_people_start();
	for (int i = 0; i < 5; i++)
		ck_assert(work_put(WORK_SLOW, alone, NULL, NULL));
	ck_assert(work_put(WORK_READ, beside, NULL, NULL));
	work_people_stop();
	loop_deinit();
	ck_assert(work_is_stopping());
	ck_assert_int_eq(at_once, 0);
	ck_assert_int_eq(most_at_once, 1);
}
END_TEST

START_TEST(more_than_may_wait_is_refused)
{
	int n = 0;

	now_freeze(-1);
	loop_init();
	ck_assert(!work_put(WORK_SLOW, alone, NULL, NULL));	/* not started */
	ck_assert_int_eq(sem_init(&gate, 0, 0), 0);
	work_people_start();
	while (n < 1000 && work_put(WORK_SLOW, alone, NULL, NULL))
		n++;
	for (int i = 0; i < n; i++)
		sem_post(&gate);
	work_people_stop();
	loop_deinit();
	ck_assert_int_ge(n, 32);
	ck_assert_int_le(n, 33);	/* one of them runs */
}
END_TEST

static void *many_posts(void *arg)
{
	for (int i = 0; i < 1000; i++)
		loop_post(work, arg);
	return NULL;
}

static void posts_end(void *arg)
{
	(void)arg;
	if (ran < 4000)
		loop_post(posts_end, NULL);
	else
		loop_stop();
}

START_TEST(posts_of_many_threads_all_run)
{
	pthread_t t[4];

	now_freeze(-1);
	ran = 0;
	loop_init();
	for (int i = 0; i < 4; i++)
		ck_assert_int_eq(pthread_create(&t[i], NULL, many_posts,
		    NULL), 0);
	loop_post(posts_end, NULL);
	loop_run();
	for (int i = 0; i < 4; i++)
		(void)pthread_join(t[i], NULL);
	loop_deinit();
	ck_assert_int_eq(ran, 4000);
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
	*(int *)arg = sched_getscheduler(0);
	return NULL;
}

START_TEST(a_thread_gives_way_alone)
{
	int before = sched_getscheduler(0), there = before;
	pthread_t t;

	ck_assert_int_eq(pthread_create(&t, NULL, give_way, &there), 0);
	ck_assert_int_eq(pthread_join(t, NULL), 0);
	ck_assert_int_eq(there, SCHED_IDLE);
	ck_assert_int_eq(sched_getscheduler(0), before);
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
	tcase_add_test(tc, slow_work_runs_alone_and_holds_up_nobody);
	tcase_add_test(tc, more_than_may_wait_is_refused);
	tcase_add_test(tc, posts_of_many_threads_all_run);
	tcase_add_test(tc, a_descriptor_that_is_ready_is_told);
	tcase_add_test(tc, a_thread_gives_way_alone);
	suite_add_tcase(s, tc);
	return s;
}
