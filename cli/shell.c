/* shell.c - the interactive shell on libedit, and scripts. */

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/hints.h"
#include "cli/notice.h"
#include "cli/session.h"

#define HISTORY 1000
#define TICK_MS 1000	/* idle so long: what time is it? */
#define MANY 50		/* the daemon names no more: there may be others */

/* --- scripts ------------------------------------------------------------- */

/* The lines of a script until one fails, or all: then the code of the last
 * that failed if none succeeded. */
static int lines_run(struct session *s, struct strv rest)
{
	size_t failed = 0;
	int code = EXIT_OK, one;

	while (rest.n && (code == EXIT_OK || s->keep_going) && !s->quit) {
		s->line++;
		one = session_line(s, strv_split(rest, '\n', &rest));
		failed += one != EXIT_OK;
		code = one != EXIT_OK ? one : code;
	}
	return s->keep_going && failed && failed < s->line ? EXIT_PARTLY :
	    code;
}

/* Says which line failed. */
int script_run(struct session *s, const char *path)
{
	struct buf text, why;
	int code = EXIT_OK;

	buf_init(&text, (size_t)16 << 20);
	buf_init(&why, 4096);
	if (!file_text(path, &text, &why)) {
		code = session_error(s, EXIT_FAILED, "%s", why.p);
		buf_clear(&text);
	}
	s->file = strcmp(path, "-") == 0 ? "stdin" : path;
	if (code == EXIT_OK)
		code = lines_run(s, buf_strv(&text));
	if (code == EXIT_OK && s->configuring && s->staged)
		code = session_error(s, EXIT_CONFLICT, "the script ends with "
		    "changes that are not committed; draft %s keeps them",
		    s->draft);
	s->file = NULL;
	buf_deinit(&text);
	buf_deinit(&why);
	return code;
}

/* --- Tab and "?" --------------------------------------------------------- */

struct found {
	struct buf common;	/* what all candidates begin with */
	struct buf list;	/* lines for people */
	size_t n;		/* words that could be inserted */
	size_t lines;
};

static void collect(const char *word, const char *help, void *arg)
{
	struct found *f = arg;
	size_t n = 0;

	f->lines++;
	buf_addz(&f->list, "  ");
	render_safe(&f->list, strv(word), false);
	for (size_t width = render_width(strv(word)); width < 24; width++)
		buf_addc(&f->list, ' ');
	buf_addf(&f->list, " %s\n", help);
	if (word[0] == '<')
		return;
	if (f->n++ == 0) {
		buf_addz(&f->common, word);
		return;
	}
	while (n < f->common.n && word[n] == f->common.p[n])
		n++;
	f->common.n = n;
	f->common.p[n] = 0;
}

static struct strv typed(EditLine *el)
{
	const LineInfo *line = el_line(el);

	return (struct strv){ line->buffer,
	    (size_t)(line->cursor - line->buffer) };
}

static void look(EditLine *el, struct found *f, struct strv *partial)
{
	struct session *s;

	buf_init(&f->common, BUF_NO_LIMIT);
	buf_init(&f->list, BUF_NO_LIMIT);
	f->n = f->lines = 0;
	el_get(el, EL_CLIENTDATA, &s);
	hints(s, typed(el), partial, collect, f);
}

static void found_free(struct found *f)
{
	buf_deinit(&f->common);
	buf_deinit(&f->list);
}

static unsigned char on_tab(EditLine *el, int ch)
{
	unsigned char result = CC_REFRESH;
	struct strv partial;
	struct found f;

	(void)ch;
	look(el, &f, &partial);
	if (f.n && f.n < MANY && f.common.n >= partial.n &&
	    memcmp(f.common.p, partial.p, partial.n) == 0) {
		if (f.n == 1)
			buf_addc(&f.common, ' ');
		if (f.common.n > partial.n) {
			el_insertstr(el, f.common.p + partial.n);
		} else {
			printf("\n%s", f.list.p);
			result = CC_REDISPLAY;
		}
	} else if (f.lines) {
		printf("\n%s", f.list.p);
		result = CC_REDISPLAY;
	} else {
		result = CC_REFRESH_BEEP;
	}
	found_free(&f);
	return result;
}

static bool in_quotes(struct strv line)
{
	char quote = 0;

	for (size_t i = 0; i < line.n; i++)
		if (line.p[i] == quote)
			quote = 0;
		else if (!quote && (line.p[i] == '\'' || line.p[i] == '"'))
			quote = line.p[i];
	return quote != 0;
}

