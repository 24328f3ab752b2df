-- 007_audit.sql - by which way, with what outcome; a chain of hashes.
ALTER TABLE audit ADD COLUMN via TEXT NOT NULL DEFAULT '';	-- socket, https
ALTER TABLE audit ADD COLUMN credential TEXT NOT NULL DEFAULT '';
ALTER TABLE audit ADD COLUMN peer TEXT NOT NULL DEFAULT '';	-- IP address
ALTER TABLE audit ADD COLUMN request TEXT NOT NULL DEFAULT '';	-- its id
ALTER TABLE audit ADD COLUMN result TEXT NOT NULL DEFAULT 'ok';
-- SHA-256 of the row before and of this one (store/audit.c says of what);
-- rows older than this migration get theirs at the next start
ALTER TABLE audit ADD COLUMN former BLOB;
ALTER TABLE audit ADD COLUMN hash BLOB;
CREATE INDEX audit_time ON audit(time);
