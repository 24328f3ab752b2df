/* blast_load.c - the SIP load: messages, their completion, the pace. */

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <time.h>

#include "blast.h"

enum {
	BIT_FAILED	= 0x80,		/* beside the NEED_ bits of a job */
	TICK_US		= 20000,
	PREPARE_WINDOW	= 64,
	PREPARE_STALL_US = 10000000,
	WAKE_STALL_US	= 60000000,
	DRAIN_US	= 10000000,	/* even if it goes on */
};

struct job {
	int64_t start_us;	/* fixed rate: when it was due */
	uint32_t pushes;		/* TO_GROUP: recipients that have it */
	uint8_t bits;
};

struct load {
	const struct options *o;
	struct result *r;
	struct net *net[2];		/* of senders, of recipients */
	struct account *account[2];	/* o->users each */
	struct account group;
	struct flights flights;
	struct job *job;
	uint32_t jobs, room;	/* of job */
	uint32_t run, active;
	bool preparing, counting;
	unsigned registered, refused;
	int64_t now, mark_us, progress_us, tick_us;
	struct buckets lag;
	bool has_lag;
};

/* --- jobs: one per user message ------------------------------------------ */

static uint32_t job_new(struct load *l, int64_t start_us)
{
	if (l->jobs == l->room) {
		l->room = l->room ? l->room * 2 : 65536;
		l->job = realloc(l->job, l->room * sizeof(*l->job));
		if (!l->job)
			abort();
	}
	l->job[l->jobs] = (struct job){ .start_us = start_us };
	l->active++;
	return l->jobs++;
}

static bool job_open(const struct load *l, const struct job *j)
{
	unsigned need = l->o->needs & NEED_ALL;

	return !(j->bits & BIT_FAILED) && (j->bits & need) != need;
}

static void job_fail(struct load *l, struct job *j, int status)
{
	l->r->status[status]++;
	if (!job_open(l, j))
		return;
	j->bits |= BIT_FAILED;
	l->active--;
}

/* Sets a bit; true when it is new. */
static bool job_reach(struct load *l, struct job *j, uint8_t bit)
{
	int64_t us = l->now - j->start_us;
	bool counted = j->start_us >= l->mark_us;

	if (j->bits & bit)
		return false;
	if (!job_open(l, j)) {
		j->bits |= bit;
		return true;
	}
	j->bits |= bit;
	l->progress_us = l->now;
	if (bit == NEED_ANSWER && counted)
		hist_add(&l->r->answer, us);
	if (job_open(l, j))
		return true;
	l->active--;
	if (!(l->o->needs & TO_GROUP))
		l->r->done += l->counting;
	if (counted && (l->o->needs & NEED_ALL) != NEED_ANSWER)
		hist_add(&l->r->whole, us);
	return true;
}

static void job_start(struct load *l, int64_t start_us)
{
	uint32_t n = job_new(l, start_us);
	unsigned i = n % l->o->users;
	struct request q = { .job = n, .run = l->run,
	    .from = &l->account[0][i], .to = &l->account[1][i] };

	if (l->o->needs & TO_GROUP)
		q.to = &l->group;
	if (l->o->needs & LOAD_REGISTER) {
		q.kind = KIND_REGISTER;
		q.from->challenged = l->o->refresh && q.from->challenged;
	}
	if (!flight_start(&l->flights, l->net[0], &q, l->now)) {
		l->r->overrun++;
		l->job[n].bits = BIT_FAILED;
		l->active--;
	}
}

/* --- answers ------------------------------------------------------------- */

static bool retry_with_credentials(struct load *l, const struct flight *f,
    const struct sip *s)
{
	bool proxy = s->status == 407;
	const struct strv *list = proxy ? s->proxy : s->www;
	struct account *a = f->q.from;
	struct request q = f->q;

	if ((s->status != 401 && !proxy) || f->q.attempt > 1)
		return false;
	a->challenged = challenge_parse(list[0], proxy, &a->c) ||
	    challenge_parse(list[1], proxy, &a->c);
	q.attempt++;
	return a->challenged && flight_start(&l->flights, f->net, &q, l->now);
}

static void prepared(struct load *l, struct account *a, int status)
{
	l->progress_us = l->now;
	a->registered = status < 300;
	if (a->registered)
		l->registered++;
	else
		l->refused++;
	if (!a->registered && l->refused == 1)
		fprintf(stderr, "blast: REGISTER of %s: %d\n", a->user,
		    status);
}

static void answered(struct load *l, const struct flight *f, int status)
{
	if (l->preparing) {
		prepared(l, f->q.from, status);
		return;
	}
	if (f->q.kind == KIND_DELIVERED || f->q.kind == KIND_DISPLAYED) {
		if (status >= 300)
			l->r->status[status]++;
		return;
	}
	if (status < 300)
		job_reach(l, &l->job[f->q.job], NEED_ANSWER);
	else
		job_fail(l, &l->job[f->q.job], status);
}

