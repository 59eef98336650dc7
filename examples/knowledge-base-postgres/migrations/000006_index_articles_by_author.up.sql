-- godwit: no-transaction
-- Writers go on while it is built. It cannot be built so in a transaction.
CREATE INDEX CONCURRENTLY articles_author ON articles (author_id);
