/* test_stream.c - loop/stream: cut, blocked, closed and freed everywhere. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/now.h"
#include "loop/loop.h"
#include "loop/stream.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "runner.h"

/* Frames are a length octet and that many octets. */
static const char wire[] = "\005hello\000\003you\001!";
#define WIRE_N (sizeof(wire) - 1)
static const char words[] = "hello,,you,!,";	/* what they say */

static struct stream *s;
static int peer;
static struct buf got;
static size_t fed;		/* of wire */
static size_t first_cut, every;	/* how wire is cut */
static unsigned opened_n, closed_n;
static char why[128];
static bool free_in_opened, free_in_input;
static struct timer guard;

static void feed(void)
{
	size_t n = WIRE_N - fed;

	if (every && n > every)
		n = every;
	if (!every && fed == 0 && first_cut)
		n = first_cut;
	if (n == 0)
		return;
	ck_assert_int_eq(write(peer, wire + fed, n), n);
	fed += n;
}

static void feed_soon(void *arg)
{
	(void)arg;
	feed();
}

static void opened(void *arg)
{
	(void)arg;
	opened_n++;
	if (free_in_opened) {
		stream_free(s);
		loop_stop();
		return;
	}
	feed();
}

static size_t input(struct strv bytes, void *arg)
{
	size_t done = 0;

	(void)arg;
	if (free_in_input) {
		stream_free(s);
		loop_stop();
		return 0;
	}
	while (done < bytes.n) {
		size_t n = (unsigned char)bytes.p[done];

		if (bytes.n - done - 1 < n)
			break;
		buf_add(&got, bytes.p + done + 1, n);
		buf_addc(&got, ',');
		done += 1 + n;
	}
	if (got.n == strlen(words))
		loop_stop();
	else
		loop_defer(feed_soon, NULL);
	return done;
}

static void closed(const char *text, void *arg)
{
	(void)arg;
	closed_n++;
	(void)snprintf(why, sizeof(why), "%s", text);
	loop_stop();
}

static const struct stream_handler handler = { opened, input, closed };

static void stuck(void *arg)
{
	(void)arg;
	ck_abort_msg("nothing happens");
}

static void begin(void)
{
	loop_init();
	buf_init(&got, 1 << 20);
	timer_init(&guard, "guard", stuck, NULL);
	timer_set(&guard, 3000);
}

static void finish(void)
{
	timer_cancel(&guard);
	stream_free(s);
	loop_drain();
	buf_deinit(&got);
	loop_deinit();
}

static struct stream_opt opt = { .max_in = 64, .max_out = 1 << 20,
	.connect_ms = 2000 };

static void adopt(void)
{
	int fd[2];

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	peer = fd[1];
	s = stream_adopt(fd[0], &opt, &handler, NULL);
}

START_TEST(input_is_the_same_wherever_it_is_cut)
{
	begin();
	first_cut = (size_t)_i;
	adopt();
	loop_run();
	ck_assert_str_eq(got.p, words);
	ck_assert_uint_eq(closed_n, 0);
	finish();
}
END_TEST

START_TEST(input_may_come_byte_by_byte)
{
	begin();
	every = 1;
	adopt();
	loop_run();
	ck_assert_str_eq(got.p, words);
	ck_assert_uint_eq(opened_n, 1);
	finish();
}
END_TEST

/* --- output ---------------------------------------------------------------- */

#define BLOCK	8192
#define BLOCKS	100

static struct watch reader;
static size_t read_n;
static bool order_ok = true;

static void peer_reads(int fd, int events, void *arg)
{
	unsigned char chunk[1000];
	ssize_t n = read(fd, chunk, sizeof(chunk));

	(void)events;
	(void)arg;
	for (ssize_t i = 0; i < n; i++, read_n++)
		order_ok &= chunk[i] == (unsigned char)(read_n % 251);
	if (read_n == (size_t)BLOCK * BLOCKS || n <= 0) {
		watch_close(&reader);
		loop_stop();
	}
}

static void write_all(void *arg)
{
	char block[BLOCK];
	size_t at = 0;

	(void)arg;
	opened_n++;
	for (int b = 0; b < BLOCKS; b++) {
		for (size_t i = 0; i < BLOCK; i++)
			block[i] = (char)(at++ % 251);
		ck_assert(stream_write(s, (struct strv){ block, BLOCK }));
	}
	ck_assert(watch_open(&reader, peer, WATCH_IN, peer_reads, NULL));
}

static const struct stream_handler writer = { write_all, input, closed };

static void adopt_writer(const struct stream_handler *h)
{
	int fd[2], small = 4096;

	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	(void)setsockopt(fd[0], SOL_SOCKET, SO_SNDBUF, &small, sizeof(small));
	peer = fd[1];
	s = stream_adopt(fd[0], &opt, h, NULL);
}

START_TEST(output_keeps_its_order_through_a_full_socket)
{
	begin();
	adopt_writer(&writer);
	loop_run();
	ck_assert_uint_eq(read_n, (size_t)BLOCK * BLOCKS);
	ck_assert(order_ok);
	ck_assert_uint_eq(stream_waiting(s), 0);
	finish();
}
END_TEST

