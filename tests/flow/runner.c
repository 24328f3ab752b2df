/* runner.c - play scenarios, each also with a crash after every step. */

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/strv.h"
#include "dir/gateways.h"
#include "charged.h"
#include "fake.h"
#include "orders.h"

#define MAX_WORDS	20
#define START_MS	INT64_C(1800000000000)
#define EXIT_CRASH	42

struct words {
	char *w[MAX_WORDS];
	int n;
};

static struct model *model;

__attribute__((format(printf, 1, 2)))
static void fail(const char *fmt, ...)
{
	va_list ap;

	if (model->failure[0])
		return;
	va_start(ap, fmt);
	(void)vsnprintf(model->failure, sizeof(model->failure), fmt, ap);
	va_end(ap);
}

/* --- words -------------------------------------------------------------------- */

/* Split in place at blanks; "..." is one word without its quotes. */
static struct words split(char *s)
{
	struct words ws = { { NULL }, 0 };

	while (*s && ws.n < MAX_WORDS) {
		while (*s == ' ' || *s == '\t')
			s++;
		if (!*s || *s == '#')
			break;
		char end = *s == '"' ? '"' : ' ';

		if (end == '"')
			s++;
		ws.w[ws.n++] = s;
		while (*s && *s != end && !(end == ' ' && *s == '\t'))
			s++;
		if (*s)
			*s++ = 0;
	}
	return ws;
}

static const char *word(const struct words *ws, int i)
{
	return i < ws->n ? ws->w[i] : "";
}

/* the word behind key, or fallback */
static const char *after(const struct words *ws, const char *key,
    const char *fallback)
{
	for (int i = 0; i + 1 < ws->n; i++)
		if (strcmp(ws->w[i], key) == 0)
			return ws->w[i + 1];
	return fallback;
}

static int64_t duration(const char *s)
{
	char *unit;
	int64_t v = strtoll(s, &unit, 10);

	return v * (*unit == 'd' ? 86400000 : *unit == 'h' ? 3600000 :
	    *unit == 'm' && unit[1] != 's' ? 60000 : *unit == 's' ? 1000 : 1);
}

static enum report_status status(const char *s)
{
	for (int i = STATUS_DELIVERED; i <= STATUS_ERROR; i++)
		if (strcmp(report_status_name((enum report_status)i), s) == 0)
			return (enum report_status)i;
	fail("no such status: %s", s);
	return STATUS_ERROR;
}

/* --- steps ------------------------------------------------------------------------- */

static void user(const struct words *ws)
{
	int i = 0;

	while (model->names[i].name[0])
		i++;
	(void)snprintf(model->names[i].name, sizeof(model->names[i].name),
	    "%s", word(ws, 1));
	(void)snprintf(model->names[i].key, sizeof(model->names[i].key),
	    "%s", word(ws, 2));
	if (strcmp(word(ws, 0), "user") == 0 &&
	    !fake_operation("subscriber add", "address", word(ws, 2), NULL))
		fail("cannot add %s", word(ws, 2));
}

/* group team sip:team@example.org copy-to-sender on */
static void group(const struct words *ws)
{
	user(ws);
	if (!fake_operation("group add", "address", word(ws, 2), NULL))
		fail("cannot add %s", word(ws, 2));
	for (int i = 3; i + 1 < ws->n; i += 2)
		if (!fake_operation("group set", "address", word(ws, 2),
		    word(ws, i), word(ws, i + 1), NULL))
			fail("cannot set %s", word(ws, i));
}

/* member team bob admin */
static void member(const struct words *ws)
{
	if (!fake_operation("group member add", "group",
	    fake_key(word(ws, 1)), "address", fake_key(word(ws, 2)), "role",
	    ws->n > 3 ? word(ws, 3) : NULL, NULL))
		fail("cannot add %s", word(ws, 2));
}

/* rounds 1: let each step do only so much; 0: all there is to do */
static void rounds(const struct words *ws)
{
	model->rounds = atoi(word(ws, 1));
}

static void set(const struct words *ws)
{
	char line[320] = "";

	for (int i = 0; i < ws->n; i++) {
		const char *quote = strchr(ws->w[i], ' ') ? "\"" : "";

		strcat(line, i ? " " : "");
		strcat(line, quote);
		strcat(line, ws->w[i]);
		strcat(line, quote);
	}
	if (!fake_set(line))
		fail("refused: %s", line);
}

