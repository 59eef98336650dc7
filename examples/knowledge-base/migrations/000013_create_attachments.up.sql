-- Small pictures live in the database: one file to back up, and no picture without its article.
CREATE TABLE attachments (
    id         INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles (id) ON DELETE CASCADE,
    file_name  TEXT NOT NULL CHECK (file_name NOT LIKE '%/%'),
    media_type TEXT NOT NULL CHECK (media_type LIKE '%/%'),
    content    BLOB NOT NULL CHECK (length(content) <= 1048576),
    -- STORED, because listing the attachments should not read a megabyte for each.
    bytes      INTEGER GENERATED ALWAYS AS (length(content)) STORED,
    UNIQUE (article_id, file_name)
) STRICT;

INSERT INTO attachments (article_id, file_name, media_type, content)
SELECT id, 'flag.svg', 'image/svg+xml', CAST('<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h8v5H0z"/></svg>' AS BLOB)
FROM articles WHERE slug = 'reading-leg-flags'
UNION ALL
SELECT id, 'track.gpx.gz', 'application/gzip', x'1f8b0800000000000003030000000000000000000000'
FROM articles WHERE slug = 'eleven-days-aloft';
