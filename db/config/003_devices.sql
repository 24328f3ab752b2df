-- 003_devices.sql - the devices that subscribers are known to have.
-- Times: ms since the epoch, UTC.
CREATE TABLE device (
	subscriber	INTEGER NOT NULL REFERENCES subscriber(id)
			    ON DELETE CASCADE,
	instance	TEXT NOT NULL,		-- +sip.instance without <>
	name		TEXT NOT NULL,		-- unique of its subscriber
	is_primary	INTEGER NOT NULL,	-- 1: the one with the SIM
	blocked		INTEGER NOT NULL,	-- 1: may not register
	added		INTEGER NOT NULL,	-- its first REGISTER
	-- a REGISTER of it; while it is registered the newest one is in the
	-- row of its registration (store.db)
	seen		INTEGER NOT NULL,
	agent		TEXT NOT NULL,		-- User-Agent
	PRIMARY KEY (subscriber, instance)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX device_primary ON device(subscriber)
	WHERE is_primary = 1;
