/* blast.c - load generator for message servers: one case, one JSON line. */

#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>

#include "blast.h"

static const struct {
	const char *name;
	unsigned needs;
	int (*run)(const struct options *o, struct result *r);
	const char *help;
} cases[] = {
	{ "offline", NEED_ANSWER, load_run,
	  "MESSAGE to users who are not registered" },
	{ "online", NEED_ANSWER | NEED_PUSH | REG_RECIPIENTS, load_run,
	  "MESSAGE to registered users, until it is pushed" },
	{ "full", NEED_ALL | REG_RECIPIENTS | REG_SENDERS | USE_CPIM |
	  WANT_REPORTS, load_run,
	  "CPIM, until both notifications are back at the sender" },
	{ "asked", NEED_ANSWER | NEED_PUSH | REG_RECIPIENTS | REG_SENDERS |
	  USE_CPIM | WANT_REPORTS, load_run,
	  "the same, but nobody notifies" },
	{ "cpim", NEED_ANSWER | NEED_PUSH | REG_RECIPIENTS | REG_SENDERS |
	  USE_CPIM, load_run,
	  "the same, and no notification is asked for" },
	{ "register", NEED_ANSWER | LOAD_REGISTER, load_run,
	  "REGISTER; with the digest the server asks for" },
	{ "sms", NEED_ANSWER | USE_TEL, load_run,
	  "MESSAGE to telephone numbers" },
	{ "http", NEED_ANSWER, http_run,
	  "GET --path on --window connections" },
	{ "wake", NEED_ANSWER | NEED_PUSH | LOAD_WAKE, load_run,
	  "one REGISTER, until the first stored message comes" },
	{ "group", NEED_ANSWER | NEED_PUSH | REG_RECIPIENTS | TO_GROUP,
	  load_run,
	  "MESSAGE to the group \"team\" of all; what arrives is counted" },
	{ "disk", NEED_ANSWER, disk_run,
	  "no server: append 4 kB and fdatasync in the folder --path" },
};

enum { N_CASES = sizeof(cases) / sizeof(cases[0]) };

static int usage(int code)
{
	FILE *f = code ? stderr : stdout;

	fprintf(f, "Usage: blast CASE --server HOST:PORT [OPTION]...\n"
	    "       blast free-port\n"
	    "       blast ping HOST:PORT    wait for any answer, 20 s\n"
	    "       blast metric PATH NAME  what it is, at the admin socket"
	    "\n\n"
	    "Cases:\n");
	for (unsigned i = 0; i < N_CASES; i++)
		fprintf(f, "  %-10s %s\n", cases[i].name, cases[i].help);
	fprintf(f, "\n"
	    "  --users N       pairs of users [2000], from --first N [0]\n"
	    "  --window N      closed loop, messages in flight [256]\n"
	    "  --rate N        or so many messages a second\n"
	    "  --seconds S     measured [5], after --warmup S [1];\n"
	    "                  what is open then has --drain S [3] to move\n"
	    "  --count N       stop after N instead, without warm-up\n"
	    "  --body N        bytes of text [100]\n"
	    "  --digest        send credentials with MESSAGE\n"
	    "  --identity      send P-Asserted-Identity\n"
	    "  --refresh       REGISTER with the nonce in hand\n"
	    "  --password P    of every user [secret]\n"
	    "  --domain D      [example.org]\n"
	    "  --tel PREFIX    of the numbers [+1777]\n"
	    "  --path P        for http; %%u is a number; several with "
	    "blanks between\n"
	    "  --tls           HTTPS; with --token T as one of the API, or "
	    "several\n"
	    "  --change JSON   PATCH instead of GET, whatever it is now\n"
	    "  --expires S     of REGISTER [3600]; 0 takes it back\n"
	    "  --local ADDR    address to bind [127.0.0.1]\n"
	    "  --pid N[,N]     processes to measure, with their children\n"
	    "  --metrics PATH  admin socket of parleyd, for its loop lag\n"
	    "  --name CASE --peer NAME --setup TEXT --durable   for the "
	    "report\n");
	return code;
}

/* Long options: where the value goes and how it is read. */
enum type { TEXT, NUMBER, REAL, FLAG };

static struct options o = {
	.peer = "unknown", .label = "", .local = "127.0.0.1",
	.domain = "example.org", .password = "secret", .tel = "+1777",
	.path = "/", .users = 2000, .window = 256, .seconds = 5, .warmup = 1,
	.drain = 3, .body = 100, .expires = 3600,
};

