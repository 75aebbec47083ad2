ALTER TABLE notes ADD COLUMN slug TEXT;
UPDATE notes SET slug = lower(title) || '-' || id;
CREATE UNIQUE INDEX notes_slug ON notes (slug);
