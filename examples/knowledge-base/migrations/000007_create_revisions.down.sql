-- Before the column that it reads.
DROP TRIGGER articles_keep_revision;

ALTER TABLE articles DROP COLUMN updated_at;

DROP TABLE revisions;