static void on_response(struct load *l, const struct sip *s)
{
	struct flight *f = flight_find(&l->flights, sip_branch(s), l->run);

	if (!f)
		return;
	if (s->status < 200) {
		flight_slow(f, l->now);
		return;
	}
	l->r->transactions += l->counting;
	if (!retry_with_credentials(l, f, s))
		answered(l, f, s->status);
	flight_end(&l->flights, f);
}

static void on_timeout(struct flight *f, void *arg)
{
	answered(arg, f, 408);
}

/* --- requests from the server -------------------------------------------- */

static void report(struct load *l, uint32_t job, enum kind kind)
{
	unsigned i = job % l->o->users;
	struct request q = { .kind = kind, .job = job, .run = l->run,
	    .from = &l->account[1][i], .to = &l->account[0][i] };

	if (!flight_start(&l->flights, l->net[1], &q, l->now))
		l->r->overrun++;
}

static void at_member(struct load *l, uint32_t job)
{
	l->r->done += l->counting;
	l->progress_us = l->now;
	if (++l->job[job].pushes == l->o->users)
		(void)job_reach(l, &l->job[job], NEED_PUSH);
}

static void at_recipient(struct load *l, uint32_t job)
{
	if (l->o->needs & TO_GROUP) {
		at_member(l, job);
		return;
	}
	if (!job_reach(l, &l->job[job], NEED_PUSH)) {
		l->r->repeated++;
		return;
	}
	if (l->o->needs & NEED_DELIVERED)
		report(l, job, KIND_DELIVERED);
	if (l->o->needs & NEED_DISPLAYED)
		report(l, job, KIND_DISPLAYED);
}

static void at_sender(struct load *l, uint32_t job, struct strv body)
{
	struct job *j = &l->job[job];
	bool fresh = false;

	if (memmem(body.p, body.n, "<delivered", 10))
		fresh = job_reach(l, j, NEED_DELIVERED);
	else if (memmem(body.p, body.n, "<displayed", 10))
		fresh = job_reach(l, j, NEED_DISPLAYED);
	l->r->repeated += !fresh;
}

static void on_request(struct load *l, const struct sip *s, unsigned side)
{
	char reply[4096];
	size_t n = sip_ok(s, reply, sizeof(reply));
	uint32_t job;

	net_send(l->net[side], reply, n);
	l->r->transactions += l->counting;
	if (!strv_eq(s->method, STRV("MESSAGE")))
		return;
	if (l->o->needs & LOAD_WAKE) {
		job_reach(l, &l->job[0], NEED_PUSH);
		return;
	}
	if (!text_find_job(s->body, l->run, &job) || job >= l->jobs)
		return;
	if (side == 1)
		at_recipient(l, job);
	else
		at_sender(l, job, s->body);
}

static void on_packet(struct load *l, struct strv packet, unsigned side)
{
	struct sip s;

	if (!sip_parse(packet, &s))
		return;
	if (s.status)
		on_response(l, &s);
	else
		on_request(l, &s, side);
}

static void to_sender(struct strv packet, void *arg)
{
	on_packet(arg, packet, 0);
}

static void to_recipient(struct strv packet, void *arg)
{
	on_packet(arg, packet, 1);
}

/* --- the loop ------------------------------------------------------------ */

/* One round: send what is queued, wait until until_us at most, read. */
static void round_trip(struct load *l, int64_t until_us)
{
	struct pollfd fd[2] = { { net_fd(l->net[0]), POLLIN, 0 },
	    { net_fd(l->net[1]), POLLIN, 0 } };
	int64_t wait = until_us - l->now;
	struct timespec t;

	net_flush(l->net[0]);
	net_flush(l->net[1]);
	if (wait < 0)
		wait = 0;
	if (wait > TICK_US)
		wait = TICK_US;
	t = (struct timespec){ 0, wait * 1000 };
	ppoll(fd, 2, &t, NULL);
	l->now = now_us();
	if (fd[0].revents)
		net_read(l->net[0], to_sender, l);
	if (fd[1].revents)
		net_read(l->net[1], to_recipient, l);
	if (l->now < l->tick_us)
		return;
	l->tick_us = l->now + TICK_US;
	flights_tick(&l->flights, l->now, on_timeout, l);
}

static void prepare_side(struct load *l, unsigned side)
{
	unsigned next = 0, all = l->o->users;

	l->registered = l->refused = 0;
	l->progress_us = l->now;
	while (l->registered + l->refused < all &&
	    l->now - l->progress_us < PREPARE_STALL_US) {
		while (next < all && l->flights.in_use < PREPARE_WINDOW) {
			struct request q = { .kind = KIND_REGISTER,
			    .job = next, .run = l->run,
			    .from = &l->account[side][next] };

			flight_start(&l->flights, l->net[side], &q, l->now);
			next++;
		}
		round_trip(l, l->now + TICK_US);
	}
	if (l->registered < all)
		fprintf(stderr, "blast: %u of %u registered\n",
		    l->registered, all);
}

