PRAGMA foreign_keys = OFF;

CREATE TABLE articles_old (
    id         INTEGER PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL,
    tags       TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    author_id  INTEGER REFERENCES authors (id) ON DELETE SET NULL,
    updated_at TEXT
);

-- Names and lists are put together again from the tables that took their place.
INSERT INTO articles_old (id, slug, title, body, author, tags, created_at, author_id, updated_at)
SELECT
    articles.id, articles.slug, articles.title, articles.body, coalesce(authors.name, 'unknown'),
    coalesce((
        SELECT group_concat(tags.name, ',' ORDER BY tags.name)
        FROM article_tags JOIN tags ON tags.id = article_tags.tag_id
        WHERE article_tags.article_id = articles.id
    ), ''),
    articles.created_at, articles.author_id, articles.updated_at
FROM articles
LEFT JOIN authors ON authors.id = articles.author_id;

DROP TABLE articles;

ALTER TABLE articles_old RENAME TO articles;

CREATE INDEX articles_author ON articles (author_id);

CREATE TRIGGER articles_keep_revision AFTER UPDATE OF title, body ON articles
WHEN old.title <> new.title OR old.body <> new.body
BEGIN
    INSERT INTO revisions (article_id, number, title, body, saved_at)
    SELECT old.id, 1 + coalesce(max(number), 0), old.title, old.body, coalesce(new.updated_at, CURRENT_TIMESTAMP)
    FROM revisions
    WHERE article_id = old.id;
END;

PRAGMA foreign_keys = ON;
