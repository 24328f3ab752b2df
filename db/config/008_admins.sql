-- 008_admins.sql - the security plane: administrators and what they hold.
-- Never part of a revision: no rollback brings a removed one back.
-- Times: ms since the epoch, UTC.
CREATE TABLE admin (
	id		INTEGER PRIMARY KEY,
	name		TEXT NOT NULL UNIQUE,	-- lower case
	unix_user	TEXT UNIQUE,		-- who comes by the socket is he
	password	TEXT,			-- crypt(3); null: none
	roles		INTEGER NOT NULL,	-- mask, enum role
	totp		TEXT,			-- sealed; null: none
	totp_step	INTEGER NOT NULL,	-- newest one used
	created		INTEGER NOT NULL,
	changed		INTEGER NOT NULL
) STRICT;
-- codes that each stand in for one TOTP code, once
CREATE TABLE admin_recovery (
	admin		INTEGER NOT NULL REFERENCES admin(id)
			ON DELETE CASCADE,
	hash		BLOB NOT NULL,		-- SHA-256
	PRIMARY KEY (admin, hash)
) STRICT, WITHOUT ROWID;
CREATE TABLE admin_token (
	id		TEXT PRIMARY KEY,	-- parley_ID_secret
	admin		INTEGER NOT NULL REFERENCES admin(id)
			ON DELETE CASCADE,
	name		TEXT NOT NULL,
	hash		BLOB NOT NULL,		-- SHA-256 of the secret
	roles		INTEGER NOT NULL,	-- his own limit them further
	source		TEXT NOT NULL,		-- addresses; '': any
	created		INTEGER NOT NULL,
	expires		INTEGER NOT NULL,
	used		INTEGER NOT NULL	-- 0: never
) STRICT;
