/* command.c - the commands: an operation of the daemon, or a word of ours. */

#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/now.h"
#include "cli/ask.h"
#include "cli/command.h"
#include "cli/empty.h"
#include "cli/nagios.h"
#include "cli/stop.h"
#include "cli/wait.h"
#include "config.h"

#define MORE 8	/* words that a preview adds */

/* --- operations ---------------------------------------------------------- */

/* more gets the words that do what was only previewed, if that is wished. */
static int once(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o, struct buf *more)
{
	struct answer a;
	struct buf target;
	int code = session_call(s, r->method, r->target.p, r->type,
	    buf_strv(&r->body), o, r->file.n ? r->file.p : NULL, &a);

	if (code != EXIT_OK)
		return code;
	if (job_of(buf_strv(&a.body), &target)) {
		code = job_follow(s, o, target.p);
	} else {
		code = session_show(s, o, buf_strv(&a.body));
		if (code == EXIT_OK)
			code = session_exit(buf_strv(&a.body));
		if (code == EXIT_OK)
			empty_say(s, o, r, buf_strv(&a.body));
		if (code == EXIT_OK && gram_arg_find(op, STRV("expect")) &&
		    s->way)
			output_flow(s->way);
		if (code == EXIT_OK && !ask_preview(s, op, r, o,
		    buf_strv(&a.body), more, &code))
			buf_clear(more);
	}
	buf_deinit(&target);
	answer_free(&a);
	return code;
}

/* Again and again, in place on a screen, until Ctrl-C or the time-out. */
static int watch(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o)
{
	struct options each = *o;
	struct buf none;
	int64_t end = now_mono() + (int64_t)o->timeout_s * 1000;
	char time[NOW_TEXT];
	int code;

	buf_init(&none, 4096);
	if (s->way)
		output_flow(s->way);
	each.timeout_s = 0;
	each.json = o->json || !s->out.tty;
	do {
		now_text(now_ms(), time);
		if (s->out.tty)
			printf("\033[H\033[J%s   every %d s, Ctrl-C ends   "
			    "%s\n\n", op->command, o->watch_s, time);
		code = once(s, op, r, &each, &none);
		if (s->way)
			output_turn(s->way);
		for (int i = 0; i < o->watch_s * 10 && !stop_asked() &&
		    !(o->timeout_s && now_mono() >= end); i++)
			(void)nanosleep(&(struct timespec){ 0, 100000000 },
			    NULL);
	} while (!stop_asked() && code != EXIT_NO_DAEMON &&
	    !ferror(stdout) &&
	    !(o->timeout_s && now_mono() >= end));
	if (stop_asked())
		code = EXIT_OK;		/* it is the way to end it */
	stop_clear();
	buf_deinit(&none);
	return code;
}

static void operation_help(struct session *s, const struct gram_op *op)
{
	struct buf text;

	buf_init(&text, 8192);
	gram_usage(op, &text);
	fprintf(s->out.out, "%s\n    %s\n", text.p, op->help);
	for (size_t i = 0; i < op->n_args; i++) {
		buf_clear(&text);
		gram_about(&op->args[i], true, &text);
		fprintf(s->out.out, "    %-14s %s\n", op->args[i].option,
		    text.p);
	}
	buf_deinit(&text);
}

static int request(struct session *s, const struct gram_op *op,
    const struct request *r, const struct options *o, struct buf *more)
{
	bool color = s->out.color;
	int code;

	if (o->no_pager && s->way)
		output_flow(s->way);
	if (o->help) {
		operation_help(s, op);
		return EXIT_OK;
	}
	s->out.utc = o->utc;
	s->out.mask |= o->mask;
	s->out.quiet |= o->quiet;
	if (o->color != COLOR_AUTO)
		s->out.color = o->color == COLOR_ALWAYS;
	if (o->nagios)
		code = session_error(s, EXIT_USAGE, "--nagios is for health "
		    "alone");
	else if (o->wait.p && strcmp(op->method, "GET") == 0)
		code = wait_run(s, r, o);
	else if (o->wait.p)
		code = session_error(s, EXIT_USAGE, "--wait is for what only "
		    "shows");
	else if ((code = ask_first(s, op, r, o)) == EXIT_OK)
		code = o->watch_s ? watch(s, op, r, o) :
		    once(s, op, r, o, more);
	s->out.color = color;
	s->out.utc = false;
	return code;
}

static int operation(struct session *s, const struct gram_op *op,
    const struct word *w, size_t n, struct options *o, struct buf *more)
{
	struct request r;
	struct buf why;
	int code;

	buf_init(&why, 8192);
	code = request_build(op, w, n, o, &r, &why);
	if (code == EXIT_OK)
		code = request(s, op, &r, o, more);
	else
		(void)session_error(s, code, "%s", why.p);
	if (r.target.p && strcmp(op->method, "GET") != 0 &&
	    strncmp(r.target.p, "/api/v1/config/", 15) == 0)
		pending_known(s);
	request_free(&r);
	buf_deinit(&why);
	return code;
}

