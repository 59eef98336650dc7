CREATE TABLE comments (
    id          INTEGER PRIMARY KEY,
    article_id  INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    parent_id   INTEGER REFERENCES comments (id) ON DELETE CASCADE,
    author_id   INTEGER REFERENCES authors (id) ON DELETE SET NULL,
    body        TEXT NOT NULL CHECK (trim(body) <> ''),
    created_at  TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP,
    approved_at TEXT
);

CREATE INDEX comments_article ON comments (article_id, created_at);
CREATE INDEX comments_author ON comments (author_id);

-- The moderators' queue is short however many comments there are, and so is its index.
CREATE INDEX comments_awaiting_approval ON comments (created_at) WHERE approved_at IS NULL;

-- What people had pencilled into the margins of the paper handbook. Guests have no row in authors.
WITH notes (slug, author, body, created_at, approved_at) AS (
    VALUES
        ('counting-at-high-tide', 'María Peña', 'Spring tides: be there three hours early.', '2024-03-03 09:00:00', '2024-03-03 10:00:00'),
        ('reading-leg-flags', 'Ngaio Tāwhai', 'White over yellow is Taiwan; yellow alone is Australia.', '2024-03-10 07:12:00', '2024-03-10 07:12:00'),
        ('ringing-a-godwit', 'a guest', 'Is there a course for beginners?', '2024-04-22 19:45:00', '2024-04-23 08:00:00'),
        ('eleven-days-aloft', 'a guest', 'Eleven days! Without a snack!', '2024-11-04 12:00:00', NULL)
)
INSERT INTO comments (article_id, author_id, body, created_at, approved_at)
SELECT articles.id, authors.id, notes.body, notes.created_at, notes.approved_at
FROM notes
JOIN articles USING (slug)
LEFT JOIN authors ON authors.name = notes.author
ORDER BY notes.created_at;

INSERT INTO comments (article_id, parent_id, author_id, body, created_at, approved_at)
SELECT question.article_id, question.id, authors.id, 'Every May; ask at the office.', '2024-04-23 08:05:00', '2024-04-23 08:05:00'
FROM comments AS question, authors
WHERE question.body = 'Is there a course for beginners?' AND authors.name = 'Jonas Sørensen';
