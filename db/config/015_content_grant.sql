-- 015_content_grant.sql - who may read messages for a while, and who let him.
-- Times: ms since the epoch, UTC.
CREATE TABLE content_grant (
	admin		INTEGER PRIMARY KEY REFERENCES admin(id)
			ON DELETE CASCADE,
	actor		TEXT NOT NULL,		-- who granted it
	reason		TEXT NOT NULL,
	since		INTEGER NOT NULL,
	until		INTEGER NOT NULL
) STRICT;
