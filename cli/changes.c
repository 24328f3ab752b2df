/* changes.c - events of the daemon as sentences: what is new since the last. */

#include <stdio.h>
#include <string.h>

#include "base/now.h"
#include "cli/changes.h"
#include "cli/render.h"
#include "wire/json.h"

#define SIZE_LIMIT	((size_t)8 << 20)
#define SEED_S		5	/* for each topic */

struct telling {
	changes_fn *fn;
	void *arg;
	struct buf line;
	int64_t known;		/* revision */
};

static struct strv text(const struct json *o, const char *name)
{
	struct strv s = STRV("");

	(void)json_as_string(json_member(o, name), &s);
	return s;
}

static void say(struct telling *t)
{
	struct buf safe;

	buf_init(&safe, BUF_NO_LIMIT);
	render_safe(&safe, buf_strv(&t->line), false);
	t->fn(buf_strv(&safe), t->arg);
	buf_deinit(&safe);
	buf_clear(&t->line);
}

/* "12:34:56 " of now, or of a time in full. */
static void clock_of(struct telling *t, struct strv at)
{
	char now[NOW_TEXT];

	if (at.n < 19) {
		now_text(now_ms(), now);
		at = strv(now);
	}
	buf_addf(&t->line, "%.8s ", at.p + 11);
}

/* --- rows ---------------------------------------------------------------- */

static const struct rows {
	const char *topic, *path, *key, *state;
	const char *what;	/* "gateway g1: down" */
	const char *more[3];	/* columns that explain it */
	const char *gone;	/* NULL: that it goes says nothing */
} tables[] = {
	{ "gateways", "gateways", "name", "state", "gateway", { "why" },
	  "deleted" },
	{ "alerts", "health/checks", "check", "state", "health",
	  { "says", "remedy" }, NULL },
	{ "messages", "messages", "id", "state", "message",
	  { "from", "to" }, NULL },
	{ "registrations", "registrations", "contact", "transport",
	  "registered", { "address", "agent" }, "gone" },
	{ "jobs", "imports", "id", "state", "import", { "done", "errors" },
	  NULL },
	{ "work", "jobs", "id", "state", "work", { "kind", "object", "done" },
	  NULL },
	{ "queues", "queues", "queue", "waiting", "queue", { "age" },
	  "empty" },
	{ "config", "config/revisions?limit=1", "revision", "state",
	  "revision", { "actor", "comment", "changes" }, NULL },
	{ "audit", "audit?limit=1", "id", "result", "audit",
	  { "actor", "action", "object" }, NULL },
};

#define TABLES (sizeof(tables) / sizeof(tables[0]))

static void value(struct buf *out, const struct json *v)
{
	struct strv s;
	int64_t n;

	if (json_as_string(v, &s))
		buf_adds(out, s);
	else if (json_as_int(v, &n))
		buf_addf(out, "%lld", (long long)n);
	else
		buf_addc(out, '-');
}

static bool same(const struct json *a, const struct json *b)
{
	struct buf s, t;
	bool yes;

	buf_init(&s, BUF_NO_LIMIT);
	buf_init(&t, BUF_NO_LIMIT);
	value(&s, a);
	value(&t, b);
	yes = strv_eq(buf_strv(&s), buf_strv(&t));
	buf_deinit(&s);
	buf_deinit(&t);
	return yes;
}

static const struct json *find(const struct json *items, const char *key,
    const struct json *value_of)
{
	for (const struct json *r = json_first(items); r; r = json_next(r))
		if (same(json_member(r, key), value_of))
			return r;
	return NULL;
}

static void row_line(struct telling *t, const struct rows *table,
    const struct json *row, const char *instead)
{
	const char *between = " (";

	clock_of(t, STRV(""));
	buf_addf(&t->line, "%s ", table->what);
	value(&t->line, json_member(row, table->key));
	buf_addz(&t->line, ": ");
	if (instead)
		buf_addz(&t->line, instead);
	else
		value(&t->line, json_member(row, table->state));
	for (size_t i = 0; i < 3 && table->more[i] && !instead; i++) {
		const struct json *v = json_member(row, table->more[i]);

		if (!v || json_type(v) == JSON_NULL ||
		    (json_type(v) == JSON_STRING &&
		    text(row, table->more[i]).n == 0))
			continue;
		buf_addz(&t->line, between);
		value(&t->line, v);
		between = ", ";
	}
	if (strcmp(between, ", ") == 0)
		buf_addc(&t->line, ')');
	say(t);
}

