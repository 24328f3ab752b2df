/* story.c - "parley-sim story": the main job of a gateway, step by step. */

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bytes.h"
#include "commands.h"
#include "event.h"
#include "lane.h"
#include "poller.h"
#include "story.h"

static const char help[] =
"parley-sim story --sip HOST:PORT --alice URI --alice-password P --bob NUMBER\n"
"       --smsc-listen HOST:PORT [--smsc-system-id S] [--smsc-password P]\n"
"       [--carol URI --carol-password P] [--transport udp|tcp]\n"
"       [--step-timeout SECONDS] [--bind-timeout SECONDS] [--stay]\n"
"\n"
"Starts a service centre and Bob's old phone, waits until the gateway has\n"
"bound, and plays: Alice's message becomes Bob's SMS, the delivery report\n"
"comes back, Bob's answer reaches Alice; a message to Carol, who is offline,\n"
"waits on disk until she registers.  Prints every step as it happens.\n"
"--stay keeps the service centre and Bob's phone (it answers) afterwards.\n"
"The exit status is 0 when every step happened, else 1.\n";

static struct {
	const char *sip, *transport, *smsc_listen, *system_id, *smsc_password;
	const char *alice, *alice_password, *carol, *carol_password, *bob;
	long step_s, bind_s;
	bool stay;
} options = {
	.transport = "udp", .system_id = "parley", .smsc_password = "",
	.bob = "+15557770002", .step_s = 10, .bind_s = 60,
};

/* What the steps compare with and draw: $name. */
static struct {
	const char *name;
	char value[128];
} vars[] = {
	{ "$bob", "" },			/* digits only */
	{ "$m1", "" }, { "$m2", "" },	/* imdn.Message-ID */
	{ "$hello", "Hello Bob" },
	{ "$reply", "Hi Alice, got it" },
	{ "$note", "See you at eight, Carol" },
};

/*
 * A step has happened when an event has all these values (shell patterns).
 * {key} in the note is a value of that event.
 */
struct step {
	const char *event;
	const char *has[5][2];
	const char *left, *label, *right;	/* label < ...: to the left */
	const char *note;
	const char *missing, *look;
	bool done;
};

enum { STEPS = 8 };

struct act {
	const char *title;
	void (*begin)(void);
	bool carol;		/* only with --carol */
	struct step steps[STEPS];
};

static void begin_bind(void);
static void begin_alice(void);
static void begin_message(void);
static void begin_reply(void);
static void begin_offline(void);
static void begin_carol(void);
static void begin_carol_leave(void);
static void begin_leave(void);

