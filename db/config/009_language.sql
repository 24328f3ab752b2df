-- 009_language.sql - the language in which a subscriber is notified.
ALTER TABLE subscriber ADD COLUMN
	language	TEXT NOT NULL DEFAULT '';	-- empty: the site's
