-- 003_leg_role.sql - what a leg carries: enum leg_role.
-- 0 the message; 1 the same by SMS for the primary device; 2 a notification
-- (UCN) by SMS instead of it; 3 one whose message arrived after all.
ALTER TABLE leg ADD COLUMN role INTEGER NOT NULL DEFAULT 0;
CREATE INDEX leg_ucn ON leg(id) WHERE role >= 2;
