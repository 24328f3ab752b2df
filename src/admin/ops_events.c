/* ops_events.c - the stream of events to browsers and shells (SSE). */

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>

#include "admin/errand.h"
#include "admin/logring.h"
#include "admin/people.h"
#include "admin/tokens.h"
#include "admin/topics.h"
#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/list.h"
#include "base/log.h"
#include "base/map.h"
#include "base/metric.h"
#include "base/now.h"
#include "base/rand.h"
#include "loop/timer.h"
#include "loop/work.h"
#include "store/drafts.h"

#define STREAMS		32
#define TOPICS		16	/* of one stream */
#define PENDING		((size_t)6 << 20)
#define BEAT_S		2	/* who has gone is noticed by it */

struct stream {
	struct list hook;	/* under lock, like all that follows */
	struct httpd_request *r;
	char topics[TOPICS][EVENT_TOPIC];
	char drafts[EVENT_TOPIC];	/* what his own are published as */
	size_t n_topics;
	uint64_t after;
	struct buf pending;	/* what the client did not take yet */
	bool beat, over;
	/* whose it is, to end it with his session or roles */
	enum via via;
	char credential[13];
	int64_t admin;
	unsigned roles;
};

static struct metric clients = GAUGE("parley_sse_clients", NULL,
    "Streams of events to browsers and shells.");

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct list streams = { &streams, &streams };	/* under lock */
static atomic_size_t n_streams;
static char epoch[9];		/* of this process, in the ids */
static struct timer second;
static unsigned seconds;

/* --- to the client ----------------------------------------------------------- */

static bool wants(const char *topic, void *arg)
{
	const struct stream *s = arg;

	for (size_t i = 0; i < s->n_topics; i++)
		if (topic_covers(s->topics[i], topic, s->drafts, s->roles))
			return true;
	return false;
}

static void give(uint64_t number, const char *topic, struct strv json,
    void *arg)
{
	struct stream *s = arg;

	buf_addf(&s->pending, "id: %s-%" PRIu64 "\nevent: %s\ndata: ", epoch,
	    number, strncmp(topic, DRAFT_TOPIC,
	    strlen(DRAFT_TOPIC)) == 0 ? "drafts" : topic);
	buf_adds(&s->pending, json);
	buf_addz(&s->pending, "\n\n");
}

/* Under lock. */
static void resync(struct stream *s)
{
	buf_addf(&s->pending, "id: %s-%" PRIu64 "\nevent: resync\n"
	    "data: {}\n\n", epoch, s->after);
}

/* Under lock: the next thing to say, if there is one. */
static void more(struct stream *s)
{
	struct event_reader r = { wants, give, s };
	bool lost;

	if (s->beat)
		buf_addz(&s->pending, ":\n\n");
	s->beat = false;
	(void)event_next(&s->after, &r, &lost);
	if (lost)
		resync(s);
}

static size_t fill(void *arg, char *to, size_t n)
{
	struct stream *s = arg;

	pthread_mutex_lock(&lock);
	if (s->over) {
		pthread_mutex_unlock(&lock);
		return HTTPD_END;
	}
	if (s->pending.n == 0)
		more(s);
	if (n > s->pending.n)
		n = s->pending.n;
	memcpy(to, s->pending.p, n);
	buf_drop(&s->pending, n);
	pthread_mutex_unlock(&lock);
	return n;
}

static void gone(void *arg)
{
	struct stream *s = arg;

	pthread_mutex_lock(&lock);
	list_del(&s->hook);
	n_streams--;
	metric_set(&clients, (int64_t)n_streams);
	pthread_mutex_unlock(&lock);
	buf_deinit(&s->pending);
	free(s);
}

/* --- what wakes it ------------------------------------------------------------ */

static void wake(void *arg)
{
	char *topic = arg;

	pthread_mutex_lock(&lock);
	LIST_FOR(h, &streams) {
		struct stream *s = LIST_ENTRY(h, struct stream, hook);

		if (wants(topic, s))
			httpd_wake(s->r);
	}
	pthread_mutex_unlock(&lock);
	free(topic);
}

/* The server's threads give way, lock or no lock: not for the core. */
static void published(const char *topic)
{
	char *copy;

	if (n_streams == 0)
		return;
	copy = xstrndup(topic, strlen(topic));
	if (!work_put(WORK_READ, wake, NULL, copy))
		wake(copy);
}

static void session_seen(const struct session *s, void *arg)
{
	struct stream *stream = arg;

	if (strcmp(s->id, stream->credential) == 0)
		stream->over = false;
}

static void token_seen(const struct admin_token *t, void *arg)
{
	struct stream *stream = arg;

	if (strcmp(t->id, stream->credential) == 0 && now_ms() < t->expires)
		stream->over = false;
}

/* Under lock: whoever was shown the door sees nothing more. */
static void check(struct stream *s)
{
	struct admin a;

	if (s->via == VIA_SOCKET)
		return;
	s->over = true;
	if (s->via == VIA_SESSION)
		session_each(s->admin, session_seen, s);
	else
		tokens_each(token_seen, s);
	if (!people_by_id(s->admin, &a) ||
	    (s->roles & AS_ROLES & ~a.roles) != 0)
		s->over = true;
	explicit_bzero(&a, sizeof(a));
}

static bool wanted(const char *topic)
{
	bool yes = false;

	pthread_mutex_lock(&lock);
	LIST_FOR(h, &streams)
		yes = yes || wants(topic, LIST_ENTRY(h, struct stream, hook));
	pthread_mutex_unlock(&lock);
	return yes;
}

