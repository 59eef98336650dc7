CREATE TABLE article_tags (
    article_id bigint NOT NULL REFERENCES articles ON DELETE CASCADE,
    tag        text NOT NULL,
    PRIMARY KEY (article_id, tag)
);

INSERT INTO article_tags (article_id, tag)
SELECT DISTINCT id, trim(tag) FROM articles, unnest(string_to_array(tags, ',')) AS tag WHERE trim(tag) <> '';
