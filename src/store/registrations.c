/* registrations.c - where users are, on disk; and what peers write by. */

#include "store/registrations.h"

enum err registrations_each(registration_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT id, subscriber, "
	    "contact, instance, path, source, features, agent, call_id, "
	    "cseq, reg_id, q, expires, seen FROM registration "
	    "ORDER BY seen, id");
	struct registration_row r;

	while (stmt_row(s)) {
		r.id = (uint64_t)col_int(s);
		r.subscriber = (uint64_t)col_int(s);
		r.contact = col_text(s);
		r.instance = col_text(s);
		r.path = col_text(s);
		r.source = col_text(s);
		r.features = col_text(s);
		r.agent = col_text(s);
		r.call_id = col_text(s);
		r.cseq = (uint32_t)col_int(s);
		r.reg_id = (uint32_t)col_int(s);
		r.q = (uint16_t)col_int(s);
		r.expires = col_int(s);
		r.seen = col_int(s);
		fn(&r, arg);
	}
	return stmt_end(s);
}

enum err registration_put(struct db *db, const struct registration_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO registration (id, "
	    "subscriber, contact, instance, path, source, features, agent, "
	    "call_id, cseq, reg_id, q, expires, seen) VALUES (?, ?, ?, ?, ?, "
	    "?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET "
	    "contact = excluded.contact, path = excluded.path, "
	    "source = excluded.source, features = excluded.features, "
	    "agent = excluded.agent, call_id = excluded.call_id, "
	    "cseq = excluded.cseq, q = excluded.q, "
	    "expires = excluded.expires, seen = excluded.seen");
	const struct strv texts[] = {
		r->contact, r->instance, r->path, r->source, r->features,
		r->agent, r->call_id
	};

	stmt_int(s, (int64_t)r->id);
	stmt_int(s, (int64_t)r->subscriber);
	for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
		stmt_text(s, texts[i].p ? texts[i] : STRV(""));
	stmt_int(s, r->cseq);
	stmt_int(s, r->reg_id);
	stmt_int(s, r->q);
	stmt_int(s, r->expires);
	stmt_int(s, r->seen);
	return stmt_end(s);
}

enum err registration_delete(struct db *db, uint64_t id)
{
	struct stmt *s = stmt(db, "DELETE FROM registration WHERE id = ?");

	stmt_int(s, (int64_t)id);
	return stmt_end(s);
}

/* --- replies -------------------------------------------------------------- */

enum err stickies_each(int64_t since, size_t limit, sticky_fn *fn, void *arg)
{
	struct stmt *s = stmt(db_reader(DB_STORE), "SELECT user, peer, "
	    "service, contribution, at FROM (SELECT * FROM sticky "
	    "WHERE at >= ? ORDER BY at DESC LIMIT ?) ORDER BY at");
	struct sticky_row r;

	stmt_int(s, since);
	stmt_int(s, (int64_t)limit);
	while (stmt_row(s)) {
		r.user = col_text(s);
		r.peer = col_text(s);
		r.service = col_text(s);
		r.contribution = col_text(s);
		r.at = col_int(s);
		fn(&r, arg);
	}
	return stmt_end(s);
}

enum err sticky_put(struct db *db, const struct sticky_row *r)
{
	struct stmt *s = stmt(db, "INSERT INTO sticky (user, peer, service, "
	    "contribution, at) VALUES (?, ?, ?, ?, ?) "
	    "ON CONFLICT (user, peer) DO UPDATE SET "
	    "service = excluded.service, "
	    "contribution = excluded.contribution, at = excluded.at");

	stmt_text(s, r->user.p ? r->user : STRV(""));
	stmt_text(s, r->peer.p ? r->peer : STRV(""));
	stmt_text(s, r->service.p ? r->service : STRV(""));
	stmt_text(s, r->contribution.p ? r->contribution : STRV(""));
	stmt_int(s, r->at);
	return stmt_end(s);
}

enum err stickies_expire(struct db *db, int64_t before)
{
	struct stmt *s = stmt(db, "DELETE FROM sticky WHERE at < ?");

	stmt_int(s, before);
	return stmt_end(s);
}
