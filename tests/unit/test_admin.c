/* test_admin.c - admin/ over httpd/: real sockets, real threads. */

#define LOG_UNIT "test"

#include <arpa/inet.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "admin/admin.h"
#include "base/log.h"
#include "cli/client.h"
#include "httpd/httpd.h"
#include "loop/loop.h"
#include "op/complete.h"
#include "op/health.h"
#include "op/op.h"
#include "runner.h"
#include "store/settings.h"
#include "store/writer.h"

#define JSON "application/json"
#define CSV "text/csv"

/* --- what the daemon under test has --------------------------------------- */

static const struct conf_row gateway_rows[] = {
	{ .name = "address", .type = CONF_ADDRESS, .required = true,
	  .help = "where" },
	{ .name = "window", .type = CONF_INT, .fallback = "10", .min = 1,
	  .max = 1000, .help = "many" },
	{ .name = "password", .type = CONF_SECRET, .help = "secret" },
};
static const struct conf_section gateway = {
	"gateway", true, "a gateway", gateway_rows, 3, NULL, NULL,
};

static struct op_call *held;	/* answered by "release" */

static void echo_run(struct op_call *c)
{
	op_field(c, "id", op_text(c, "id"));
	op_field(c, "text", op_text(c, "text"));
	op_field(c, "second", op_nth(c, "many", 1));
	op_field(c, "actor", op_actor(c));
	op_done(c);
}

static void size_run(struct op_call *c)
{
	op_field_int(c, "size", (int64_t)op_text(c, "file").n);
	op_done(c);
}

static void hold_run(struct op_call *c)
{
	held = c;
}

static void held_run(struct op_call *c)
{
	op_field_bool(c, "held", held != NULL);
	op_done(c);
}

static void release_run(struct op_call *c)
{
	op_done(c);
	if (held)
		op_done(held);
	held = NULL;
}

static const struct op_arg echo_args[] = {
	{ "id", ARG_PATH, NULL, "id", IS_TEXT(1, 100) },
	{ "text", 0, NULL, "text", IS_LINES(0, 1 << 20) },
	{ "many", ARG_REPEAT, NULL, "many", IS_TEXT(0, 100) },
	{ 0 }
};
static const struct op_arg file_args[] = {
	{ "file", ARG_FILE | ARG_POSITION, NULL, "bytes",
	  IS_FILE(OP_FILE_MAX) },
	{ 0 }
};
static const struct op ops[] = {
	{ "echo", "POST", "/echo/{id}", CAP_OPERATE, OP_CORE, echo_args,
	  "echo", echo_run, "" },
	{ "show echo", "GET", "/echo/{id}", CAP_VIEW, OP_READ, echo_args,
	  "echo", echo_run, "" },
	{ "size", "POST", "/size", CAP_OPERATE, OP_CORE, file_args, "size",
	  size_run, "" },
	{ "hold", "GET", "/hold", CAP_ANYONE, OP_CORE, NULL, "wait",
	  hold_run, "" },
	{ "held", "GET", "/held", CAP_ANYONE, OP_CORE, NULL, "does it wait",
	  held_run, "" },
	{ "release", "GET", "/release", CAP_ANYONE, OP_CORE, NULL,
	  "let go", release_run, "" },
};

static bool broken;

static enum health disk_run(struct buf *says, struct buf *remedy)
{
	buf_addz(says, broken ? "the disk is full" : "there is room");
	buf_addz(remedy, broken ? "make room" : "");
	return broken ? HEALTH_CRITICAL : HEALTH_OK;
}
static const struct health_check disk = { "disk", true, disk_run };

static void pets_run(struct strv prefix, complete_offer_fn *offer, void *arg)
{
	(void)prefix;
	(void)(offer(STRV("cat"), arg) && offer(STRV("cow"), arg) &&
	    offer(STRV("dog"), arg));
}
static const struct completer pets = { "pet", pets_run };

/* --- fixture ------------------------------------------------------------------ */

static char dir[64], sock[100];
static struct client client = { .socket = sock, .timeout_s = 10 };

