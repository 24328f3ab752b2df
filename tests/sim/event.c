/* event.c - what happened, as one JSON object per line. */

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "base/jsonw.h"
#include "bytes.h"
#include "event.h"
#include "poller.h"

enum { MAX_FIELDS = 96 };

static bool on = true, printing = true;
static event_fn *watcher;
static void *watcher_arg;

static bool building, first_item;
static struct buf json = BUF_EMPTY;
static struct buf texts = BUF_EMPTY;	/* key NUL value NUL ... */
static size_t at[MAX_FIELDS][2];		/* places of key and value */
static int fields_n;

static int command_line, refusals;

static void key(const char *k)
{
	buf_addf(&json, "%s\"%s\":", json.n > 1 ? "," : "", k);
}

static void remember(const char *k, struct strv value)
{
	if (fields_n == MAX_FIELDS)
		return;
	at[fields_n][0] = texts.n;
	buf_cstr(&texts, k);
	at[fields_n++][1] = texts.n;
	buf_adds(&texts, value);
	buf_u8(&texts, 0);
}

void event_force(const char *kind)
{
	building = true;
	buf_clear(&json);
	buf_clear(&texts);
	fields_n = 0;
	buf_addz(&json, "{");
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
	jsonw_quote(&json, value);
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
	buf_addz(&json, value);
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
	struct buf b = BUF_EMPTY;

	if (!building || !octets.p)
		return;
	hex_encode(octets.p, octets.n, buf_room(&b, 2 * octets.n));
	buf_wrote(&b, 2 * octets.n);
	event_view(k, buf_strv(&b));
	buf_deinit(&b);
}

void event_list(const char *k)
{
	if (!building)
		return;
	key(k);
	buf_addz(&json, "[");
	first_item = true;
}

void event_item(struct strv text)
{
	if (!building)
		return;
	if (!first_item)
		buf_addz(&json, ",");
	first_item = false;
	jsonw_quote(&json, text);
}

void event_list_end(void)
{
	if (building)
		buf_addz(&json, "]");
}

void event_end(void)
{
	struct event_field fields[MAX_FIELDS];

	if (!building)
		return;
	building = false;
	buf_addz(&json, "}\n");
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
