/* test_sip_port.c - port/sip as a client sees it, over a real socket. */

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/hex.h"
#include "base/id.h"
#include "base/log.h"
#include "base/now.h"
#include "conf/conf.h"
#include "core/addr.h"
#include "core/content.h"
#include "core/leg.h"
#include "core/message.h"
#include "dir/bindings.h"
#include "dir/groups.h"
#include "dir/devices.h"
#include "dir/users.h"
#include "flow/flow.h"
#include "flow/give.h"
#include "flow/port.h"
#include "flow/trace.h"
#include "loop/loop.h"
#include "loop/timer.h"
#include "loop/watch.h"
#include "port/sip/sip_priv.h"
#include "runner.h"
#include "wire/digest.h"
#include "wire/imdn.h"

#include <sofia-sip/nta_tport.h>
#include <sofia-sip/tport.h>

extern const struct port sip_port;

/* --- the rest of the daemon, faked --------------------------------------- */

static struct user alice, bob;
static struct addr_rules rules;

static void user_make(struct user *u, const char *address, bool active)
{
	u->key = u->address = strv(address);
	u->state = active ? USER_ACTIVE : USER_SUSPENDED;
	list_init(&u->bindings);
}

const char *dir_realm(void)
{
	return "example.org";
}

bool dir_is_home(struct strv host)
{
	return strv_caseeq(host, STRV("example.org"));
}

enum err dir_key(struct strv address, struct buf *key)
{
	return addr_key(&rules, address, key);
}

bool groups_is_exploder(struct strv key)
{
	return strv_eq(key, STRV("sip:exploder@example.org"));
}

bool groups_exploder(struct buf *key)
{
	buf_clear(key);
	buf_addz(key, "sip:exploder@example.org");
	return true;
}

struct user *user_find(struct strv key)
{
	return strv_eq(key, alice.key) ? &alice :
	    strv_eq(key, bob.key) ? &bob : NULL;
}

bool user_is_online(const struct user *u)
{
	return u->nbindings > 0;
}

/* alice has a device that is blocked. */
struct device *device_find(const struct user *u, struct strv instance)
{
	static struct device lost = { .blocked = true };

	return u == &alice && strv_eq(instance, STRV("urn:x:lost")) ? &lost :
	    NULL;
}

void user_uris(const struct user *u, struct buf *sip, struct buf *tel)
{
	buf_clear(sip);
	buf_clear(tel);
	buf_adds(sip, u->address);
}

struct user *user_by_username(struct strv username)
{
	return strv_eq(username, STRV("alice")) ? &alice : NULL;
}

bool user_secret(const struct user *u, struct strv username,
    struct user_secret *out)
{
	struct digest *d = digest_new();
	char ha1[DIGEST_HEX];

	digest_ha1(d, DIGEST_SHA256, username, STRV("example.org"),
	    STRV("secret"), ha1);
	hex_decode(strv(ha1), out->sha256, sizeof(out->sha256));
	digest_free(d);
	return u == user_by_username(username);
}

/* Bindings: one at a time, of whoever registered last. */
static struct binding bound;
static char bound_text[4][300];
static unsigned dropped;
static struct edit { struct user *u; bool put; bindings_done_fn *done;
    void *arg; } edit;

static struct strv kept(int i, struct strv s)
{
	(void)snprintf(bound_text[i], sizeof(bound_text[i]), "%.*s",
	    STRV_ARG(s));
	return strv(bound_text[i]);
}

struct bindings_edit *bindings_edit_new(struct user *u)
{
	edit = (struct edit){ .u = u };
	return (struct bindings_edit *)&edit;
}

void bindings_edit_put(struct bindings_edit *e, const struct binding *b)
{
	(void)e;
	bound = *b;
	bound.id = 1;
	bound.contact = kept(0, b->contact);
	bound.source = kept(1, b->source);
	bound.features = kept(2, b->features);
	bound.call_id = kept(3, b->call_id);
	bound.instance = bound.path = STRV("");
	list_init(&bound.hook);
	edit.put = true;
}

void bindings_edit_del(struct bindings_edit *e, const struct binding *b)
{
	(void)e;
	(void)b;
}

static void edit_committed(void *arg)
{
	(void)arg;
	list_init(&edit.u->bindings);
	edit.u->nbindings = edit.put;
	if (edit.put)
		list_push(&edit.u->bindings, &bound.hook);
	edit.done(ERR_OK, edit.u, edit.put, edit.arg);
}

void bindings_edit_commit(struct bindings_edit *e, bindings_done_fn *done,
    void *arg)
{
	(void)e;
	edit.done = done;
	edit.arg = arg;
	loop_defer(edit_committed, NULL);
}

void binding_drop(struct binding *b)
{
	(void)b;
	dropped++;
}

/* The flow: keeps what was submitted and answers as told. */
static struct flow_answer answer;
static struct message *submitted;
static unsigned submits, reports;
static struct flow_report report;
static char report_id[100];
static struct { flow_answer_fn *done; flow_reported_fn *reported;
    void *arg; } waiting;

static bool hold;	/* the answer comes later */

static void answer_now(void *arg)
{
	(void)arg;
	waiting.done(&answer, waiting.arg);
}

void flow_submit(struct message *m, int64_t wait_ms, flow_answer_fn *done,
    void *arg)
{
	ck_assert_int_eq(wait_ms, 5000);
	message_unref(submitted);
	submitted = m;
	submits++;
	waiting.done = done;
	waiting.arg = arg;
	if (!hold)
		loop_defer(answer_now, NULL);
}

