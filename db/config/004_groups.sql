-- 004_groups.sql - pre-defined groups and their members.
-- Times: ms since the epoch, UTC.  Numbers are those of the enums in
-- src/store/groups.h.
CREATE TABLE grp (
	id		INTEGER PRIMARY KEY,
	key		TEXT NOT NULL UNIQUE,	-- the normal form, core/addr.h
	written		TEXT NOT NULL,		-- as provisioned
	subject		TEXT NOT NULL,
	state		INTEGER NOT NULL,	-- enum group_state
	may_send	INTEGER NOT NULL,	-- enum group_who
	may_see		INTEGER NOT NULL,	-- enum group_who
	closed		INTEGER NOT NULL,	-- 1: only admins add members
	max_size	INTEGER NOT NULL,	-- members
	reports		INTEGER NOT NULL,	-- enum group_reports
	copy		INTEGER NOT NULL,	-- 1: to the sender's other devices
	created		INTEGER NOT NULL,
	changed		INTEGER NOT NULL
) STRICT;
CREATE TABLE grp_member (
	grp		INTEGER NOT NULL REFERENCES grp(id) ON DELETE CASCADE,
	key		TEXT NOT NULL,
	role		INTEGER NOT NULL,	-- enum group_role
	added		INTEGER NOT NULL,
	PRIMARY KEY (grp, key)
) STRICT, WITHOUT ROWID;
-- who is deleted leaves every group
CREATE INDEX grp_member_key ON grp_member(key);
