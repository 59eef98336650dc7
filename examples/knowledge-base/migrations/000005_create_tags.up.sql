CREATE TABLE tags (
    id   INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

CREATE TABLE article_tags (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    tag_id     INTEGER NOT NULL REFERENCES tags (id) ON DELETE CASCADE,
    PRIMARY KEY (article_id, tag_id)
) WITHOUT ROWID;

-- The primary key finds the tags of an article; this finds the articles of a tag.
CREATE INDEX article_tags_tag ON article_tags (tag_id);

-- A comma-separated list has no rows to select from until it is a JSON array: optics,ringing -> ["optics","ringing"].
INSERT INTO tags (name)
SELECT DISTINCT trim(tag.value)
FROM articles, json_each('[' || replace(json_quote(articles.tags), ',', '","') || ']') AS tag
WHERE trim(tag.value) <> ''
ORDER BY 1;

INSERT INTO article_tags (article_id, tag_id)
SELECT DISTINCT articles.id, tags.id
FROM articles, json_each('[' || replace(json_quote(articles.tags), ',', '","') || ']') AS tag
JOIN tags ON tags.name = trim(tag.value);
