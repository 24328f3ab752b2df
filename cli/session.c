/* session.c - one command: words to a request, the answer to the screen. */

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/now.h"
#include "cli/session.h"
#include "config.h"
#include "wire/json.h"

int session_error(struct session *s, int code, const char *fmt, ...)
{
	struct buf b, safe;
	va_list ap;

	buf_init(&b, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	render_safe(&safe, buf_strv(&b), false);
	fflush(stdout);
	fprintf(stderr, "error: ");
	if (s->file)
		fprintf(stderr, "%s:%zu: ", s->file, s->line);
	fprintf(stderr, "%s\n", safe.p);
	buf_deinit(&b);
	buf_deinit(&safe);
	return code;
}

/* --- answers ------------------------------------------------------------- */

static int exit_of(int status)
{
	static const struct {
		int status, code;
	} codes[] = {
		{ 400, EXIT_USAGE }, { 401, EXIT_FORBIDDEN },
		{ 403, EXIT_FORBIDDEN }, { 404, EXIT_NOT_FOUND },
		{ 405, EXIT_USAGE }, { 409, EXIT_CONFLICT },
		{ 412, EXIT_CONFLICT }, { 413, EXIT_INVALID },
		{ 422, EXIT_INVALID }, { 504, EXIT_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return EXIT_FAILED;
}

/* "errors":[{"line":7,"message":"..."}] of a file with many lines. */
static void refused_lines(struct session *s, const struct json *errors,
    const char *name)
{
	struct strv text;
	int64_t line;

	for (const struct json *e = json_first(errors); e; e = json_next(e))
		if (json_as_string(json_member(e, "message"), &text) &&
		    json_as_int(json_member(e, "line"), &line))
			(void)session_error(s, 0, "%s:%lld: %.*s",
			    name ? name : "line", (long long)line,
			    STRV_ARG(text));
}

static void refused_json(struct strv body)
{
	struct buf safe;

	buf_init(&safe, BUF_NO_LIMIT);
	render_json_safe(&safe, body);
	fprintf(stderr, "%s\n", safe.p);
	buf_deinit(&safe);
}

/* What the daemon refused, in its own words. */
static int refused(struct session *s, const struct answer *a,
    const struct options *o, const char *name)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(buf_strv(&a->body), (size_t)1 << 20,
	    &e);
	struct strv detail = STRV_NONE;
	int64_t line = 0;
	int code = exit_of(a->status);

	if (o->json && root) {
		json_free(root);
		refused_json(buf_strv(&a->body));
		return code;
	}
	(void)json_as_string(root ? json_member(root, "detail") : NULL,
	    &detail);
	(void)json_as_int(root ? json_member(root, "line") : NULL, &line);
	if (root)
		refused_lines(s, json_member(root, "errors"), name);
	if (!detail.p)
		(void)session_error(s, code, "the daemon answered %d",
		    a->status);
	else if (line && name)
		(void)session_error(s, code, "%s:%d: %.*s", name, (int)line,
		    STRV_ARG(detail));
	else
		(void)session_error(s, code, "%.*s", STRV_ARG(detail));
	json_free(root);
	return code;
}

int session_call(struct session *s, const char *method, const char *target,
    const char *type, struct strv body, const struct options *o,
    const char *name, struct answer *a)
{
	struct client with = s->client;
	struct buf why;
	int code = EXIT_OK;

	if (o->timeout_s)
		with.timeout_s = o->timeout_s;
	buf_init(&why, 4096);
	if (!client_call(&with, method, target, type, body, a, &why))
		code = session_error(s, strstr(why.p, "in time") ?
		    EXIT_TIMEOUT : EXIT_NO_DAEMON, "%s", why.p);
	else if (a->status >= 300)
		code = refused(s, a, o, name);
	if (code != EXIT_OK)
		answer_free(a);
	buf_deinit(&why);
	return code;
}

bool session_grammar(struct session *s, int *code)
{
	static const struct options none;
	struct answer a;
	struct buf why;

	if (s->have_grammar)
		return true;
	*code = session_call(s, "GET", "/api/v1/operations", NULL, STRV_NONE,
	    &none, NULL, &a);
	if (*code != EXIT_OK)
		return false;
	buf_init(&why, 4096);
	s->have_grammar = grammar_read(&s->grammar, buf_strv(&a.body), &why);
	if (!s->have_grammar)
		*code = session_error(s, EXIT_FAILED, "%s", why.p);
	buf_deinit(&why);
	answer_free(&a);
	return s->have_grammar;
}

bool session_schema(struct session *s)
{
	struct answer a;
	struct buf why;

	if (s->have_schema)
		return true;
	buf_init(&why, 4096);
	if (client_call(&s->client, "GET", "/api/v1/config/schema",
	    NULL, STRV_NONE, &a, &why)) {
		s->have_schema = a.status == 200 &&
		    schema_read(&s->schema, buf_strv(&a.body));
		answer_free(&a);
	}
	buf_deinit(&why);
	return s->have_schema;
}

/* The exit code an answer carries, or EXIT_OK. */
static int exit_in(struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)80 << 20, &e);
	int64_t code = 0;

	(void)json_as_int(root ? json_member(root, "exit") : NULL, &code);
	json_free(root);
	return (int)code;
}

