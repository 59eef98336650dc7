DROP INDEX articles_author;

ALTER TABLE articles DROP COLUMN author_id;

DROP TABLE authors;
