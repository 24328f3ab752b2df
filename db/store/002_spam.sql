-- 002_spam.sql - the spam folder: legs in state 9 (SPAM).
CREATE INDEX leg_spam ON leg(id) WHERE state = 9;
