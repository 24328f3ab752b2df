/* session.c - requests to the daemon, and the answer to the screen. */

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/mask.h"
#include "cli/session.h"
#include "cli/stop.h"
#include "wire/json.h"

#define CONFIG "/api/v1/config/"

static void safe_add(struct buf *out, struct strv text, bool lines,
    bool mask)
{
	struct buf masked;

	buf_init(&masked, BUF_NO_LIMIT);
	if (mask) {
		mask_text(&masked, text);
		text = buf_strv(&masked);
	}
	render_safe(out, text, lines);
	buf_deinit(&masked);
}

int session_error(struct session *s, int code, const char *fmt, ...)
{
	struct buf b, safe;
	va_list ap;

	buf_init(&b, BUF_NO_LIMIT);
	buf_init(&safe, BUF_NO_LIMIT);
	va_start(ap, fmt);
	buf_addv(&b, fmt, ap);
	va_end(ap);
	safe_add(&safe, buf_strv(&b), false, s->out.mask);
	fflush(stdout);
	fprintf(stderr, "error: ");
	if (s->file)
		fprintf(stderr, "%s:%zu: ", s->file, s->line);
	fprintf(stderr, "%s\n", safe.p);
	buf_deinit(&b);
	buf_deinit(&safe);
	return code;
}

void session_note(struct session *s, const char *fmt, ...)
{
	va_list ap;

	if (s->out.quiet)
		return;
	va_start(ap, fmt);
	(void)vfprintf(stderr, fmt, ap);
	va_end(ap);
}

/* --- answers ------------------------------------------------------------- */

static int exit_of(int status)
{
	static const struct {
		int status, code;
	} codes[] = {
		{ 400, EXIT_USAGE }, { 401, EXIT_FORBIDDEN },
		{ 403, EXIT_FORBIDDEN }, { 404, EXIT_NOT_FOUND },
		{ 405, EXIT_USAGE }, { 409, EXIT_CONFLICT },
		{ 412, EXIT_CONFLICT }, { 413, EXIT_INVALID },
		{ 422, EXIT_INVALID }, { 504, EXIT_TIMEOUT },
	};

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		if (codes[i].status == status)
			return codes[i].code;
	return EXIT_FAILED;
}

/* "errors":[{"line":7,"message":"..."}] of a file with many lines. */
static void refused_lines(struct session *s, const struct json *errors,
    const char *name)
{
	struct strv text;
	int64_t line;

	for (const struct json *e = json_first(errors); e; e = json_next(e))
		if (json_as_string(json_member(e, "message"), &text) &&
		    json_as_int(json_member(e, "line"), &line))
			(void)session_error(s, 0, "%s:%lld: %.*s",
			    name ? name : "line", (long long)line,
			    STRV_ARG(text));
}

static void refused_json(struct session *s, struct strv body)
{
	struct buf safe, masked;

	buf_init(&safe, BUF_NO_LIMIT);
	buf_init(&masked, BUF_NO_LIMIT);
	if (s->out.mask) {
		mask_json(&masked, body);
		body = buf_strv(&masked);
	}
	render_json_safe(&safe, body);
	fprintf(stderr, "%s\n", safe.p);
	buf_deinit(&safe);
	buf_deinit(&masked);
}

/* What the daemon refused, in its own words. */
static int refused(struct session *s, const struct answer *a,
    const struct options *o, const char *name)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(buf_strv(&a->body), (size_t)1 << 20,
	    &e);
	struct strv detail = STRV_NONE;
	int64_t line = 0;
	int code = exit_of(a->status);

	if (a->status == 503 && root && json_as_string(json_member(root,
	    "code"), &detail) && strv_eq(detail, STRV("not-set-up")))
		code = EXIT_NO_DAEMON;
	detail = STRV_NONE;
	if ((o->json || o->jsonl) && root) {
		json_free(root);
		refused_json(s, buf_strv(&a->body));
		return code;
	}
	(void)json_as_string(root ? json_member(root, "detail") : NULL,
	    &detail);
	(void)json_as_int(root ? json_member(root, "line") : NULL, &line);
	if (root)
		refused_lines(s, json_member(root, "errors"), name);
	if (!detail.p)
		(void)session_error(s, code, "the daemon answered %d",
		    a->status);
	else if (line && name)
		(void)session_error(s, code, "%s:%d: %.*s", name, (int)line,
		    STRV_ARG(detail));
	else
		(void)session_error(s, code, "%.*s", STRV_ARG(detail));
	json_free(root);
	return code;
}