/* Once as it is said, and once more with the words that are wished then. */
static int operations(struct session *s, const struct gram_op *op,
    const struct word *w, size_t n, const struct options *o)
{
	struct options first = *o, second = *o;
	struct word *all = xalloc((n + MORE) * sizeof(*all));
	struct arena a;
	struct buf more;
	int code;

	arena_init(&a);
	buf_init(&more, 4096);
	code = operation(s, op, w, n, &first, &more);
	if (more.n) {
		if (n)
			memcpy(all, w, n * sizeof(*all));
		second.yes = true;
		n += words_split(buf_strv(&more), &a, all + n, MORE);
		buf_clear(&more);
		code = operation(s, op, all, n, &second, &more);
	}
	buf_deinit(&more);
	arena_deinit(&a);
	free(all);
	return code;
}

/* --- what the shell itself knows ----------------------------------------- */

static int help(struct session *s, const struct word *w, size_t n);

static int version(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	fprintf(s->out.out, "parley %s\n", PARLEY_VERSION);
	return EXIT_OK;
}

static int quit(struct session *s, const struct word *w, size_t n)
{
	(void)w;
	(void)n;
	s->quit = true;
	return EXIT_OK;
}

int nothing_to_save(struct session *s, const struct word *w, size_t n)
{
	struct pending_state now;
	int code = pending_read(s, &now);

	(void)w;
	(void)n;
	if (code == EXIT_OK)
		fprintf(s->out.out, "nothing to save: revision %lld is "
		    "already on disk\n", (long long)now.running);
	return code;
}

/* "watch [SECONDS] COMMAND": the option --watch, said first. */
static int watch_words(struct session *s, const struct word *w, size_t n)
{
	struct options was = s->defaults;
	int64_t every = 2;
	int code;

	if (n && duration_s(w[0].text, "s", &every)) {
		w++;
		n--;
	}
	if (n == 0)
		return session_error(s, EXIT_USAGE, "usage: watch [SECONDS] "
		    "COMMAND");
	s->defaults.watch_s = (int)every;
	code = session_words(s, w, n);
	s->defaults = was;
	return code;
}

/* Of the shell itself; a command may begin with other words too.  Those
 * without a help are only understood. */
static const struct own {
	const char *word, *usage, *help;
	int (*run)(struct session *s, const struct word *w, size_t n);
} own[] = {
	{ "alias", "alias [NAME [= COMMAND]]", "a word of your own for a "
	  "command; NAME = alone ends it", alias_words },
	{ "configure", "configure [exclusive] [--draft NAME] | -f FILE "
	  "[--commit]\n        [--comment TEXT] [--revert-in TIME]",
	  "change settings: set and delete lines, then commit",
	  configure_words },
	{ "help", "help [WORD...]", "what commands there are", help },
	{ "history", "history [N]", "the last lines that were typed",
	  history_words },
	{ "monitor", "monitor [messages | gateways | registrations | queues | "
	  "imports |\n        work | health | config | audit | log | all]",
	  "what happens, as it happens; q ends", monitor_words },
	{ "source", "source FILE", "run the lines of a file", source_words },
	{ "top", "top [SECONDS]", "rates, gateways, queues and delays on one "
	  "screen; q ends", top_words },
	{ "version", "version", "of this program", version },
	{ "watch", "watch [SECONDS] COMMAND", "the same as COMMAND --watch",
	  watch_words },
	{ "quit", "quit, exit, Ctrl-D", "leave the shell", quit },
	{ "exit", NULL, NULL, quit },
	{ "save", NULL, NULL, nothing_to_save },
	{ "write", NULL, NULL, nothing_to_save },
	{ "persist", NULL, NULL, nothing_to_save },
};

#define OWN (sizeof(own) / sizeof(own[0]))

void command_own(void (*fn)(const char *word, const char *help, void *arg),
    void *arg)
{
	for (size_t i = 0; i < OWN; i++)
		if (own[i].help)
			fn(own[i].word, own[i].help, arg);
}

static void is_word(const char *word, const char *about, void *arg)
{
	struct strv *typed = arg;

	(void)about;
	if (strv_eq(*typed, strv(word)))
		*typed = STRV_NONE;
}

bool command_word(struct session *s, struct strv word)
{
	struct strv typed = word;

	for (size_t i = 0; i < OWN; i++)
		is_word(own[i].word, NULL, &typed);
	if (s->have_grammar)
		grammar_next(&s->grammar, NULL, 0, is_word, &typed);
	return !typed.p;
}

