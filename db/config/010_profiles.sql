-- 010_profiles.sql - what subscribers want their devices to get.
CREATE TABLE profile (
	subscriber	INTEGER NOT NULL REFERENCES subscriber(id)
			    ON DELETE CASCADE,
	name		TEXT NOT NULL,
	active		INTEGER NOT NULL,	-- 1: this one counts
	rules		TEXT NOT NULL,		-- a line each (dir/prefs.h)
	copies		TEXT NOT NULL,		-- which devices get copies of
						-- reports; empty: as the site
	PRIMARY KEY (subscriber, name)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX profile_active ON profile(subscriber)
	WHERE active = 1;
