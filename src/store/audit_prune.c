/* audit_prune.c - the oldest rows of the audit go, and the chain says so. */

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/hex.h"
#include "store/audit.h"

/* The newest row that is too old, at most AUDIT_PRUNE behind the oldest. */
static enum err last_old(struct db *db, int64_t before, int64_t *id,
    char hash[2 * AUDIT_HASH + 1])
{
	struct stmt *s = stmt(db, "SELECT id, hash FROM audit WHERE id < "
	    "(SELECT min(id) FROM audit) + ?1 "
	    "AND id < (SELECT max(id) FROM audit) "
	    "AND id < (SELECT coalesce((SELECT min(id) FROM audit "
	    "WHERE time >= ?2), (SELECT max(id) FROM audit))) "
	    "ORDER BY id DESC LIMIT 1");
	struct strv h;

	stmt_int(s, AUDIT_PRUNE);
	stmt_int(s, before);
	*id = 0;
	if (stmt_row(s)) {
		*id = col_int(s);
		h = col_text(s);
		if (h.n == AUDIT_HASH)
			hex_encode(h.p, AUDIT_HASH, hash);
		else
			*id = 0;	/* no chain to hold on to */
	}
	return stmt_stop(s);
}

enum err audit_prune(struct db *db, int64_t before, int64_t *removed)
{
	char hash[2 * AUDIT_HASH + 1] = "", object[24];
	struct stmt *s;
	int64_t id;
	enum err e = last_old(db, before, &id, hash);

	*removed = 0;
	if (e != ERR_OK || id == 0)
		return e;
	s = stmt(db, "DELETE FROM audit WHERE id <= ?");
	stmt_int(s, id);
	e = stmt_end(s);
	*removed = db_changes(db);
	(void)snprintf(object, sizeof(object), "%" PRId64, id);
	return e != ERR_OK ? e : audit_put(db, STRV("retention"),
	    STRV(AUDIT_PRUNED), strv(object), strv(hash));
}

bool audit_is_anchor(const struct audit_row *r, int64_t id,
    const uint8_t hash[AUDIT_HASH])
{
	char object[24], text[2 * AUDIT_HASH + 1];

	(void)snprintf(object, sizeof(object), "%" PRId64, id);
	hex_encode((const char *)hash, AUDIT_HASH, text);
	return strv_eq(r->action, STRV(AUDIT_PRUNED)) &&
	    strv_eq(r->object, strv(object)) &&
	    strv_eq(r->detail, strv(text));
}
