/* alias.c - words of the user's own for commands, kept in a file. */

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/near.h"
#include "cli/alias.h"
#include "cli/command.h"
#include "cli/files.h"

#define NAME_MAX_N	32
#define FILE_MAX	((size_t)1 << 20)

/* --- the file: a line "NAME = COMMAND" each ------------------------------ */

static bool file_path(char *path, size_t size)
{
	return files_own("XDG_CONFIG_HOME", ".config", "aliases", path, size);
}

/* All of it; empty when there is none. */
static void load(struct buf *text)
{
	char path[4096], part[4096];
	ssize_t n;
	int fd;

	buf_init(text, FILE_MAX);
	fd = file_path(path, sizeof(path)) ?
	    open(path, O_RDONLY | O_CLOEXEC) : -1;
	while (fd >= 0 && (n = read(fd, part, sizeof(part))) > 0)
		buf_add(text, part, (size_t)n);
	if (fd >= 0)
		close(fd);
}

/* Whole or not at all. */
static bool store(struct strv text)
{
	char path[4096], fresh[4104];
	int fd;
	bool ok;

	if (!file_path(path, sizeof(path)))
		return false;
	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC |
	    O_NOFOLLOW, 0600);
	ok = fd >= 0 && (text.n == 0 ||
	    write(fd, text.p, text.n) == (ssize_t)text.n);
	if (fd >= 0)
		ok = close(fd) == 0 && ok;
	return ok && rename(fresh, path) == 0;
}

static bool line_read(struct strv line, struct strv *name,
    struct strv *command)
{
	*name = strv_split(line, ' ', &line);
	if (line.n < 3 || line.p[0] != '=' || line.p[1] != ' ')
		return false;
	*command = (struct strv){ line.p + 2, line.n - 2 };
	return name->n > 0;
}

static bool find(struct strv text, struct strv wanted, struct strv *command)
{
	struct strv name;

	while (text.n)
		if (line_read(strv_split(text, '\n', &text), &name,
		    command) && strv_eq(name, wanted))
			return true;
	return false;
}

/* --- use ----------------------------------------------------------------- */

bool alias_line(struct session *s, struct strv line, const struct word *first,
    struct buf *out)
{
	size_t behind = first->at + first->text.n;
	struct strv command;
	struct buf text;
	bool found;

	if (first->quoted || command_word(s, first->text))
		return false;
	load(&text);
	found = find(buf_strv(&text), first->text, &command);
	if (found) {
		buf_adds(out, command);
		buf_adds(out, (struct strv){ line.p + behind,
		    line.n - behind });
	}
	buf_deinit(&text);
	return found;
}

void alias_each(void (*fn)(const char *word, const char *help, void *arg),
    void *arg)
{
	struct strv rest, name, command;
	struct buf text, word, help;

	load(&text);
	buf_init(&word, BUF_NO_LIMIT);
	buf_init(&help, BUF_NO_LIMIT);
	rest = buf_strv(&text);
	while (rest.n)
		if (line_read(strv_split(rest, '\n', &rest), &name,
		    &command)) {
			buf_clear(&word);
			buf_clear(&help);
			render_safe(&word, name, false);
			render_safe(&help, command, false);
			fn(word.p, help.p, arg);
		}
	buf_deinit(&text);
	buf_deinit(&word);
	buf_deinit(&help);
}

/* --- "alias [NAME [= COMMAND]]" ------------------------------------------ */

static void print(const char *word, const char *help, void *arg)
{
	struct session *s = arg;

	fprintf(s->out.out, "%s = %s\n", word, help);
}

static int one(struct session *s, struct strv name)
{
	struct near near = near_to(name);
	struct strv rest, each, command;
	struct buf text;
	int code = EXIT_OK;

	load(&text);
	if (find(buf_strv(&text), name, &command)) {
		fprintf(s->out.out, "%.*s = %.*s\n", STRV_ARG(name),
		    STRV_ARG(command));
	} else {
		rest = buf_strv(&text);
		while (rest.n && !near.best)
			if (line_read(strv_split(rest, '\n', &rest), &each,
			    &command)) {
				text.p[each.p + each.n - text.p] = 0;
				near_offer(&near, each.p);
			}
		code = session_error(s, EXIT_NOT_FOUND, "there is no alias "
		    "\"%.*s\"%s%s%s", STRV_ARG(name),
		    near.best ? " (did you mean " : "",
		    near.best ? near.best : "", near.best ? "?)" : "");
	}
	buf_deinit(&text);
	return code;
}

static bool name_ok(struct strv name)
{
	for (size_t i = 0; i < name.n; i++) {
		char c = name.p[i];

		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
		    (i && ((c >= '0' && c <= '9') || c == '-' || c == '_'))))
			return false;
	}
	return name.n > 0 && name.n <= NAME_MAX_N;
}

/* What it stands for: a word with blanks is the whole command, in quotes. */
static void command_of(const struct word *w, size_t n, struct buf *out)
{
	if (n == 1 && w[0].quoted) {
		buf_adds(out, w[0].text);
		return;
	}
	for (size_t i = 0; i < n; i++) {
		if (i)
			buf_addc(out, ' ');
		if (w[i].quoted)
			words_quote(out, w[i].text);
		else
			buf_adds(out, w[i].text);
	}
}

/* The others stay; an empty command ends it. */
static int put(struct session *s, struct strv name, struct strv command)
{
	struct strv rest, each, other;
	struct buf was, will;
	bool ok;

	load(&was);
	buf_init(&will, FILE_MAX);
	rest = buf_strv(&was);
	while (rest.n)
		if (line_read(strv_split(rest, '\n', &rest), &each, &other) &&
		    !strv_eq(each, name))
			buf_addf(&will, "%.*s = %.*s\n", STRV_ARG(each),
			    STRV_ARG(other));
	if (command.n)
		buf_addf(&will, "%.*s = %.*s\n", STRV_ARG(name),
		    STRV_ARG(command));
	ok = !will.full && store(buf_strv(&will));
	buf_deinit(&was);
	buf_deinit(&will);
	return ok ? EXIT_OK : session_error(s, EXIT_FAILED, "the alias was "
	    "not kept: %s", errno ? strerror(errno) : "there is no home");
}

int alias_words(struct session *s, const struct word *w, size_t n)
{
	struct buf command;
	int code;

	if (n == 0) {
		alias_each(print, s);
		return EXIT_OK;
	}
	if (n == 1)
		return one(s, w[0].text);
	if (!strv_eq(w[1].text, STRV("=")))
		return session_error(s, EXIT_USAGE, "usage: alias [NAME [= "
		    "COMMAND]]");
	if (!name_ok(w[0].text))
		return session_error(s, EXIT_USAGE, "\"%.*s\" is no name: a "
		    "letter, then letters, digits, - and _",
		    STRV_ARG(w[0].text));
	if (!session_grammar(s, &code))
		return code;
	if (command_word(s, w[0].text))
		return session_error(s, EXIT_CONFLICT, "\"%.*s\" is a command "
		    "already", STRV_ARG(w[0].text));
	buf_init(&command, FILE_MAX);
	command_of(w + 2, n - 2, &command);
	errno = 0;
	if (memchr(command.p, '\n', command.n))
		code = session_error(s, EXIT_USAGE, "a command is one line");
	else
		code = put(s, w[0].text, buf_strv(&command));
	buf_deinit(&command);
	return code;
}
