-- 007_anonymous.sql - whose sender wishes not to be shown, also from disk.
ALTER TABLE message ADD COLUMN anonymous INTEGER NOT NULL DEFAULT 0;