int session_said(struct session *s, const struct options *o, struct strv json)
{
	struct json_err e = { 0 };
	struct json *root;
	struct strv said;
	struct buf safe;

	if (o->json) {
		render_json(&s->out, json);
		return exit_in(json);
	}
	root = json_parse(json, (size_t)80 << 20, &e);
	if (root && json_as_string(json_member(root, "text"), &said)) {
		buf_init(&safe, BUF_NO_LIMIT);
		render_safe(&safe, said, true);
		fputs(safe.p, s->out.out);
		fflush(s->out.out);
		buf_deinit(&safe);
	}
	json_free(root);
	return exit_in(json);
}

/* A file, not a list: programs get it as it is. */
static void plain(struct session *s, struct strv text)
{
	struct buf safe;

	if (!s->out.tty) {
		fprintf(s->out.out, "%.*s\n", STRV_ARG(text));
		return;
	}
	buf_init(&safe, BUF_NO_LIMIT);
	render_safe(&safe, text, true);
	fprintf(s->out.out, "%s\n", safe.p);
	buf_deinit(&safe);
}

static int show_selected(struct session *s, const struct options *o,
    struct strv json)
{
	struct options all = *o;
	struct buf selected, why;
	int code = EXIT_OK;

	all.select = (struct selection){ .limit = 0 };
	buf_init(&selected, BUF_NO_LIMIT);
	buf_init(&why, 8192);
	if (select_rows(&o->select, json, &selected, &why))
		code = session_show(s, &all, buf_strv(&selected));
	else
		code = session_error(s, EXIT_USAGE, "%s", why.p);
	buf_deinit(&selected);
	buf_deinit(&why);
	return code;
}

int session_show(struct session *s, const struct options *o, struct strv json)
{
	bool next = false, ok = true;

	if (o->select.columns.p || o->select.sort.p || o->select.limit)
		return show_selected(s, o, json);
	if (o->json)
		render_json(&s->out, json);
	else if (o->csv)
		ok = render_csv(&s->out, json);
	else
		ok = render_people(&s->out, json, &next);
	if (!ok)
		plain(s, json);
	fflush(s->out.out);
	if (next)
		fprintf(stderr, "there are more rows: ask for them with "
		    "--limit and --cursor\n");
	return EXIT_OK;
}

/* --- running ------------------------------------------------------------- */

static int once(struct session *s, const struct request *r,
    const struct options *o)
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
			code = exit_in(buf_strv(&a.body));
	}
	buf_deinit(&target);
	answer_free(&a);
	return code;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* Again and again, in place on a screen, until Ctrl-C or the time-out. */
static int watch(struct session *s, const struct request *r,
    const struct options *o, const char *title)
{
	struct options each = *o;
	struct sigaction was, now = { .sa_handler = on_interrupt };
	int64_t end = now_mono() + (int64_t)o->timeout_s * 1000;
	char time[NOW_TEXT];
	int code;

	interrupted = 0;
	if (s->way)
		output_flow(s->way);
	each.timeout_s = 0;
	each.json = o->json || !s->out.tty;
	(void)sigaction(SIGINT, &now, &was);
	do {
		now_text(now_ms(), time);
		if (s->out.tty)
			printf("\033[H\033[J%s   every %d s, Ctrl-C ends   "
			    "%s\n\n", title, o->watch_s, time);
		code = once(s, r, &each);
		if (s->way)
			output_turn(s->way);
		for (int i = 0; i < o->watch_s * 10 && !interrupted &&
		    !(o->timeout_s && now_mono() >= end); i++)
			(void)nanosleep(&(struct timespec){ 0, 100000000 },
			    NULL);
	} while (!interrupted && code != EXIT_NO_DAEMON &&
	    !ferror(stdout) &&
	    !(o->timeout_s && now_mono() >= end));
	(void)sigaction(SIGINT, &was, NULL);
	return code;
}

