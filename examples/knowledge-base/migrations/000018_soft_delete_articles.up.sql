-- A deleted article goes to the bin for a while instead of taking its comments along at once.
ALTER TABLE articles ADD COLUMN deleted_at TEXT;

CREATE INDEX articles_in_the_bin ON articles (deleted_at) WHERE deleted_at IS NOT NULL;

-- What the app shows. It deletes here too, and need not know about the bin.
CREATE VIEW live_articles AS
SELECT
    articles.id, articles.slug, articles.title, articles.status, articles.season, articles.words,
    authors.name AS author,
    category_paths.path AS category,
    (SELECT group_concat(tags.name, ', ' ORDER BY tags.name)
     FROM article_tags JOIN tags ON tags.id = article_tags.tag_id
     WHERE article_tags.article_id = articles.id) AS tags,
    (SELECT count(*) FROM comments WHERE comments.article_id = articles.id AND approved_at IS NOT NULL) AS comments
FROM articles
LEFT JOIN authors ON authors.id = articles.author_id
LEFT JOIN category_paths ON category_paths.id = articles.category_id
WHERE articles.deleted_at IS NULL;

CREATE TRIGGER live_articles_delete INSTEAD OF DELETE ON live_articles BEGIN
    UPDATE articles SET deleted_at = CURRENT_TIMESTAMP WHERE id = old.id;
END;