/* The newest is first in a list: told last. */
static void new_rows(struct telling *t, const struct rows *table,
    const struct json *row, const struct json *was)
{
	const struct json *old;
	int64_t revision;

	if (!row)
		return;
	new_rows(t, table, json_next(row), was);
	if (strcmp(table->topic, "config") == 0 && json_as_int(json_member(row,
	    table->key), &revision) && revision <= t->known)
		return;
	old = find(was, table->key, json_member(row, table->key));
	if (!old || !same(json_member(row, table->state),
	    json_member(old, table->state)))
		row_line(t, table, row, NULL);
}

static bool has_next(const struct json *list)
{
	const struct json *next = json_member(list, "next");

	return next && json_type(next) != JSON_NULL;
}

static void table_tell(struct telling *t, const struct rows *table,
    const struct json *is, const struct json *was)
{
	const struct json *now = json_member(is, "items");
	const struct json *before = json_member(was, "items");

	/* of the first page of many nobody knows what came and went */
	if (table->gone && (has_next(is) || has_next(was)))
		return;
	new_rows(t, table, json_first(now), before);
	for (const struct json *r = table->gone ? json_first(before) : NULL;
	    r; r = json_next(r))
		if (!find(now, table->key, json_member(r, table->key)))
			row_line(t, table, r, table->gone);
}

/* --- the rest ------------------------------------------------------------ */

static void log_tell(struct telling *t, const struct json *is)
{
	clock_of(t, text(is, "time"));
	buf_addf(&t->line, "%.*s %.*s: %.*s", STRV_ARG(text(is, "level")),
	    STRV_ARG(text(is, "module")), STRV_ARG(text(is, "text")));
	say(t);
}

void changes_tell(struct changes *c, struct strv topic, struct strv data,
    changes_fn *fn, void *arg)
{
	struct json_err e = { 0 };
	struct json *is = json_parse(data, SIZE_LIMIT, &e);
	struct telling t = { .fn = fn, .arg = arg, .known = c->known };
	size_t i = 0;

	buf_init(&t.line, BUF_NO_LIMIT);
	while (i < TABLES && !strv_eq(topic, strv(tables[i].topic)))
		i++;
	if (is && strv_eq(topic, STRV("log")))
		log_tell(&t, is);
	if (is && i < TABLES) {
		if (c->was[i] || (t.known && strv_eq(topic, STRV("config"))))
			table_tell(&t, &tables[i], is, c->was[i]);
		json_free(c->was[i]);
		c->was[i] = is;
		is = NULL;
	}
	json_free(is);
	buf_deinit(&t.line);
}

static void seed(struct changes *c, const struct client *client, size_t i)
{
	struct client with = *client;
	struct json_err e = { 0 };
	struct answer a;
	struct buf target, why;

	with.timeout_s = SEED_S;
	buf_init(&target, 4096);
	buf_init(&why, 4096);
	buf_addf(&target, "/api/v1/%s", tables[i].path);
	if (client_call(&with, "GET", target.p, NULL, STRV_NONE, &a, &why)) {
		json_free(c->was[i]);
		c->was[i] = a.status == 200 ? json_parse(buf_strv(&a.body),
		    SIZE_LIMIT, &e) : NULL;
		answer_free(&a);
	}
	buf_deinit(&target);
	buf_deinit(&why);
}

void changes_seed(struct changes *c, const struct client *client,
    const char *topics)
{
	struct strv list = strv(topics);

	while (list.n) {
		struct strv one = strv_split(list, ',', &list);

		for (size_t i = 0; i < TABLES; i++)
			if (strv_eq(one, strv(tables[i].topic)))
				seed(c, client, i);
	}
}

void changes_free(struct changes *c)
{
	for (size_t i = 0; i < CHANGES_TOPICS; i++)
		json_free(c->was[i]);
	*c = (struct changes){ 0 };
}
