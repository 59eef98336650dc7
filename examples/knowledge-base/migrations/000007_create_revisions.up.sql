-- What an article said before it was edited. Revision 1 is the oldest.
CREATE TABLE revisions (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    number     INTEGER NOT NULL CHECK (number > 0),
    title      TEXT NOT NULL,
    body       TEXT NOT NULL,
    saved_at   TEXT NOT NULL,
    PRIMARY KEY (article_id, number)
) WITHOUT ROWID;

-- ALTER TABLE cannot add a NOT NULL column whose default is not a constant; migration 9 makes up for it.
ALTER TABLE articles ADD COLUMN updated_at TEXT;

UPDATE articles SET updated_at = created_at;

CREATE TRIGGER articles_keep_revision AFTER UPDATE OF title, body ON articles
WHEN old.title <> new.title OR old.body <> new.body
BEGIN
    INSERT INTO revisions (article_id, number, title, body, saved_at)
    SELECT old.id, 1 + coalesce(max(number), 0), old.title, old.body, coalesce(new.updated_at, CURRENT_TIMESTAMP)
    FROM revisions
    WHERE article_id = old.id;
END;

-- Two drafts were found in the office drawer.
INSERT INTO revisions (article_id, number, title, body, saved_at)
SELECT id, 1, 'Counting birds', 'Count them twice.', '2024-03-01 21:00:00' FROM articles WHERE slug = 'counting-at-high-tide'
UNION ALL
SELECT id, 2, 'Counting waders', 'Count in blocks of ten.', '2024-03-02 07:30:00' FROM articles WHERE slug = 'counting-at-high-tide';