static unsigned char on_question(EditLine *el, int ch)
{
	struct strv partial;
	struct found f;

	(void)ch;
	if (in_quotes(typed(el))) {
		el_insertstr(el, "?");
		return CC_REFRESH;
	}
	look(el, &f, &partial);
	printf("?\n%s", f.lines ? f.list.p : "  nothing is known here\n");
	found_free(&f);
	return CC_REDISPLAY;
}

/* --- the loop ------------------------------------------------------------ */

static char *prompt(EditLine *el)
{
	static char text[80];
	struct session *s;
	char wait[40];

	el_get(el, EL_CLIENTDATA, &s);
	pending_prompt(s, wait, sizeof(wait));
	if (s->configuring)
		(void)snprintf(text, sizeof(text), "parley(config)%s%s# ",
		    s->staged ? "*" : "", wait);
	else
		(void)snprintf(text, sizeof(text), "parley%s> ", wait);
	return text;
}

/* $XDG_STATE_HOME/parley/history; folders are made, others may not read. */
static bool history_path(char *path, size_t size)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	int n;

	if (state && *state == '/')
		n = snprintf(path, size, "%s/parley/history", state);
	else if (home && *home == '/')
		n = snprintf(path, size, "%s/.local/state/parley/history",
		    home);
	else
		return false;
	if (n < 0 || (size_t)n >= size)
		return false;
	for (char *p = strchr(path + 1, '/'); p; p = strchr(p + 1, '/')) {
		*p = 0;
		if (mkdir(path, 0700) < 0 && errno != EEXIST)
			n = 0;
		*p = '/';
	}
	return n > 0;
}

static void ignore(const char *word, const char *help, void *arg)
{
	(void)word;
	(void)help;
	(void)arg;
}

/* A line that sets a secret stays out of the history. */
static bool is_secret(struct session *s, struct strv line)
{
	const struct setting *at = NULL;
	const char *kind;
	struct word w[8];
	struct arena a;
	size_t n;
	bool secret = false;

	if (!s->configuring)
		return false;
	if (!session_schema(s))		/* it cannot be known: be careful */
		return line.n > 2 && memcmp(line.p, "se", 2) == 0;
	arena_init(&a);
	n = words_split(line, &a, w, 8);
	for (size_t i = 1; i <= n && i <= 8 && !secret; i++) {
		schema_next(&s->schema, w + 1, i - 1, ignore, NULL, &kind,
		    &at);
		secret = at && strcmp(at->type, "secret") == 0;
	}
	arena_deinit(&a);
	return secret;
}

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
	(void)number;
	interrupted = 1;
}

/* The cursor to the start of the line that is being typed, however many rows
 * it has by now. */
static void to_start(EditLine *el)
{
	struct winsize size = { 0 };
	size_t width = render_width(strv(prompt(el))) +
	    render_width(typed(el));

	if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col &&
	    width >= size.ws_col)
		printf("\033[%zuA", width / size.ws_col);
	printf("\r\033[J");
}

/* What happened meanwhile, above the line that is being typed. */
static void news(struct session *s, EditLine *el)
{
	struct buf b;

	buf_init(&b, 65536);
	if (notices_take(s->notices, &b)) {
		if (el)
			to_start(el);
		printf("%s", b.p);
		fflush(stdout);
		if (el)
			el_set(el, EL_REFRESH);
	}
	buf_deinit(&b);
}

/* Before the first prompt: does a revision wait? */
static void pending_first(struct session *s)
{
	struct buf b, safe;

	buf_init(&b, 4096);
	buf_init(&safe, 8192);
	if (pending_news(s, &b))
		render_safe(&safe, buf_strv(&b), true);
	s->own = s->pending.running;
	printf("%s", safe.p);
	buf_deinit(&b);
	buf_deinit(&safe);
}

/* The prompt counts down to the end of a revision that waits. */
static void tick(struct session *s, EditLine *el)
{
	if (!s->pending.revision)
		return;
	to_start(el);
	fflush(stdout);
	el_set(el, EL_REFRESH);
}