static void reported_now(void *arg)
{
	(void)arg;
	waiting.reported(ERR_OK, waiting.arg);
}

static char missed[100];

void flow_missed(const struct message *m, struct strv recipient,
    struct strv device)
{
	(void)m;
	(void)recipient;
	(void)snprintf(missed, sizeof(missed), "%.*s", STRV_ARG(device));
}

void flow_report(const struct flow_report *r, flow_reported_fn *done,
    void *arg)
{
	reports++;
	report = *r;
	(void)snprintf(report_id, sizeof(report_id), "%.*s",
	    STRV_ARG(r->imdn_id));
	message_unref(r->form);
	waiting.reported = done;
	waiting.arg = arg;
	loop_defer(reported_now, NULL);
}

static unsigned wakes, results;
static struct flow_outcome result;

void flow_wake(struct strv hop)
{
	(void)hop;
	wakes++;
}

static char apart[100];

void flow_result(struct leg *l, const struct flow_outcome *o)
{
	result = *o;
	(void)snprintf(apart, sizeof(apart), "%.*s", STRV_ARG(o->apart));
	results++;
	leg_free(l);
	loop_stop();
}

static char pulled[200];

bool flow_is_pull(struct strv key)
{
	return strv_eq(key, STRV("sip:deferred@example.org"));
}

static struct { flow_reported_fn *done; void *arg; } pulling;

static void pulled_now(void *arg)
{
	(void)arg;
	pulling.done(ERR_OK, pulling.arg);
}

void flow_pull(struct strv user, struct strv device, flow_reported_fn *done,
    void *arg)
{
	(void)snprintf(pulled, sizeof(pulled), "%.*s %.*s", STRV_ARG(user),
	    STRV_ARG(device));
	pulling.done = done;
	pulling.arg = arg;
	loop_defer(pulled_now, NULL);
}

static enum give given = GIVE_WHOLE;

enum give give_now(const struct leg *l, const struct user *u,
    const struct binding *b)
{
	(void)l;
	(void)u;
	(void)b;
	return given;
}

struct message *notice_make(const struct leg *l, bool private)
{
	struct message *n = message_new();

	n->id = l->message->id;
	n->kind = MESSAGE_NOTICE;
	n->from = l->message->from;
	n->to = l->message->to;
	n->imdn_id = STRV("notice-1");
	n->content = content_new(STRV("text/plain"), STRV_NONE,
	    private ? STRV("somebody") : STRV("there is one"));
	return n;
}

void trace_step(uint64_t message, enum lane from, enum lane to,
    const char *fmt, ...)
{
	(void)message;
	(void)from;
	(void)to;
	(void)fmt;
}

static const struct conf_row delivery_rows[] = {
	{ "answer-wait", CONF_DURATION, "5s", 0, 0, NULL, CONF_LIVE, "-",
	    false }
};
static const struct conf_section delivery = {
	.name = "policy delivery", .help = "-", .rows = delivery_rows, .n = 1
};
static const struct conf_row group_rows[] = {
	{ "max-recipients", CONF_INT, "2", 1, 9, NULL, CONF_LIVE, "-", false }
};
static const struct conf_section group = {
	.name = "policy group", .help = "-", .rows = group_rows, .n = 1
};

/* --- a client ----------------------------------------------------------------- */

static char dir[] = "/tmp/test_sip_port.XXXXXX";
static int fd;
static unsigned server_port, client_port, branch;
static struct watch watch;
static struct timer patience;
static char got[65536];

static void received(int s, int events, void *arg)
{
	ssize_t n = recv(s, got, sizeof(got) - 1, 0);

	(void)events;
	(void)arg;
	got[n > 0 ? n : 0] = 0;
	loop_stop();
}

static void given_up(void *arg)
{
	(void)arg;
	loop_stop();
}

/* Until something arrives, or 3 s have passed. */
static const char *receive(void)
{
	got[0] = 0;
	timer_set(&patience, 3000);
	loop_run();
	timer_cancel(&patience);
	return got;
}

