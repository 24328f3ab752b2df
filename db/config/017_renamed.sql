-- 017_renamed.sql - what a revision renamed, so that what lives by a name
-- follows, and comes back when the revision is undone.
ALTER TABLE revision ADD COLUMN renamed	TEXT NOT NULL DEFAULT '';
-- lines "SECTION FROM TO"
