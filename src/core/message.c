/* message.c - the one form every message takes between two ports. */

#include <stdlib.h>

#include "base/alloc.h"
#include "core/content.h"
#include "core/message.h"

struct message *message_new(void)
{
	struct message *m = xalloc(sizeof(*m));

	arena_init(&m->arena);
	m->refs = 1;
	return m;
}

struct message *message_ref(struct message *m)
{
	m->refs++;
	return m;
}

void message_unref(struct message *m)
{
	if (!m || --m->refs > 0)
		return;
	content_unref(m->content);
	arena_deinit(&m->arena);
	free(m);
}

struct strv message_str(struct message *m, struct strv s)
{
	return arena_str(&m->arena, s);
}

const char *message_kind_name(enum message_kind k)
{
	static const char *const names[] = {
		"text", "chat", "file", "report", "notice"
	};

	return (unsigned)k < sizeof(names) / sizeof(*names) ? names[k] : "?";
}

const char *report_status_name(enum report_status s)
{
	static const char *const names[] = {
		"delivered", "displayed", "interworked", "failed",
		"forbidden", "error"
	};

	return (unsigned)s < sizeof(names) / sizeof(*names) ? names[s] : "?";
}
