-- 006_leg_copy.sql - texts that wait to go by SMS, when their phone has IP.
CREATE INDEX leg_copy ON leg(recipient, id) WHERE role = 1 AND state <= 1;
