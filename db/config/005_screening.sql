-- 005_screening.sql - who may write to whom, and when.
CREATE TABLE screening_rule (
	id		INTEGER PRIMARY KEY,
	subscriber	INTEGER REFERENCES subscriber(id)
			    ON DELETE CASCADE,	-- NULL: the site's
	pattern		TEXT NOT NULL,		-- tel:+1900* or a key
	effect		INTEGER NOT NULL	-- enum screen_effect
) STRICT;
CREATE INDEX screening_rule_of ON screening_rule(subscriber, pattern);
CREATE TABLE screening_wish (
	subscriber	INTEGER PRIMARY KEY REFERENCES subscriber(id)
			    ON DELETE CASCADE,
	quiet		TEXT NOT NULL,		-- 22:00-07:00, or empty
	anonymous	INTEGER NOT NULL	-- enum screen_effect; 0: as
						-- the site
) STRICT;
