/* words.c - a command line in words, and reading its options. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event.h"
#include "words.h"

static char unescaped(char c)
{
	return c == 'n' ? '\n' : c == 'r' ? '\r' : c == 't' ? '\t' : c;
}

/* Takes one word off *p; false if its quotes do not end. */
static bool word(char **p)
{
	char *from = *p, *to = *p;
	bool quoted = false;

	for (; *from && (quoted || !strchr(" \t\r\n", *from)); from++) {
		if (*from == '"')
			quoted = !quoted;
		else if (*from == '\\' && from[1])
			*to++ = unescaped(*++from);
		else
			*to++ = *from;
	}
	if (quoted)
		return false;
	*p = *from ? from + 1 : from;
	*to = '\0';
	return true;
}

const char *words_cut(char *line, struct words *to)
{
	to->n = 0;
	for (;;) {
		line += strspn(line, " \t\r\n");
		if (*line == '\0' || *line == '#')
			break;
		if (to->n == MAX_WORDS - 1)
			return "too many words";
		to->w[to->n++] = line;
		if (!word(&line))
			return "a quotation mark is missing";
	}
	to->w[to->n] = NULL;
	return NULL;
}

bool words_number(const char *text, long *to)
{
	char *end;

	errno = 0;
	*to = strtol(text, &end, 0);
	return errno == 0 && end != text && *end == '\0';
}

bool words_switch(const char *text, bool *to)
{
	*to = strcmp(text, "on") == 0;
	return *to || strcmp(text, "off") == 0;
}

static bool set(const struct opt *o, const char *value)
{
	struct opt_more *more = o->to;

	switch (o->kind) {
	case OPT_FLAG:
		*(bool *)o->to = true;
		return true;
	case OPT_TEXT:
		*(const char **)o->to = value;
		return true;
	case OPT_NUMBER:
		return words_number(value, o->to);
	case OPT_SWITCH:
		return words_switch(value, o->to);
	case OPT_MORE:
		if (more->n == 16)
			return false;
		more->text[more->n++] = value;
		return true;
	}
	return false;
}

static const struct opt *find(const struct opt *table, const char *name)
{
	for (; table->name; table++)
		if (strcmp(table->name, name) == 0)
			return table;
	return NULL;
}

bool words_options(const struct words *w, int i, const struct opt *table)
{
	for (; i < w->n; i++) {
		const struct opt *o = find(table, w->w[i]);

		if (!o) {
			refuse("unknown option: %s", w->w[i]);
			return false;
		}
		if (o->kind != OPT_FLAG && i + 1 == w->n) {
			refuse("%s needs a value", o->name);
			return false;
		}
		if (!set(o, w->w[i + 1])) {
			refuse("bad value of %s: %s", o->name, w->w[i + 1]);
			return false;
		}
		if (o->kind != OPT_FLAG)
			i++;
	}
	return true;
}