static void setup(void)
{
	char key[100];
	struct buf why;

	log_max = LOG_ERR_;
	(void)signal(SIGPIPE, SIG_IGN);
	strcpy(dir, "/tmp/parley-admin-XXXXXX");
	ck_assert(mkdtemp(dir) != NULL);
	(void)snprintf(key, sizeof(key), "%s/secret.key", dir);
	(void)snprintf(sock, sizeof(sock), "%s/admin.sock", dir);
	buf_init(&why, 1024);
	ck_assert_msg(db_open_all(dir, &why) == ERR_OK, "%s", why.p);
	buf_deinit(&why);
	ck_assert(conf_seal_open(key) == ERR_OK);
	admin_register();
	conf_register(&gateway);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
	health_register(&disk, 1);
	complete_register(&pets, 1);
	loop_init();
	writer_start();
	conf_load_row("admin address", "127.0.0.1:0");
	ck_assert(settings_load() == ERR_OK);
	ck_assert(admin_start(dir) == ERR_OK);
}

static void teardown(void)
{
	char command[100];

	admin_stop();
	writer_stop();
	loop_deinit();
	db_close_all();
	(void)snprintf(command, sizeof(command), "rm -rf %s", dir);
	ck_assert(system(command) == 0);
}

/* Once in a test: script in a thread of its own while the core turns here. */
static void *thread(void *arg)
{
	void (*script)(void) = (void (*)(void))(uintptr_t)arg;

	script();
	loop_stop();
	return NULL;
}

static void play(void (*script)(void))
{
	pthread_t t;

	ck_assert(pthread_create(&t, NULL, thread,
	    (void *)(uintptr_t)script) == 0);
	loop_run();
	ck_assert(pthread_join(t, NULL) == 0);
}

/* --- requests one after the other ------------------------------------------------ */

