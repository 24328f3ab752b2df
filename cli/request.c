/* request.c - words and options to one request of the API. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "base/alloc.h"
#include "base/jsonw.h"
#include "base/near.h"
#include "cli/client.h"
#include "cli/files.h"
#include "cli/request.h"

#define FILE_MAX ((size_t)64 << 20)
#define SECRET_MAX ((size_t)1 << 20)	/* a chain of certificates too */

struct values {
	struct strv *v;
	size_t n, size;
};

struct building {
	const struct gram_op *op;
	struct options *options;
	struct buf *why;
	struct arena arena;
	struct values *values;	/* one per argument */
	size_t positions;	/* taken so far */
	struct buf file;	/* the name of a file that was read */
};

/* --- files and secrets --------------------------------------------------- */

bool file_text(const char *path, struct buf *out, struct buf *why)
{
	bool in = strcmp(path, "-") == 0;
	int fd = in ? STDIN_FILENO : files_read(path, why);
	char part[65536];
	ssize_t n = -1;

	if (fd < 0)
		return false;
	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_add(out, part, (size_t)n);
	if (n < 0)
		buf_addf(why, "%s: %s", path, strerror(errno));
	else if (out->full)
		buf_addf(why, "%s: this file is too large", path);
	if (!in)
		close(fd);
	explicit_bzero(part, sizeof(part));
	return n >= 0 && !out->full;
}

void last_newline_drop(struct buf *b)
{
	if (b->n && b->p[b->n - 1] == '\n')
		b->p[--b->n] = 0;
	if (b->n && b->p[b->n - 1] == '\r')
		b->p[--b->n] = 0;
}

/* One line from the terminal, unseen. */
static bool ask(int tty, const char *question, const char *name,
    struct buf *out)
{
	struct termios was, quiet;
	char c;
	ssize_t n;

	if (tcgetattr(tty, &was) < 0)
		return false;
	quiet = was;
	quiet.c_lflag &= ~(tcflag_t)ECHO;
	(void)tcsetattr(tty, TCSAFLUSH, &quiet);
	dprintf(tty, "%s%s: ", question, name);
	while ((n = read(tty, &c, 1)) == 1 && c != '\n')
		buf_addc(out, c);	/* Ctrl-C ends it too */
	(void)tcsetattr(tty, TCSAFLUSH, &was);
	dprintf(tty, "\n");
	return n == 1;
}

bool secret_ask(const char *name, struct buf *out, struct buf *why)
{
	int tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	struct buf again;
	bool ok;

	if (tty < 0) {
		buf_addf(why, "there is no terminal to ask on; use "
		    "--%s-file FILE", name);
		return false;
	}
	buf_init(&again, 4096);
	ok = ask(tty, "", name, out) && ask(tty, "again, ", name, &again);
	if (!ok)
		buf_addf(why, "no %s was given", name);
	else if (!strv_eq(buf_strv(out), buf_strv(&again)))
		buf_addf(why, "the two differ; nothing was changed");
	ok = ok && strv_eq(buf_strv(out), buf_strv(&again));
	explicit_bzero(again.p, again.size);
	buf_deinit(&again);
	close(tty);
	return ok;
}

/* --- values -------------------------------------------------------------- */

/* "--" NAME " is given twice"; usage: ... */
static int usage(struct building *b, const char *before, struct strv word,
    const char *after)
{
	buf_addf(b->why, "%s%.*s%s; usage: ", before, STRV_ARG(word), after);
	gram_usage(b->op, b->why);
	return EXIT_USAGE;
}

static int put(struct building *b, const struct gram_arg *a, struct strv v)
{
	struct values *to = &b->values[a - b->op->args];

	if (to->n && !(a->flags & GRAM_REPEAT))
		return usage(b, "--", strv(a->name), " is given twice");
	if (to->n == to->size) {
		to->size = to->size ? to->size * 2 : 1;
		to->v = xrealloc(to->v, to->size * sizeof(*to->v));
	}
	to->v[to->n++] = arena_str(&b->arena, v);
	return EXIT_OK;
}

static int put_secret(struct building *b, const struct gram_arg *a,
    const char *path)
{
	struct buf text;
	int code = EXIT_FAILED;

	buf_init(&text, SECRET_MAX);
	if (path ? file_text(path, &text, b->why) :
	    secret_ask(a->name, &text, b->why)) {
		last_newline_drop(&text);
		code = put(b, a, buf_strv(&text));
	}
	explicit_bzero(text.p, text.size);
	buf_deinit(&text);
	return code;
}

static int put_file(struct building *b, const struct gram_arg *a,
    const char *path)
{
	struct buf text;
	int code = EXIT_FAILED;

	buf_init(&text, FILE_MAX);
	if (file_text(path, &text, b->why))
		code = put(b, a, buf_strv(&text));
	buf_clear(&b->file);
	buf_addz(&b->file, strcmp(path, "-") == 0 ? "stdin" : path);
	buf_deinit(&text);
	return code;
}

