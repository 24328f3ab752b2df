/* event.c - what happened, as one JSON object per line. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "bytes.h"
#include "event.h"
#include "poller.h"

enum { MAX_FIELDS = 96 };

static bool on = true, printing = true;
static event_fn *watcher;
static void *watcher_arg;

static bool building, first_item;
static struct bytes json;
static struct bytes texts;			/* key NUL value NUL ... */
static size_t at[MAX_FIELDS][2];		/* places of key and value */
static int fields_n;

static int command_line, refusals;

/* Length of the well-formed UTF-8 character at p, or 0 (RFC 3629 4). */
static size_t utf8_len(const unsigned char *p, size_t left)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 :
	    p[0] < 0xf0 ? 3 : p[0] < 0xf5 ? 4 : 0;

	if (n > left)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static void quote(struct strv s)
{
	const unsigned char *p = (const unsigned char *)s.p;

	bytes_str(&json, "\"");
	for (size_t i = 0, n; i < s.n; i += n ? n : 1) {
		n = utf8_len(p + i, s.n - i);
		if (n == 0)
			bytes_str(&json, "\xef\xbf\xbd");
		else if (p[i] == '"' || p[i] == '\\')
			bytes_printf(&json, "\\%c", p[i]);
		else if (p[i] == '\n')
			bytes_str(&json, "\\n");
		else if (p[i] == '\r')
			bytes_str(&json, "\\r");
		else if (p[i] < 0x20 || p[i] == 0x7f)
			bytes_printf(&json, "\\u%04x", p[i]);
		else
			bytes_add(&json, p + i, n);
	}
	bytes_str(&json, "\"");
}

static void key(const char *k)
{
	bytes_printf(&json, "%s\"%s\":", json.n > 1 ? "," : "", k);
}

static void remember(const char *k, struct strv value)
{
	if (fields_n == MAX_FIELDS)
		return;
	at[fields_n][0] = texts.n;
	bytes_cstr(&texts, k);
	at[fields_n++][1] = texts.n;
	bytes_view(&texts, value);
	bytes_u8(&texts, 0);
}

void event_force(const char *kind)
{
	building = true;
	json.n = texts.n = 0;
	fields_n = 0;
	bytes_str(&json, "{");
	event_str("event", kind);
	event_int("ms", (long long)(poller_us() / 1000));
}

void event(const char *kind)
{
	building = false;
	if (on)
		event_force(kind);
}

void event_view(const char *k, struct strv value)
{
	if (!building || !value.p)
		return;
	key(k);
	quote(value);
	remember(k, value);
}

void event_str(const char *k, const char *value)
{
	event_view(k, strv(value));
}

static void bare(const char *k, const char *value)
{
	if (!building)
		return;
	key(k);
	bytes_str(&json, value);
	remember(k, strv(value));
}

void event_int(const char *k, long long value)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld", value);
	bare(k, text);
}

void event_bool(const char *k, bool value)
{
	bare(k, value ? "true" : "false");
}

void event_status(const char *k, unsigned value)
{
	char text[16];

	snprintf(text, sizeof(text), "0x%08x", value);
	event_str(k, text);
}

void event_hex(const char *k, struct strv octets)
{
	struct bytes b = { 0 };

	if (!building || !octets.p)
		return;
	for (size_t i = 0; i < octets.n; i++)
		bytes_printf(&b, "%02x", (unsigned char)octets.p[i]);
	event_view(k, bytes_all(&b));
	bytes_free(&b);
}

void event_list(const char *k)
{
	if (!building)
		return;
	key(k);
	bytes_str(&json, "[");
	first_item = true;
}

void event_item(struct strv text)
{
	if (!building)
		return;
	if (!first_item)
		bytes_str(&json, ",");
	first_item = false;
	quote(text);
}

void event_list_end(void)
{
	if (building)
		bytes_str(&json, "]");
}

void event_end(void)
{
	struct event_field fields[MAX_FIELDS];

	if (!building)
		return;
	building = false;
	bytes_str(&json, "}\n");
	if (printing) {
		fwrite(json.p, 1, json.n, stdout);
		if (fflush(stdout) != 0)
			exit(1);	/* nobody reads us any more */
	}
	if (!watcher)
		return;
	for (int i = 0; i < fields_n; i++)
		fields[i] = (struct event_field){ texts.p + at[i][0],
		    texts.p + at[i][1] };
	watcher(&(struct event){ fields, fields_n }, watcher_arg);
}

bool event_on(void)
{
	return on;
}

void event_set_on(bool value)
{
	on = value;
}

void event_set_printing(bool value)
{
	printing = value;
}

const char *event_get(const struct event *e, const char *k)
{
	for (int i = 0; i < e->n; i++)
		if (strcmp(e->fields[i].key, k) == 0)
			return e->fields[i].value;
	return NULL;
}

void event_watch(event_fn *fn, void *arg)
{
	watcher = fn;
	watcher_arg = arg;
}

void refuse_set_line(int line)
{
	command_line = line;
}

void refuse(const char *fmt, ...)
{
	char text[256];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	refusals++;
	event_force("error");
	event_int("line", command_line);
	event_str("text", text);
	event_end();
}

int refuse_count(void)
{
	return refusals;
}