static const struct request {
	const char *method, *target, *type, *body;
	int status;
	const char *has;	/* in the answer */
} requests[] = {
	{ "GET", "/api/v1/health/live", NULL, "", 200,
	  "{\"status\":\"ok\"}" },
	{ "HEAD", "/api/v1/health/live", NULL, "", 200, "" },
	{ "GET", "/api/v1/health/checks", NULL, "", 200,
	  "{\"check\":\"disk\",\"state\":\"ok\",\"says\":\"there is room\"" },
	{ "GET", "/api/v1/nothing", NULL, "", 404, "\"code\":\"not-found\"" },
	{ "DELETE", "/api/v1/size", NULL, "", 405,
	  "\"code\":\"method-not-allowed\"" },
	/* unpacked for who cannot unpack it */
	{ "GET", "/", NULL, "", 200, "<title>Parley</title>" },
	{ "GET", "/index.html", NULL, "", 200, "<title>Parley</title>" },
	{ "GET", "/assets/nothing.js", "Accept: text/html\r\n", "", 404, "" },
	{ "GET", "/../parley", NULL, "", 404, "" },
	{ "POST", "/", JSON, "{}", 404, "" },
	{ "GET", "/metrics", NULL, "", 200, "\nprocess_open_fds " },
	{ "GET", "/api/v1/stats", NULL, "", 200,
	  "{\"name\":\"process_open_fds\"" },
	{ "GET", "/api/v1/operations", NULL, "", 200,
	  "{\"command\":\"show echo\",\"method\":\"GET\","
	  "\"path\":\"/api/v1/echo/{id}\",\"role\":\"viewer, " },
	/* arguments */
	{ "GET", "/api/v1/echo/a%2Fb%20c?text=%2B1&many=x&many=y", NULL, "",
	  200, "{\"id\":\"a/b c\",\"text\":\"+1\",\"second\":\"y\","
	  "\"actor\":\"uid:" },
	{ "GET", "/api/v1/echo/a%2", NULL, "", 400, "id has a bad escape" },
	{ "GET", "/api/v1/echo/a%00b", NULL, "", 400, "id has a bad escape" },
	{ "GET", "/api/v1/echo/a?id=b", NULL, "", 400, "id is given twice" },
	{ "GET", "/api/v1/echo/a?txet=b", NULL, "", 400,
	  "\\\"txet\\\" is not an argument of show echo (did you mean text?)" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":7,\"many\":[\"x\",true]}",
	  200, "{\"id\":\"a\",\"text\":\"7\",\"second\":\"on\"" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":null}", 200,
	  "\"text\":null" },
	{ "POST", "/api/v1/echo/a", NULL, "", 200, "\"text\":null" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":1.5}", 400,
	  "text must be a whole number" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":{}}", 400,
	  "text must be text, a number or true" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":[\"a\"]}", 400,
	  "text takes one value, not a list" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"nope\":1}", 400, "nope" },
	{ "POST", "/api/v1/echo/a", JSON, "[]", 400, "must be an object" },
	{ "POST", "/api/v1/echo/a", JSON, "{\"text\":", 400,
	  "the body cannot be read" },
	{ "POST", "/api/v1/echo/a", "text/plain", "x", 400,
	  "the body must be JSON" },
	{ "POST", "/api/v1/size", CSV, "12345", 200, "{\"size\":5}" },
	{ "POST", "/api/v1/size", "text/csv; charset=utf-8", "123", 200,
	  "{\"size\":3}" },
	{ "POST", "/api/v1/size", JSON, "{\"file\":\"12\"}", 200,
	  "{\"size\":2}" },
	/* settings */
	{ "POST", "/api/v1/config/running", JSON, "{\"lines\":["
	  "\"set gateway a window 5\",\"set gatway b window 5\"]}", 422,
	  "(did you mean gateway?)\"" },
	{ "POST", "/api/v1/config/running", JSON,
	  "{\"lines\":[\"set gateway a window 5\"]}", 422,
	  "gateway a needs address" },
	{ "POST", "/api/v1/config/running", JSON,
	  "{\"lines\":[\"set gateway a address 127.0.0.1:1\"],\"check\":true}",
	  200, "\"lockout\":false,\"revert_in_s\":0,\"ok\":true" },
	{ "POST", "/api/v1/config/running", JSON, "{\"lines\":["
	  "\"set gateway a address 127.0.0.1:1\","
	  "\"set gateway a password geheim\"],\"comment\":\"why\"}", 200,
	  "{\"revision\":1,\"state\":\"kept\"" },
	{ "POST", "/api/v1/config/running", JSON, "{}", 422,
	  "lines is missing" },
	{ "GET", "/api/v1/config/running", NULL, "", 200,
	  "{\"setting\":\"gateway a password\",\"value\":\"(set)\","
	  "\"given\":true}" },
	{ "GET", "/api/v1/config/running?path=gateway&path=a&all=on", NULL, "",
	  200, "{\"items\":[{\"setting\":\"gateway a address\"" },
	{ "GET", "/api/v1/config/running?path=gate", NULL, "", 200,
	  "{\"items\":[]" },
	{ "GET", "/api/v1/config/running?lines", NULL, "", 200,
	  "\\nset gateway a password secret:" },
	{ "GET", "/api/v1/config/schema", NULL, "", 200,
	  "{\"section\":\"gateway\",\"named\":true,\"name\":\"window\","
	  "\"type\":\"int\",\"range\":\"1-1000\"" },
	{ "GET", "/api/v1/config/revisions", NULL, "", 200,
	  "gateway a password unset -> (set)" },
	{ "GET", "/api/v1/audit?limit=0", NULL, "", 422, "limit" },
	{ "GET", "/api/v1/audit", NULL, "", 200,
	  "\"action\":\"configuration commit\",\"object\":\"revision 1\"" },
	/* completion */
	{ "GET", "/api/v1/complete?kind=gateway&prefix=", NULL, "", 200,
	  "[{\"name\":\"a\"}]" },
	{ "GET", "/api/v1/complete?kind=gateway&prefix=x", NULL, "", 200,
	  "\"items\":[]" },
	{ "GET", "/api/v1/complete?kind=pet&prefix=c", NULL, "", 200,
	  "[{\"name\":\"cat\"},{\"name\":\"cow\"}]" },
	{ "GET", "/api/v1/complete?kind=nothing", NULL, "", 200,
	  "\"items\":[]" },
	/* figures */
	{ "GET", "/api/v1/stats/series?range=2d", NULL, "", 422, "10m" },
	{ "GET", "/api/v1/stats/series?names=process.*", NULL, "", 200,
	  "\"series\":[{\"name\":\"process.cpu\",\"unit\":\"cores\"}," },
	{ "GET", "/api/v1/stats/series?range=3h", NULL, "", 200,
	  "\"marks\":[" },
	{ "GET", "/api/v1/stats/snapshot?names=loop.lag.*", NULL, "", 200,
	  "{\"name\":\"loop.lag.p50\",\"now\":" },
};

#define N (sizeof(requests) / sizeof(requests[0]))

static struct answer answers[N];
static struct buf whys[N];

static void all_requests(void)
{
	for (size_t i = 0; i < N; i++) {
		buf_init(&whys[i], 1024);
		(void)client_call(&client, requests[i].method,
		    requests[i].target, requests[i].type,
		    strv(requests[i].body), &answers[i], &whys[i]);
	}
}