/* --- options ------------------------------------------------------------- */

static bool ends(struct strv *s, const char *with)
{
	size_t n = strlen(with);

	if (s->n <= n || memcmp(s->p + s->n - n, with, n) != 0)
		return false;
	s->n -= n;
	return true;
}

static int no_option(struct building *b, struct strv name)
{
	struct near near = near_to(name);

	for (size_t i = 0; i < b->op->n_args; i++)
		near_offer(&near, b->op->args[i].option);
	if (near.best)
		buf_addf(b->why, "did you mean --%s? ", near.best);
	return usage(b, "there is no option --", name, "");
}

/* --password-file FILE, --password-prompt; never the secret itself. */
static int secret_option(struct building *b, struct strv name,
    struct strv value, bool have, bool *used)
{
	const struct gram_arg *a;
	struct strv of = name;
	bool file = ends(&of, "-file");

	if (!file && !ends(&of, "-prompt"))
		return no_option(b, name);
	a = gram_arg_find(b->op, of);
	if (!a || !(a->flags & GRAM_SECRET))
		return no_option(b, name);
	if (file && !have)
		return usage(b, "--", name, " needs a file");
	*used = file;
	return put_secret(b, a, file ? value.p : NULL);
}

/* *used: the value was the next word. */
static int option(struct building *b, struct strv name, struct strv value,
    bool have, bool *used)
{
	const struct gram_arg *a = gram_arg_find(b->op, name);

	*used = false;
	if (!a)
		return secret_option(b, name, value, have, used);
	if (a->flags & GRAM_SECRET)
		return usage(b, "a secret on a command line can be seen by "
		    "others: use --", name, "-file or -prompt");
	if (a->flags & GRAM_FLAG)
		return put(b, a, STRV("on"));
	if (!have)
		return usage(b, "--", name, " needs a value");
	*used = true;
	return a->flags & GRAM_FILE ? put_file(b, a, value.p) :
	    put(b, a, value);
}

static int position(struct building *b, struct strv value)
{
	const struct gram_arg *a = gram_position(b->op, b->positions++);

	if (!a)
		return usage(b, "\"", value, "\" is one word too many");
	return a->flags & GRAM_FILE ? put_file(b, a, value.p) :
	    put(b, a, value);
}

static bool is_option(const struct word *w)
{
	return !w->quoted && w->text.n > 2 && w->text.p[0] == '-' &&
	    w->text.p[1] == '-';
}

/* One word, or an option and its value; the words used, or -code. */
static int take(struct building *b, const struct word *w, size_t n)
{
	struct strv value, name;
	bool inline_value, used;
	int code;

	if (!is_option(w)) {
		code = position(b, w->text);
		return code ? -code : 1;
	}
	name = strv_split((struct strv){ w->text.p + 2, w->text.n - 2 }, '=',
	    &value);
	inline_value = value.p != NULL;
	if (!gram_arg_find(b->op, name)) {
		code = options_take(b->options, w, n, b->why);
		if (code)
			return code < 0 ? -EXIT_USAGE : code;
	}
	if (!inline_value && n > 1)
		value = w[1].text;
	name = arena_str(&b->arena, name);
	code = option(b, name, value, value.p != NULL, &used);
	return code ? -code : used && !inline_value ? 2 : 1;
}

/* --- the request --------------------------------------------------------- */

static int check(struct building *b)
{
	if (b->options->help)
		return EXIT_OK;
	for (size_t i = 0; i < b->op->n_args; i++) {
		const struct gram_arg *a = &b->op->args[i];

		if ((a->flags & (GRAM_REQUIRED | GRAM_PATH)) &&
		    !b->values[i].n)
			return usage(b, "", strv(a->option), " is missing");
	}
	return EXIT_OK;
}

static void target_path(struct building *b, struct buf *out)
{
	struct strv rest = strv(b->op->path);
	bool first = true;

	while (rest.p) {
		struct strv part = strv_split(rest, '/', &rest);
		const struct gram_arg *a = part.n > 2 && part.p[0] == '{' ?
		    gram_arg_find(b->op, (struct strv){ part.p + 1,
		    part.n - 2 }) : NULL;

		if (!first)
			buf_addc(out, '/');
		first = false;
		if (a && b->values[a - b->op->args].n)
			client_escape(out, b->values[a - b->op->args].v[0]);
		else
			buf_adds(out, part);
	}
}

