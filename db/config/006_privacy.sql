-- 006_privacy.sql - who does not want others to know what was read.
ALTER TABLE subscriber ADD COLUMN
	reads_private	INTEGER NOT NULL DEFAULT 0;	-- 1: no display reports
