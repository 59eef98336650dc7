-- [[slug]] in a body is a link. Who links here, and what leads nowhere, should not need a scan of all the text.
-- The target is a slug and not an id, because people link to articles that are yet to be written.
CREATE TABLE article_links (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    target     TEXT NOT NULL CHECK (target <> ''),
    PRIMARY KEY (article_id, target)
) STRICT, WITHOUT ROWID;

CREATE INDEX article_links_target ON article_links (target);

CREATE VIEW wanted_articles AS
SELECT target AS slug, count(*) AS links
FROM article_links
WHERE target NOT IN (SELECT slug FROM articles)
GROUP BY target;

-- Each step cuts a body after its next "[["; what stands before the "]]" is a target.
WITH RECURSIVE cuts (article_id, rest) AS (
    SELECT id, substr(body, instr(body, '[[') + 2) FROM articles WHERE instr(body, '[[') > 0
    UNION ALL
    SELECT article_id, substr(rest, instr(rest, '[[') + 2) FROM cuts WHERE instr(rest, '[[') > 0
)
INSERT INTO article_links (article_id, target)
SELECT DISTINCT article_id, substr(rest, 1, instr(rest, ']]') - 1) FROM cuts WHERE instr(rest, ']]') > 1;