/* A byte is there; what was typed may have several. */
static int wide_char(wchar_t *out)
{
	mbstate_t state;
	char byte;
	size_t n;

	memset(&state, 0, sizeof(state));
	for (;;) {
		if (read(STDIN_FILENO, &byte, 1) != 1)
			return errno == EINTR ? -1 : 0;
		n = mbrtowc(out, &byte, 1, &state);
		if (n == (size_t)-1)
			memset(&state, 0, sizeof(state));
		else if (n != (size_t)-2)
			return 1;
	}
}

static int get_char(EditLine *el, wchar_t *out)
{
	struct pollfd p[2] = { { .fd = STDIN_FILENO, .events = POLLIN } };
	struct session *s;
	int n;

	el_get(el, EL_CLIENTDATA, &s);
	for (;;) {
		if (interrupted) {	/* also while there were news */
			interrupted = 0;
			errno = EINTR;
			return -1;
		}
		p[1] = (struct pollfd){ .fd = notices_fd(s->notices),
		    .events = POLLIN };
		n = poll(p, 2, TICK_MS);
		if (n > 0 && p[0].revents)
			return wide_char(out);
		if (n > 0 || (n == 0 && p[1].fd < 0)) {
			news(s, el);
		} else if (n == 0) {
			tick(s, el);
		} else if (errno != EINTR) {
			return -1;
		}
	}
}

static EditLine *editor(struct session *s, History *h)
{
	EditLine *el = el_init("parley", stdin, stdout, stderr);

	if (!el)
		return NULL;
	el_set(el, EL_CLIENTDATA, s);
	el_set(el, EL_PROMPT, prompt);
	el_set(el, EL_EDITOR, "emacs");
	el_set(el, EL_SIGNAL, 1);
	el_set(el, EL_GETCFN, get_char);
	el_set(el, EL_HIST, history, h);
	el_set(el, EL_ADDFN, "parley-complete", "complete a word", on_tab);
	el_set(el, EL_ADDFN, "parley-help", "what may come here",
	    on_question);
	el_set(el, EL_BIND, "^I", "parley-complete", NULL);
	el_set(el, EL_BIND, "?", "parley-help", NULL);
	el_set(el, EL_BIND, "^R", "em-inc-search-prev", NULL);
	return el;
}

/* Else libedit, which hands the signal on, would end us by it. */
static void keep_alive(void)
{
	struct sigaction act = { .sa_handler = on_interrupt };

	(void)sigemptyset(&act.sa_mask);
	(void)sigaction(SIGINT, &act, NULL);
}

static void loop(struct session *s, EditLine *el, History *h)
{
	const char *text;
	HistEvent ev;
	int n, code;

	while (!s->quit) {
		struct strv line;

		errno = 0;
		interrupted = 0;
		text = el_gets(el, &n);
		if (!text && errno == EINTR) {
			printf("\n");
			continue;	/* Ctrl-C clears the line */
		}
		if (!text || n <= 0)
			break;		/* Ctrl-D */
		line = strv(text);
		while (line.n && (line.p[line.n - 1] == '\n' ||
		    line.p[line.n - 1] == ' '))
			line.n--;
		if (line.n && !is_secret(s, line))
			history(h, &ev, H_ENTER, text);
		code = session_line(s, line);
		if (code == EXIT_NO_DAEMON)
			grammar_free(&s->grammar), s->have_grammar = false;
	}
}

int shell_run(struct session *s)
{
	History *h = history_init();
	struct notices notices;
	char path[4096] = "";
	HistEvent ev;
	EditLine *el;
	int code;

	if (!session_grammar(s, &code))
		fprintf(stderr, "commands will work once it does\n");
	history(h, &ev, H_SETSIZE, HISTORY);
	history(h, &ev, H_SETUNIQUE, 1);
	if (history_path(path, sizeof(path)))
		history(h, &ev, H_LOAD, path);
	keep_alive();
	el = editor(s, h);
	if (!el)
		return session_error(s, EXIT_FAILED, "this terminal cannot "
		    "be used; try parley - for commands from a pipe");
	printf("Parley. ? shows what may come next, Tab completes, quit "
	    "leaves.\n");
	notices_begin(&notices, s);
	s->notices = &notices;
	pending_first(s);
	news(s, NULL);
	loop(s, el, h);
	notices_end(&notices);
	s->notices = NULL;
	if (path[0]) {
		mode_t was = umask(077);

		history(h, &ev, H_SAVE, path);
		(void)chmod(path, 0600);
		(void)umask(was);
	}
	el_end(el);
	history_end(h);
	return EXIT_OK;
}
