-- One table is enough to start with: a row is a page of the field station's handbook.
-- Author and tags are plain text for now. They become tables when somebody asks questions about them.
CREATE TABLE knowledge_base (
    id         INTEGER PRIMARY KEY,
    slug       TEXT NOT NULL UNIQUE,
    title      TEXT NOT NULL,
    body       TEXT NOT NULL DEFAULT '',
    author     TEXT NOT NULL,
    tags       TEXT NOT NULL DEFAULT '',
    created_at TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP
);