static void online(const struct words *ws)
{
	fake_online(word(ws, 1), after(ws, "device", "d1"),
	    after(ws, "tags", ""), duration(after(ws, "for", "90d")));
}

static void offline(const struct words *ws)
{
	fake_offline(word(ws, 1), after(ws, "device", ""));
}

static void gateway(const struct words *ws)
{
	const char *state = word(ws, 2);

	fake_gateway(word(ws, 1), strcmp(state, "up") == 0 ? GATEWAY_UP :
	    strcmp(state, "throttled") == 0 ? GATEWAY_THROTTLED :
	    GATEWAY_DOWN);
}

/* suspend bob, resume bob */
static void suspend(const struct words *ws)
{
	char command[32];

	(void)snprintf(command, sizeof(command), "subscriber %s",
	    word(ws, 0));
	for (int i = 0; i < MODEL_NAMES; i++)
		if (strcmp(model->names[i].name, word(ws, 1)) == 0 &&
		    fake_operation(command, "address", model->names[i].key,
		    NULL))
			return;
	fail("cannot %s", word(ws, 0));
}

/* private bob: his display reports go nowhere */
static void private(const struct words *ws)
{
	if (!fake_operation("subscriber set", "address", fake_key(word(ws, 1)),
	    "read-reports", "off", NULL))
		fail("cannot set %s", word(ws, 1));
}

/* sticky alice dave sms;via=smsc1 */
static void sticky(const struct words *ws)
{
	fake_sticky(word(ws, 1), word(ws, 2), word(ws, 3));
}

static void disk(const struct words *ws)
{
	fake_disk(strcmp(word(ws, 1), "full") == 0);
}

static void stop(const struct words *ws)
{
	(void)ws;
	fake_stop();
}

/* submit alice -> bob "hi" id m1 wants delivered,displayed wait 5s expires
 * 1h service sms;via=smsc1 device d1
 * recipients bob,carol type image/png */
static void submit(const struct words *ws)
{
	const struct fake_message m = {
		.from = word(ws, 1), .to = word(ws, 3), .text = word(ws, 4),
		.id = after(ws, "id", ""), .wants = after(ws, "wants", ""),
		.service = after(ws, "service", ""),
		.device = after(ws, "device", NULL),
		.recipients = after(ws, "recipients", NULL),
		.type = after(ws, "type", "text/plain"),
		.expires = duration(after(ws, "expires", "-1ms"))
	};

	fake_submit(&m, duration(after(ws, "wait", "0s")));
}

/* heard bob alert */
static void heard(const struct words *ws)
{
	if (!fake_heard(word(ws, 1), word(ws, 2)))
		fail("no such signal: %s", word(ws, 2));
}

static void time_passes(const struct words *ws)
{
	fake_time(duration(word(ws, 1) + 1));
}

static int pull_answer;

static void pulled(enum err e, void *arg)
{
	(void)arg;
	pull_answer = e == ERR_OK ? 200 : err_info(e)->sip;
}

/* pull bob d1: it asks for what it was only notified of */
static void pull(const struct words *ws)
{
	flow_pull(strv(fake_key(word(ws, 1))), strv(word(ws, 2)), pulled,
	    NULL);
}

/* report bob -> alice displayed m1 */
static void report(const struct words *ws)
{
	fake_report(word(ws, 1), word(ws, 3), word(ws, 5),
	    status(word(ws, 4)));
}

/* receipt smsc1 delivered REF */
static void receipt(const struct words *ws)
{
	fake_receipt(word(ws, 1), word(ws, 3), status(word(ws, 2)));
}

static bool is_sent(const struct model_sent *s, const char *hop,
    const char *what)
{
	return strcmp(s->hop, hop) == 0 && strcmp(s->what, what) == 0;
}

/* After a crash the leg may have gone out before it, or go out again. */
static bool find_any(const char *hop, const char *what)
{
	for (int i = model->nsent - 1; i >= 0; i--) {
		if (!is_sent(&model->sent[i], hop, what))
			continue;
		model->sent[i].expected = true;
		model->current = i;
		return true;
	}
	return false;
}

