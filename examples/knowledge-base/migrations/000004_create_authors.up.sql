-- "Who wrote this, and how do I reach them?" needs a table.
CREATE TABLE authors (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    email TEXT
);

-- In the order of their first article, so that the ids are the same in every database.
INSERT INTO authors (name)
SELECT author FROM articles GROUP BY author ORDER BY min(id);

UPDATE authors SET email = 'Ngaio@Station.example' WHERE name = 'Ngaio Tāwhai';
UPDATE authors SET email = 'jonas@station.example' WHERE name = 'Jonas Sørensen';

-- Expand now, contract later: articles.author stays until nothing reads it any more. An author who leaves takes no
-- article along.
ALTER TABLE articles ADD COLUMN author_id INTEGER REFERENCES authors (id) ON DELETE SET NULL;

UPDATE articles SET author_id = (SELECT authors.id FROM authors WHERE authors.name = articles.author);

-- Without it, SET NULL would read all articles whenever an author is deleted.
CREATE INDEX articles_author ON articles (author_id);
