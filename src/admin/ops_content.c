/* ops_content.c - reading a message: who may for a while, and each reading. */

#define LOG_UNIT "content"

#include <stdlib.h>

#include "admin/admin_priv.h"
#include "admin/errand.h"
#include "admin/eyes.h"
#include "admin/people.h"
#include "base/alloc.h"
#include "base/arena.h"
#include "base/base64.h"
#include "base/id.h"
#include "base/metric.h"
#include "base/now.h"
#include "base/utf8.h"
#include "conf/conf.h"
#include "loop/work.h"
#include "store/audit.h"
#include "store/grants.h"
#include "store/query.h"
#include "store/writer.h"

#define REASON_MIN	5	/* bytes; something has to be said */
#define REASON_MAX	400
#define CONTENT_MAX	((size_t)4 << 20)

static struct metric readings = COUNTER("parley_content_access_total", NULL,
    "Messages whose content an administrator has read.");

static bool switched_on(struct op_call *c)
{
	if (conf_bool("privacy", "", "content-reveal"))
		return true;
	op_fail(c, OP_FORBIDDEN, "nobody reads messages here: privacy "
	    "content-reveal is off");
	return false;
}

/* --- grants ---------------------------------------------------------------------- */

struct granting {
	struct write w;
	struct op_call *c;
	struct arena arena;
	struct grant grant;
	int64_t granter;
	struct strv who;
	bool revoke;
};

static enum err grant_run(struct write *w, struct db *db)
{
	struct granting *g = (struct granting *)(void *)w;
	enum err e = g->revoke ? grant_delete(db, g->grant.admin) :
	    grant_put(db, &g->grant, g->granter);

	return e != ERR_OK ? e : audit_put(db, g->who, g->revoke ?
	    STRV("content revoke") : STRV("content grant"), g->grant.name,
	    g->grant.reason);
}

static void grant_fields(struct op_call *c, const struct grant *g)
{
	op_field(c, "admin", g->name);
	op_field(c, "by", g->actor);
	op_field(c, "reason", g->reason);
	op_field_time(c, "since", g->since);
	op_field_time(c, "until", g->until);
	op_field(c, "state", g->until > now_ms() ? STRV("good") :
	    STRV("expired"));
}

static void grant_done(struct write *w)
{
	struct granting *g = (struct granting *)(void *)w;

	if (w->err == ERR_FORBIDDEN) {
		op_fail(g->c, OP_FORBIDDEN, "nobody grants this to himself: "
		    "another administrator with the role security can");
	} else if (w->err == ERR_NO_USER) {
		op_fail(g->c, OP_NOT_FOUND, "%.*s has no such grant",
		    STRV_ARG(g->grant.name));
	} else if (w->err != ERR_OK) {
		op_fail(g->c, OP_FAILED, "nothing was changed: the disk "
		    "refused it; see the log of the daemon");
	} else {
		if (!g->revoke)
			grant_fields(g->c, &g->grant);
		op_done(g->c);
	}
	arena_deinit(&g->arena);
	free(g);
}

/* false: the call has failed. */
static bool grantee(struct op_call *c, struct admin *a)
{
	if (people_by_name(op_text(c, "name"), a))
		return true;
	op_fail(c, OP_NOT_FOUND, "there is no administrator \"%.*s\"",
	    STRV_ARG(op_text(c, "name")));
	return false;
}

static void grant_begin(struct op_call *c, const struct admin *a,
    int64_t until, bool revoke)
{
	struct granting *g = xalloc(sizeof(*g));
	struct strv reason = revoke ? STRV("") : op_text(c, "reason");

	arena_init(&g->arena);
	g->c = c;
	g->revoke = revoke;
	g->granter = who_of(c)->admin;
	g->who = arena_str(&g->arena, op_who(c));
	g->grant = (struct grant){ .admin = a->id,
		.name = arena_str(&g->arena, strv(a->name)),
		.actor = arena_str(&g->arena, op_actor(c)),
		.reason = arena_str(&g->arena, reason),
		.since = now_ms(), .until = until };
	g->w = (struct write){ .db = DB_CONFIG, .run = grant_run,
		.done = grant_done };
	writer_put(&g->w);
}

