/* shell.c - the interactive shell on libedit. */

#include <errno.h>
#include <histedit.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <wchar.h>

#include "cli/command.h"
#include "cli/files.h"
#include "cli/hints.h"
#include "cli/lock.h"
#include "cli/notice.h"
#include "cli/remote.h"
#include "cli/stop.h"

#define HISTORY 1000
#define TICK_MS 1000	/* idle so long: what time is it? */
#define LOOK 40		/* candidates that are shown with their help */
#define WORD_WIDTH 24
#define MANY 50		/* the daemon names no more: there may be others */

/* --- Tab and "?" --------------------------------------------------------- */

struct found {
	struct buf common;	/* what all candidates begin with */
	struct buf list;	/* lines for people */
	struct buf words;	/* the same without help, in columns */
	size_t columns, at;	/* of the screen; where words ends */
	size_t n;		/* words that could be inserted */
	size_t lines;
};

static void in_columns(struct found *f, struct strv word)
{
	size_t width = render_width(word) + 2;

	width = width < WORD_WIDTH ? WORD_WIDTH : width;
	if (f->at && f->at + width > f->columns) {
		buf_addc(&f->words, '\n');
		f->at = 0;
	}
	buf_adds(&f->words, word);
	for (size_t i = render_width(word); i < width; i++)
		buf_addc(&f->words, ' ');
	f->at += width;
}

/* One line each, however long its help is; but all of what is expected. */
static void collect(const char *word, const char *help, void *arg)
{
	struct found *f = arg;
	struct buf line, safe;
	size_t n = 0;

	f->lines++;
	buf_init(&line, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	render_safe(&safe, strv(word), false);
	buf_addf(&line, "  %s", safe.p);
	for (size_t width = render_width(buf_strv(&safe)); width < WORD_WIDTH;
	    width++)
		buf_addc(&line, ' ');
	buf_addf(&line, " %s", help);
	render_cut(&f->list, buf_strv(&line), word[0] == '<' ? line.n :
	    f->columns);
	buf_addc(&f->list, '\n');
	in_columns(f, buf_strv(&safe));
	buf_deinit(&line);
	buf_deinit(&safe);
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
	struct winsize size = { 0 };
	struct session *s;

	buf_init(&f->common, BUF_NO_LIMIT);
	buf_init(&f->list, BUF_NO_LIMIT);
	buf_init(&f->words, BUF_NO_LIMIT);
	f->columns = ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 &&
	    size.ws_col ? size.ws_col : 80;
	f->n = f->lines = f->at = 0;
	el_get(el, EL_CLIENTDATA, &s);
	hints(s, typed(el), partial, collect, f);
}

static void found_free(struct found *f)
{
	buf_deinit(&f->common);
	buf_deinit(&f->list);
	buf_deinit(&f->words);
}

/* More than a look can take in: the words alone. */
static void found_print(const struct found *f)
{
	if (f->lines <= LOOK)
		fputs(f->list.p, stdout);
	else
		printf("%s\n(%zu words; ? says what each is)\n", f->words.p,
		    f->lines);
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
			putchar('\n');
			found_print(&f);
			result = CC_REDISPLAY;
		}
	} else if (f.lines) {
		putchar('\n');
		found_print(&f);
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
	static char text[PLACE + 400];
	struct session *s;
	const char *host;
	char wait[40];

	el_get(el, EL_CLIENTDATA, &s);
	host = s->client.remote ? s->client.remote->host : NULL;
	pending_prompt(s, wait, sizeof(wait));
	if (s->configuring)
		(void)snprintf(text, sizeof(text),
		    "parley%s%s(config%s%s)%s%s# ", host ? "@" : "",
		    host ? host : "", s->place[0] ? " " : "", s->place,
		    s->staged ? "*" : "", wait);
	else
		(void)snprintf(text, sizeof(text), "parley%s%s%s> ",
		    host ? "@" : "", host ? host : "", wait);
	return text;
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

/* "history [N]": the oldest of them first. */
int history_words(struct session *s, const struct word *w, size_t n)
{
	HistEvent ev;
	size_t want = 20, have = 0;
	int more;

	if (n > 1 || (n == 1 && !(want = strtoul(w[0].text.p, NULL, 10))))
		return session_error(s, EXIT_USAGE, "usage: history [N]");
	if (!s->history)
		return session_error(s, EXIT_USAGE, "only the interactive "
		    "shell has a history");
	for (more = history(s->history, &ev, H_FIRST);
	    more >= 0 && ++have < want;)
		more = history(s->history, &ev, H_NEXT);
	if (more < 0)
		more = history(s->history, &ev, H_LAST);
	for (; more >= 0; more = history(s->history, &ev, H_PREV))
		fprintf(s->out.out, "%s", ev.str);
	return EXIT_OK;
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
	bool kept = lock_renew(s);

	if (!s->pending.revision && kept)
		return;
	to_start(el);
	if (!kept)
		printf("*** others can commit again: the lock was lost\n");
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
		if (stop_asked()) {	/* also while there were news */
			stop_clear();
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
	/* libedit's own commands could bind a key to an editor of files */
	el_set(el, EL_BIND, "\033x", "ed-unassigned", NULL);
	el_set(el, EL_BIND, "\033X", "ed-unassigned", NULL);
	return el;
}

static void loop(struct session *s, EditLine *el, History *h)
{
	const char *text;
	HistEvent ev;
	int n, code;

	while (!s->quit) {
		struct strv line;

		errno = 0;
		stop_clear();
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
	if (files_own("XDG_STATE_HOME", ".local/state", "history", path,
	    sizeof(path)))
		history(h, &ev, H_LOAD, path);
	s->history = h;
	stop_catch(true);	/* libedit hands the signal on */
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
	lock_leave(s);
	notices_end(&notices);
	s->notices = NULL;
	s->history = NULL;
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