static struct act acts[] = {
	{ "The gateway connects to the service centre", begin_bind, false, {
	{ "bind", { { "status", "0x00000000" } },
	  "Parley", "bind", "SMSC", "{system-id}, {kind}",
	  "the gateway did not bind to the service centre",
	  "parley show gateways: address, system-id and password",
	  false },
	} },
	{ "Alice's client registers", begin_alice, false, {
	{ "registered", { { "ua", "alice" } },
	  "Alice", "<200 OK", "Parley", "digest {algorithm}, {expires} s",
	  "Alice could not register",
	  "parley show registrations; her password; the listener's address",
	  false },
	} },
	{ "Alice writes to Bob, whose phone knows only SMS", begin_message,
	  false, {
	{ "sent", { { "ua", "alice" }, { "message-id", "$m1" } },
	  "Alice", "MESSAGE", "Parley", "\"$hello\"", "", "", false },
	{ "submit", { { "dst", "$bob" }, { "status", "0x00000000" } },
	  "Parley", "submit_sm", "SMSC", "from {src}, data coding {data-coding}",
	  "no submit_sm came to the service centre",
	  "parley show queues; parley explain --from ALICE --to BOB", false },
	{ "sms", { { "to", "$bob" }, { "text", "$hello" } },
	  "SMSC", "SMS", "Bob", "\"{text}\"",
	  "Bob's phone did not show Alice's text",
	  "the text of the submit_sm: alphabet, parts", false },
	{ "response", { { "ua", "alice" }, { "message-id", "$m1" },
	    { "status", "2??" } },
	  "Alice", "<{status} {reason}", "Parley", "it is on disk now",
	  "Alice got no positive answer to her message",
	  "parley trace of the message; the log of parleyd", false },
	{ "deliver-resp", { { "kind", "receipt" },
	    { "status", "0x00000000" }, { "from", "$bob" } },
	  "SMSC", "receipt", "Parley", "message {message-id} DELIVRD",
	  "the gateway did not take the delivery receipt",
	  "parley show gateways: is it bound to receive?", false },
	{ "imdn", { { "ua", "alice" }, { "message-id", "$m1" },
	    { "status", "delivered" } },
	  "Alice", "<IMDN {status}", "Parley", "a MESSAGE from {from}",
	  "Alice got no delivery notification",
	  "parley trace of the message: did the receipt find it?", false },
	} },
	{ "Bob answers with an SMS", begin_reply, false, {
	{ "mo", { { "from", "$bob" }, { "text", "$reply" } },
	  "Bob", "SMS", "SMSC", "\"{text}\"", "", "", false },
	{ "deliver-resp", { { "kind", "mo" }, { "status", "0x00000000" },
	    { "from", "$bob" } },
	  "SMSC", "deliver_sm", "Parley", "answered: it is on disk now",
	  "the gateway did not take Bob's SMS",
	  "the log of parleyd; Alice's number as subscriber address", false },
	{ "message", { { "ua", "alice" }, { "text", "$reply" } },
	  "Alice", "<MESSAGE", "Parley",
	  "\"{text}\", Non-CPM-Service: {non-cpm-service}",
	  "Bob's answer did not reach Alice's client",
	  "parley show queues; parley show registrations", false },
	} },
	{ "Alice writes to Carol, who is offline", begin_offline, true, {
	{ "sent", { { "ua", "alice" }, { "message-id", "$m2" } },
	  "Alice", "MESSAGE", "Parley", "\"$note\"", "", "", false },
	{ "response", { { "ua", "alice" }, { "message-id", "$m2" },
	    { "status", "202" } },
	  "Alice", "<{status} {reason}", "Parley", "it waits on disk",
	  "the message to offline Carol was not accepted for later (202)",
	  "parley show queues; is Carol registered from elsewhere?", false },
	} },
	{ "Carol comes online", begin_carol, true, {
	{ "registered", { { "ua", "carol" } },
	  "Carol", "<200 OK", "Parley", "digest {algorithm}, {expires} s",
	  "Carol could not register",
	  "parley show registrations; her password", false },
	{ "message", { { "ua", "carol" }, { "message-id", "$m2" } },
	  "Carol", "<MESSAGE", "Parley", "\"{text}\"",
	  "the message that waited did not come to Carol",
	  "parley show queues: is its leg still held?", false },
	{ "sent", { { "ua", "carol" }, { "report", "delivered" },
	    { "report-id", "$m2" } },
	  "Carol", "IMDN {report}", "Parley", "", "", "", false },
	{ "imdn", { { "ua", "alice" }, { "message-id", "$m2" },
	    { "status", "delivered" } },
	  "Alice", "<IMDN {status}", "Parley", "a MESSAGE from {from}",
	  "Alice got no delivery notification from Carol",
	  "parley trace of the message", false },
	{ "sent", { { "ua", "carol" }, { "report", "displayed" },
	    { "report-id", "$m2" } },
	  "Carol", "IMDN {report}", "Parley", "",
	  "Carol's delivery notification was not answered 200",
	  "the log of parleyd", false },
	{ "imdn", { { "ua", "alice" }, { "message-id", "$m2" },
	    { "status", "displayed" } },
	  "Alice", "<IMDN {status}", "Parley", "a MESSAGE from {from}",
	  "Alice got no read report from Carol",
	  "parley trace of the message", false },
	} },
	{ "Carol leaves", begin_carol_leave, true, {
	{ "unregistered", { { "ua", "carol" } },
	  "Carol", "<200 OK", "Parley", "unregistered",
	  "Carol could not unregister", "the log of parleyd", false },
	} },
	{ "Alice leaves", begin_leave, false, {
	{ "unregistered", { { "ua", "alice" } },
	  "Alice", "<200 OK", "Parley", "unregistered",
	  "Alice could not unregister", "the log of parleyd", false },
	} },
};

enum { ACTS = sizeof(acts) / sizeof(acts[0]) };

static size_t act_i;
static struct timer patience, next;
static bool failed, over;

/* --- drawing --- */

static const char *var(const char *name)
{
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (strcmp(vars[i].name, name) == 0)
			return vars[i].value;
	return name;
}