START_TEST(every_request_gets_its_answer)
{
	play(all_requests);
	for (size_t i = 0; i < N; i++) {
		ck_assert_msg(answers[i].status == requests[i].status,
		    "%s %s: %d %s %s", requests[i].method, requests[i].target,
		    answers[i].status, answers[i].body.p, whys[i].p);
		ck_assert_msg(strstr(answers[i].body.p, requests[i].has) !=
		    NULL, "%s %s: %s", requests[i].method, requests[i].target,
		    answers[i].body.p);
		ck_assert_msg(!strstr(answers[i].body.p, "geheim"), "%s",
		    requests[i].target);
		answer_free(&answers[i]);
		buf_deinit(&whys[i]);
	}
}
END_TEST

/* --- sizes --------------------------------------------------------------------- */

static const struct {
	const char *target;
	size_t size;
	int status;
} bodies[] = {
	{ "/api/v1/size", (size_t)16 << 20, 200 },
	{ "/api/v1/size", ((size_t)16 << 20) + 1, 413 },
	{ "/api/v1/echo/a", ((size_t)1 << 20) + 1, 413 },
	{ "/api/v1/nothing", ((size_t)1 << 20) + 1, 413 },
};
static struct answer sized[4];

static void send_bodies(void)
{
	struct buf body, why;

	buf_init(&why, 1024);
	for (size_t i = 0; i < 4; i++) {
		buf_init(&body, BUF_NO_LIMIT);
		(void)buf_reserve(&body, bodies[i].size);
		memset(body.p, 'x', bodies[i].size);
		(void)client_call(&client, "POST", bodies[i].target,
		    "application/octet-stream", (struct strv){ body.p,
		    bodies[i].size }, &sized[i], &why);
		buf_deinit(&body);
	}
	buf_deinit(&why);
}

START_TEST(a_body_may_be_as_large_as_its_operation_says)
{
	play(send_bodies);
	for (size_t i = 0; i < 4; i++) {
		ck_assert_msg(sized[i].status == bodies[i].status, "%s: %d",
		    bodies[i].target, sized[i].status);
		answer_free(&sized[i]);
	}
}
END_TEST

/* --- raw bytes ------------------------------------------------------------------- */

static int dial(void)
{
	struct sockaddr_un a = { .sun_family = AF_UNIX };
	struct timeval limit = { 10, 0 };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	strcpy(a.sun_path, sock);
	(void)setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	return connect(fd, (struct sockaddr *)&a, sizeof(a)) == 0 ? fd : -1;
}

static struct buf got;

static void say(int fd, const char *text, bool listen)
{
	char part[4096];
	ssize_t n = send(fd, text, strlen(text), MSG_NOSIGNAL);

	buf_init(&got, 1 << 20);
	while (listen && n >= 0 && (n = recv(fd, part, sizeof(part), 0)) > 0)
		buf_add(&got, part, (size_t)n);
	close(fd);
}

static void a_browser(void)
{
	say(dial(), "GET /api/v1/operations HTTP/1.1\r\nHost: x\r\n"
	    "Origin: http://example.org\r\nConnection: close\r\n\r\n", true);
}

START_TEST(a_browser_may_not_use_the_socket)
{
	play(a_browser);
	ck_assert_msg(strstr(got.p, " 403 ") != NULL, "%s", got.p);
	ck_assert(strstr(got.p, "Content-Security-Policy: default-src 'none'")
	    != NULL);
	ck_assert(strstr(got.p, "Access-Control") == NULL);
	buf_deinit(&got);
}
END_TEST

static void a_long_chunk(void)
{
	static char text[(2 << 20) + 400];
	int n = snprintf(text, 400, "POST /api/v1/echo/a HTTP/1.1\r\nHost: x"
	    "\r\nContent-Type: application/json\r\nConnection: close\r\n"
	    "Transfer-Encoding: chunked\r\n\r\n200000\r\n");

	memset(text + n, 'x', 0x200000);
	strcpy(text + n + 0x200000, "\r\n0\r\n\r\n");
	say(dial(), text, true);
}

START_TEST(a_long_body_without_a_length_is_refused_too)
{
	play(a_long_chunk);
	ck_assert_msg(strstr(got.p, " 413 ") != NULL, "%s", got.p);
	buf_deinit(&got);
}
END_TEST

static const char *const nonsense[] = {
	"\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n",
	"GET /api/v1/echo/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n",
	"POST /api/v1/size HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
	"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
	"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
};

