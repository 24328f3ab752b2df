/* lookup.c - the port that asks over HTTP whether a phone is within reach. */

#define LOG_UNIT "lookup"

#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/alloc.h"
#include "base/arena.h"
#include "base/log.h"
#include "base/metric.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "core/leg.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/port.h"
#include "loop/loop.h"
#include "loop/resolve.h"
#include "op/health.h"
#include "op/op.h"
#include "port/lookup/answer.h"
#include "port/lookup/fetch.h"
#include "store/audit.h"

#define SECTION		"lookup"
#define AT_ONCE		32
#define SECRET_MAX	4096
#define LOG_EVERY_MS	60000
#define FAILURES	10	/* in a row are a warning */

static struct question *first;
static unsigned asked;		/* questions that are out */
static bool started, running;	/* the port; its thread */
static int64_t logged;		/* now_mono() of the last failure in the log */
static unsigned failures;	/* one after the other */

enum { ATTACHED, DETACHED, UNKNOWN, FAILED, REFUSED, DURATION, METRICS };
static struct metric metrics[METRICS] = {
#define C(i, label) [i] = COUNTER("parley_lookup_questions_total", \
	"result=\"" label "\"", "Questions where a phone is, and answers.")
	C(ATTACHED, "attached"), C(DETACHED, "detached"),
	C(UNKNOWN, "unknown"), C(FAILED, "failed"), C(REFUSED, "busy"),
#undef C
	[DURATION] = HISTOGRAM("parley_lookup_duration_seconds", NULL,
	    "Time until the answer."),
};

/* From the question to its answer. */
struct question {
	struct question *next;
	struct fetch fetch;
	struct resolve *resolving;
	struct answer_server server;
	struct arena arena;		/* of texts that are no secrets */
	struct strv key;
	struct buf password, bearer;
	struct op_call *call;		/* who wants to see it, or NULL */
	int64_t at_us;
};

/* --- the end of a question ------------------------------------------------ */

static void question_free(struct question *q)
{
	struct question **at = &first;

	while (*at != q)
		at = &(*at)->next;
	*at = q->next;
	asked--;
	resolve_cancel(q->resolving);
	explicit_bzero(q->password.p, q->password.n);
	explicit_bzero(q->bearer.p, q->bearer.n);
	buf_deinit(&q->password);
	buf_deinit(&q->bearer);
	buf_deinit(&q->fetch.body);
	arena_deinit(&q->arena);
	free(q);
}

static const char *state_of(enum access_signal what)
{
	return what == HEARD_ATTACHED ? "attached" :
	    what == HEARD_DETACHED ? "detached" : "unknown";
}

static void say(struct question *q, enum access_signal what, const char *why)
{
	struct op_call *c = q->call;

	if (!c)
		return;
	q->call = NULL;
	op_field(c, "number", q->key);
	op_field(c, "state", strv(state_of(what)));
	op_field_int(c, "ms", (now_us() - q->at_us) / 1000);
	op_field(c, "why", strv(why));
	audit_event(op_who(c), STRV("lookup ask"), q->key, STRV("ok"),
	    strv(state_of(what)));
	op_done(c);
}

static void finish(struct question *q, enum access_signal what, int counted,
    const char *why)
{
	metric_inc(&metrics[counted]);
	metric_observe(&metrics[DURATION], now_us() - q->at_us);
	failures = counted == FAILED ? failures + 1 : 0;
	if (counted == FAILED && (!logged ||
	    now_mono() - logged >= LOG_EVERY_MS)) {
		logged = now_mono();
		log_warn("no answer where a phone is host=%s: %s",
		    q->server.host, why);
	}
	say(q, what, why);
	access_heard(q->key, what, now_ms());
	question_free(q);
}

/* 404: the service does not know the number. */
static void answered(struct fetch *f)
{
	struct question *q = LIST_ENTRY(f, struct question, fetch);
	enum access_signal what = HEARD_NOTHING;
	struct buf why;
	bool ok = f->status == 404;

	q->resolving = NULL;
	buf_init(&why, 512);
	if (f->status == 200)
		ok = answer_read(buf_strv(&f->body), &what, &why) == ERR_OK;
	else if (f->status != 0 && !ok)
		buf_addf(&why, "it answered %ld", f->status);
	else if (!ok)
		buf_addz(&why, f->why);
	finish(q, ok ? what : HEARD_NOTHING, !ok ? FAILED :
	    what == HEARD_ATTACHED ? ATTACHED :
	    what == HEARD_DETACHED ? DETACHED : UNKNOWN, why.p);
	buf_deinit(&why);
}

/* --- asking --------------------------------------------------------------- */

