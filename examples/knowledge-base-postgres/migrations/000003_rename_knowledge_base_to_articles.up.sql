-- Copies of the app that are still running go on reading and writing through this view, which PostgreSQL can update.
ALTER TABLE knowledge_base RENAME TO articles;

CREATE VIEW knowledge_base AS
SELECT id, slug, title, body, author, tags, created_at FROM articles;