static void talk_nonsense(void)
{
	struct buf why;

	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		int fd = dial();

		(void)send(fd, nonsense[i], strlen(nonsense[i]), MSG_NOSIGNAL);
		close(fd);
	}
	buf_init(&why, 1024);
	(void)client_call(&client, "GET", "/api/v1/health/live", NULL,
	    STRV_NONE, &sized[0], &why);
	buf_deinit(&why);
}

START_TEST(nonsense_does_no_harm)
{
	play(talk_nonsense);
	ck_assert_int_eq(sized[0].status, 200);
	answer_free(&sized[0]);
}
END_TEST

/* --- waiting ----------------------------------------------------------------------- */

#define HOLD "GET /api/v1/hold HTTP/1.1\r\nHost: x\r\n\r\n"

static bool ask(const char *target, const char *has)
{
	struct answer a;
	struct buf why;
	bool yes;

	buf_init(&why, 1024);
	yes = client_call(&client, "GET", target, NULL, STRV_NONE, &a, &why) &&
	    strstr(a.body.p, has);
	answer_free(&a);
	buf_deinit(&why);
	return yes;
}

static bool alive;

/* The core holds the request; its client goes; then the core answers. */
static void go_away(void)
{
	for (int i = 0; i < 20; i++) {
		int fd = dial();

		(void)send(fd, HOLD, strlen(HOLD), MSG_NOSIGNAL);
		while (!ask("/api/v1/held", "true"))
			;	/* it is on its way through two threads */
		close(fd);
		(void)ask("/api/v1/release", "{}");
	}
	alive = ask("/api/v1/health/live", "ok");
}

START_TEST(a_client_that_goes_while_the_core_works_does_no_harm)
{
	play(go_away);
	ck_assert_ptr_null(held);
	ck_assert(alive);
}
END_TEST

static int waiting_fd;

static void wait_for_ever(void)
{
	waiting_fd = dial();
	(void)send(waiting_fd, HOLD, strlen(HOLD), MSG_NOSIGNAL);
	while (!ask("/api/v1/held", "true"))
		;
}

START_TEST(stopping_does_not_wait_for_the_core)
{
	play(wait_for_ever);
	ck_assert_ptr_nonnull(held);
	admin_stop();
	op_done(held);		/* later than the stop: dropped */
	close(waiting_fd);
	ck_assert(access(sock, F_OK) != 0);
}
END_TEST

/* --- HTTPS ------------------------------------------------------------------------- */

static const struct {
	const char *target;
	const char *line;	/* of status */
} outside[] = {
	{ "/", "HTTP/1.1 200" }, { "/index.html", "HTTP/1.1 200" },
	{ "/metrics", "HTTP/1.1 200" },
	{ "/messages", "HTTP/1.1 404" },	/* no browser asks */
	{ "/api/v1/health/live", "HTTP/1.1 200" },
	{ "/api/v1/setup", "HTTP/1.1 200" },
	{ "/api/v1/health/ready", "HTTP/1.1 200" },
	{ "/api/v1/operations", "HTTP/1.1 503" },
	{ "/api/v1/nothing", "HTTP/1.1 503" },
	{ "/nothing.js", "HTTP/1.1 404" },
};
static struct buf secure[10];
static char cipher[32];

static void tls_get(const char *target, struct buf *out)
{
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	SSL *ssl = SSL_new(ctx);
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)admin_port()),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	int fd = socket(AF_INET, SOCK_STREAM, 0), n;
	char text[4096];

	buf_init(out, 1 << 20);
	(void)connect(fd, (struct sockaddr *)&a, sizeof(a));
	SSL_set_fd(ssl, fd);
	if (SSL_connect(ssl) == 1) {
		(void)snprintf(cipher, sizeof(cipher), "%s",
		    SSL_get_version(ssl));
		n = snprintf(text, sizeof(text), "GET %s HTTP/1.1\r\n"
		    "Host: localhost\r\nConnection: close\r\n\r\n",
		    target);
		(void)SSL_write(ssl, text, n);
		while ((n = SSL_read(ssl, text, sizeof(text))) > 0)
			buf_add(out, text, (size_t)n);
	}
	SSL_free(ssl);
	SSL_CTX_free(ctx);
	close(fd);
}

static void from_outside(void)
{
	for (size_t i = 0; i < 10; i++)
		tls_get(outside[i].target, &secure[i]);
}

START_TEST(before_the_setup_https_shows_the_page_alone)
{
	play(from_outside);
	for (size_t i = 0; i < 10; i++) {
		ck_assert_msg(strncmp(secure[i].p, outside[i].line, 12) == 0,
		    "%s: %s", outside[i].target, secure[i].p);
		buf_deinit(&secure[i]);
	}
	ck_assert_str_eq(cipher, "TLSv1.3");
}
END_TEST

