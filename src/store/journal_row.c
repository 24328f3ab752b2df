/* journal_row.c - messages and legs as rows. */

#include "core/content.h"
#include "store/charging_fact.h"
#include "store/journal_priv.h"

int64_t twin_hash(struct strv sender, struct strv imdn_id,
    struct strv recipient)
{
	struct strv all[] = { sender, imdn_id, recipient };
	uint64_t h = UINT64_C(0xcbf29ce484222325);	/* FNV-1a */

	for (size_t i = 0; i < 3; i++) {
		for (size_t j = 0; j < all[i].n; j++)
			h = (h ^ (uint8_t)all[i].p[j]) *
			    UINT64_C(0x100000001b3);
		h *= UINT64_C(0x100000001b3);	/* a zero between them */
	}
	return (int64_t)h;
}

enum err err_by_name(struct strv name)
{
	for (int e = 0; e < ERR_N; e++) {
		if (strv_eq(name, strv(err_info((enum err)e)->name)))
			return (enum err)e;
	}
	return ERR_STORAGE;
}

/* --- write ---------------------------------------------------------------- */

static void bind_twin(struct stmt *s, const struct message *m,
    struct strv recipient)
{
	if (m->imdn_id.n > 0)
		stmt_int(s, twin_hash(m->from, m->imdn_id, recipient));
	else
		stmt_text(s, STRV_NONE);
}

static void bind_report(struct stmt *s, const struct message *m)
{
	const struct report *r = &m->report;

	if (m->kind != MESSAGE_REPORT) {
		for (int i = 0; i < 6; i++)
			stmt_text(s, STRV_NONE);
		return;
	}
	stmt_int(s, (int64_t)r->of);
	stmt_int(s, r->kind);
	stmt_int(s, r->status);
	stmt_text(s, r->imdn_id);
	stmt_text(s, r->recipient);
	stmt_int(s, r->sent);
}

static void bind_content(struct stmt *s, const struct content *c,
    struct strv file)
{
	if (!c) {
		for (int i = 0; i < 5; i++)
			stmt_text(s, STRV_NONE);
		return;
	}
	stmt_text(s, c->type.p ? c->type : STRV(""));
	stmt_text(s, c->encoding);
	stmt_int(s, (int64_t)c->bytes.n);
	stmt_blob(s, file);
	stmt_blob(s, file.p ? STRV_NONE : c->bytes);
}

static enum err insert_message(struct db *db, const struct message *m,
    struct strv recipient, struct strv file)
{
	struct stmt *s = stmt(db, "INSERT INTO message (id, twin, kind, "
	    "origin, wants, sender, recipient, device, subject, "
	    "conversation, contribution, imdn_id, replies_to, service, "
	    "headers, received, expires, port, in_ref, hops, text_chars, "
	    "anonymous, report_of, "
	    "report_kind, report_status, report_imdn_id, report_recipient, "
	    "report_sent, type, encoding, size, file, body) VALUES (?, ?, ?, ?, "
	    "?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, "
	    "?, ?, ?, ?, ?, ?, ?)");
	const struct strv texts[] = {
		m->device, m->subject, m->conversation, m->contribution,
		m->imdn_id, m->replies_to, m->service, m->headers
	};

	stmt_int(s, (int64_t)m->id);
	bind_twin(s, m, recipient);
	stmt_int(s, m->kind);
	stmt_int(s, m->origin);
	stmt_int(s, m->wants);
	stmt_text(s, m->from.p ? m->from : STRV(""));
	stmt_text(s, m->to.p ? m->to : STRV(""));
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		stmt_text(s, texts[i]);
	stmt_int(s, m->received);
	stmt_int(s, m->expires);
	stmt_text(s, strv(m->in ? m->in : ""));
	stmt_text(s, m->in_ref);
	stmt_int(s, m->hops);
	stmt_int(s, m->text_chars);
	stmt_int(s, m->anonymous);
	bind_report(s, m);
	bind_content(s, m->content, file);
	return stmt_end(s);
}

enum err row_put_message(struct db *db, const struct message *m,
    struct strv recipient)
{
	uint8_t hash[BLOB_HASH];
	struct strv file = STRV_NONE;
	enum err e = ERR_OK;

