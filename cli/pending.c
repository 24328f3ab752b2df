/* pending.c - a revision that waits to be kept: notices and the countdown. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/now.h"
#include "cli/session.h"
#include "wire/json.h"

#define LOOK_S 5

static void copy(char *to, size_t size, const struct json *v)
{
	struct strv text;

	to[0] = 0;
	if (json_as_string(v, &text))
		(void)snprintf(to, size, "%.*s", STRV_ARG(text));
}

static void state_of(struct pending_state *p, const struct json *root)
{
	int64_t left = 0;
	bool pending = false;

	*p = (struct pending_state){ 0 };
	(void)json_as_int(json_member(root, "running"), &p->running);
	(void)json_as_bool(json_member(root, "pending"), &pending);
	if (pending) {
		(void)json_as_int(json_member(root, "revision"), &p->revision);
		(void)json_as_int(json_member(root, "left_s"), &left);
		p->end = now_mono() + left * 1000;
		copy(p->actor, sizeof(p->actor), json_member(root, "actor"));
	}
	copy(p->notice, sizeof(p->notice), json_member(root, "notice"));
}

static bool take(struct pending_state *p, struct strv body)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(body, (size_t)1 << 20, &e);

	if (root)
		state_of(p, root);
	json_free(root);
	return root != NULL;
}

int pending_read(struct session *s, struct pending_state *p)
{
	struct answer a;
	int code = session_call(s, "GET", "/api/v1/config/pending", NULL,
	    STRV_NONE, &s->defaults, NULL, &a);

	*p = (struct pending_state){ 0 };
	if (code != EXIT_OK)
		return code;
	(void)take(p, buf_strv(&a.body));
	answer_free(&a);
	return EXIT_OK;
}

static void tell_end(const struct pending_state *was,
    const struct pending_state *now, struct buf *out)
{
	if (now->running == was->revision)
		buf_addf(out, "*** revision %lld was kept\n",
		    (long long)was->revision);
	else
		buf_addf(out, "*** revision %lld was undone: revision %lld is "
		    "in force\n", (long long)was->revision,
		    (long long)now->running);
}

/* Silent: it is not what the user asked for. */
static bool look(const struct session *s, struct pending_state *p)
{
	struct client with = s->client;
	struct answer a;
	struct buf why;
	bool ok;

	with.timeout_s = LOOK_S;
	buf_init(&why, 1024);
	ok = client_call(&with, "GET", "/api/v1/config/pending", NULL,
	    STRV_NONE, &a, &why);
	buf_deinit(&why);
	if (!ok)
		return false;
	ok = a.status == 200 && take(p, buf_strv(&a.body));
	answer_free(&a);
	return ok;
}

void pending_known(struct session *s)
{
	struct pending_state now;

	if (!s->interactive || !look(s, &now))
		return;
	s->pending = now;
}

void pending_own(struct session *s, struct strv body)
{
	struct json_err e = { 0 };
	struct json *root = json_parse(body, (size_t)1 << 20, &e);
	int64_t n = 0;

	for (size_t i = 0; root && i < 2; i++)
		if (json_as_int(json_member(root, i ? "undone_by" :
		    "revision"), &n) && n > s->own)
			s->own = n;
	json_free(root);
}

static void compare(struct session *s, struct pending_state now,
    struct buf *out)
{
	struct pending_state was = s->pending;

	if (was.revision && now.revision != was.revision)
		tell_end(&was, &now, out);
	if (now.revision && now.revision != was.revision)
		buf_addf(out, "*** revision %lld of %s will be undone in "
		    "%lld s unless it is kept: commit keep\n",
		    (long long)now.revision, now.actor,
		    (long long)((now.end - now_mono() + 999) / 1000));
	if (now.notice[0] && strcmp(now.notice, was.notice) != 0)
		buf_addf(out, "*** %s\n", now.notice);
	s->pending = now;
}

bool pending_news(struct session *s, struct buf *out)
{
	struct pending_state now;

	if (look(s, &now))
		compare(s, now, out);
	return out->n > 0;
}

void pending_event(struct session *s, struct strv body, struct buf *out)
{
	struct pending_state now;

	if (take(&now, body))
		compare(s, now, out);
}

void pending_prompt(const struct session *s, char *out, size_t size)
{
	int64_t left = (s->pending.end - now_mono() + 999) / 1000;

	out[0] = 0;
	if (s->pending.revision && left > 0)
		(void)snprintf(out, size, "[confirm %lld:%02lld]",
		    (long long)left / 60, (long long)left % 60);
}
