/* charged.c - does charging see what it shall?  The database tells (DEF-10). */

#include <stdio.h>
#include <string.h>

#include "charged.h"
#include "store/charging_fact.h"
#include "store/db_priv.h"

/* 3 REPORT; 3 SENT to 8 CANCELLED, 0 READY to 2 SENDING; then 4, 6, 7 */
static const char watch[] =
	"CREATE TEMP TABLE seen (fact TEXT);"
	"CREATE TEMP TABLE old AS SELECT seq FROM main.charge;"
	"CREATE TEMP TRIGGER seen_message AFTER INSERT ON main.message "
	"WHEN NEW.kind <> 3 BEGIN "
	"INSERT INTO seen VALUES (printf('%016x00', NEW.id << 8)); END;"
	"CREATE TEMP TRIGGER seen_leg AFTER UPDATE OF state ON main.leg "
	"WHEN NEW.port <> 'group' AND NEW.state BETWEEN 3 AND 8 AND "
	"(OLD.state <= 2 OR (OLD.state = 3 AND NEW.state IN (4, 6, 7))) "
	"BEGIN INSERT INTO seen SELECT printf('%016x%x%x', NEW.id, OLD.state, "
	"NEW.state) FROM main.message WHERE id = NEW.id >> 8 AND kind <> 3; "
	"END;";

bool charged_watch(void)
{
	charging_facts_want(true);
	return sqlite3_exec(db_writer(DB_STORE)->h, watch, NULL, NULL,
	    NULL) == SQLITE_OK;
}

/* Whether facts are the next of those seen, to its end. */
static bool are_next(struct stmt *seen, struct strv facts)
{
	for (; facts.n; facts.p += CHARGING_FACT_SIZE,
	    facts.n -= CHARGING_FACT_SIZE) {
		struct strv want;

		if (facts.n < CHARGING_FACT_SIZE || !stmt_row(seen))
			return false;
		want = col_text(seen);
		if (want.n != 18 || memcmp(want.p, facts.p, 18) != 0)
			return false;
	}
	return true;
}

bool charged_same(void)
{
	struct db *db = db_writer(DB_STORE);
	struct stmt *facts = stmt(db, "SELECT facts FROM main.charge WHERE "
	    "seq NOT IN (SELECT seq FROM temp.old) ORDER BY seq");
	struct stmt *seen = stmt(db, "SELECT fact FROM temp.seen "
	    "ORDER BY rowid");
	bool same = true;

	while (same && stmt_row(facts))
		same = are_next(seen, col_text(facts));
	same = same && !stmt_row(seen);
	return stmt_stop(facts) == ERR_OK && stmt_stop(seen) == ERR_OK &&
	    same;
}