static void send_text(const char *text)
{
	struct sockaddr_in to = { .sin_family = AF_INET,
	    .sin_port = htons((uint16_t)server_port) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	ck_assert(sendto(fd, text, strlen(text), 0, (struct sockaddr *)&to,
	    sizeof(to)) > 0);
}

static void write_request(struct buf *b, const char *method, const char *uri,
    const char *headers, const char *body)
{
	branch++;
	buf_addf(b, "%s %s SIP/2.0\r\n"
	    "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK%u;rport\r\n"
	    "From: <sip:alice@example.org>;tag=f\r\n"
	    "Call-ID: call-%u\r\n"
	    "CSeq: %u %s\r\n"
	    "%s%s"
	    "Content-Length: %zu\r\n\r\n%s", method, uri, client_port, branch,
	    branch, branch, method, headers,
	    strstr(headers, "To:") ? "" : "To: <sip:bob@example.org>\r\n",
	    strlen(body), body);
}

static const char *request(const char *method, const char *uri,
    const char *headers, const char *body)
{
	struct buf b;

	buf_init(&b, 65536);
	write_request(&b, method, uri, headers, body);
	send_text(b.p);
	buf_deinit(&b);
	return receive();
}

static void learn_port(void)
{
	tport_t *tp = tport_primaries(nta_agent_tports(edge_agent()));
	const struct sockaddr_in *in;

	ck_assert_ptr_nonnull(tp);
	in = (const void *)tport_get_address(tp)->ai_addr;
	server_port = ntohs(in->sin_port);
}

static void client_open(void)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	socklen_t n = sizeof(at);

	at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	ck_assert_int_eq(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	client_port = ntohs(at.sin_port);
	ck_assert(watch_open(&watch, fd, WATCH_IN, received, NULL));
	timer_init(&patience, "test", given_up, NULL);
}

static void start(bool trusted)
{
	log_max = LOG_ERR_;
	loop_init();
	imdn_init();
	addr_rules_init(&rules, STRV("example.org"), STRV("1"));
	user_make(&alice, "sip:alice@example.org", true);
	user_make(&bob, "sip:bob@example.org", true);
	answer = (struct flow_answer){ .kind = FLOW_TAKEN, .id = 1 };
	ck_assert_ptr_nonnull(mkdtemp(dir));
	conf_register(&delivery);
	conf_register(&group);
	sip_port.init(dir);
	conf_load_row("listener main transport", "udp");
	conf_load_row("listener main address", "127.0.0.1:0");
	if (trusted)
		conf_load_row("peer us address", "127.0.0.1");
	conf_load_done();
	ck_assert_int_eq(sip_port.start(), ERR_OK);
	learn_port();
	client_open();
}

static void start_trusted(void)
{
	start(true);
}

static void start_plain(void)
{
	start(false);
}

static void stopped(void)
{
	loop_stop();
}

static void stop(void)
{
	char path[100];

	watch_close(&watch);
	(void)close(fd);
	sip_port.stop(stopped);
	loop_run();
	message_unref(submitted);
	sip_port.fini();
	(void)snprintf(path, sizeof(path), "%s/sip-nonce.key", dir);
	(void)unlink(path);
	(void)rmdir(dir);
	conf_reset();
	loop_deinit();
}

/* --- refusals ------------------------------------------------------------------ */

#define PAI	"P-Asserted-Identity: <sip:alice@example.org>\r\n"
#define TEXT	"Content-Type: text/plain\r\n"
#define BOB	"sip:bob@example.org"
#define LIST	"Require: recipient-list-message\r\n"
#define PARTS	"Content-Type: multipart/mixed;boundary=b\r\n"
#define ONE	"<entry uri='" BOB "'/>"
#define ENTRIES(list) \
	"--b\r\nContent-Type: application/resource-lists+xml\r\n" \
	"Content-Disposition: recipient-list\r\n\r\n<resource-lists><list>" \
	list "</list></resource-lists>\r\n--b\r\n" \
	"Content-Type: message/cpim\r\n\r\n" \
	"From: <sip:alice@example.org>\r\nTo: <sip:us@example.org>\r\n" \
	"NS: imdn <urn:ietf:params:imdn>\r\n" \
	"imdn.Message-ID: list1\r\n" \
	"imdn.Disposition-Notification: negative-delivery\r\n\r\n" \
	"Content-Type: text/plain\r\n\r\nhello\r\n--b--\r\n"

static const struct {
	const char *name, *method, *uri, *headers, *body;
	int status;
	const char *has;	/* part of the answer */
} refusals[] = {
	{ "known but not offered", "INVITE", BOB, "", "", 405,
	    "Allow: REGISTER, MESSAGE, OPTIONS" },
	{ "a method of nobody", "NEWTHING", BOB, "", "", 501, "Allow:" },
	{ "no such dialog", "BYE", BOB, "", "", 481, NULL },
	{ "nothing to cancel", "CANCEL", BOB, "", "", 481, NULL },
	{ "in a dialog", "MESSAGE", BOB,
	    "To: <sip:bob@example.org>;tag=x\r\n" PAI TEXT, "x", 481, NULL },
	{ "presence", "SUBSCRIBE", BOB, "Event: presence\r\n", "", 489,
	    "Allow-Events:" },
	{ "an extension", "MESSAGE", BOB,
	    "Require: recipient-list-message, foo\r\n" PAI TEXT, "x", 420,
	    "Unsupported: foo" },
	{ "a list that is none", "MESSAGE", BOB, LIST PAI TEXT, "x", 415,
	    "Accept: multipart/mixed" },
	{ "a list in a coding", "MESSAGE", BOB,
	    LIST "Content-Encoding: gzip\r\n" PAI PARTS, ENTRIES(ONE), 415,
	    NULL },
	{ "no list in parts", "MESSAGE", BOB, LIST PAI PARTS,
	    "--b\r\n\r\nx\r\n--b--", 400, "Bad Recipient List" },
	{ "nobody in a list", "MESSAGE", BOB, LIST PAI PARTS, ENTRIES(""),
	    400, "Bad Recipient List" },
	{ "no address in a list", "MESSAGE", BOB, LIST PAI PARTS,
	    ENTRIES("<entry uri='tel:x'/>"), 400, "Bad Recipient List" },
	{ "too many in a list", "MESSAGE", BOB, LIST PAI PARTS,
	    ENTRIES(ONE ONE ONE), 413, NULL },
	{ "no list for the exploder", "MESSAGE", "sip:exploder@example.org",
	    PAI TEXT, "x", 415, NULL },
	{ "a scheme", "MESSAGE", "mailto:bob@example.org", PAI TEXT, "x",
	    416, NULL },
	{ "too many hops", "MESSAGE", BOB, "Max-Forwards: 0\r\n" PAI TEXT,
	    "x", 483, NULL },
	{ "a header that cannot be read", "MESSAGE", BOB,
	    "Expires: soon\r\n" PAI TEXT, "x", 400, "Bad Expires Header" },
	{ "no content", "MESSAGE", BOB, PAI TEXT, "", 400, NULL },
	{ "a coding", "MESSAGE", BOB,
	    "Content-Encoding: br\r\n" PAI TEXT, "x", 415,
	    "Accept-Encoding: identity, deflate, gzip" },
	{ "CPIM without headers", "MESSAGE", BOB,
	    PAI "Content-Type: message/cpim\r\n", "x", 400, NULL },
	{ "an id with a space", "MESSAGE", BOB,
	    "Conversation-ID: a b\r\n" PAI TEXT, "x", 400,
	    "Bad Conversation-ID Header" },
	{ "a time in the past", "MESSAGE", BOB,
	    "Expires: Thu, 01 Jan 2015 00:00:00 GMT\r\n" PAI TEXT, "x", 400,
	    NULL },
	{ "an asserted nobody", "MESSAGE", BOB,
	    "P-Asserted-Identity: nobody\r\n" TEXT, "x", 400, NULL },
	{ "not our domain", "REGISTER", "sip:elsewhere.example", "", "", 404,
	    NULL },
	{ "an offline user's abilities", "OPTIONS", BOB, PAI, "", 480, NULL },
	{ "nobody's abilities", "OPTIONS", "sip:nobody@example.org", PAI, "",
	    404, NULL }
};

START_TEST(a_refusal_says_why_and_changes_nothing)
{
	const char *text = request(refusals[_i].method, refusals[_i].uri,
	    refusals[_i].headers, refusals[_i].body);
	int status = 0;

	(void)sscanf(text, "SIP/2.0 %d", &status);
	ck_assert_msg(status == refusals[_i].status, "%s: %s",
	    refusals[_i].name, text);
	ck_assert_msg(!refusals[_i].has || strstr(text, refusals[_i].has),
	    "%s: %s", refusals[_i].name, text);
	ck_assert_uint_eq(submits, 0);
}
END_TEST

/* What the flow answers, as SIP says it (spec/conversation.md 3.5). */
static const struct {
	struct flow_answer answer;
	int status;
	const char *has;
} answers[] = {
	{ { .kind = FLOW_TAKEN }, 200, NULL },
	{ { .kind = FLOW_STORED }, 202, NULL },
	{ { .kind = FLOW_REFUSED, .err = ERR_NO_USER }, 404, NULL },
	{ { .kind = FLOW_REFUSED, .err = ERR_FORBIDDEN }, 403,
	    "\"127 Service not authorised\"" },
	{ { .kind = FLOW_REFUSED, .err = ERR_TOO_BIG }, 413,
	    "\"133 Size exceeded\"" },
	{ { .kind = FLOW_REFUSED, .err = ERR_BAD_CONTENT }, 415, "Accept:" },
	{ { .kind = FLOW_REFUSED, .err = ERR_BUSY, .retry_after = 7 }, 503,
	    "Retry-After: 7" },
	{ { .kind = FLOW_REFUSED, .err = ERR_STORAGE }, 503,
	    "Retry-After: 5" }
};

START_TEST(the_flow_answers_in_words_of_sip)
{
	const char *text;
	int status = 0;

	answer = answers[_i].answer;
	text = request("MESSAGE", BOB, PAI TEXT, "x");
	(void)sscanf(text, "SIP/2.0 %d", &status);
	ck_assert_msg(status == answers[_i].status, "%s", text);
	ck_assert_msg(!answers[_i].has || strstr(text, answers[_i].has), "%s",
	    text);
	ck_assert_ptr_null(strstr(text, "Contact:"));
}
END_TEST

/* --- messages in ------------------------------------------------------------------ */

#define CPIM \
	"From: <sip:mallory@example.org>\r\nTo: <sip:bob@example.org>\r\n" \
	"NS: imdn <urn:ietf:params:imdn>\r\nimdn.Message-ID: m1\r\n" \
	"imdn.Disposition-Notification: positive-delivery, display\r\n\r\n" \
	"Content-Type: text/plain\r\n\r\nh\xc3\xa4"

START_TEST(a_message_keeps_its_ids_and_wishes)
{
	const struct message *m;

	request("MESSAGE", "sip:bob@example.org;x-noncpm=sms",
	    "Conversation-ID: c-1\r\nContribution-ID: d-1\r\n"
	    "InReplyTo-Contribution-ID: e-1\r\n"
	    "a: *;+g.x=\"y,z\";require\r\n"
	    PAI "Content-Type: message/cpim\r\n", CPIM);
	ck_assert_uint_eq(submits, 1);
	m = submitted;
	ck_assert_int_eq(m->origin, FROM_USER);
	ck_assert(strv_eq(m->from, STRV("sip:alice@example.org")));
	ck_assert(strv_eq(m->to, STRV("sip:bob@example.org")));
	ck_assert(strv_eq(m->conversation, STRV("c-1")));
	ck_assert(strv_eq(m->contribution, STRV("d-1")));
	ck_assert(strv_eq(m->replies_to, STRV("e-1")));
	ck_assert(strv_eq(m->imdn_id, STRV("m1")));
	ck_assert(strv_eq(m->service, STRV("sms")));
	ck_assert_uint_eq(m->wants, WANTS_DELIVERED | WANTS_DISPLAYED);
	ck_assert_uint_eq(m->text_chars, 2);
	ck_assert(strv_eq(m->content->bytes, STRV(CPIM)));
	ck_assert(strv_eq(m->headers,
	    STRV("Accept-Contact: *;+g.x=\"y,z\";require\r\n")));
}
END_TEST

START_TEST(plain_text_gets_ids_of_ours)
{
	request("MESSAGE", BOB, PAI TEXT, "hi");
	ck_assert_uint_eq(submits, 1);
	ck_assert_uint_eq(submitted->conversation.n, 32);
	ck_assert_uint_eq(submitted->contribution.n, 32);
	ck_assert_uint_eq(submitted->imdn_id.n, 32);
	ck_assert_uint_eq(submitted->wants, 0);
	ck_assert_uint_eq(submitted->text_chars, 2);
}
END_TEST

START_TEST(a_list_goes_whole_to_the_exploder)
{
	const char *text = request("MESSAGE", BOB, LIST PAI PARTS,
	    ENTRIES(ONE ONE));

	ck_assert_msg(strncmp(text, "SIP/2.0 200", 11) == 0, "%s", text);
	ck_assert(strv_eq(submitted->to, STRV("sip:exploder@example.org")));
	ck_assert(strv_eq(submitted->imdn_id, STRV("list1")));
	ck_assert_uint_eq(submitted->wants, WANTS_FAILED);
	ck_assert_uint_eq(submitted->text_chars, 5);
	ck_assert(strv_eq(submitted->content->type,
	    STRV("multipart/mixed;boundary=b")));
	ck_assert_ptr_nonnull(strstr(submitted->content->bytes.p,
	    "recipient-list"));
}
END_TEST

START_TEST(a_peer_may_speak_for_a_stranger)
{
	request("MESSAGE", BOB,
	    "P-Asserted-Identity: <sip:x@far.example>\r\n" TEXT, "hi");
	ck_assert_uint_eq(submits, 1);
	ck_assert_int_eq(submitted->origin, FROM_NETWORK);
	ck_assert(strv_eq(submitted->from, STRV("sip:x@far.example")));
}
END_TEST

START_TEST(an_imdn_is_a_report)
{
	const char *text = request("MESSAGE", BOB,
	    PAI "Content-Type: message/imdn+xml\r\n",
	    "<imdn xmlns=\"urn:ietf:params:xml:ns:imdn\"><message-id>m9"
	    "</message-id><display-notification><status><displayed/>"
	    "</status></display-notification></imdn>");

	ck_assert_msg(strstr(text, "SIP/2.0 200") == text, "%s", text);
	ck_assert_uint_eq(submits, 0);
	ck_assert_uint_eq(reports, 1);
	ck_assert_str_eq(report_id, "m9");
	ck_assert_int_eq(report.status, STATUS_DISPLAYED);
}
END_TEST

START_TEST(typing_is_answered_and_dropped)
{
	const char *text = request("MESSAGE", BOB,
	    PAI "Content-Type: application/im-iscomposing+xml\r\n", "<x/>");

	ck_assert_msg(strstr(text, "SIP/2.0 200") == text, "%s", text);
	ck_assert_uint_eq(submits, 0);
	ck_assert_uint_eq(reports, 0);
}
END_TEST

START_TEST(a_repeat_is_answered_and_not_submitted_again)
{
	char first[2048];
	struct buf b;

	buf_init(&b, 65536);
	write_request(&b, "MESSAGE", BOB, PAI TEXT, "hi");
	send_text(b.p);
	(void)snprintf(first, sizeof(first), "%s", receive());
	send_text(b.p);		/* same transaction */
	ck_assert_str_eq(receive(), first);
	memcpy(strstr(b.p, "z9hG4bK") + 7, "x", 1);	/* after it was gone */
	send_text(b.p);
	ck_assert(strstr(receive(), "SIP/2.0 ") == got);
	ck_assert_uint_eq(submits, 1);
	buf_deinit(&b);
}
END_TEST

START_TEST(a_repeat_before_the_answer_waits_for_it_and_a_fork_is_482)
{
	struct buf b;

	hold = true;
	buf_init(&b, 65536);
	write_request(&b, "MESSAGE", BOB, PAI TEXT, "hi");
	send_text(b.p);
	send_text(b.p);
	memcpy(strstr(b.p, "z9hG4bK") + 7, "x", 1);
	send_text(b.p);		/* the same by another way */
	ck_assert_msg(strstr(receive(), "SIP/2.0 482") == got, "%s", got);
	hold = false;
	answer_now(NULL);
	ck_assert_msg(strstr(receive(), "SIP/2.0 20") == got, "%s", got);
	request("OPTIONS", "sip:example.org", "", "");
	ck_assert_msg(strstr(got, "OPTIONS"), "answered twice: %s", got);
	ck_assert_uint_eq(submits, 1);
	buf_deinit(&b);
}
END_TEST

/* --- REGISTER and digest ---------------------------------------------------------- */

static char nonce[200];

static void write_credentials(struct buf *out, const char *method,
    const char *uri, const char *password, unsigned nc)
{
	struct digest *d = digest_new();
	char ha1[DIGEST_HEX], response[DIGEST_HEX], count[9];
	struct digest_input in = {
		.alg = DIGEST_SHA256, .method = strv(method),
		.uri = strv(uri), .nonce = strv(nonce), .qop = STRV("auth"),
		.cnonce = STRV("c")
	};

	(void)snprintf(count, sizeof(count), "%08x", nc);
	in.nc = strv(count);
	digest_ha1(d, DIGEST_SHA256, STRV("alice"), STRV("example.org"),
	    strv(password), ha1);
	in.ha1 = strv(ha1);
	digest_response(d, &in, response);
	buf_addf(out, "Authorization: Digest username=\"alice\", "
	    "realm=\"example.org\", nonce=\"%s\", uri=\"%s\", "
	    "response=\"%s\", algorithm=SHA-256, qop=auth, nc=%s, "
	    "cnonce=\"c\"\r\n", nonce, uri, response, count);
	digest_free(d);
}

static void learn_nonce(const char *text)
{
	const char *p = strstr(text, "nonce=\"");

	ck_assert_ptr_nonnull(p);
	ck_assert_int_eq(sscanf(p, "nonce=\"%199[^\"]", nonce), 1);
}

#define TO_ALICE "To: <sip:alice@example.org>\r\n"

static const char *register_with(const char *headers, const char *password,
    unsigned nc)
{
	struct buf lines;

	buf_init(&lines, 4096);
	buf_addz(&lines, TO_ALICE);
	buf_addz(&lines, headers);
	write_credentials(&lines, "REGISTER", "sip:example.org", password,
	    nc);
	request("REGISTER", "sip:example.org", lines.p, "");
	buf_deinit(&lines);
	return got;
}

static void contact_line(char *s, size_t size, const char *params)
{
	(void)snprintf(s, size, "Contact: <sip:alice@127.0.0.1:%u>%s\r\n",
	    client_port, params);
}

START_TEST(a_client_is_challenged_then_registered)
{
	char contact[200];
	const char *text = request("REGISTER", "sip:example.org", TO_ALICE,
	    "");

	ck_assert(strstr(text, "SIP/2.0 401") == text);
	ck_assert_ptr_nonnull(strstr(text, "algorithm=SHA-256"));
	ck_assert_ptr_nonnull(strstr(text, "algorithm=MD5"));
	ck_assert(strstr(text, "SHA-256") < strstr(text, "MD5"));
	learn_nonce(text);
	contact_line(contact, sizeof(contact), ";expires=100");
	text = register_with(contact, "secret", 1);
	ck_assert_msg(strstr(text, "SIP/2.0 200") == text, "%s", text);
	ck_assert_ptr_nonnull(strstr(text, ";expires=100"));
	ck_assert_ptr_nonnull(strstr(text,
	    "P-Associated-URI: <sip:alice@example.org>"));
	ck_assert_ptr_nonnull(strstr(text, "Service-Route: <sip:127.0.0.1"));
	ck_assert_uint_eq(wakes, 1);
	text = register_with("Contact: *\r\n", "secret", 2);
	ck_assert(strstr(text, "SIP/2.0 400") == text);
	text = register_with("Contact: *\r\nExpires: 0\r\n", "secret", 3);
	ck_assert(strstr(text, "SIP/2.0 200") == text);
	ck_assert_ptr_null(strstr(text, "Contact:"));
}
END_TEST

START_TEST(a_short_registration_is_told_the_shortest)
{
	char contact[200];

	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	contact_line(contact, sizeof(contact), ";expires=5");
	register_with(contact, "secret", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 423") == got, "%s", got);
	ck_assert_ptr_nonnull(strstr(got, "Min-Expires: 60"));
	ck_assert_uint_eq(alice.nbindings, 0);
}
END_TEST

START_TEST(a_repeat_gets_the_same_words_but_only_in_its_transaction)
{
	char contact[600], first[2048];
	struct buf b, lines;

	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	buf_init(&b, 65536);
	buf_init(&lines, 4096);
	contact_line(contact, sizeof(contact), ";expires=5");
	buf_addf(&lines, TO_ALICE "%s", contact);
	write_credentials(&lines, "REGISTER", "sip:example.org", "secret", 1);
	write_request(&b, "REGISTER", "sip:example.org", lines.p, "");
	send_text(b.p);
	(void)snprintf(first, sizeof(first), "%s", receive());
	ck_assert_ptr_nonnull(strstr(first, "Min-Expires: 60"));
	send_text(b.p);
	ck_assert_str_eq(receive(), first);
	memcpy(strstr(b.p, "z9hG4bK") + 7, "x", 1);
	send_text(b.p);		/* what somebody overheard */
	ck_assert_msg(strstr(receive(), "SIP/2.0 401") == got, "%s", got);
	buf_deinit(&b);
	buf_deinit(&lines);
}
END_TEST

/* proves MLD-027 */
START_TEST(a_blocked_device_is_403)
{
	char contact[200];
	const char *text;

	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	contact_line(contact, sizeof(contact),
	    ";expires=100;+sip.instance=\"<urn:x:lost>\"");
	text = register_with(contact, "secret", 1);
	ck_assert_msg(strstr(text, "SIP/2.0 403 Device Blocked") == text,
	    "%s", text);
	ck_assert_uint_eq(alice.nbindings, 0);
}
END_TEST

START_TEST(a_wrong_password_is_403)
{
	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	register_with("", "wrong", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 403") == got, "%s", got);
}
END_TEST

START_TEST(credentials_work_once)
{
	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	register_with("", "secret", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 200") == got, "%s", got);
	register_with("", "secret", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 401") == got, "%s", got);
	ck_assert_ptr_nonnull(strcasestr(got, "stale=true"));
}
END_TEST

START_TEST(a_nonce_of_somebody_else_is_stale)
{
	(void)snprintf(nonce, sizeof(nonce), "%064d", 7);
	register_with("", "secret", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 401") == got, "%s", got);
	ck_assert_ptr_nonnull(strcasestr(got, "stale=true"));
}
END_TEST

START_TEST(a_client_cannot_assert_who_it_is)
{
	const char *text = request("MESSAGE", BOB, PAI TEXT, "x");

	ck_assert_msg(strstr(text, "SIP/2.0 401") == text, "%s", text);
	ck_assert_uint_eq(submits, 0);
}
END_TEST

START_TEST(a_suspended_user_is_403)
{
	alice.state = USER_SUSPENDED;
	learn_nonce(request("REGISTER", "sip:example.org", TO_ALICE, ""));
	register_with("", "secret", 1);
	ck_assert_msg(strstr(got, "SIP/2.0 403") == got, "%s", got);
}
END_TEST

/* --- messages out --------------------------------------------------------------------- */

static void bind_bob(const char *features)
{
	static char contact[100], source[100];

	(void)snprintf(contact, sizeof(contact), "sip:bob@127.0.0.1:%u",
	    client_port);
	(void)snprintf(source, sizeof(source), "udp 127.0.0.1:%u main",
	    client_port);
	bound = (struct binding){ .user = &bob, .id = 1,
	    .contact = strv(contact), .source = strv(source),
	    .instance = STRV("urn:uuid:1"), .path = STRV(""),
	    .features = strv(features), .expires = INT64_MAX };
	list_init(&bound.hook);
	list_push(&bob.bindings, &bound.hook);
	bob.nbindings = 1;
}

static struct leg *deliver(const char *text)
{
	struct message *m = message_new();
	struct leg *l;

	m->id = 0x12;
	m->received = now_ms();
	m->from = alice.key;
	m->to = bob.key;
	m->imdn_id = STRV("message-1");
	m->conversation = STRV("c-1");
	m->contribution = STRV("d-1");
	m->headers = STRV("Accept-Contact: *;x\r\n");
	m->content = content_new(STRV("text/plain"), STRV_NONE, strv(text));
	l = leg_new(m, 1);
	message_unref(m);
	l->recipient = l->hop = bob.key;
	sip_port.deliver(l);
	ck_assert_uint_eq(results, 0);	/* never from inside */
	return l;
}

/* Answer what arrived. */
static void respond(const char *status)
{
	struct strv rest = strv(got), line;
	struct buf b;

	buf_init(&b, 65536);
	buf_addf(&b, "SIP/2.0 %s\r\n", status);
	while (rest.n > 0) {
		line = strv_split(rest, '\n', &rest);
		if (line.n <= 1)
			break;
		if (strncmp(line.p, "Via:", 4) == 0 ||
		    strncmp(line.p, "From:", 5) == 0 ||
		    strncmp(line.p, "Call-ID:", 8) == 0 ||
		    strncmp(line.p, "CSeq:", 5) == 0)
			buf_addf(&b, "%.*s\n", STRV_ARG(line));
		else if (strncmp(line.p, "To:", 3) == 0)
			buf_addf(&b, "%.*s;tag=b\r\n", (int)line.n - 1, line.p);
	}
	buf_addz(&b, "Retry-After: 9\r\nContent-Length: 0\r\n\r\n");
	send_text(b.p);
	buf_deinit(&b);
	loop_run();		/* until flow_result() or the next request */
}

START_TEST(a_plain_client_that_takes_it_has_it)
{
	bind_bob("");
	deliver("hi");
	receive();
	ck_assert_msg(strstr(got, "MESSAGE sip:bob@127.0.0.1") == got, "%s",
	    got);
	ck_assert_ptr_nonnull(strstr(got, "Call-ID: message-1\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "Conversation-ID: c-1\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "Contribution-ID: d-1\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "Accept-Contact: *;x\r\n"));
	ck_assert_ptr_nonnull(strstr(got,
	    "P-Asserted-Identity: <sip:alice@example.org>\r\n"));
	ck_assert_ptr_nonnull(strstr(got,
	    "P-Called-Party-ID: <sip:bob@example.org>\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "\r\nDate: "));
	ck_assert_ptr_nonnull(strstr(got, "text/plain\r\n\r\nhi"));
	ck_assert_ptr_null(strstr(got, "\r\nContact:"));
	respond("200 OK");
	ck_assert_uint_eq(results, 1);
	ck_assert_int_eq(result.err, ERR_OK);
	ck_assert(result.delivered);
}
END_TEST

START_TEST(a_client_of_cpm_gets_cpim_and_will_report)
{
	bind_bob("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi."
	    "oma.cpm.msg\"");
	deliver("hi");
	receive();
	ck_assert_ptr_nonnull(strstr(got, "Content-Type: message/cpim\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "imdn.Message-ID: message-1\r\n"));
	respond("200 OK");
	ck_assert_uint_eq(results, 1);
	ck_assert(!result.delivered);
}
END_TEST

START_TEST(a_client_that_refuses_cpim_gets_text)
{
	bind_bob("+g.3gpp.icsi-ref=\"urn%3Aurn-7%3A3gpp-service.ims.icsi."
	    "oma.cpm.msg\"");
	deliver("hi");
	receive();
	respond("415 No");
	ck_assert_uint_eq(results, 0);
	ck_assert_ptr_nonnull(strstr(got, "Content-Type: text/plain\r\n"));
	respond("200 OK");
	ck_assert_uint_eq(results, 1);
	ck_assert(result.delivered);
}
END_TEST

static const struct {
	const char *status;
	enum err err;
	unsigned dropped;
} outcomes[] = {
	{ "603 Decline", ERR_REJECTED, 0 },
	{ "404 Not Found", ERR_NO_USER, 0 },
	{ "480 Later", ERR_OFFLINE, 0 },
	{ "503 Busy", ERR_OFFLINE, 0 },
	{ "430 Flow Failed", ERR_OFFLINE, 1 }
};

START_TEST(a_refusal_of_the_device_is_the_result)
{
	bind_bob("");
	deliver("hi");
	receive();
	respond(outcomes[_i].status);
	ck_assert_uint_eq(results, 1);
	ck_assert_int_eq(result.err, outcomes[_i].err);
	ck_assert_int_eq(result.retry_after, 9);
	ck_assert_uint_eq(dropped, outcomes[_i].dropped);
}
END_TEST

START_TEST(without_a_device_it_waits_for_one)
{
	ck_assert_uint_eq(sip_port.window(bob.key), 0);
	deliver("hi");
	receive();
	ck_assert_uint_eq(results, 1);
	ck_assert_int_eq(result.err, ERR_OFFLINE);
	ck_assert(result.hold);
	bind_bob("");
	ck_assert_uint_eq(sip_port.window(bob.key), 5);
}
END_TEST

/* proves MLD-001 */
START_TEST(a_device_for_a_notification_is_named_and_gets_nothing_yet)
{
	bind_bob("");
	given = GIVE_NOTICE;
	deliver("hi");
	receive();
	ck_assert_uint_eq(results, 1);
	ck_assert_int_eq(result.err, ERR_OFFLINE);
	ck_assert(result.hold);
	ck_assert_str_eq(apart, "urn:uuid:1");
	ck_assert_uint_eq(result.tried.n, 0);
}
END_TEST

static struct leg *deliver_to_device(const char *headers)
{
	struct leg *l = deliver("hi");

	l->device = STRV("urn:uuid:1");
	l->message->headers = strv(headers);
	return l;
}

START_TEST(a_leg_for_one_device_brings_the_notification)
{
	bind_bob("");
	given = GIVE_NOTICE;
	(void)deliver_to_device("");
	receive();
	ck_assert_ptr_nonnull(strstr(got, "there is one"));
	ck_assert_ptr_nonnull(strstr(got, "Call-ID: notice-1\r\n"));
	ck_assert_ptr_nonnull(strstr(got, "sip:alice@example.org"));
	respond("200 OK");
	ck_assert_int_eq(result.err, ERR_NOTICED);
}
END_TEST

START_TEST(a_notification_does_not_say_who_is_anonymous)
{
	bind_bob("");
	given = GIVE_NOTICE;
	(void)deliver_to_device("Privacy: id\r\n");
	receive();
	ck_assert_ptr_nonnull(strstr(got, "somebody"));
	ck_assert_ptr_null(strstr(got, "alice"));
	respond("200 OK");
	ck_assert_int_eq(result.err, ERR_NOTICED);
}
END_TEST

START_TEST(who_refuses_a_notification_has_not_refused_the_message)
{
	bind_bob("");
	given = GIVE_NOTICE;
	(void)deliver_to_device("");
	receive();
	respond("603 Decline");
	ck_assert_int_eq(err_info(result.err)->class, ERR_CLASS_TEMP);
}
END_TEST

START_TEST(a_device_that_shall_have_nothing_gets_nothing)
{
	bind_bob("");
	given = GIVE_NOTHING;
	deliver("hi");
	receive();
	ck_assert_int_eq(result.err, ERR_OFFLINE);
	ck_assert(result.hold);
	ck_assert_str_eq(apart, "");
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("sip port");
	TCase *tc = tcase_create("a trusted peer");

	tcase_add_checked_fixture(tc, start_trusted, stop);
	tcase_set_timeout(tc, 20);
	tcase_add_rows(tc, a_refusal_says_why_and_changes_nothing, refusals);
	tcase_add_rows(tc, the_flow_answers_in_words_of_sip, answers);
	tcase_add_test(tc, a_message_keeps_its_ids_and_wishes);
	tcase_add_test(tc, plain_text_gets_ids_of_ours);
	tcase_add_test(tc, a_list_goes_whole_to_the_exploder);
	tcase_add_test(tc, a_peer_may_speak_for_a_stranger);
	tcase_add_test(tc, an_imdn_is_a_report);
	tcase_add_test(tc, typing_is_answered_and_dropped);
	tcase_add_test(tc, a_repeat_is_answered_and_not_submitted_again);
	tcase_add_test(tc,
	    a_repeat_before_the_answer_waits_for_it_and_a_fork_is_482);
	tcase_add_test(tc,
	    a_repeat_gets_the_same_words_but_only_in_its_transaction);
	tcase_add_test(tc, a_plain_client_that_takes_it_has_it);
	tcase_add_test(tc, a_client_of_cpm_gets_cpim_and_will_report);
	tcase_add_test(tc, a_client_that_refuses_cpim_gets_text);
	tcase_add_rows(tc, a_refusal_of_the_device_is_the_result, outcomes);
	tcase_add_test(tc, without_a_device_it_waits_for_one);
	tcase_add_test(tc,
	    a_device_for_a_notification_is_named_and_gets_nothing_yet);
	tcase_add_test(tc, a_leg_for_one_device_brings_the_notification);
	tcase_add_test(tc, a_notification_does_not_say_who_is_anonymous);
	tcase_add_test(tc,
	    who_refuses_a_notification_has_not_refused_the_message);
	tcase_add_test(tc, a_device_that_shall_have_nothing_gets_nothing);
	suite_add_tcase(s, tc);
	tc = tcase_create("a client");
	tcase_add_checked_fixture(tc, start_plain, stop);
	tcase_set_timeout(tc, 20);
	tcase_add_test(tc, a_client_is_challenged_then_registered);
	tcase_add_test(tc, a_short_registration_is_told_the_shortest);
	tcase_add_test(tc, a_blocked_device_is_403);
	tcase_add_test(tc, a_wrong_password_is_403);
	tcase_add_test(tc, credentials_work_once);
	tcase_add_test(tc, a_nonce_of_somebody_else_is_stale);
	tcase_add_test(tc, a_client_cannot_assert_who_it_is);
	tcase_add_test(tc, a_suspended_user_is_403);
	suite_add_tcase(s, tc);
	return s;
}
