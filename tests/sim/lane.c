/* lane.c - one step of a story as an arrow between two of its people. */

#include <stdio.h>

#include "bytes.h"
#include "lane.h"
#include "poller.h"

char *lane_expand(const char *text, const struct event *e,
	const char *(*var)(const char *name))
{
	struct buf b = BUF_EMPTY;
	char key[32];

	while (*text) {
		size_t n = strcspn(text, "{$");
		const char *value;

		buf_add(&b, text, n);
		text += n;
		if (*text == '\0')
			break;
		n = *text == '{' ? strcspn(text, "}") + 1 :
		    1 + strspn(text + 1, "abcdefghijklmnopqrstuvwxyz0123456789");
		if (*text == '{') {
			snprintf(key, sizeof(key), "%.*s", (int)n - 2,
			    text + 1);
			value = e ? event_get(e, key) : NULL;
			buf_addz(&b, value ? value : "none");
		} else {
			snprintf(key, sizeof(key), "%.*s", (int)n, text);
			buf_addz(&b, var(key));
		}
		text += n;
	}
	return buf_steal(&b);
}

void lane_draw(const char *left, const char *label, const char *right,
	const char *note)
{
	bool back = label[0] == '<';
	struct buf line = BUF_EMPTY;
	size_t n = strlen(label) - back;

	buf_addz(&line, back ? "◀──" : "──");
	buf_addz(&line, label + back);
	for (; n < 18; n++)
		buf_addz(&line, "─");
	buf_addz(&line, back ? "──" : "──▶");
	printf("%7.3f s  %-6s %s %-6s  %s\n", (double)poller_us() / 1e6, left,
	    line.p, right, note);
	fflush(stdout);
	buf_deinit(&line);
}