static const struct {
	const char *name;
	enum err err;
	bool delivered, hold;
} results[] = {
	{ "ok",		ERR_OK,		false,	false },
	{ "delivered",	ERR_OK,		true,	false },
	{ "gone",	ERR_OFFLINE,	false,	true },
	{ "nobody",	ERR_OFFLINE,	false,	true },
	{ "silent",	ERR_TIMEOUT,	false,	false },
	{ "busy",	ERR_BUSY,	false,	false },
	{ "refused",	ERR_REJECTED,	false,	false },
	{ "unknown",	ERR_NO_USER,	false,	false },
	{ "too-big",	ERR_TOO_BIG,	false,	false },
};

static void result(const struct words *ws)
{
	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++) {
		struct flow_outcome o = {
			.err = results[i].err,
			.delivered = results[i].delivered,
			.hold = results[i].hold,
			.retry_after = atoi(after(ws, "retry-after", "0")),
			.ref = strv(after(ws, "ref", NULL)),
			.missed = strv(after(ws, "missed", NULL)),
			.interworked = strcmp(after(ws, "by", ""), "sms") == 0,
		};

		if (strcmp(results[i].name, word(ws, 1)) != 0)
			continue;
		if (model->crashed)	/* it may have gone out again */
			(void)find_any(model->sent[model->current].hop,
			    model->sent[model->current].what);
		if (!fake_result(&model->sent[model->current], &o) &&
		    !model->crashed)
			fail("that leg was answered already");
		return;
	}
	fail("no such result: %s", word(ws, 1));
}

/* missed phone: of what the current leg brings, behind its success */
static void missed(const struct words *ws)
{
	if (!fake_missed(&model->sent[model->current], word(ws, 1)) &&
	    !model->crashed)
		fail("that leg was answered already");
}

/* operate "screening block add" pattern alice subscriber bob */
static void operate(const struct words *ws)
{
	const char *pairs[MAX_WORDS + 1] = { NULL };

	for (int i = 2; i < ws->n; i++)
		pairs[i - 2] = ws->w[i];
	if (!fake_operate(word(ws, 1), pairs) && !model->crashed)
		fail("refused: %s", word(ws, 1));
}

/* --- expectations ------------------------------------------------------------------- */

/* expect deliver bob "hi" to d1 */
static void expect_deliver(const struct words *ws)
{
	if (model->crashed) {
		(void)find_any(word(ws, 2), word(ws, 3));
		return;
	}
	for (int i = 0; i < model->nsent; i++) {
		struct model_sent *s = &model->sent[i];

		if (s->expected)
			continue;
		if (!is_sent(s, word(ws, 2), word(ws, 3)))
			fail("sent to %s: \"%s\" instead", s->hop, s->what);
		if (strcmp(after(ws, "to", s->devices), s->devices) != 0)
			fail("sent to device %s", s->devices);
		s->expected = true;
		model->current = i;
		return;
	}
	fail("nothing was sent to %s", word(ws, 2));
}

/* expect answer 202, of the newest; expect answer 202 of m1, its first */
static void expect_answer(const struct words *ws)
{
	const char *id = after(ws, "of", "");
	int i = *id ? 0 : model->nsubmits - 1, got;

	while (*id && i < model->nsubmits - 1 &&
	    strcmp(model->submits[i].id, id) != 0)
		i++;
	got = model->submits[i].answer;

	/* behind a crash a second copy may find the first one unanswered */
	if (got != atoi(word(ws, 2)) && !(model->crashed && (got == 0 ||
	    got == 202 || (got == 200 && *word(ws, 2) == '2'))))
		fail("answered %d", got);
}

static void expect_nothing(const struct words *ws)
{
	(void)ws;
	for (int i = 0; i < model->nsent && !model->crashed; i++)
		if (!model->sent[i].expected)
			fail("sent to %s: \"%s\"", model->sent[i].hop,
			    model->sent[i].what);
}

/* expect pull 503: the newest; expect pulls 1: so many are on disk */
static void expect_pull(const struct words *ws)
{
	if (!model->crashed && pull_answer != atoi(word(ws, 2)))
		fail("answered %d", pull_answer);
}

static void expect_pulls(const struct words *ws)
{
	int64_t n = fake_rows("SELECT count(*) FROM pull");

	if (n != atoi(word(ws, 2)))
		fail("%d are on disk", (int)n);
}

