CREATE TABLE authors_old (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    email TEXT
);

INSERT INTO authors_old (id, name, email)
SELECT id, name, nullif(email, 'author-' || id || '@unknown.invalid') FROM authors;

DROP TABLE authors;

ALTER TABLE authors_old RENAME TO authors;