static const char help_more[] =
    "\nEvery command takes --json, --jsonl, --csv, --columns A,B, --sort "
    "[-]COLUMN,\n--limit N, --watch [SECONDS], --timeout SECONDS, --yes, "
    "--utc, --color WHEN,\n--no-pager, --mask, --quiet and --help.  In the "
    "shell a command may be followed by\n| match REGEX, | except REGEX, | count, | first N, | "
    "last N, | sort [-]COLUMN, | json, | jsonl,\n| csv, | no-more or | save "
    "FILE, or several of them.\n";

static int help(struct session *s, const struct word *w, size_t n)
{
	struct buf usage;
	int code = EXIT_OK;
	size_t found = 0;

	if (!session_grammar(s, &code))
		return code;
	buf_init(&usage, 8192);
	for (size_t i = 0; i < s->grammar.n; i++) {
		const struct gram_op *op = &s->grammar.ops[i];
		bool all = op->n_words >= n && op->n_words;

		for (size_t k = 0; k < n && all; k++)
			all = strv_eq(op->words[k].text, w[k].text);
		if (!all)
			continue;
		found++;
		buf_clear(&usage);
		gram_usage(op, &usage);
		fprintf(s->out.out, "%s\n    %s\n", usage.p, op->help);
	}
	for (size_t i = 0; i < OWN; i++)
		if (own[i].help && (n == 0 || (n == 1 && strv_eq(w[0].text,
		    strv(own[i].word))))) {
			found++;
			fprintf(s->out.out, "%s\n    %s\n", own[i].usage,
			    own[i].help);
		}
	buf_deinit(&usage);
	if (n && !found)
		return session_error(s, EXIT_USAGE, "no command begins so");
	if (!n)
		fputs(help_more, s->out.out);
	return EXIT_OK;
}

static void count_begin(const char *word, const char *about, void *arg)
{
	struct strv *begin = arg;

	(void)about;
	if (strncmp(word, begin[0].p, begin[0].n) == 0)
		begin[1].n++;
}

/* Interactively also a beginning that is no other word's. */
static size_t own_of(const struct session *s, const struct word *w)
{
	struct strv begin[2] = { w->text, STRV_NONE };
	size_t found = OWN;

	for (size_t i = 0; i < OWN && !w->quoted; i++) {
		if (strv_eq(w->text, strv(own[i].word)))
			return i;
		if (strncmp(own[i].word, w->text.p, w->text.n) == 0) {
			found = i;
			begin[1].n++;
		}
	}
	if (s->have_grammar)
		grammar_next(&s->grammar, NULL, 0, count_begin, begin);
	return s->interactive && begin[1].n == 1 ? found : OWN;
}

/* How long is waited counts from the first request, wherever it is said. */
static bool grammar_in_time(struct session *s, const struct word *w, size_t n,
    int *code)
{
	int was = s->client.timeout_s;
	struct options o = s->defaults;
	struct buf why;
	bool ok;

	buf_init(&why, 1024);
	for (size_t i = 0; i < n; i++)
		if (strncmp(w[i].text.p, "--timeout", 9) == 0)
			(void)options_take(&o, w + i, n - i, &why);
	if (o.timeout_s)
		s->client.timeout_s = o.timeout_s;
	ok = session_grammar(s, code);
	s->client.timeout_s = was;
	buf_deinit(&why);
	return ok;
}

int session_words(struct session *s, const struct word *w, size_t n)
{
	struct options o = s->defaults;
	const struct word *all = w;
	const struct gram_op *op;
	struct buf why;
	size_t n_all = n, used, i;
	int code = EXIT_OK, step;

	buf_init(&why, 8192);
	while (n && (step = options_take(&o, w, n, &why)) != 0) {
		if (step < 0) {
			code = session_error(s, EXIT_USAGE, "%s", why.p);
			buf_deinit(&why);
			return code;
		}
		w += step;
		n -= (size_t)step;
	}
	buf_deinit(&why);
	if (n == 0)
		return EXIT_OK;
	i = nagios_is(w, n) || monitor_is_trace(w, n) ? OWN :
	    own_of(s, &w[0]);
	if (i < OWN || nagios_is(w, n) || monitor_is_trace(w, n)) {
		struct options was = s->defaults;

		s->defaults = o;
		code = i < OWN ? own[i].run(s, w + 1, n - 1) :
		    nagios_is(w, n) ? nagios_words(s, w + 1, n - 1) :
		    monitor_trace(s, w + 1, n - 1);
		s->defaults = was;
		return code;
	}
	if (!grammar_in_time(s, all, n_all, &code))
		return code;
	buf_init(&why, 8192);
	op = grammar_find(&s->grammar, w, n, s->interactive, &used, &why);
	if (op)
		code = operations(s, op, w + used, n - used, &o);
	else
		code = session_error(s, EXIT_USAGE, "%s", why.p);
	buf_deinit(&why);
	return code;
}
