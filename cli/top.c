/* top.c - how it goes, on one screen: rates, gateways, queues, delays. */

#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/now.h"
#include "cli/command.h"
#include "cli/keys.h"
#include "cli/mask.h"
#include "cli/stop.h"

/* Each part is an answer of the daemon, or some columns of it. */
static const struct part {
	const char *name, *title, *target, *columns;
	int rows;	/* at most, on a screen */
	bool trouble;	/* only rows whose state is not ok */
} parts[] = {
	{ "rates", "Messages", "stats/snapshot?names=accepted,messages.*,"
	  "deferred,failed,expired,refused,busy,flight",
	  "name,now,minute,ten_minutes,unit", 16, false },
	{ "delays", "Delays and load", "stats/snapshot?names="
	  "latency.*.p95,loop.lag.p99,db.commit.store.p95,process.cpu,"
	  "process.memory,registrations",
	  "name,now,minute,ten_minutes,unit", 12, false },
	{ "gateways", "Gateways", "gateways", NULL, 8, false },
	{ "queues", "Queues", "queues", NULL, 8, false },
	{ "health", "What is wrong", "health/checks",
	  "check,state,says,remedy", 8, true },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

struct look {
	struct session *s;
	struct options options;
	int64_t every_ms;
};

/* --- one look ------------------------------------------------------------ */

static int fetch(struct look *l, const struct part *p, struct answer *a)
{
	struct buf target;
	int code;

	buf_init(&target, BUF_NO_LIMIT);
	buf_addf(&target, "/api/v1/%s", p->target);
	code = session_call(l->s, "GET", target.p, NULL, STRV_NONE,
	    &l->options, NULL, a);
	if (code == EXIT_OK && l->s->out.mask) {
		buf_clear(&target);
		mask_json(&target, buf_strv(&a->body));
		buf_clear(&a->body);
		buf_adds(&a->body, buf_strv(&target));
	}
	buf_deinit(&target);
	return code;
}

static void part_print(const struct render *to, const struct part *p,
    struct strv json)
{
	struct selection columns = { .columns = p->columns ?
	    strv(p->columns) : STRV_NONE, .limit = p->rows,
	    .trouble = p->trouble };
	struct buf chosen, why;
	bool next;

	buf_init(&chosen, BUF_NO_LIMIT);
	buf_init(&why, 4096);
	fprintf(to->out, "\n%s%s%s\n", to->color ? "\033[1m" : "", p->title,
	    to->color ? "\033[0m" : "");
	if (select_rows(&columns, json, &chosen, &why) &&
	    !strstr(chosen.p, "\"items\":[]"))
		(void)render_people(to, buf_strv(&chosen), &next);
	else
		fputs("nothing\n", to->out);
	buf_deinit(&chosen);
	buf_deinit(&why);
}

static int for_people(struct look *l, const struct render *to)
{
	struct answer a;
	int code;

	for (size_t i = 0; i < PARTS; i++) {
		code = fetch(l, &parts[i], &a);
		if (code == EXIT_FORBIDDEN)
			continue;	/* of another role */
		if (code != EXIT_OK)
			return code;
		part_print(to, &parts[i], buf_strv(&a.body));
		answer_free(&a);
	}
	return EXIT_OK;
}

static int for_programs(struct look *l)
{
	struct answer a;
	struct buf all;
	int code = EXIT_OK;

	buf_init(&all, BUF_NO_LIMIT);
	for (size_t i = 0; i < PARTS && code == EXIT_OK; i++) {
		code = fetch(l, &parts[i], &a);
		if (code != EXIT_OK)
			break;
		buf_addf(&all, "%c\"%s\":%s", i ? ',' : '{', parts[i].name,
		    a.body.p);
		answer_free(&a);
	}
	buf_addc(&all, '}');
	if (code == EXIT_OK && l->options.jsonl)
		render_jsonl(&l->s->out, buf_strv(&all));
	else if (code == EXIT_OK)
		render_json(&l->s->out, buf_strv(&all));
	buf_deinit(&all);
	return code;
}

/* --- the screen ---------------------------------------------------------- */

/* As many lines as there are rows, each over the one that was there. */
static void screen(const char *text, size_t rows)
{
	struct strv rest = strv(text);

	fputs("\033[H", stdout);
	while (rest.n && rows-- > 1) {
		struct strv line = strv_split(rest, '\n', &rest);

		printf("%.*s\033[K\n", STRV_ARG(line));
	}
	fputs("\033[J", stdout);
	fflush(stdout);
}

static int draw(struct look *l)
{
	struct render to = l->s->out;
	struct winsize size = { 0 };
	char time[NOW_TEXT], *text = NULL;
	size_t n;
	int code;

	(void)ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	to.out = open_memstream(&text, &n);
	to.width = size.ws_col;
	if (!to.out)
		return session_error(l->s, EXIT_FAILED, "out of memory");
	now_text(now_ms(), time);
	fprintf(to.out, "parley top   every %lld s, q ends   %s\n",
	    (long long)l->every_ms / 1000, time);
	code = for_people(l, &to);
	(void)fclose(to.out);
	if (code == EXIT_OK)
		screen(text, size.ws_row ? size.ws_row : 24);
	free(text);
	return code;
}

static int follow(struct look *l, const struct keys *keys)
{
	int64_t end = l->options.timeout_s ? now_mono() +
	    (int64_t)l->options.timeout_s * 1000 : INT64_MAX;
	struct pollfd p = { .fd = STDIN_FILENO, .events = POLLIN };
	int64_t next;
	int code;

	l->options.timeout_s = 0;
	for (;;) {
		code = draw(l);
		next = now_mono() + l->every_ms;
		while (code == EXIT_OK && now_mono() < next) {
			if (stop_asked() || now_mono() >= end) {
				stop_clear();
				return EXIT_OK;
			}
			if (poll(&p, 1, (int)(next - now_mono())) > 0 &&
			    keys_quit(keys))
				return EXIT_OK;
		}
		if (code != EXIT_OK)
			return code;
	}
}

static int words_read(struct look *l, const struct word *w, size_t n)
{
	int64_t every = 2;
	struct buf why;
	int step = 1;

	buf_init(&why, 1024);
	for (; n && step > 0; w += step, n -= (size_t)step) {
		step = options_take(&l->options, w, n, &why);
		if (step < 0)
			(void)session_error(l->s, EXIT_USAGE, "%s", why.p);
		else if (step == 0 && duration_s(w->text, "s", &every))
			step = 1;
		else if (step == 0)
			(void)session_error(l->s, EXIT_USAGE, "usage: top "
			    "[SECONDS]");
		if (step <= 0)
			break;
	}
	buf_deinit(&why);
	l->every_ms = every * 1000;
	return step > 0 ? EXIT_OK : EXIT_USAGE;
}

int top_words(struct session *s, const struct word *w, size_t n)
{
	struct look l = { .s = s, .options = s->defaults };
	struct keys keys;
	int code = words_read(&l, w, n);

	if (code != EXIT_OK)
		return code;
	s->out.mask |= l.options.mask;
	if (l.options.help) {
		fputs("top [SECONDS]\n    rates, gateways, queues and delays "
		    "on one screen; q ends\n", s->out.out);
		return EXIT_OK;
	}
	if (l.options.json || l.options.jsonl)
		return for_programs(&l);
	if (!s->out.tty || !isatty(STDIN_FILENO) ||
	    (s->way && (s->way->filters.n || s->way->file)))
		return for_people(&l, &s->out);
	output_flow(s->way);
	keys_begin(&keys, true);
	fputs("\033[?1049h\033[?25l", stdout);
	code = follow(&l, &keys);
	fputs("\033[?25h\033[?1049l", stdout);
	fflush(stdout);
	keys_end(&keys);
	return code;
}
