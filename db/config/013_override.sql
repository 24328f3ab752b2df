-- 013_override.sql - what operators set at run time: it is no configuration,
-- outlives a restart, and holds until it is lifted or its time is over.
CREATE TABLE override (
	kind		INTEGER NOT NULL,	-- enum override_kind
	name		TEXT NOT NULL,		-- of the gateway or queue
	value		INTEGER NOT NULL,	-- as the kind says
	who		TEXT NOT NULL,
	reason		TEXT NOT NULL,
	since		INTEGER NOT NULL,	-- ms
	until		INTEGER NOT NULL,	-- ms; 0: until it is lifted
	PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;