static void grant_add_run(struct op_call *c)
{
	struct admin a;

	if (!switched_on(c) || !is_known(c) || !grantee(c, &a))
		return;
	grant_begin(c, &a, now_ms() + op_int(c, "hours") * 3600000, false);
	explicit_bzero(&a, sizeof(a));
}

static void grant_revoke_run(struct op_call *c)
{
	struct admin a;

	if (!grantee(c, &a))
		return;
	grant_begin(c, &a, 0, true);
	explicit_bzero(&a, sizeof(a));
}

static void grant_row(const struct grant *g, void *arg)
{
	op_row(arg);
	grant_fields(arg, g);
}

static void grants_run(struct op_call *c)
{
	op_list(c);
	if (grants_each(grant_row, c) == ERR_OK)
		op_done(c);
	else
		op_fail(c, OP_FAILED, "the database could not be read; see "
		    "the log of the daemon");
}

/* --- reading --------------------------------------------------------------------- */

/*
 * A worker finds the message; then the writer looks at the grant and notes
 * the reading, in one transaction; only then it is shown.
 */
struct reading {
	struct write w;
	struct op_call *c;
	int64_t admin;
	struct arena arena;
	struct strv text, who, reason;
	uint64_t id;
	struct query_content content;
	struct buf bytes;
	enum err err;
};

static void reading_free(struct reading *r)
{
	if (r->bytes.size)
		explicit_bzero(r->bytes.p, r->bytes.size);
	buf_deinit(&r->bytes);
	arena_deinit(&r->arena);
	free(r);
}

static void keep_content(const struct query_content *k, void *arg)
{
	struct reading *r = arg;

	r->content = (struct query_content){ .from = arena_str(&r->arena,
	    k->from), .to = arena_str(&r->arena, k->to),
	    .type = arena_str(&r->arena, k->type),
	    .encoding = arena_str(&r->arena, k->encoding), .size = k->size };
	buf_adds(&r->bytes, k->body);
}

static void look(void *arg)
{
	struct reading *r = arg;

	r->err = query_find(r->text, &r->id);
	if (r->err == ERR_OK)
		r->err = query_content(r->id, CONTENT_MAX, keep_content, r);
}

static void answer(struct reading *r)
{
	struct strv bytes = buf_strv(&r->bytes);
	bool text = utf8_valid(bytes);
	char id[ID_MESSAGE_TEXT];
	struct buf b;

	metric_inc(&readings);
	id_message_text(r->id, id);
	buf_init(&b, BUF_NO_LIMIT);
	if (!text)
		base64_encode(bytes, &b);
	op_field(r->c, "id", strv(id));
	op_field(r->c, "from", r->content.from);
	op_field(r->c, "to", r->content.to);
	op_field(r->c, "type", r->content.type);
	op_field(r->c, "encoding", r->content.encoding);
	op_field_int(r->c, "size", r->content.size);
	op_field(r->c, "coding", text ? STRV("text") : STRV("base64"));
	op_field(r->c, "content", text ? bytes : buf_strv(&b));
	op_done(r->c);
	if (b.size)
		explicit_bzero(b.p, b.size);
	buf_deinit(&b);
}

static enum err note_run(struct write *w, struct db *db)
{
	struct reading *r = (struct reading *)(void *)w;
	enum err e = grant_check(db, r->admin, now_ms());
	char id[ID_MESSAGE_TEXT];

	id_message_text(r->id, id);
	return e != ERR_OK ? e : audit_put(db, r->who,
	    STRV("message content"), strv(id), r->reason);
}

static void noted(struct write *w)
{
	struct reading *r = (struct reading *)(void *)w;

	if (w->err == ERR_FORBIDDEN)
		op_fail(r->c, OP_FORBIDDEN, "you may not read messages: "
		    "somebody with the role security can grant it to you for "
		    "some hours");
	else if (w->err != ERR_OK)
		op_fail(r->c, OP_FAILED, "the reading could not be noted in "
		    "the audit, so nothing is shown");
	else
		answer(r);
	reading_free(r);
}