/*
 * Not of the server itself, which may log while it wakes us; and the rows of
 * the audit are for whom "audit" is.
 */
static void logged(enum log_level level, const char *unit, const char *text)
{
	char at[NOW_TEXT];
	struct jsonw w;
	struct buf b;

	if (strcmp(unit, "httpd") == 0 || strcmp(unit, "audit") == 0)
		return;
	now_text(now_ms(), at);
	buf_init(&b, 8192);
	jsonw_init(&w, &b);
	jsonw_object(&w, NULL);
	jsonw_str(&w, "time", strv(at));
	jsonw_str(&w, "level", strv(logring_level(level)));
	jsonw_str(&w, "module", strv(unit));
	jsonw_str(&w, "text", strv(text));
	jsonw_end(&w);
	event_publish("log", buf_strv(&b));
	buf_deinit(&b);
}

static void turn(void *arg)
{
	bool beat = ++seconds % BEAT_S == 0;

	(void)arg;
	timer_set(&second, 1000);
	pthread_mutex_lock(&lock);
	LIST_FOR(h, &streams) {
		struct stream *s = LIST_ENTRY(h, struct stream, hook);

		check(s);
		s->beat = s->beat || beat;
		if (s->over || beat)
			httpd_wake(s->r);
	}
	pthread_mutex_unlock(&lock);
	if (wanted("sessions"))
		sessions_tell();
	topics_look(wanted);
	logring_tell(wanted("log") ? logged : NULL);
}

/* --- the operation ------------------------------------------------------------- */

static bool take_topics(struct op_call *c, struct stream *s)
{
	struct strv list = op_text(c, "topics"), one;
	bool forbidden = false, ok = true;
	struct buf why;

	buf_init(&why, 1024);
	while (ok && list.n) {
		one = strv_split(list, ',', &list);
		ok = s->n_topics < TOPICS &&
		    topic_ok(one, op_roles(c), &why, &forbidden);
		if (ok)
			memcpy(s->topics[s->n_topics++], one.p, one.n);
	}
	if (!ok)
		op_fail(c, forbidden ? OP_FORBIDDEN : OP_INVALID, "%s",
		    why.n ? why.p : "too many topics");
	else if (!s->n_topics)
		op_fail(c, OP_INVALID, "topics is empty: say what to watch");
	ok = ok && s->n_topics;
	buf_deinit(&why);
	return ok;
}

/* "EPOCH-NUMBER" of the last event the client had; else from now on. */
static void take_place(struct stream *s, const struct errand *x)
{
	struct strv number, its = strv_split(strv(x->last_event), '-',
	    &number);

	s->after = event_newest();
	if (!x->last_event[0])
		return;
	if (number.n && strv_eq(its, strv(epoch)) &&
	    strtoull(number.p, NULL, 10) <= s->after)
		s->after = strtoull(number.p, NULL, 10);
	else
		resync(s);
}

static bool join(struct stream *s)
{
	bool fits;

	pthread_mutex_lock(&lock);
	fits = n_streams < STREAMS;
	if (fits) {
		list_push(&streams, &s->hook);
		metric_set(&clients, (int64_t)++n_streams);
	}
	pthread_mutex_unlock(&lock);
	return fits;
}

static void stream_free(struct stream *s)
{
	buf_deinit(&s->pending);
	free(s);
}

static void events_run(struct op_call *c)
{
	struct errand *x = op_owner(c);
	struct stream *s = xalloc(sizeof(*s));

	list_init(&s->hook);
	buf_init(&s->pending, PENDING);
	buf_addz(&s->pending, "retry: 3000\n\n");
	s->r = x->r;
	s->via = x->who.via;
	s->admin = x->who.admin;
	s->roles = x->who.roles;
	(void)snprintf(s->drafts, sizeof(s->drafts), DRAFT_TOPIC "%016" PRIx64,
	    map_hash(strv(x->who.actor)));
	memcpy(s->credential, x->who.credential, sizeof(s->credential));
	if (!take_topics(c, s)) {
		stream_free(s);
		return;
	}
	take_place(s, x);
	for (size_t i = 0; i < s->n_topics; i++)
		topic_again(s->topics[i]);
	if (!join(s)) {
		stream_free(s);
		op_fail(c, OP_BUSY, "there are %d streams already; close one",
		    STREAMS);
		return;
	}
	httpd_reply_header(x->r, "X-Accel-Buffering", STRV("no"));
	httpd_reply_stream(x->r, "text/event-stream", &(struct httpd_stream){
	    fill, gone, s });
	op_call_free(c);
	errand_free(x);
}

static const struct op_arg args[] = {
	{ "topics", ARG_REQUIRED, NULL, "stats, gateways, queues, messages, "
	  "registrations, jobs, alerts, config, pending, audit, sessions, "
	  "drafts, log, trace:ID; with commas between", IS_TEXT(1, 1024) },
	{ 0 }
};

static const struct op ops[] = {
	{ "", "GET", "/events", CAP_SELF, OP_CORE, args,
	  "what happens, as it happens (text/event-stream)", events_run,
	  "@text/event-stream" },
};

void ops_events(void)
{
	metric_register(&clients, 1);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}

/* --- life ---------------------------------------------------------------------- */

void events_start(void)
{
	rand_hex(epoch, sizeof(epoch) - 1);
	event_listen(published);
	timer_init(&second, "events", turn, NULL);
	timer_set(&second, 1000);
}

/* After the servers have stopped, so that no stream is left. */
void events_stop(void)
{
	logring_tell(NULL);
	timer_cancel(&second);
	event_reset();
	topics_reset();
}
