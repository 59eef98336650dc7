CREATE TABLE ratings (article_id bigint REFERENCES articles ON DELETE CASCADE, stars int NOT NULL);

INSERT INTO ratings (article_id, stars) SELECT id, 5 FROM articles;

-- A mistake: it is called articles.
ALTER TABLE article ADD COLUMN stars numeric;