/* "+HOST:PORT:IP,IP": an entry that libcurl forgets again.  Not for an IPv6
 * address, which needs none. */
static void put_addresses(struct question *q, const struct resolved *r)
{
	struct buf b;

	if (strchr(q->server.host, ':'))
		return;
	buf_init(&b, 2048);
	buf_addf(&b, "+%s:%u:", q->server.host, q->server.port);
	for (size_t i = 0; i < r->n; i++) {
		const struct sockaddr *sa = (const struct sockaddr *)
		    &r->address[i].sa;
		char text[NI_MAXHOST];

		if (getnameinfo(sa, r->address[i].n, text, sizeof(text), NULL,
		    0, NI_NUMERICHOST) == 0)
			buf_addf(&b, "%s%s", i ? "," : "", text);
	}
	q->fetch.address = arena_str(&q->arena, buf_strv(&b)).p;
	buf_deinit(&b);
}

static void resolved(const struct resolved *r, void *arg)
{
	struct question *q = arg;
	long left = ACCESS_ASK_MS - (long)((now_us() - q->at_us) / 1000);

	q->resolving = NULL;
	if (r->n == 0 || left <= 0 || !running) {
		finish(q, HEARD_NOTHING, FAILED, r->n == 0 ? r->why :
		    "no time left for the question");
		return;
	}
	put_addresses(q, r);
	q->fetch.timeout_ms = left;
	fetch_put(&q->fetch);
}

static const char *text_of(struct question *q, const char *row)
{
	const char *s = conf_text(SECTION, "", row);

	return *s ? arena_str(&q->arena, strv(s)).p : NULL;
}

static bool set_login(struct question *q)
{
	buf_init(&q->password, SECRET_MAX);
	buf_init(&q->bearer, SECRET_MAX);
	if (conf_is_set(SECTION, "", "password") &&
	    conf_secret(SECTION, "", "password", &q->password) != ERR_OK)
		return false;
	if (conf_is_set(SECTION, "", "token") &&
	    conf_secret(SECTION, "", "token", &q->bearer) != ERR_OK)
		return false;
	q->fetch.user = text_of(q, "user");
	q->fetch.password = q->password.p;
	q->fetch.bearer = q->bearer.n ? q->bearer.p : NULL;
	q->fetch.ca = text_of(q, "ca");
	return true;
}

static struct question *question_new(struct strv key)
{
	struct question *q = xalloc(sizeof(*q));
	struct buf url, why;
	bool ok;

	arena_init(&q->arena);
	buf_init(&q->fetch.body, ANSWER_MAX);
	q->next = first;
	first = q;
	asked++;
	q->at_us = now_us();
	q->key = arena_str(&q->arena, key);
	q->fetch.done = answered;
	buf_init(&url, 1024);
	buf_init(&why, 256);
	ok = set_login(q) && answer_url(strv(conf_text(SECTION, "", "url")),
	    key, &url) && answer_check(strv(conf_text(SECTION, "", "url")),
	    &q->server, &why) == ERR_OK;
	q->fetch.url = arena_str(&q->arena, buf_strv(&url)).p;
	buf_deinit(&url);
	buf_deinit(&why);
	if (ok)
		return q;
	question_free(q);
	return NULL;
}

static bool begin(struct strv key, struct op_call *call)
{
	struct question *q;

	if (!running || asked >= AT_ONCE) {
		metric_inc(&metrics[REFUSED]);
		return false;
	}
	q = question_new(key);
	if (!q)
		return false;
	q->call = call;
	q->resolving = resolve_host(strv(q->server.host), q->server.port,
	    resolved, q);
	return true;
}

static bool ask(struct strv key)
{
	return begin(key, NULL);
}

/* --- settings ------------------------------------------------------------- */

/* When the daemon stops, or the thread with the address: nobody knows. */
static void given(struct fetch *f)
{
	struct question *q = LIST_ENTRY(f, struct question, fetch);

	q->resolving = NULL;
	finish(q, HEARD_NOTHING, FAILED, "it is not asked any more");
}

static void follow(void)
{
	bool want = started && conf_is_set(SECTION, "", "url");

	if (want == running)
		return;
	if (want) {
		running = fetch_start();
		if (!running)
			log_err("no thread for look-ups: phones are not asked "
			    "for");
	} else {
		running = false;
		fetch_stop(given);
		failures = 0;
	}
	access_asker(running ? ask : NULL);
}

static void apply(const char *name, bool gone)
{
	(void)name;
	(void)gone;
	follow();
}

static enum err check(const char *name, struct buf *why)
{
	struct strv url = strv(conf_text(SECTION, name, "url"));
	struct answer_server server;
	struct buf b;
	enum err e = ERR_OK;