/*
 * finally alice has 1 "REPORT delivered m1": as different messages.  A crash
 * behind a full disk forgets results, which may be other ones the next time,
 * so that a report may be owed no more; but never more than one.
 */
static void finally(const struct words *ws)
{
	int want = atoi(word(ws, 3)), got = 0;

	for (int i = 0; i < model->nsent; i++) {
		bool again = false;

		if (!is_sent(&model->sent[i], word(ws, 1), word(ws, 4)))
			continue;
		for (int k = 0; k < i; k++)
			again |= model->sent[k].message ==
			    model->sent[i].message &&
			    is_sent(&model->sent[k], word(ws, 1), word(ws, 4));
		got += !again;
	}
	if (got < want && model->crashed && model->disk_was_full &&
	    strncmp(word(ws, 4), "REPORT", 6) == 0)
		return;
	if (got != want)
		fail("%s has it %d times", word(ws, 1), got);
}

/* finally rising bob: what he got came in the order it was sent in. */
static void finally_rising(const struct words *ws)
{
	uint64_t newest = 0;

	for (int i = 0; i < model->nsent; i++) {
		const struct model_sent *s = &model->sent[i];
		bool again = false;

		for (int k = 0; k < i; k++)
			again |= model->sent[k].leg == s->leg;
		if (again || strcmp(s->hop, word(ws, 2)) != 0)
			continue;
		if (s->message < newest)
			fail("\"%s\" was overtaken", s->what);
		newest = s->message;
	}
}

/* --- steps of the orders ------------------------------------------------------------ */

/* take, refuse: the devices answer what is open, until nothing is. */
static void answer_all(const struct words *ws)
{
	const struct flow_outcome o = {
		.err = strcmp(word(ws, 0), "take") == 0 ? ERR_OK :
		    ERR_REJECTED
	};
	bool any = true;

	while (any) {
		any = false;
		for (int i = 0; i < model->nsent; i++)
			any |= fake_result(&model->sent[i], &o);
		fake_drain();
	}
}

static bool has_text(const struct model_sent *s, const char *device)
{
	return strcmp(s->what, "hi") == 0 &&
	    strv_listed(strv(s->taken), strv(device));
}

static int times_taken(const char *device)
{
	int n = 0;

	for (int i = 0; i < model->nsent; i++)
		n += has_text(&model->sent[i], device);
	return n;
}

/* reports d1: it reports what it has, as often as it is asked. */
static void reports(const struct words *ws)
{
	if (times_taken(word(ws, 1)) == 0)
		return;
	fake_report("bob", "alice", "m1", STATUS_DELIVERED);
	fake_drain();
	fake_report("bob", "alice", "m1", STATUS_DISPLAYED);
}

/* sms ok, ip refused: what is open there has this answer. */
static void answer_hop(const struct words *ws)
{
	bool sms = strcmp(word(ws, 0), "sms") == 0;
	struct flow_outcome o = { .err = ERR_OK, .interworked = sms,
		.ref = strv(sms ? "1" : NULL) };

	for (size_t i = 0; i < sizeof(results) / sizeof(*results); i++)
		if (strcmp(results[i].name, word(ws, 1)) == 0)
			o.err = results[i].err;
	for (int i = 0; i < model->nsent; i++)
		if (strcmp(model->sent[i].hop, sms ? "smsc1" : "bob") == 0)
			(void)fake_result(&model->sent[i], &o);
}

/* The first of its kind that went out; -1: none.  *n: different ones. */
static int first_sent(const char *what, int *n)
{
	int first = -1;

	*n = 0;
	for (int i = 0; i < model->nsent; i++) {
		bool again = false;

		if (strcmp(model->sent[i].what, what) != 0)
			continue;
		for (int k = 0; k < i; k++)
			again |= model->sent[k].message ==
			    model->sent[i].message &&
			    strcmp(model->sent[k].what, what) == 0;
		*n += !again;
		if (first < 0)
			first = i;
	}
	return first;
}