static void ask_ready(void)
{
	say(dial(), "GET /api/v1/health/ready HTTP/1.1\r\nHost: x\r\n"
	    "Connection: close\r\n\r\n", true);
}

START_TEST(ready_says_why_it_is_not)
{
	broken = true;
	play(ask_ready);
	ck_assert_msg(strstr(got.p, " 503 ") != NULL, "%s", got.p);
	ck_assert(strstr(got.p, "disk: the disk is full") != NULL);
	ck_assert(strstr(got.p, "Retry-After") != NULL);
	buf_deinit(&got);
}
END_TEST

START_TEST(a_taken_port_leaves_the_console_where_it_was)
{
	char line[100];
	unsigned port = admin_port();
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct sockaddr_in a = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t n = sizeof(a);
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	ck_assert(port != 0);
	ck_assert(bind(fd, (struct sockaddr *)&a, n) == 0);
	ck_assert(listen(fd, 1) == 0);
	ck_assert(getsockname(fd, (struct sockaddr *)&a, &n) == 0);
	(void)snprintf(line, sizeof(line), "set admin address 127.0.0.1:%u",
	    ntohs(a.sin_port));
	buf_init(&why, 256);
	ck_assert(conf_edit_line(e, strv(line), &why) == ERR_OK);
	conf_edit_apply(e);
	ck_assert_uint_eq(admin_port(), port);
	play(talk_nonsense);
	ck_assert_int_eq(sized[0].status, 200);
	answer_free(&sized[0]);
	buf_deinit(&why);
	close(fd);
}
END_TEST

START_TEST(the_console_address_must_be_numeric)
{
	struct conf_edit *e = conf_edit_new();
	struct buf why;

	buf_init(&why, 256);
	ck_assert(conf_edit_line(e, STRV("set admin address example.org:1"),
	    &why) == ERR_OK);
	ck_assert(conf_edit_check(e, &why) == ERR_BAD_SYNTAX);
	buf_clear(&why);
	ck_assert(conf_edit_line(e, STRV("set admin address [::1]:0"),
	    &why) == ERR_OK);
	ck_assert(conf_edit_check(e, &why) == ERR_OK);
	conf_edit_free(e);
	buf_deinit(&why);
}
END_TEST

START_TEST(the_certificate_is_kept_and_nobody_else_may_read_its_key)
{
	char path[128];
	struct stat before, after;

	(void)snprintf(path, sizeof(path), "%s/tls/console.key", dir);
	ck_assert(stat(path, &before) == 0);
	ck_assert_uint_eq(before.st_mode & 0777, 0600);
	admin_reload();
	ck_assert(stat(path, &after) == 0);
	ck_assert(before.st_ino == after.st_ino);
	ck_assert(stat(sock, &after) == 0);
	ck_assert_uint_eq(after.st_mode & 0777, 0600);
}
END_TEST

START_TEST(two_daemons_do_not_share_a_data_directory)
{
	ck_assert(admin_start(dir) == ERR_STORAGE);
}
END_TEST

Suite *suite(void)
{
	Suite *s = suite_create("admin");
	TCase *tc = tcase_create("admin");

	tcase_set_timeout(tc, 60);
	tcase_add_checked_fixture(tc, setup, teardown);
	tcase_add_test(tc, every_request_gets_its_answer);
	tcase_add_test(tc, a_body_may_be_as_large_as_its_operation_says);
	tcase_add_test(tc, a_browser_may_not_use_the_socket);
	tcase_add_test(tc, a_long_body_without_a_length_is_refused_too);
	tcase_add_test(tc, nonsense_does_no_harm);
	tcase_add_test(tc,
	    a_client_that_goes_while_the_core_works_does_no_harm);
	tcase_add_test(tc, stopping_does_not_wait_for_the_core);
	tcase_add_test(tc,
	    before_the_setup_https_shows_the_page_alone);
	tcase_add_test(tc, ready_says_why_it_is_not);
	tcase_add_test(tc, a_taken_port_leaves_the_console_where_it_was);
	tcase_add_test(tc, the_console_address_must_be_numeric);
	tcase_add_test(tc,
	    the_certificate_is_kept_and_nobody_else_may_read_its_key);
	tcase_add_test(tc, two_daemons_do_not_share_a_data_directory);
	suite_add_tcase(s, tc);
	return s;
}
