-- Deliberately wrong: the third statement has a typo. The demo shows what becomes of the first two.
CREATE TABLE ratings (
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    stars      INTEGER NOT NULL CHECK (stars BETWEEN 1 AND 5)
) STRICT;

INSERT INTO ratings (article_id, stars) SELECT id, 5 FROM articles;

CREATE INDEX ratings_article ON ratngs (article_id);
