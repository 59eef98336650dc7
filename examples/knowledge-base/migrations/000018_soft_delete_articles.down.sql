-- Without the column an article in the bin would be back on the site. Deleting it for good is not a migration's business.
UPDATE articles SET status = 'archived' WHERE deleted_at IS NOT NULL;

DROP VIEW live_articles;

DROP INDEX articles_in_the_bin;

ALTER TABLE articles DROP COLUMN deleted_at;
