DROP VIEW knowledge_base;

ALTER TABLE articles RENAME TO knowledge_base;
