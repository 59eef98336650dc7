-- The knowledge base is going to hold more than pages, so its pages get a name of their own.
ALTER TABLE knowledge_base RENAME TO articles;

-- Copies of the app that are still running know the old name. They go on reading and writing through this view until
-- the last of them is updated.
CREATE VIEW knowledge_base AS
SELECT id, slug, title, body, author, tags, created_at FROM articles;

-- A view has no column defaults, so the trigger repeats those of the table.
CREATE TRIGGER knowledge_base_insert INSTEAD OF INSERT ON knowledge_base BEGIN
    INSERT INTO articles (id, slug, title, body, author, tags, created_at)
    VALUES (
        new.id, new.slug, new.title, coalesce(new.body, ''), new.author, coalesce(new.tags, ''),
        coalesce(new.created_at, CURRENT_TIMESTAMP)
    );
END;