int session_call(struct session *s, const char *method, const char *target,
    const char *type, struct strv body, const struct options *o,
    const char *name, struct answer *a)
{
	struct client with = s->client;
	struct buf why;
	int code = EXIT_OK;

	if (o->timeout_s)
		with.timeout_s = o->timeout_s;
	buf_init(&why, 4096);
	if (!client_call(&with, method, target, type, body, a, &why) &&
	    stop_asked())
		code = session_error(s, EXIT_INTERRUPTED, "interrupted");
	else if (why.n)
		code = session_error(s, strstr(why.p, "in time") ?
		    EXIT_TIMEOUT : EXIT_NO_DAEMON, "%s", why.p);
	else if (a->status >= 300)
		code = refused(s, a, o, name);
	else if (strcmp(method, "POST") == 0 &&
	    strncmp(target, CONFIG, sizeof(CONFIG) - 1) == 0)
		pending_own(s, buf_strv(&a->body));
	if (code != EXIT_OK)
		answer_free(a);
	buf_deinit(&why);
	return code;
}

bool session_grammar(struct session *s, int *code)
{
	static const struct options none;
	struct answer a;
	struct buf why;

	if (s->have_grammar)
		return true;
	*code = session_call(s, "GET", "/api/v1/operations", NULL, STRV_NONE,
	    &none, NULL, &a);
	if (*code != EXIT_OK)
		return false;
	buf_init(&why, 4096);
	s->have_grammar = grammar_read(&s->grammar, buf_strv(&a.body), &why);
	if (!s->have_grammar)
		*code = session_error(s, EXIT_FAILED, "%s", why.p);
	buf_deinit(&why);
	answer_free(&a);
	return s->have_grammar;
}

bool session_schema(struct session *s)
{
	struct answer a;
	struct buf why;

	if (s->have_schema)
		return true;
	buf_init(&why, 4096);
	if (client_call(&s->client, "GET", "/api/v1/config/schema",
	    NULL, STRV_NONE, &a, &why)) {
		s->have_schema = a.status == 200 &&
		    schema_read(&s->schema, buf_strv(&a.body));
		answer_free(&a);
	}
	buf_deinit(&why);
	return s->have_schema;
}

int session_exit(struct strv json)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(json, (size_t)80 << 20, &e);
	int64_t code = 0;

	(void)json_as_int(root ? json_member(root, "exit") : NULL, &code);
	json_free(root);
	return (int)code;
}

int session_said(struct session *s, const struct options *o, struct strv json)
{
	struct json_err e = { 0 };
	struct json *root;
	struct strv said;
	struct buf safe;

	if (o->json || o->jsonl) {
		o->json ? render_json(&s->out, json) :
		    render_jsonl(&s->out, json);
		return session_exit(json);
	}
	root = json_parse(json, (size_t)80 << 20, &e);
	if (root && json_as_string(json_member(root, "text"), &said)) {
		buf_init(&safe, BUF_NO_LIMIT);
		safe_add(&safe, said, true, s->out.mask);
		fputs(safe.p, s->out.out);
		fflush(s->out.out);
		buf_deinit(&safe);
	}
	json_free(root);
	return session_exit(json);
}

/* A file, not a list: programs get it as it is. */
static void plain(struct session *s, struct strv text)
{
	struct buf safe;

	if (!s->out.tty && !s->out.mask) {
		fprintf(s->out.out, "%.*s\n", STRV_ARG(text));
		return;
	}
	buf_init(&safe, BUF_NO_LIMIT);
	safe_add(&safe, text, true, s->out.mask);
	fprintf(s->out.out, "%s\n", safe.p);
	buf_deinit(&safe);
}

static int show_selected(struct session *s, const struct options *o,
    struct strv json)
{
	struct options all = *o;
	struct buf selected, why;
	int code = EXIT_OK;

	all.select = (struct selection){ .limit = 0 };
	buf_init(&selected, BUF_NO_LIMIT);
	buf_init(&why, 8192);
	if (select_rows(&o->select, json, &selected, &why))
		code = session_show(s, &all, buf_strv(&selected));
	else
		code = session_error(s, EXIT_USAGE, "%s", why.p);
	buf_deinit(&selected);
	buf_deinit(&why);
	return code;
}

static int show(struct session *s, const struct options *o, struct strv json)
{
	bool next = false, ok = true;

	if (o->select.columns.p || o->select.sort.p || o->select.limit)
		return show_selected(s, o, json);
	if (o->jsonl)
		render_jsonl(&s->out, json);
	else if (o->json)
		render_json(&s->out, json);
	else if (o->csv)
		ok = render_csv(&s->out, json);
	else
		ok = render_people(&s->out, json, &next);
	if (!ok)
		plain(s, json);
	fflush(s->out.out);
	s->more |= next;
	return EXIT_OK;
}

int session_show(struct session *s, const struct options *o, struct strv json)
{
	bool mask = s->out.mask;
	struct buf masked;
	int code;

	if (!mask)
		return show(s, o, json);
	buf_init(&masked, BUF_NO_LIMIT);
	if (json.n && json.p[0] == '{')
		mask_json(&masked, json);
	else
		mask_text(&masked, json);
	s->out.mask = false;
	code = show(s, o, buf_strv(&masked));
	s->out.mask = mask;
	buf_deinit(&masked);
	return code;
}
