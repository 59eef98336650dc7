-- Contract: author and tags leave the table, a status with a CHECK comes, the table becomes STRICT. ALTER TABLE can do
-- none of this, so the table is made anew: create, copy, drop, rename (https://sqlite.org/lang_altertable.html#otheralter).
--
-- Comments, revisions and tags point here with ON DELETE CASCADE, and dropping the table deletes its rows. The line
-- below is what SQLite's documentation asks for, but inside a transaction it does nothing, and every comment would be
-- gone without an error. godwit switches foreign keys off before it begins, whether a file asks or not.
PRAGMA foreign_keys = OFF;

-- Whoever wrote through the view of migration 3 had no author_id to give.
INSERT INTO authors (name)
SELECT author FROM articles WHERE author NOT IN (SELECT name FROM authors) GROUP BY author ORDER BY min(id);

CREATE TABLE articles_new (
    id         INTEGER PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE CHECK (slug = lower(slug) AND slug NOT LIKE '% %'),
    title      TEXT NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    body       TEXT NOT NULL DEFAULT '',
    status     TEXT NOT NULL DEFAULT 'draft' CHECK (status IN ('draft', 'published', 'archived')),
    author_id  INTEGER REFERENCES authors (id) ON DELETE SET NULL,
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    updated_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
) STRICT;

-- Everybody can read what is there, so it is published.
INSERT INTO articles_new (id, slug, title, body, status, author_id, created_at, updated_at)
SELECT
    id, slug, title, body, 'published',
    coalesce(author_id, (SELECT authors.id FROM authors WHERE authors.name = articles.author)),
    created_at, coalesce(updated_at, created_at)
FROM articles;

DROP TABLE articles;

ALTER TABLE articles_new RENAME TO articles;

-- Indexes and triggers went with the old table.
CREATE INDEX articles_author ON articles (author_id);

CREATE TRIGGER articles_keep_revision AFTER UPDATE OF title, body ON articles
WHEN old.title <> new.title OR old.body <> new.body
BEGIN
    INSERT INTO revisions (article_id, number, title, body, saved_at)
    SELECT old.id, 1 + coalesce(max(number), 0), old.title, old.body, new.updated_at
    FROM revisions
    WHERE article_id = old.id;
END;

PRAGMA foreign_keys = ON;
