DROP INDEX notes_slug;
ALTER TABLE notes DROP COLUMN slug;