static void set_var(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(vars) / sizeof(vars[0]); i++)
		if (strcmp(vars[i].name, name) == 0)
			snprintf(vars[i].value, sizeof(vars[i].value), "%s",
			    value);
}

static void draw_step(const struct step *s, const struct event *e)
{
	char *label = lane_expand(s->label, e, var);
	char *note = lane_expand(s->note, e, var);

	lane_draw(s->left, label, s->right, note);
	free(label);
	free(note);
}

/* --- the course of it --- */

static void end(bool bad)
{
	failed |= bad;
	over = true;
	timer_stop(&patience);
	timer_stop(&next);
	poller_stop();
}

/* The first is the cause of the others more often than not. */
static void report_missing(void)
{
	const char *look = NULL;

	printf("\n");
	for (int i = 0; i < STEPS && acts[act_i].steps[i].event; i++) {
		const struct step *s = &acts[act_i].steps[i];

		if (s->done || s->missing[0] == '\0')
			continue;
		printf("MISSING  %s\n", s->missing);
		if (!look)
			look = s->look;
	}
	if (look)
		printf("Look at  %s\n", look);
	fflush(stdout);
}

static void impatient(void *unused)
{
	(void)unused;
	report_missing();
	end(true);
}

static void wait_on(void)
{
	long s = act_i == 0 ? options.bind_s : options.step_s;

	timer_start(&patience, (unsigned)s * 1000, impatient, NULL);
}

static void begin_act(void *unused)
{
	(void)unused;
	while (act_i < ACTS && acts[act_i].carol && !options.carol)
		act_i++;
	if (act_i == ACTS) {
		printf("\nThe whole story, in %.3f s.\n",
		    (double)poller_us() / 1e6);
		fflush(stdout);
		if (!options.stay)
			end(false);
		over = true;
		timer_stop(&patience);
		return;
	}
	printf("\n%s\n", acts[act_i].title);
	wait_on();
	acts[act_i].begin();
}

static bool is_step(const struct step *s, const struct event *e)
{
	if (strcmp(s->event, event_get(e, "event")) != 0)
		return false;
	for (int i = 0; i < 5 && s->has[i][0]; i++) {
		const char *value = event_get(e, s->has[i][0]);

		if (!value || fnmatch(var(s->has[i][1]), value, 0) != 0)
			return false;
	}
	return true;
}

static bool act_done(void)
{
	for (int i = 0; i < STEPS && acts[act_i].steps[i].event; i++)
		if (!acts[act_i].steps[i].done)
			return false;
	return true;
}

/* A notification or text that came before must not come again. */
static void check_repeated(const struct event *e)
{
	for (size_t a = 0; a <= act_i && a < ACTS; a++) {
		for (int i = 0; i < STEPS && acts[a].steps[i].event; i++) {
			const struct step *s = &acts[a].steps[i];

			if (!s->done || !is_step(s, e) ||
			    strchr("br", s->event[0]) ||
			    strcmp(s->event, "unregistered") == 0)
				continue;
			draw_step(s, e);
			printf("\nTWICE    this happened before and must "
			    "happen once\n");
			failed = true;
			return;
		}
	}
}

/* What ends the story at once: somebody said no. */
static bool is_refusal(const struct event *e)
{
	const char *kind = event_get(e, "event");
	const char *status = event_get(e, "status");
	const char *reason = event_get(e, "reason");
	char label[128];

	if (strcmp(kind, "error") == 0) {
		printf("\nMISSING  %s\n", event_get(e, "text"));
		return true;
	}
	if (strcmp(kind, "bind") == 0) {
		lane_draw("Parley", "bind", "SMSC", "refused: system-id or password");
		return false;	/* it may try with others */
	}
	if (strcmp(kind, "register-failed") != 0 &&
	    (strcmp(kind, "response") != 0 || !status || status[0] == '2'))
		return false;
	snprintf(label, sizeof(label), "<%s %s", status ? status : "?",
	    reason ? reason : "");
	lane_draw(strcmp(event_get(e, "ua"), "carol") == 0 ? "Carol" : "Alice",
	    label, "Parley", "");
	report_missing();
	return true;
}