/* At most one report of a kind, none lost, none before its cause. */
static void check_reports(bool reached)
{
	int n_delivered, n_displayed, n_failed, n_forbidden, n_text;
	int text = first_sent("hi", &n_text);
	int delivered = first_sent("REPORT delivered m1", &n_delivered);
	int displayed = first_sent("REPORT displayed m1", &n_displayed);
	bool refused = model->submits[0].answer >= 300;

	(void)first_sent("REPORT failed m1", &n_failed);
	(void)first_sent("REPORT forbidden m1", &n_forbidden);
	if (n_text > 1 || (reached && (n_delivered != 1 ||
	    n_displayed != 1)))
		fail("%d texts, %d delivered, %d displayed", n_text,
		    n_delivered, n_displayed);
	if (reached && (n_failed || n_forbidden || refused))
		fail("it was reached and failed");
	if (!reached && (n_delivered || n_displayed || n_failed +
	    n_forbidden + refused != 1))
		fail("not reached: %d failed, %d forbidden, answer %d",
		    n_failed, n_forbidden, model->submits[0].answer);
	if (reached && !(text < delivered && delivered < displayed))
		fail("a report came before its cause");
}

/* finally order 3 d2 d3: of 3 devices at least these have it, none twice. */
static void finally_order(const struct words *ws)
{
	bool reached = false;
	char device[16];

	for (int i = 1; i <= atoi(word(ws, 2)); i++) {
		int n;

		(void)snprintf(device, sizeof(device), "d%d", i);
		n = times_taken(device);
		reached |= n > 0;
		if (n > 1 && !model->crashed)
			fail("%s has it %d times", device, n);
	}
	for (int i = 3; i < ws->n; i++)
		if (times_taken(ws->w[i]) == 0)
			fail("%s has it not", ws->w[i]);
	check_reports(reached);
}

/*
 * finally phone 2 text sms: of 2 tablets and a phone that came online in the
 * end, all have it, the phone once: by this way, if all was as it was told.
 */
static void finally_phone(const struct words *ws)
{
	bool text = strcmp(word(ws, 3), "text") == 0;
	int n_delivered, n_displayed, n_failed, n_other, n_sms = 0;
	int delivered = first_sent("REPORT delivered m1", &n_delivered);
	int displayed = first_sent("REPORT displayed m1", &n_displayed);
	int ip = times_taken("phone");
	bool by_sms, read = ip > 0;

	(void)first_sent("REPORT failed m1", &n_failed);
	(void)first_sent("REPORT forbidden m1", &n_other);
	for (int i = 0; i < model->nsent; i++)
		n_sms += strcmp(model->sent[i].hop, "smsc1") == 0;
	for (int i = 1; i <= atoi(word(ws, 2)); i++) {
		char device[16];

		(void)snprintf(device, sizeof(device), "d%d", i);
		read |= times_taken(device) > 0;
		if (times_taken(device) > 1 && !model->crashed)
			fail("%s has it %d times", device,
			    times_taken(device));
	}
	by_sms = text && n_sms > 0 && strcmp(word(ws, 4), "sms") == 0;
	if (n_delivered > 1 || n_displayed > 1 || n_failed + n_other > 0)
		fail("%d delivered, %d displayed, %d failed, %d forbidden",
		    n_delivered, n_displayed, n_failed, n_other);
	if (read && (n_delivered != 1 || n_displayed != 1))
		fail("read, but %d delivered, %d displayed", n_delivered,
		    n_displayed);
	if (n_delivered && displayed >= 0 && displayed < delivered)
		fail("displayed came before delivered");
	if (!text && ip == 0)
		fail("the phone has no image");
	if (model->crashed)
		return;
	if (ip > 1 || (text && by_sms && ip > 0))
		fail("the phone has it %d times by IP and %d by SMS", ip,
		    n_sms);
	if (text && !by_sms && ip != 1)
		fail("the phone has it not over IP, but %d SMS", n_sms);
	if (by_sms && n_delivered != 1)
		fail("the SMS arrived, but %d delivered", n_delivered);
}

