-- godwit: no-transaction
DROP INDEX CONCURRENTLY articles_author;
