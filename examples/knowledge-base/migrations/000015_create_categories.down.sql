DROP INDEX articles_category;

ALTER TABLE articles DROP COLUMN category_id;

DROP VIEW category_paths;

DROP TABLE categories;