static const struct {
	const char *name;
	enum type type;
	void *to;
} settings[] = {
	{ "name", TEXT, &o.kase },
	{ "server", TEXT, &o.server },
	{ "peer", TEXT, &o.peer },
	{ "setup", TEXT, &o.label },
	{ "local", TEXT, &o.local },
	{ "domain", TEXT, &o.domain },
	{ "password", TEXT, &o.password },
	{ "tel", TEXT, &o.tel },
	{ "metrics", TEXT, &o.metrics },
	{ "path", TEXT, &o.path },
	{ "token", TEXT, &o.token },
	{ "change", TEXT, &o.change },
	{ "users", NUMBER, &o.users },
	{ "first", NUMBER, &o.first },
	{ "window", NUMBER, &o.window },
	{ "count", NUMBER, &o.count },
	{ "body", NUMBER, &o.body },
	{ "expires", NUMBER, &o.expires },
	{ "pid", TEXT, &o.pids },
	{ "rate", REAL, &o.rate },
	{ "seconds", REAL, &o.seconds },
	{ "warmup", REAL, &o.warmup },
	{ "drain", REAL, &o.drain },
	{ "digest", FLAG, &o.digest },
	{ "identity", FLAG, &o.identity },
	{ "refresh", FLAG, &o.refresh },
	{ "durable", FLAG, &o.durable },
	{ "tls", FLAG, &o.tls },
};

enum { N_SETTINGS = sizeof(settings) / sizeof(settings[0]) };

static void set(unsigned i)
{
	switch (settings[i].type) {
	case TEXT:
		*(const char **)settings[i].to = optarg;
		break;
	case NUMBER:
		*(unsigned *)settings[i].to =
		    (unsigned)strtoul(optarg, NULL, 10);
		break;
	case REAL:
		*(double *)settings[i].to = strtod(optarg, NULL);
		break;
	case FLAG:
		*(bool *)settings[i].to = true;
		break;
	}
}

static bool parse(int argc, char **argv)
{
	struct option table[N_SETTINGS + 1] = { 0 };
	int which, found = 0;

	for (unsigned i = 0; i < N_SETTINGS; i++)
		table[i] = (struct option){ settings[i].name,
		    settings[i].type == FLAG ? no_argument :
		    required_argument, NULL, 1 };
	while ((which = getopt_long(argc, argv, "", table, &found)) != -1) {
		if (which != 1)
			return false;
		set((unsigned)found);
	}
	return optind == argc && o.users > 0 && o.window > 0 &&
	    o.window <= MAX_WINDOW / 4 && o.body <= MAX_BODY && o.body >= 32;
}

static void count_answer(struct strv packet, void *arg)
{
	struct sip s;

	*(unsigned *)arg += sip_parse(packet, &s) && s.status;
}

static int ping(const char *server)
{
	struct net *n = net_new("127.0.0.1", server);
	struct pollfd fd = { n ? net_fd(n) : -1, POLLIN, 0 };
	int64_t end = now_us() + 20000000;
	unsigned answers = 0, cseq = 0;
	char text[512];

	while (n && !answers && now_us() < end) {
		int len = snprintf(text, sizeof(text),
		    "OPTIONS sip:ping@example.org SIP/2.0\r\n"
		    "Via: SIP/2.0/UDP 127.0.0.1:%u;branch=z9hG4bK-p%u;rport"
		    "\r\nMax-Forwards: 70\r\n"
		    "From: <sip:ping@example.org>;tag=1\r\n"
		    "To: <sip:ping@example.org>\r\nCall-ID: ping-%u@bench"
		    "\r\nCSeq: %u OPTIONS\r\nContent-Length: 0\r\n\r\n",
		    net_port(n), cseq, net_port(n), cseq + 1);

		cseq++;
		net_send(n, text, (size_t)len);
		net_flush(n);
		if (poll(&fd, 1, 50) > 0 && !net_read(n, count_answer,
		    &answers))
			poll(NULL, 0, 50);	/* refused: not there yet */
	}
	net_free(n);
	return answers ? 0 : 1;
}

static int metric(const char *path, const char *name)
{
	double value;

	if (!metrics_value(path, name, &value))
		return 1;
	printf("%.0f\n", value);
	return 0;
}

int main(int argc, char **argv)
{
	static struct result r = { .lag_p99_ms = -1, .lag_max_ms = -1 };
	unsigned i = 0;
	int code;

	if (argc > 1 && strcmp(argv[1], "free-port") == 0) {
		printf("%u\n", net_free_port("127.0.0.1"));
		return 0;
	}
	if (argc > 2 && strcmp(argv[1], "ping") == 0)
		return ping(argv[2]);
	if (argc > 3 && strcmp(argv[1], "metric") == 0)
		return metric(argv[2], argv[3]);
	if (argc > 1 && strcmp(argv[1], "--help") == 0)
		return usage(0);
	while (argc > 1 && i < N_CASES && strcmp(argv[1], cases[i].name) != 0)
		i++;
	if (argc < 2 || i == N_CASES)
		return usage(2);
	o.kase = cases[i].name;
	o.needs = cases[i].needs;
	if (!parse(argc - 1, argv + 1))
		return usage(2);
	if (!o.server && cases[i].run != disk_run)
		return usage(2);
	code = cases[i].run(&o, &r);
	if (code == 0)
		result_print(&o, &r);
	return code;
}
