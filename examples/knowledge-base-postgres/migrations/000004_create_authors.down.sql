ALTER TABLE articles DROP COLUMN author_id;

DROP TABLE authors;