static int operation(struct session *s, const struct gram_op *op,
    const struct word *w, size_t n, struct options *o)
{
	struct request r;
	struct buf why;
	int code;

	buf_init(&why, 8192);
	code = request_build(op, w, n, o, &r, &why);
	if (code != EXIT_OK) {
		(void)session_error(s, code, "%s", why.p);
		buf_deinit(&why);
		return code;
	}
	if (o->no_pager && s->way)
		output_flow(s->way);
	if (o->help) {
		gram_usage(op, &why);
		fprintf(s->out.out, "%s\n    %s\n", why.p, op->help);
		for (size_t i = 0; i < op->n_args; i++)
			fprintf(s->out.out, "    %-14s %s\n",
			    op->args[i].name, op->args[i].help);
	} else if (o->watch_s) {
		code = watch(s, &r, o, op->command);
	} else {
		code = once(s, &r, o);
	}
	if (strcmp(op->method, "GET") != 0 &&
	    strncmp(r.target.p, "/api/v1/config/", 15) == 0)
		pending_known(s);
	request_free(&r);
	buf_deinit(&why);
	return code;
}

/* --- what the shell itself knows ----------------------------------------- */

/* Of the shell itself; a command may begin with other words too. */
static const struct {
	const char *word, *usage, *help;
} own_help[] = {
	{ "configure", "configure [--draft NAME] | -f FILE [--commit] "
	  "[--comment TEXT] [--revert-in TIME]",
	  "change settings: set and delete lines, then commit" },
	{ "monitor", "monitor [messages | gateways | registrations | queues | "
	  "imports | health |\n        config | audit | log | all]",
	  "what happens, as it happens; q ends" },
	{ "help", "help [WORD...]", "what commands there are" },
	{ "version", "version", "of this program" },
	{ "quit", "quit, exit, Ctrl-D", "leave the shell" },
};

static const char help_more[] =
    "\nEvery command takes --json, --csv, --columns A,B, --sort [-]COLUMN, "
    "--limit N,\n--watch [SECONDS], --timeout SECONDS, --no-pager and "
    "--help.  In the shell a\ncommand may be followed by | match REGEX, "
    "| except REGEX, | count, | first N,\n| last N, | json, | csv, "
    "| no-more or | save FILE, or several of them.\n";

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
	for (size_t i = 0; i < sizeof(own_help) / sizeof(*own_help); i++)
		if (n == 0 || (n == 1 && strv_eq(w[0].text,
		    strv(own_help[i].word)))) {
			found++;
			fprintf(s->out.out, "%s\n    %s\n",
			    own_help[i].usage, own_help[i].help);
		}
	buf_deinit(&usage);
	if (n && !found)
		return session_error(s, EXIT_USAGE, "no command begins so");
	if (!n)
		fputs(help_more, s->out.out);
	return EXIT_OK;
}

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

static const struct {
	const char *word;
	int (*run)(struct session *s, const struct word *w, size_t n);
} builtins[] = {
	{ "help", help }, { "version", version }, { "quit", quit },
	{ "exit", quit }, { "configure", configure_words },
	{ "monitor", monitor_words },
	{ "save", nothing_to_save }, { "write", nothing_to_save },
	{ "persist", nothing_to_save },
};

#define BUILTINS (sizeof(builtins) / sizeof(builtins[0]))

static void count_begin(const char *word, const char *help, void *arg)
{
	struct strv *begin = arg;

	(void)help;
	if (strncmp(word, begin[0].p, begin[0].n) == 0)
		begin[1].n++;
}

/* Interactively also a beginning that is no other word's. */
static size_t builtin(const struct session *s, const struct word *w)
{
	struct strv begin[2] = { w->text, STRV_NONE };
	size_t found = BUILTINS;

	for (size_t i = 0; i < BUILTINS && !w->quoted; i++) {
		if (strv_eq(w->text, strv(builtins[i].word)))
			return i;
		if (strncmp(builtins[i].word, w->text.p, w->text.n) == 0) {
			found = i;
			begin[1].n++;
		}
	}
	if (s->have_grammar)
		grammar_next(&s->grammar, NULL, 0, count_begin, begin);
	return s->interactive && begin[1].n == 1 ? found : BUILTINS;
}

int session_words(struct session *s, const struct word *w, size_t n)
{
	struct options o = s->defaults;
	const struct gram_op *op;
	struct buf why;
	size_t used, i;
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
	i = builtin(s, &w[0]);
	if (i < BUILTINS)
		return builtins[i].run(s, w + 1, n - 1);
	if (!session_grammar(s, &code))
		return code;
	buf_init(&why, 8192);
	op = grammar_find(&s->grammar, w, n, s->interactive, &used, &why);
	if (op)
		code = operation(s, op, w + used, n - used, &o);
	else
		code = session_error(s, EXIT_USAGE, "%s", why.p);
	buf_deinit(&why);
	return code;
}
