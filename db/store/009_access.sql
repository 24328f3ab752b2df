-- 009_access.sql - what was last heard of subscribers' phones.
CREATE TABLE access (
	subscriber	INTEGER PRIMARY KEY,	-- subscriber.id of config.db
	state		INTEGER NOT NULL,	-- enum access
	since		INTEGER NOT NULL,	-- ms since the epoch, UTC
	heard		INTEGER NOT NULL,
	silent		INTEGER NOT NULL	-- 0: it answers over IP
) STRICT;
