DROP VIEW wanted_articles;
DROP TABLE article_links;
