-- 008_charge_batch.sql - chargeable facts as one row for each transaction, and
-- how many short messages a leg was.
-- The facts are noted by triggers that the writer has while charging is on,
-- and put here before its commit (store/charging_fact.h says how they look).
-- The newest number is that of the last row, or charge_position.
ALTER TABLE leg ADD COLUMN segments INTEGER NOT NULL DEFAULT 0;

DROP TRIGGER charge_message;
DROP TRIGGER charge_leg;
-- numbers that went with facts nobody wanted are not used again
UPDATE charge_position SET seq = max(seq, coalesce((SELECT seq
	FROM sqlite_sequence WHERE name = 'charge'), 0))
	WHERE NOT EXISTS (SELECT 1 FROM charge);
ALTER TABLE charge RENAME TO charge_each;
CREATE TABLE charge (
	seq		INTEGER PRIMARY KEY,	-- of the first fact
	n		INTEGER NOT NULL,	-- so many
	facts		TEXT NOT NULL
) STRICT;
INSERT INTO charge SELECT id, 1, printf('%016x%x%x%011x', max(leg,
	message << 8), was, state, at) || char(10) FROM charge_each;
DROP TABLE charge_each;
