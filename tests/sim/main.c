/* main.c - parley-sim: the outside world of a messaging gateway, simulated. */

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "commands.h"
#include "event.h"
#include "poller.h"
#include "script.h"
#include "story.h"

static const char help[] =
"parley-sim [-f FILE] [--exit-on-eof] [--strict]\n"
"parley-sim story --sip HOST:PORT ...          (parley-sim story --help)\n"
"\n"
"Plays the world around a messaging gateway: service centres for SMS\n"
"(SMPP 3.4), old phones behind them, and SIP clients with CPM messaging.\n"
"Reads commands, one per line, from standard input or FILE, and prints what\n"
"happens as JSON, one object per line.\n"
"\n"
"  -f FILE         read the commands from FILE (- is standard input)\n"
"  --exit-on-eof   end after the last command; otherwise keep running\n"
"  --strict        end at the first command that fails\n"
"The exit status is 1 if a command failed, else 0.\n"
"\n"
"General\n"
"  set events on|off        off: only errors and stats are printed\n"
"  stats                    print counts of everything\n"
"  sleep MS\n"
"  expect EVENT [key=PATTERN]... [within MS]\n"
"                           wait for an event, past or future; each event\n"
"                           satisfies one expect\n"
"  quit\n"
"\n"
"Service centre\n"
"  smsc start NAME [listen 127.0.0.1:0] [system-id S] [password P]\n"
"  smsc NAME mo from A to B text TEXT [dcs N] [udh8|udh16|sar|payload]\n"
"       [order reversed] [drop PART] [ref N] [ton N] [npi N] [flash]\n"
"       [registered]\n"
"  smsc NAME alert from NUMBER [status 0|1|2] [ton N] [npi N]\n"
"  smsc NAME raw HEX | unbind | enquire | drop | stop | listen\n"
"  smsc NAME set KEY VALUE\n"
"     receipts on|off|text|tlv|both     receipt-state DELIVRD|UNDELIV|...\n"
"     receipt-delay-ms N                receipt-before-response on|off\n"
"     receipt-id same|hex|decimal|padded  receipt-other-bind on|off\n"
"     message-id hex|decimal|uuid       next-id N\n"
"     response on|none                  response-delay-ms N\n"
"     response-status 0xNN [count N]    status-for NUMBER 0xNN\n"
"     half-open on|off                  wrong-sequence on|off\n"
"     error-body on|off                 bind-status 0xNN\n"
"     close-after N (requests; 0 never) window N (0: not watched)\n"
"     alphabet gsm7|gsm7-packed|ascii|latin1   (of data coding 0)\n"
"     retry-ms N                        (deliver_sm refused for now; 0 never)\n"
"\n"
"Phone\n"
"  phone start NUMBER smsc NAME [reply TEXT] [reply-delay-ms N]\n"
"  phone stop NUMBER\n"
"\n"
"SIP client\n"
"  ua start NAME aor URI proxy HOST:PORT [password P] [username U]\n"
"       [transport udp|tcp] [listen 127.0.0.1:0] [instance urn:uuid:...]\n"
"       [plain]                         plain: no CPM tags, text/plain\n"
"  ua NAME register [expires N] | unregister | options [URI]\n"
"  ua NAME message to URI text TEXT [imdn LIST] [plain] [id X]\n"
"       [conversation C] [contribution D] [in-reply-to E] [expires N]\n"
"       [header LINE]... [cpim-header LINE]... [as URI] [raw-cpim FILE]\n"
"       [body FILE type TYPE]\n"
"  ua NAME imdn delivered|failed|displayed for ID to URI [header LINE]...\n"
"  ua NAME auto imdn on|off | display on|off | answer CODE|none\n"
"  ua NAME resend-last      the same request again, octet by octet\n"
"  ua NAME raw FILE         a datagram or stream of your own\n"
"  ua NAME stop             gone without a word\n"
"A word with blanks is written \"...\", with \\n \\t \\\" \\\\ inside.\n";

static int wrong(const char *what, const char *arg)
{
	fprintf(stderr, "parley-sim: %s%s (try --help)\n", what, arg);
	return 2;
}

int main(int argc, char **argv)
{
	int fd = STDIN_FILENO;

	signal(SIGPIPE, SIG_IGN);
	poller_us();
	if (argc > 1 && strcmp(argv[1], "story") == 0)
		return story_main(argc - 1, argv + 1);
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--help") == 0) {
			fputs(help, stdout);
			return 0;
		}
		if (strcmp(argv[i], "--exit-on-eof") == 0) {
			script_set_exit_on_eof(true);
		} else if (strcmp(argv[i], "--strict") == 0) {
			script_set_strict(true);
		} else if (strcmp(argv[i], "-f") == 0 && i + 1 < argc) {
			if (strcmp(argv[++i], "-") != 0)
				fd = open(argv[i], O_RDONLY | O_CLOEXEC);
			if (fd < 0)
				return wrong("cannot read ", argv[i]);
		} else {
			return wrong("unknown option: ", argv[i]);
		}
	}
	script_start(fd, command_run);
	poller_run();
	return refuse_count() > 0;
}
