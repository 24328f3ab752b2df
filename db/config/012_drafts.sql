-- 012_drafts.sql - whole revisions that can be undone, and drafts.
-- Times: ms since the epoch, UTC.  Numbers are those of the enums in
-- src/store/settings.h.
ALTER TABLE revision ADD COLUMN parent	INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN via	TEXT NOT NULL DEFAULT '';
ALTER TABLE revision ADD COLUMN kind	INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN state	INTEGER NOT NULL DEFAULT 0;
ALTER TABLE revision ADD COLUMN pinned	INTEGER NOT NULL DEFAULT 0;
-- 1: a daemon that started with it became ready
ALTER TABLE revision ADD COLUMN started	INTEGER NOT NULL DEFAULT 0;
-- all settings as lines, secrets as references; and its SHA-256 in hex.
-- NULL: made by a program that kept changes only
ALTER TABLE revision ADD COLUMN content	TEXT;
ALTER TABLE revision ADD COLUMN digest	TEXT NOT NULL DEFAULT '';
-- what the references stand for
CREATE TABLE secret (
	ref		TEXT PRIMARY KEY,	-- secret:9f86d081884c7d65
	sealed		TEXT NOT NULL
) STRICT, WITHOUT ROWID;
-- the revision that is undone unless somebody keeps it; at most one
CREATE TABLE pending (
	revision	INTEGER PRIMARY KEY REFERENCES revision(id),
	until		INTEGER NOT NULL,
	actor		TEXT NOT NULL
) STRICT;
-- starts in a row that did not become ready; at most one row
CREATE TABLE start (
	revision	INTEGER PRIMARY KEY,
	tries		INTEGER NOT NULL,
	first		INTEGER NOT NULL	-- when the first began
) STRICT;
CREATE TABLE draft (
	id		INTEGER PRIMARY KEY,
	owner		TEXT NOT NULL,		-- as actors are named
	name		TEXT NOT NULL,
	base		INTEGER NOT NULL,	-- the revision it stands on
	tag		INTEGER NOT NULL,	-- grows with each change
	created		INTEGER NOT NULL,
	changed		INTEGER NOT NULL,
	UNIQUE (owner, name)
) STRICT;
CREATE TABLE draft_op (
	draft		INTEGER NOT NULL REFERENCES draft(id)
			    ON DELETE CASCADE,
	path		TEXT NOT NULL,
	whole		INTEGER NOT NULL,	-- 1: an instance is deleted
	was		TEXT,			-- as in setting; null: unset
	will		TEXT,
	PRIMARY KEY (draft, path)
) STRICT, WITHOUT ROWID;
