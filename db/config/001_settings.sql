-- 001_settings.sql - settings in force, their revisions, and the audit.
-- Times: ms since the epoch, UTC.
CREATE TABLE setting (
	path		TEXT PRIMARY KEY,	-- gateway smsc1 window
	value		TEXT NOT NULL		-- canonical; secrets sealed
) STRICT;
CREATE TABLE revision (
	id		INTEGER PRIMARY KEY,	-- 1, 2, 3, ...
	time		INTEGER NOT NULL,
	actor		TEXT NOT NULL,		-- uid:0
	comment		TEXT NOT NULL
) STRICT;
-- what a revision changed; any earlier state can be counted back from here
CREATE TABLE revision_change (
	revision	INTEGER NOT NULL REFERENCES revision(id),
	path		TEXT NOT NULL,
	was		TEXT,			-- null: was not set
	will		TEXT,			-- null: no longer set
	secret		INTEGER NOT NULL,	-- 1: sealed, never shown
	PRIMARY KEY (revision, path)
) STRICT;
CREATE TABLE audit (
	id		INTEGER PRIMARY KEY,
	time		INTEGER NOT NULL,
	actor		TEXT NOT NULL,
	action		TEXT NOT NULL,		-- configuration set
	object		TEXT NOT NULL,		-- revision 7; an address
	detail		TEXT NOT NULL		-- what changed; never a secret
) STRICT;