static void looked(void *arg)
{
	struct reading *r = arg;

	if (r->err == ERR_OK) {
		r->w = (struct write){ .db = DB_CONFIG, .run = note_run,
			.done = noted };
		writer_put(&r->w);
		return;
	}
	if (r->err == ERR_NO_USER)
		op_fail(r->c, OP_NOT_FOUND, "no message is known as "
		    "\"%.*s\", or it has no content any more",
		    STRV_ARG(r->text));
	else if (r->err == ERR_TOO_BIG)
		op_fail(r->c, OP_TOO_LARGE, "its content has more than %zu "
		    "MiB", CONTENT_MAX >> 20);
	else
		op_fail(r->c, OP_FAILED, "the content could not be read; see "
		    "the log of the daemon");
	reading_free(r);
}

/* A person at the console, who has just said his password. */
static bool is_person(struct op_call *c)
{
	const struct who *w = who_of(c);

	if (w->via != VIA_SESSION) {
		op_fail(c, OP_FORBIDDEN, "only a person at the console reads "
		    "messages: no token, and not the socket");
		return false;
	}
	if (session_is_fresh(&w->session))
		return true;
	op_fail(c, OP_REAUTH, "this needs your password again: POST " API
	    "/auth/reauth");
	return false;
}

static void content_run(struct op_call *c)
{
	struct reading *r;

	if (!switched_on(c) || !is_person(c))
		return;
	r = xalloc(sizeof(*r));
	r->c = c;
	r->admin = who_of(c)->admin;
	arena_init(&r->arena);
	buf_init(&r->bytes, CONTENT_MAX);
	r->text = arena_str(&r->arena, op_text(c, "id"));
	r->who = arena_str(&r->arena, op_who(c));
	r->reason = arena_str(&r->arena, op_text(c, "reason"));
	if (work_run(look, looked, r))
		return;
	op_fail(c, OP_BUSY, "too much is being done; try again");
	reading_free(r);
}

/* --- settings and the table ------------------------------------------------------- */

static void settings(void)
{
	static const struct conf_row rows[] = {
		{ .name = "content-reveal", .type = CONF_BOOL,
		  .fallback = "off", .help = "administrators to whom it was "
		  "granted may read messages; each reading is in the audit" },
	};
	static const struct conf_section section = {
		.name = "privacy", .rows = rows,
		.n = sizeof(rows) / sizeof(*rows),
		.help = "what administrators see of messages",
	};

	conf_register(&section);
}

#define REASON { "reason", ARG_REQUIRED, NULL, "why; kept in the audit", \
	  IS_TEXT(REASON_MIN, REASON_MAX) }
#define NAME { "name", ARG_PATH, "admin", "of the administrator", \
	  IS_TEXT(1, ADMIN_NAME - 1) }
#define END { 0 }

static const struct op_arg content_args[] = {
	{ "id", ARG_PATH, NULL, "of the message, or another name it has",
	  IS_TEXT(1, OP_ID_MAX) },
	REASON, END,
};
static const struct op_arg grant_args[] = {
	NAME, REASON,
	{ "hours", 0, NULL, "how long",
	  IS_INT(1, 168, "hours"), BY_DEFAULT("1") },
	END,
};
static const struct op_arg name_args[] = { NAME, END };

#define GRANT \
	"admin by reason since:time until:time state=good|expired"

static const struct op ops[] = {
	{ "", "POST", "/messages/{id}/content", CAP_SELF, OP_CORE,
	  content_args, "what a message says, for who was granted it; noted "
	  "in the audit", content_run,
	  "id from to type? encoding? size:bytes coding=text|base64 "
	  "content" },
	{ "content grants", "GET", "/admin/grants", CAP_AUDIT, OP_READ, NULL,
	  "who may read messages, until when, and why", grants_run,
	  "[" GRANT "]" },
	{ "content grant", "POST", "/admin/grants/{name}", CAP_SECURITY,
	  OP_CORE, grant_args, "let an administrator read messages for some "
	  "hours; never oneself", grant_add_run, GRANT },
	{ "content revoke", "DELETE", "/admin/grants/{name}", CAP_SECURITY,
	  OP_CORE, name_args, "end that before its time", grant_revoke_run,
	  "" },
};

void ops_content(void)
{
	settings();
	metric_register(&readings, 1);
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