	buf_init(&b, 256);
	if (url.n)
		e = answer_check(url, &server, &b);
	if (e != ERR_OK)
		buf_addf(why, "lookup url: %s", b.p);
	buf_deinit(&b);
	if (e == ERR_OK && conf_is_set(SECTION, name, "token") &&
	    conf_is_set(SECTION, name, "user")) {
		buf_addz(why, "lookup token: give a token, or a user with a "
		    "password, not both");
		e = ERR_BAD_SYNTAX;
	}
	return e;
}

static const struct conf_row rows[] = {
	{ .name = "url", .type = CONF_TEXT, .min = 10, .max = 500,
	  .help = "who knows where a phone is: https://hlr.example.net/"
	  "{number}, answered by JSON {\"state\": \"attached\"}, detached or "
	  "unknown; {digits} is the number without +; unset: nobody is asked" },
	{ .name = "user", .type = CONF_TEXT, .min = 1, .max = 100,
	  .help = "for HTTP Basic authentication" },
	{ .name = "password", .type = CONF_SECRET, .help = "of that user" },
	{ .name = "token", .type = CONF_SECRET,
	  .help = "for Bearer authentication" },
	{ .name = "ca", .type = CONF_TEXT, .max = 255,
	  .help = "PEM file of the authorities to trust; unset: the "
	  "system's" },
};

static const struct conf_section section = {
	.name = SECTION, .rows = rows, .n = sizeof(rows) / sizeof(*rows),
	.help = "asking over HTTP whether a phone without IP can be reached",
	.apply = apply, .check = check
};

/* --- operations ----------------------------------------------------------- */

static void run_ask(struct op_call *c)
{
	struct strv text = op_text(c, "number");
	struct buf key;

	buf_init(&key, ADDR_MAX);
	if (!running)
		op_fail(c, OP_CONFLICT, "nobody is asked: set lookup url");
	else if (dir_key(text, &key) != ERR_OK ||
	    !addr_is_number(buf_strv(&key)))
		op_fail(c, OP_INVALID, "%.*s is no number: tel:+15550100001",
		    STRV_ARG(text));
	else if (!begin(buf_strv(&key), c))
		op_fail(c, OP_BUSY, "too many questions are out, or the "
		    "password cannot be read");
	buf_deinit(&key);
}

static const struct op_arg ask_args[] = {
	{ "number", ARG_REQUIRED | ARG_POSITION, "subscriber",
	  "tel:+15550100001, in any spelling", IS_TEXT(1, ADDR_MAX) },
	{ 0 }
};

static const struct op ops[] = {
	{ "lookup ask", "POST", "/lookup/ask", CAP_OPERATE, OP_CORE,
	  ask_args, "ask now where a phone is, and show the answer", run_ask,
	  "number state=attached|detached|unknown ms:ms why" },
};

/* --- health --------------------------------------------------------------- */

static enum health check_lookup(struct buf *says, struct buf *remedy)
{
	if (failures < FAILURES) {
		buf_addz(says, running ? "answers" : "nobody is asked");
		return HEALTH_OK;
	}
	buf_addf(says, "the last %u questions had no answer", failures);
	buf_addz(remedy, "parley lookup ask NUMBER shows why; until it "
	    "answers, phones are waited for as if nothing were known");
	return HEALTH_WARN;
}

static const struct health_check checks[] = {
	{ "lookup", false, check_lookup },
};

/* --- the port ------------------------------------------------------------- */

static void lookup_init(const char *dir)
{
	(void)dir;
	conf_register(&section);
	metric_register(metrics, METRICS);
	health_register(checks, sizeof(checks) / sizeof(*checks));
	op_register(ops, sizeof(ops) / sizeof(*ops));
}

static enum err lookup_start(void)
{
	started = true;
	follow();
	return ERR_OK;
}

static void lookup_stop(void (*done)(void))
{
	started = false;
	follow();
	done();
}

static void lookup_fini(void)
{
	while (first)
		question_free(first);
}

/* Nothing is sent this way. */
static unsigned lookup_window(struct strv hop)
{
	(void)hop;
	return 0;
}

static void refuse(void *arg)
{
	struct flow_outcome o = { .err = ERR_NO_SERVICE };

	flow_result(arg, &o);
}

static void lookup_deliver(struct leg *l)
{
	loop_defer(refuse, l);
}

const struct port lookup_port = {
	.name = "lookup",
	.init = lookup_init,
	.start = lookup_start,
	.stop = lookup_stop,
	.fini = lookup_fini,
	.window = lookup_window,
	.deliver = lookup_deliver,
};
