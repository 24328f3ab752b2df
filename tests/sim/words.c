/* words.c - a command line in words, and reading its options. */

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/words.h"
#include "event.h"
#include "words.h"

const char *words_cut(struct strv line, struct arena *a, struct words *to)
{
	struct word words[MAX_WORDS - 1];
	size_t n = words_split(line, a, words, MAX_WORDS - 1);

	to->n = 0;
	if (n > MAX_WORDS - 1)
		return "too many words";
	if (n > 0 && words[n - 1].open)
		return "a quotation mark is missing";
	for (size_t i = 0; i < n; i++)
		to->w[to->n++] = words[i].text.p;
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
