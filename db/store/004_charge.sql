-- 004_charge.sql - chargeable facts, in the transaction that makes them true.
-- They stay until they are in a file of DIR/cdr (store/charging.h); id is the
-- sequence of the records and has no gap.  Triggers, so that no way of a leg
-- can forget one.
CREATE TABLE charge (
	id		INTEGER PRIMARY KEY AUTOINCREMENT,
	message		INTEGER NOT NULL,
	leg		INTEGER NOT NULL,	-- 0: the message was accepted
	state		INTEGER NOT NULL,	-- enum leg_state it came to
	was		INTEGER NOT NULL,	-- and from where
	at		INTEGER NOT NULL
) STRICT;
-- the newest id that is in a file
CREATE TABLE charge_position (
	seq		INTEGER NOT NULL
) STRICT;
INSERT INTO charge_position VALUES (0);

-- 3 REPORT is not charged
CREATE TRIGGER charge_message AFTER INSERT ON message WHEN NEW.kind <> 3
BEGIN
	INSERT INTO charge (message, leg, state, was, at)
	VALUES (NEW.id, 0, 0, 0, CAST((julianday('now') - 2440587.5) *
	    86400000 AS INTEGER));
END;
-- the end of the way to the next hop (3 SENT to 8 CANCELLED, from 0 to 2),
-- and what is heard afterwards (SENT to 4 DELIVERED, 6 FAILED, 7 EXPIRED)
CREATE TRIGGER charge_leg AFTER UPDATE OF state ON leg
WHEN NEW.port <> 'group' AND NEW.state BETWEEN 3 AND 8 AND (OLD.state <= 2 OR
    (OLD.state = 3 AND NEW.state IN (4, 6, 7)))
BEGIN
	INSERT INTO charge (message, leg, state, was, at)
	SELECT NEW.id >> 8, NEW.id, NEW.state, OLD.state,
	    CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)
	FROM message WHERE id = NEW.id >> 8 AND kind <> 3;
END;
