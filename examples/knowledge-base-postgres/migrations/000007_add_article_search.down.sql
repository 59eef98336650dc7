ALTER TABLE articles DROP COLUMN search;
