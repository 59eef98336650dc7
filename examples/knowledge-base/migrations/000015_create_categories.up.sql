-- Tags say what an article mentions; its category says where it stands. Categories form a tree.
CREATE TABLE categories (
    id        INTEGER PRIMARY KEY,
    parent_id INTEGER REFERENCES categories (id) ON DELETE RESTRICT,
    name      TEXT NOT NULL,
    CHECK (parent_id <> id)
) STRICT;

-- NULLs are all different to UNIQUE, so that (parent_id, name) alone would allow two roots of one name.
CREATE UNIQUE INDEX categories_name ON categories (coalesce(parent_id, 0), name);

CREATE VIEW category_paths AS
WITH RECURSIVE paths (id, path, depth) AS (
    SELECT id, name, 0 FROM categories WHERE parent_id IS NULL
    UNION ALL
    SELECT categories.id, paths.path || ' / ' || categories.name, paths.depth + 1
    FROM categories JOIN paths ON categories.parent_id = paths.id
)
SELECT id, path, depth FROM paths;

INSERT INTO categories (id, parent_id, name) VALUES
    (1, NULL, 'Field work'),
    (2, 1, 'Counting'),
    (3, 1, 'Ringing'),
    (4, NULL, 'Equipment'),
    (5, NULL, 'Stories');

ALTER TABLE articles ADD COLUMN category_id INTEGER REFERENCES categories (id) ON DELETE SET NULL;

CREATE INDEX articles_category ON articles (category_id);

-- The tags say where the old articles belong; the first that fits wins.
WITH placements (tag, category_id, rank) AS (
    VALUES ('counting', 2, 1), ('ringing', 3, 2), ('optics', 4, 3), ('migration', 5, 4)
)
UPDATE articles SET category_id = (
    SELECT placements.category_id
    FROM article_tags
    JOIN tags ON tags.id = article_tags.tag_id
    JOIN placements ON placements.tag = tags.name
    WHERE article_tags.article_id = articles.id
    ORDER BY placements.rank
    LIMIT 1
);
