-- 005_text_chars.sql - how long a text is, for who chooses another way later.
ALTER TABLE message ADD COLUMN text_chars INTEGER NOT NULL DEFAULT 0;