	if (m->content && m->content->bytes.n > BLOB_MIN) {
		e = blob_put(db, m->content->bytes, hash);
		file = (struct strv){ (const char *)hash, sizeof(hash) };
	}
	if (e == ERR_OK)
		e = insert_message(db, m, recipient, file);
	/* an id that is there already is a fault of ours, not a refusal */
	if (e != ERR_OK)
		return ERR_STORAGE;
	charging_note_message(m);
	return ERR_OK;
}

enum err row_put_leg(struct db *db, const struct leg *l)
{
	struct stmt *s = stmt(db, "INSERT INTO leg (id, state, why, tries, "
	    "due, expires, answered, port, recipient, hop, device, reached, "
	    "ref, role) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");

	stmt_int(s, (int64_t)l->id);
	stmt_int(s, l->early && l->state == LEG_READY ? LEG_SENDING :
	    l->state);
	stmt_text(s, strv(err_info(l->why)->name));
	stmt_int(s, l->tries);
	stmt_int(s, l->due);
	stmt_int(s, l->expires);
	stmt_int(s, l->answered);
	stmt_text(s, strv(l->port ? l->port : ""));
	stmt_text(s, l->recipient.p ? l->recipient : STRV(""));
	stmt_text(s, l->hop.p ? l->hop : STRV(""));
	stmt_text(s, l->device);
	stmt_text(s, l->reached);
	stmt_text(s, l->ref);
	stmt_int(s, l->role);
	return stmt_end(s) == ERR_OK ? ERR_OK : ERR_STORAGE;
}

/* --- read ----------------------------------------------------------------- */

void row_leg(struct stmt *s, struct arena *a, struct leg *out)
{
	out->id = (uint64_t)col_int(s);
	out->state = (enum leg_state)col_int(s);
	out->why = err_by_name(col_text(s));
	out->tries = (uint16_t)col_int(s);
	out->due = col_int(s);
	out->expires = col_int(s);
	out->answered = (enum leg_answer)col_int(s);
	out->port = arena_str(a, col_text(s)).p;
	out->recipient = arena_str(a, col_text(s));
	out->hop = arena_str(a, col_text(s));
	out->device = arena_str(a, col_text(s));
	out->reached = arena_str(a, col_text(s));
	out->ref = arena_str(a, col_text(s));
	out->role = (enum leg_role)col_int(s);
	out->segments = (uint16_t)col_int(s);
}

static void read_report(struct stmt *s, struct message *m)
{
	struct report *r = &m->report;

	r->of = (uint64_t)col_int(s);
	r->kind = (enum report_kind)col_int(s);
	r->status = (enum report_status)col_int(s);
	r->imdn_id = message_str(m, col_text(s));
	r->recipient = message_str(m, col_text(s));
	r->sent = col_int(s);
}

static void read_content(struct stmt *s, struct message *m, bool *lost)
{
	struct strv type = col_text(s), encoding = col_text(s);
	struct strv file = col_text(s), body = col_text(s);
	struct buf b;

	*lost = false;
	if (!type.p)
		return;
	if (!file.p) {
		m->content = content_new(type, encoding, body);
		return;
	}
	buf_init(&b, BUF_NO_LIMIT);
	*lost = blob_get(file, &b) != ERR_OK;
	if (!*lost)
		m->content = content_new(type, encoding, buf_strv(&b));
	buf_deinit(&b);
}

void row_message(struct stmt *s, struct message *m, bool *lost)
{
	struct strv *const texts[] = {
		&m->from, &m->to, &m->device, &m->subject, &m->conversation,
		&m->contribution, &m->imdn_id, &m->replies_to, &m->service,
		&m->headers
	};

	m->id = (uint64_t)col_int(s);
	m->kind = (enum message_kind)col_int(s);
	m->origin = (enum message_origin)col_int(s);
	m->wants = (unsigned)col_int(s);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		*texts[i] = message_str(m, col_text(s));
	m->received = col_int(s);
	m->expires = col_int(s);
	m->in = message_str(m, col_text(s)).p;
	m->in_ref = message_str(m, col_text(s));
	m->hops = (uint8_t)col_int(s);
	m->text_chars = (uint32_t)col_int(s);
	m->anonymous = col_int(s) != 0;
	read_report(s, m);
	read_content(s, m, lost);
}