static void happened(const struct event *e, void *unused)
{
	(void)unused;
	if (over || act_i >= ACTS)
		return;
	for (int i = 0; i < STEPS && acts[act_i].steps[i].event; i++) {
		struct step *s = &acts[act_i].steps[i];

		if (s->done || !is_step(s, e))
			continue;
		s->done = true;
		draw_step(s, e);
		wait_on();
		if (act_done()) {
			act_i++;
			/* not from inside the event */
			timer_start(&next, 0, begin_act, NULL);
		}
		return;
	}
	check_repeated(e);
	if (is_refusal(e))
		end(true);
}

/* --- what the people do --- */

static void begin_bind(void)
{
	command_do("smsc start story listen %s system-id \"%s\" "
	    "password \"%s\"", options.smsc_listen, options.system_id,
	    options.smsc_password);
	command_do("phone start %s smsc story", options.bob);
}

static void client(const char *name, const char *aor, const char *password)
{
	command_do("ua start %s aor \"%s\" password \"%s\" proxy %s "
	    "transport %s", name, aor, password, options.sip,
	    options.transport);
	command_do("ua %s auto imdn on display on", name);
	command_do("ua %s register expires 600", name);
}

static void begin_alice(void)
{
	lane_draw("Alice", "REGISTER", "Parley", options.alice);
	client("alice", options.alice, options.alice_password);
}

static void begin_message(void)
{
	command_do("ua alice message to tel:%s text \"%s\" "
	    "imdn delivery,display id %s", options.bob, var("$hello"),
	    var("$m1"));
}

static void begin_reply(void)
{
	const char *user = options.alice + strcspn(options.alice, ":") + 1;

	command_do("smsc story mo from %s to %.*s text \"%s\"", options.bob,
	    (int)strcspn(user, "@;"), user, var("$reply"));
}

static void begin_offline(void)
{
	command_do("ua alice message to \"%s\" text \"%s\" "
	    "imdn delivery,display id %s", options.carol, var("$note"),
	    var("$m2"));
}

static void begin_carol(void)
{
	lane_draw("Carol", "REGISTER", "Parley", options.carol);
	client("carol", options.carol, options.carol_password);
}

static void begin_carol_leave(void)
{
	command_do("ua carol unregister");
}

static void begin_leave(void)
{
	command_do("ua alice unregister");
	if (options.stay)
		command_do("phone start %s smsc story reply \"%s\"",
		    options.bob, var("$reply"));
}

/* --- command line --- */

static const struct {
	const char *name;
	const char **text;
	long *number;
} table[] = {
	{ "--sip", &options.sip, NULL },
	{ "--transport", &options.transport, NULL },
	{ "--alice", &options.alice, NULL },
	{ "--alice-password", &options.alice_password, NULL },
	{ "--carol", &options.carol, NULL },
	{ "--carol-password", &options.carol_password, NULL },
	{ "--bob", &options.bob, NULL },
	{ "--smsc-listen", &options.smsc_listen, NULL },
	{ "--smsc-system-id", &options.system_id, NULL },
	{ "--smsc-password", &options.smsc_password, NULL },
	{ "--step-timeout", NULL, &options.step_s },
	{ "--bind-timeout", NULL, &options.bind_s },
};

static bool option(const char *name, const char *value)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (strcmp(table[i].name, name) != 0)
			continue;
		if (table[i].text)
			*table[i].text = value;
		return table[i].text || (words_number(value,
		    table[i].number) && *table[i].number > 0);
	}
	return false;
}

static bool read_options(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (strcmp(argv[i], "--stay") == 0)
			options.stay = true;
		else if (i + 1 == argc || !option(argv[i], argv[i + 1]))
			return false;
		else
			i++;
	}
	return options.sip && options.alice && options.alice_password &&
	    options.smsc_listen && (!options.carol || options.carol_password);
}

int story_main(int argc, char **argv)
{
	char id[24], hex[9];

	if (argc == 2 && strcmp(argv[1], "--help") == 0) {
		fputs(help, stdout);
		return 0;
	}
	if (!read_options(argc, argv)) {
		fputs(help, stderr);
		return 2;
	}
	rand_hex(hex, 8);
	snprintf(id, sizeof(id), "story-%s-1", hex);
	set_var("$m1", id);
	snprintf(id, sizeof(id), "story-%s-2", hex);
	set_var("$m2", id);
	set_var("$bob", options.bob + (options.bob[0] == '+'));
	event_set_printing(false);
	event_watch(happened, NULL);
	begin_act(NULL);
	poller_run();
	return failed;
}
