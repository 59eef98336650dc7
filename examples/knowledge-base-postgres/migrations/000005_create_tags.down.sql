-- articles.tags still has the lists.
DROP TABLE article_tags;