static const struct {
	const char *first, *second;
	void (*run)(const struct words *ws);
} verbs[] = {
	{ "user", NULL, user },
	{ "outsider", NULL, user },
	{ "group", NULL, group },
	{ "member", NULL, member },
	{ "rounds", NULL, rounds },
	{ "set", NULL, set },
	{ "online", NULL, online },
	{ "offline", NULL, offline },
	{ "gateway", NULL, gateway },
	{ "suspend", NULL, suspend },
	{ "resume", NULL, suspend },
	{ "private", NULL, private },
	{ "sticky", NULL, sticky },
	{ "operate", NULL, operate },
	{ "disk", NULL, disk },
	{ "stop", NULL, stop },
	{ "submit", NULL, submit },
	{ "heard", NULL, heard },
	{ "missed", NULL, missed },
	{ "time", NULL, time_passes },
	{ "pull", NULL, pull },
	{ "report", NULL, report },
	{ "receipt", NULL, receipt },
	{ "result", NULL, result },
	{ "expect", "deliver", expect_deliver },
	{ "expect", "answer", expect_answer },
	{ "expect", "nothing", expect_nothing },
	{ "expect", "pull", expect_pull },
	{ "expect", "pulls", expect_pulls },
	{ "take", NULL, answer_all },
	{ "refuse", NULL, answer_all },
	{ "reports", NULL, reports },
	{ "ip", NULL, answer_hop },
	{ "sms", NULL, answer_hop },
	{ "finally", "order", finally_order },
	{ "finally", "rising", finally_rising },
	{ "finally", "phone", finally_phone },
	{ "finally", NULL, finally },
};

static void one_step(const char *text)
{
	char copy[256];
	struct words ws;

	(void)snprintf(copy, sizeof(copy), "%s", text);
	ws = split(copy);
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++) {
		if (strcmp(verbs[i].first, word(&ws, 0)) != 0 ||
		    (verbs[i].second &&
		    strcmp(verbs[i].second, word(&ws, 1)) != 0))
			continue;
		verbs[i].run(&ws);
		return;
	}
	fail("no such step");
}

/* text with its % as i */
static void numbered(const char *text, int n, int i, char *out, size_t size)
{
	const char *mark = memchr(text, '%', (size_t)n);
	int before = mark ? (int)(mark - text) : n;

	if (mark)
		(void)snprintf(out, size, "%.*s%d%.*s", before, text, i,
		    n - before - 1, mark + 1);
	else
		(void)snprintf(out, size, "%.*s", n, text);
	if (mark && strchr(out, '%')) {
		char once[256];

		(void)snprintf(once, sizeof(once), "%s", out);
		numbered(once, (int)strlen(once), i, out, size);
	}
}

/* The steps between " ; ", numbered i. */
static void steps(const char *text, int i, bool together)
{
	char copy[256];

	while (text && !model->failure[0]) {
		const char *end = strstr(text, " ; ");

		numbered(text, end ? (int)(end - text) : (int)strlen(text), i,
		    copy, sizeof(copy));
		one_step(copy + strspn(copy, " "));
		if (!together)
			fake_drain();
		text = end ? end + 3 : NULL;
	}
	fake_drain();
}

/*
 * repeat 100 submit alice -> bob "m%" id m% ; time +1s: as so many steps
 * together gateway smsc1 up ; result ok: nothing is written in between
 */
static void step(const char *text)
{
	bool together = strncmp(text, "together ", 9) == 0;
	char *rest;
	int times;

	if (strncmp(text, "repeat ", 7) != 0) {
		steps(together ? text + 9 : text, 1, together);
		return;
	}
	times = (int)strtol(text + 7, &rest, 10);
	for (int i = 1; i <= times && !model->failure[0]; i++)
		steps(rest, i, false);
}

/* --- playing ----------------------------------------------------------------------- */

/* Answer whatever is still open, so that what is owed can arrive. */
static void settle(void)
{
	static const struct flow_outcome ok = { .err = ERR_OK };

	for (int round = 0; round < 40; round++) {
		for (int i = 0; i < model->nsent; i++)
			(void)fake_result(&model->sent[i], &ok);
		fake_drain();
		if (round % 10 == 9)
			fake_time(3600000);
	}
}

static bool is_finally(const struct scenario *s, int i)
{
	return strstr(s->text[i], "finally") != NULL;
}

