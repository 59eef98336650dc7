DROP TABLE knowledge_base;
