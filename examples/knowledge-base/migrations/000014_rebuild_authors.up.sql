-- Sign-in by e-mail needs an address for everybody, unique whatever its case. Again ALTER TABLE cannot, again the table
-- is made anew; articles and comments point here with ON DELETE SET NULL and must not become anonymous.
CREATE TABLE authors_new (
    id    INTEGER PRIMARY KEY,
    name  TEXT NOT NULL UNIQUE,
    email TEXT NOT NULL UNIQUE COLLATE NOCASE CHECK (email LIKE '%_@_%'),
    role  TEXT NOT NULL DEFAULT 'writer' CHECK (role IN ('writer', 'editor', 'admin'))
) STRICT;

-- An address that nobody knows becomes one that can be told from a real one, so that the way down can take it out.
INSERT INTO authors_new (id, name, email)
SELECT id, name, coalesce(email, 'author-' || id || '@unknown.invalid') FROM authors;

UPDATE authors_new SET role = 'admin' WHERE name = 'Ngaio Tāwhai';

DROP TABLE authors;

ALTER TABLE authors_new RENAME TO authors;
