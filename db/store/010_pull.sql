-- 010_pull.sql - devices that asked for what they were only notified of.
CREATE TABLE pull (
	user		TEXT NOT NULL,		-- key
	device		TEXT NOT NULL,
	at		INTEGER NOT NULL,	-- ms since the epoch, UTC
	PRIMARY KEY (user, device)
) STRICT, WITHOUT ROWID;
