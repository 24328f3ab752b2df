-- 002_subscribers.sql - who exists, and by which addresses.
-- Times: ms since the epoch, UTC.
CREATE TABLE subscriber (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL,
	class		TEXT NOT NULL,
	state		INTEGER NOT NULL,	-- enum user_state
	-- Digest HA1 for each address in its order: MD5 (16 bytes) and SHA-256
	-- (32) for the user name "user", the same for "user@domain"; zeroes
	-- where the password was set before the address.  NULL: no password.
	secrets		BLOB,
	created		INTEGER NOT NULL,
	changed		INTEGER NOT NULL
) STRICT;
CREATE TABLE address (
	key		TEXT PRIMARY KEY,	-- the normal form, core/addr.h
	subscriber	INTEGER NOT NULL REFERENCES subscriber(id)
			    ON DELETE CASCADE,
	place		INTEGER NOT NULL,	-- 0: the primary one
	written		TEXT NOT NULL		-- as provisioned
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX address_place ON address(subscriber, place);