/* In a child: steps from..; _exit in the middle is the crash. */
static void play(const struct scenario *s, const char *dir, int from,
    int crash)
{
	bool settled = false;

	if (!fake_start(model, dir) || !charged_watch())
		fail("cannot start");
	for (int i = from; i < s->n && !model->failure[0]; i++) {
		model->line = s->line[i];
		if (is_finally(s, i) && !settled && model->crashed) {
			settle();
			settled = true;
		}
		step(s->text[i]);
		if (i == crash && !model->failure[0])
			_exit(EXIT_CRASH);
	}
	if (!model->failure[0] && !charged_same())
		fail("charging has noted something else than happened");
	_exit(0);
}

static int in_child(const struct scenario *s, const char *dir, int from,
    int crash)
{
	pid_t pid = fork();
	int st = 0;

	if (pid == 0)
		play(s, dir, from, crash);
	if (pid < 0 || waitpid(pid, &st, 0) != pid)
		return -1;
	return WIFEXITED(st) ? WEXITSTATUS(st) : -1;
}

static bool run(const struct scenario *s, const char *name, int crash)
{
	char memory[] = "/dev/shm/parley-flow-XXXXXX";	/* no disk to wait for */
	char disk[] = "/tmp/parley-flow-XXXXXX", rm[64], *dir = memory;
	int st;

	memset(model, 0, sizeof(*model));
	model->now = START_MS;
	if (!mkdtemp(dir))
		dir = mkdtemp(disk);
	if (!dir)
		return false;
	st = in_child(s, dir, 0, crash);
	if (st == EXIT_CRASH) {
		model->crashed = true;
		for (int i = 0; i < model->nsent; i++)
			model->sent[i].open = false;
		st = in_child(s, dir, crash + 1, -1);
	}
	(void)snprintf(rm, sizeof(rm), "rm -rf %s", dir);
	if (system(rm) != 0)
		fprintf(stderr, "%s: left behind\n", dir);
	if (st != 0 && !model->failure[0])
		fail("the code ended with status %d", st);
	if (!model->failure[0])
		return true;
	if (getenv("FLOW_SHOW")) {
		for (int i = 0; i < s->n; i++)
			printf("    %s\n", s->text[i]);
		for (int i = 0; i < model->nsent; i++)
			printf("    sent to %s (%s): %s\n",
			    model->sent[i].hop, model->sent[i].devices,
			    model->sent[i].what);
	}
	printf("%s:%d: %s", name, model->line, model->failure);
	if (crash >= 0)
		printf(" (crash after line %d: %s)", s->line[crash],
		    s->text[crash]);
	printf("\n");
	return false;
}

static bool read_scenario(const char *path, struct scenario *s)
{
	static char lines[MAX_LINES][256];
	FILE *f = fopen(path, "r");
	char line[256];

	s->n = 0;
	if (!f)
		return false;
	for (int at = 1; fgets(line, sizeof(line), f); at++) {
		char *p = line + strspn(line, " \t");

		p[strcspn(p, "\n")] = 0;
		if (*p == 0 || *p == '#')
			continue;
		if (s->n == MAX_LINES)
			break;
		(void)snprintf(lines[s->n], sizeof(lines[s->n]), "%s", p);
		s->text[s->n] = lines[s->n];
		s->line[s->n++] = at;
	}
	(void)fclose(f);
	return s->n > 0;
}

static int passed, failed;

static void play_one(const struct scenario *s, const char *name, int crash)
{
	if (run(s, name, crash))
		passed++;
	else
		failed++;
}

int main(int argc, char **argv)
{
	(void)setvbuf(stdout, NULL, _IOLBF, 0);
	model = mmap(NULL, sizeof(*model), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (model == MAP_FAILED)
		return 1;
	for (int i = 1; i < argc; i++) {
		struct scenario s;

		if (!read_scenario(argv[i], &s)) {
			printf("%s: cannot read it\n", argv[i]);
			failed++;
			continue;
		}
		if (strncmp(s.text[0], "orders ", 7) == 0) {
			orders_each(atoi(s.text[0] + 7), argv[i], play_one);
			continue;
		}
		if (strncmp(s.text[0], "orders-phone ", 13) == 0) {
			orders_phone(atoi(s.text[0] + 13), argv[i], play_one);
			continue;
		}
		for (int crash = -1; crash < s.n; crash++) {
			if (crash >= 0 && is_finally(&s, crash))
				break;
			play_one(&s, argv[i], crash);
		}
	}
	printf("%d passed, %d failed\n", passed, failed);
	return failed ? 1 : 0;
}