static bool prepare(struct load *l)
{
	l->preparing = true;
	if (l->o->needs & REG_RECIPIENTS)
		prepare_side(l, 1);
	if (l->o->needs & REG_SENDERS)
		prepare_side(l, 0);
	l->preparing = false;
	return !(l->o->needs & (REG_RECIPIENTS | REG_SENDERS)) ||
	    l->registered > 0;
}

static void measure_from_here(struct load *l)
{
	*l->r = (struct result){ .lag_p99_ms = -1, .lag_max_ms = -1 };
	l->r->before = usage_of(l->o->pids);
	l->has_lag = l->o->metrics && metrics_buckets(l->o->metrics,
	    "parley_loop_lag_seconds", &l->lag);
	l->flights.retransmissions = 0;
	l->counting = true;
	l->now = l->mark_us = now_us();
}

static void measure_to_here(struct load *l)
{
	struct buckets lag;

	l->counting = false;
	l->r->elapsed_s = (double)(l->now - l->mark_us) / 1e6;
	l->r->after = usage_of(l->o->pids);
	if (l->has_lag && metrics_buckets(l->o->metrics,
	    "parley_loop_lag_seconds", &lag)) {
		l->r->lag_p99_ms = 1000 *
		    metrics_quantile(&l->lag, &lag, 0.99);
		l->r->lag_max_ms = 1000 *
		    metrics_quantile(&l->lag, &lag, 1);
	}
}

/* Start what the window or the clock asks for; returns the next due time. */
static int64_t feed(struct load *l, int64_t start_us, uint64_t *fed)
{
	const struct options *o = l->o;

	while (!o->count || *fed < o->count) {
		int64_t due = l->now;

		if (o->rate > 0)
			due = start_us + (int64_t)((double)*fed * 1e6 /
			    o->rate);
		if (due > l->now)
			return due;
		if (o->rate <= 0 && l->active >= o->window)
			break;
		job_start(l, due);
		++*fed;
	}
	return l->now + TICK_US;
}

static void drain(struct load *l)
{
	int64_t limit = (int64_t)(l->o->drain * 1e6), start = l->now;

	l->progress_us = l->now;
	while ((l->active || l->flights.in_use) &&
	    l->now - l->progress_us < limit && l->now - start < DRAIN_US)
		round_trip(l, l->now + TICK_US);
	l->r->lost = l->active;
	l->r->total = l->jobs;
	l->r->retransmissions = l->flights.retransmissions;
}

static void run_for_a_time(struct load *l)
{
	int64_t start = l->now, mark = start + (int64_t)(l->o->warmup * 1e6);
	int64_t end = mark + (int64_t)(l->o->seconds * 1e6);
	uint64_t fed = 0;

	while (l->now < end) {
		if (!l->counting && l->now >= mark)
			measure_from_here(l);
		round_trip(l, feed(l, start, &fed));
	}
	measure_to_here(l);
	drain(l);
}

static void run_for_a_count(struct load *l)
{
	uint64_t fed = 0;

	measure_from_here(l);
	l->progress_us = l->now;
	while ((fed < l->o->count || l->active) &&
	    l->now - l->progress_us < PREPARE_STALL_US)
		round_trip(l, feed(l, l->mark_us, &fed));
	measure_to_here(l);
	drain(l);
}

/* A recipient comes back: time to its answer and to its first message. */
static void run_wake(struct load *l)
{
	struct request q = { .kind = KIND_REGISTER, .run = l->run,
	    .from = &l->account[1][0] };

	measure_from_here(l);
	job_new(l, l->now);
	flight_start(&l->flights, l->net[1], &q, l->now);
	while (l->active && l->now - l->mark_us < WAKE_STALL_US)
		round_trip(l, l->now + TICK_US);
	measure_to_here(l);
	drain(l);
}

static void accounts_new(struct load *l, unsigned side, char letter)
{
	l->account[side] = calloc(l->o->users, sizeof(struct account));
	if (!l->account[side])
		abort();
	for (unsigned i = 0; i < l->o->users; i++)
		snprintf(l->account[side][i].user, MAX_NAME, "%c%06u",
		    letter, l->o->first + i);
}

int load_run(const struct options *o, struct result *r)
{
	struct load l = { .o = o, .r = r, .group = { .user = "team" } };
	int code = 1;

	prctl(PR_SET_TIMERSLACK, 1000UL, 0UL, 0UL, 0UL);
	if (getrandom(&l.run, sizeof(l.run), 0) != sizeof(l.run))
		return 1;
	l.now = now_us();
	l.net[0] = net_new(o->local, o->server);
	l.net[1] = net_new(o->local, o->server);
	accounts_new(&l, 0, 's');
	accounts_new(&l, 1, 'r');
	flights_init(&l.flights, o);
	if (l.net[0] && l.net[1] && prepare(&l)) {
		if (o->needs & LOAD_WAKE)
			run_wake(&l);
		else if (o->count)
			run_for_a_count(&l);
		else
			run_for_a_time(&l);
		code = 0;
	}
	flights_deinit(&l.flights);
	free(l.account[0]);
	free(l.account[1]);
	free(l.job);
	net_free(l.net[0]);
	net_free(l.net[1]);
	return code;
}
