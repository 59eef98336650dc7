DROP INDEX articles_season;

-- The generated column before the one that it is made of.
ALTER TABLE articles DROP COLUMN words;
ALTER TABLE articles DROP COLUMN season;
ALTER TABLE articles DROP COLUMN metadata;