static void write_and_finish(void *arg)
{
	write_all(arg);
	stream_finish(s, 2000);
}

static const struct stream_handler finisher = { write_and_finish, input,
	closed };

START_TEST(finish_sends_what_waits_and_tells_nobody)
{
	begin();
	adopt_writer(&finisher);
	loop_run();
	ck_assert_uint_eq(read_n, (size_t)BLOCK * BLOCKS);
	ck_assert(order_ok);
	ck_assert_uint_eq(closed_n, 0);
	s = NULL;
	finish();
}
END_TEST

static void write_too_much(void *arg)
{
	static const char big[101];

	(void)arg;
	ck_assert(!stream_write(s, (struct strv){ big, 101 }));
	ck_assert(stream_write(s, (struct strv){ big, 60 }));
	ck_assert(!stream_write(s, (struct strv){ big, 41 }));
	ck_assert(stream_write(s, (struct strv){ big, 40 }));
	ck_assert_uint_eq(stream_waiting(s), 100);
	loop_stop();
}

static const struct stream_handler limited = { write_too_much, input, closed };

START_TEST(what_does_not_fit_is_refused_whole)
{
	begin();
	opt.max_out = 100;
	adopt_writer(&limited);
	loop_run();
	finish();
}
END_TEST

/* --- ends ------------------------------------------------------------------ */

static void peer_closes(void *arg)
{
	(void)arg;
	opened_n++;
	ck_assert_int_eq(write(peer, wire, (size_t)first_cut), first_cut);
	(void)close(peer);
}

static const struct stream_handler closing = { peer_closes, input, closed };

START_TEST(the_peer_may_close_anywhere)
{
	begin();
	first_cut = (size_t)_i;
	fed = WIRE_N;
	adopt_writer(&closing);
	loop_run();
	ck_assert_uint_eq(closed_n, 1);
	ck_assert_str_eq(why, "closed by the peer");
	ck_assert(!stream_write(s, STRV("x")));
	finish();
}
END_TEST

START_TEST(the_peer_may_close_before_we_are_open)
{
	int fd[2];

	begin();
	ck_assert_int_eq(socketpair(AF_UNIX, SOCK_STREAM, 0, fd), 0);
	(void)close(fd[1]);
	fed = WIRE_N;
	s = stream_adopt(fd[0], &opt, &handler, NULL);
	loop_run();
	ck_assert_uint_eq(closed_n, 1);
	finish();
}
END_TEST

START_TEST(a_unit_that_never_ends_closes_the_stream)
{
	static const char flood[100] = { '\377' };

	begin();
	fed = WIRE_N;
	adopt();
	ck_assert_int_eq(write(peer, flood, sizeof(flood)), sizeof(flood));
	loop_run();
	ck_assert_uint_eq(closed_n, 1);
	ck_assert_str_eq(why, "the peer sends more than fits");
	finish();
}
END_TEST

START_TEST(nobody_listens)
{
	struct sockaddr_in to = { .sin_family = AF_INET };
	socklen_t n = sizeof(to);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	begin();
	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&to, n), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&to, &n), 0);
	s = stream_connect((struct sockaddr *)&to, n, &opt, &handler, NULL);
	loop_run();
	ck_assert_str_eq(why, "Connection refused");
	ck_assert_uint_eq(opened_n, 0);
	(void)close(fd);
	finish();
}
END_TEST

START_TEST(a_stream_may_be_freed_when_it_opens)
{
	begin();
	free_in_opened = true;
	adopt();
	loop_run();
	loop_drain();
	ck_assert_uint_eq(closed_n, 0);
	s = NULL;
	finish();
}
END_TEST

START_TEST(a_stream_may_be_freed_by_its_input)
{
	begin();
	free_in_input = true;
	adopt();
	loop_run();
	loop_drain();
	ck_assert_uint_eq(closed_n, 0);
	s = NULL;
	finish();
}
END_TEST

Suite *suite(void)
{
	Suite *su = suite_create("stream");
	TCase *tc = tcase_create("stream");

	tcase_add_loop_test(tc, input_is_the_same_wherever_it_is_cut, 0,
	    (int)WIRE_N + 1);
	tcase_add_test(tc, input_may_come_byte_by_byte);
	tcase_add_test(tc, output_keeps_its_order_through_a_full_socket);
	tcase_add_test(tc, finish_sends_what_waits_and_tells_nobody);
	tcase_add_test(tc, what_does_not_fit_is_refused_whole);
	tcase_add_loop_test(tc, the_peer_may_close_anywhere, 0, (int)WIRE_N);
	tcase_add_test(tc, the_peer_may_close_before_we_are_open);
	tcase_add_test(tc, a_unit_that_never_ends_closes_the_stream);
	tcase_add_test(tc, nobody_listens);
	tcase_add_test(tc, a_stream_may_be_freed_when_it_opens);
	tcase_add_test(tc, a_stream_may_be_freed_by_its_input);
	suite_add_tcase(su, tc);
	return su;
}