static void target_query(struct building *b, struct buf *out)
{
	char mark = '?';

	for (size_t i = 0; i < b->op->n_args; i++) {
		if (b->op->args[i].flags & (GRAM_PATH | GRAM_FILE))
			continue;
		for (size_t v = 0; v < b->values[i].n; v++) {
			buf_addf(out, "%c%s=", mark, b->op->args[i].name);
			client_escape(out, b->values[i].v[v]);
			mark = '&';
		}
	}
}

/* The daemon looks at all rows, not only at those of one page. */
static void target_filter(struct building *b, struct request *r)
{
	buf_addc(&r->target, strchr(r->target.p, '?') ? '&' : '?');
	buf_addz(&r->target, "filter=");
	client_escape(&r->target, b->options->filter);
	r->narrowed = true;
}

static void body_json(struct building *b, struct buf *out)
{
	struct jsonw w;

	jsonw_init(&w, out);
	jsonw_object(&w, NULL);
	for (size_t i = 0; i < b->op->n_args; i++) {
		const struct gram_arg *a = &b->op->args[i];
		const struct values *of = &b->values[i];

		if ((a->flags & GRAM_PATH) || !of->n)
			continue;
		if (a->flags & GRAM_REPEAT)
			jsonw_array(&w, a->name);
		for (size_t v = 0; v < of->n; v++)
			jsonw_str(&w, a->flags & GRAM_REPEAT ? NULL : a->name,
			    of->v[v]);
		if (a->flags & GRAM_REPEAT)
			jsonw_end(&w);
	}
	jsonw_end(&w);
}

static const struct values *file_values(const struct building *b)
{
	for (size_t i = 0; i < b->op->n_args; i++)
		if ((b->op->args[i].flags & GRAM_FILE) && b->values[i].n)
			return &b->values[i];
	return NULL;
}

/* What it is about, for those who are asked or get no rows. */
static void about(struct building *b, struct request *r)
{
	for (size_t i = 0; i < b->op->n_args; i++) {
		const struct gram_arg *a = &b->op->args[i];
		const struct values *of = &b->values[i];

		if (of->n && !r->object.n && (a->flags & GRAM_POSITION) &&
		    !(a->flags & GRAM_FILE))
			buf_adds(&r->object, of->v[0]);
		r->expects |= of->n && strcmp(a->name, "expect") == 0;
		r->narrowed |= of->n && !(a->flags & GRAM_PATH) &&
		    strcmp(a->name, "limit") != 0;
	}
}

static void fill(struct building *b, struct request *r)
{
	const struct values *file = file_values(b);
	bool reads = strcmp(b->op->method, "GET") == 0 ||
	    strcmp(b->op->method, "DELETE") == 0;

	r->method = b->op->method;
	target_path(b, &r->target);
	about(b, r);
	if (reads || file)
		target_query(b, &r->target);
	if (reads && b->options->filter.p)
		target_filter(b, r);
	if (file) {
		r->type = "application/octet-stream";
		buf_adds(&r->body, file->v[0]);
		buf_adds(&r->file, buf_strv(&b->file));
	} else if (!reads) {
		r->type = "application/json";
		body_json(b, &r->body);
	}
}

static void building_free(struct building *b)
{
	for (size_t i = 0; i < b->op->n_args; i++) {
		for (size_t v = 0; v < b->values[i].n; v++)
			if (b->op->args[i].flags & GRAM_SECRET)
				explicit_bzero((char *)(uintptr_t)
				    b->values[i].v[v].p,
				    b->values[i].v[v].n);
		free(b->values[i].v);
	}
	free(b->values);
	buf_deinit(&b->file);
	arena_deinit(&b->arena);
}

int request_build(const struct gram_op *op, const struct word *w, size_t n,
    struct options *o, struct request *r, struct buf *why)
{
	struct building b = { .op = op, .options = o, .why = why };
	int code = EXIT_OK, step;

	*r = (struct request){ 0 };
	buf_init(&r->target, BUF_NO_LIMIT);
	buf_init(&r->body, BUF_NO_LIMIT);
	buf_init(&r->file, 4096);
	buf_init(&r->object, 4096);
	buf_init(&b.file, 4096);
	arena_init(&b.arena);
	b.values = xalloc((op->n_args + 1) * sizeof(*b.values));
	while (code == EXIT_OK && n) {
		step = take(&b, w, n);
		code = step < 0 ? -step : EXIT_OK;
		if (step > 0) {
			w += step;
			n -= (size_t)step;
		}
	}
	if (code == EXIT_OK)
		code = check(&b);
	if (code == EXIT_OK)
		fill(&b, r);
	building_free(&b);
	if (code != EXIT_OK)
		request_free(r);
	return code;
}

void request_free(struct request *r)
{
	if (r->body.size)
		explicit_bzero(r->body.p, r->body.size);
	buf_deinit(&r->body);
	buf_deinit(&r->file);
	buf_deinit(&r->object);
	buf_deinit(&r->target);
}
