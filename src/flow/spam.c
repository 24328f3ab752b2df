/* spam.c - the spam folder: what screening kept, released or thrown away. */

#include <stdlib.h>

#include "base/alloc.h"
#include "base/id.h"
#include "base/now.h"
#include "flow/flow_priv.h"
#include "flow/sched.h"
#include "flow/spam.h"
#include "flow/trace.h"
#include "op/op.h"
#include "store/audit.h"
#include "store/spam.h"
#include "store/writer.h"

/* One operation; the change is in store.db, its audit in config.db. */
struct moving {
	struct write audit;
	struct op_call *c;
	uint64_t id;
	bool release;
};

/* --- the audit ------------------------------------------------------------ */

static enum err audit_run(struct write *w, struct db *db)
{
	const struct moving *v = (const struct moving *)(const void *)w;
	char id[ID_MESSAGE_TEXT];

	id_message_text(v->id, id);
	return audit_put(db, op_who(v->c), v->release ?
	    STRV("spam release") : STRV("spam delete"), strv(id), STRV(""));
}

static void audited(struct write *w)
{
	struct moving *v = (struct moving *)(void *)w;
	char id[ID_MESSAGE_TEXT];

	id_message_text(v->id, id);
	if (w->err == ERR_OK) {
		op_field(v->c, "message", strv(id));
		op_field(v->c, "state", v->release ? STRV("held") :
		    STRV("cancelled"));
		op_done(v->c);
	} else {
		op_fail(v->c, OP_FAILED, "done, but the audit could not be "
		    "written; see the log of the daemon");
	}
	free(v);
}

/* --- the change ----------------------------------------------------------- */

static void moved(enum err e, const struct strv *hops, size_t n, void *arg)
{
	struct moving *v = arg;

	if (e != ERR_OK) {
		op_fail(v->c, e == ERR_NO_USER ? OP_NOT_FOUND : OP_FAILED,
		    e == ERR_NO_USER ? "there is no such message in the spam "
		    "folder; spam show lists them" : "the database could not "
		    "be written: nothing was changed; see the log of the "
		    "daemon");
		free(v);
		return;
	}
	trace_step(v->id, LANE_STORE, LANE_PF, v->release ?
	    "released from the spam folder" : "spam: thrown away");
	for (size_t i = 0; i < n && v->release; i++)
		sched_due(hops[i]);
	v->audit = (struct write){ .db = DB_CONFIG, .run = audit_run,
		.done = audited };
	writer_put(&v->audit);
}

static void move(struct op_call *c, bool release)
{
	struct moving *v;
	uint64_t id;

	if (writer_busy() || submit_is_stopping()) {
		op_fail(c, OP_BUSY, "the store is busy: try again");
		return;
	}
	if (!id_parse(op_text(c, "id"), &id)) {
		op_fail(c, OP_INVALID, "\"%.*s\" is no id of a message; spam "
		    "show lists them", STRV_ARG(op_text(c, "id")));
		return;
	}
	v = xalloc(sizeof(*v));
	v->c = c;
	v->id = id;
	v->release = release;
	if (release)
		spam_release(id, now_ms() + flow_max_deferral(), moved, v);
	else
		spam_cancel(id, moved, v);
}

static void run_release(struct op_call *c) { move(c, true); }
static void run_delete(struct op_call *c) { move(c, false); }

static const struct op_arg args[] = {
	{ "id", ARG_POSITION | ARG_REQUIRED | ARG_PATH, NULL,
	  "of the message, as spam show has it", IS_TEXT(1, 64) },
	{ 0 }
};

static const struct op ops[] = {
	{ "spam release", "POST", "/spam/{id}/release", CAP_OPERATE,
	  OP_CORE, args, "deliver a message of the spam folder now",
	  run_release,
	  "message state=held" },
	{ "spam delete", "DELETE", "/spam/{id}", CAP_OPERATE, OP_CORE, args,
	  "a message of the spam folder shall never be delivered",
	  run_delete,
	  "message state=cancelled" },
};

void spam_register(void)
{
	op_register(ops, sizeof(ops) / sizeof(ops[0]));
}
