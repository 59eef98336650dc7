-- As migration 3 made them.
CREATE VIEW knowledge_base AS
SELECT id, slug, title, body, author, tags, created_at FROM articles;

CREATE TRIGGER knowledge_base_insert INSTEAD OF INSERT ON knowledge_base BEGIN
    INSERT INTO articles (id, slug, title, body, author, tags, created_at)
    VALUES (
        new.id, new.slug, new.title, coalesce(new.body, ''), new.author, coalesce(new.tags, ''),
        coalesce(new.created_at, CURRENT_TIMESTAMP)
    );
END;
