-- 018_jobs.sql - long operations at work: what the next start finds here was
-- cut short, and is told to those who ask.
CREATE TABLE job (
	id		INTEGER PRIMARY KEY,
	kind		TEXT NOT NULL,
	action		TEXT NOT NULL,		-- of the audit
	object		TEXT NOT NULL,
	who		TEXT NOT NULL,		-- as in the audit
	means		TEXT NOT NULL,		-- what it means if it was cut short
	began		INTEGER NOT NULL,	-- ms
	ended		INTEGER NOT NULL	-- ms; found so at a start; 0: it runs
) STRICT;
