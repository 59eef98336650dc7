-- Every page wants some field that no other page has. Those live in JSON; what is searched for becomes a column.
ALTER TABLE articles ADD COLUMN metadata TEXT NOT NULL DEFAULT '{}' CHECK (json_valid(metadata));

-- VIRTUAL columns are computed when they are read, so adding one touches no row.
ALTER TABLE articles ADD COLUMN season TEXT GENERATED ALWAYS AS (metadata ->> '$.season') VIRTUAL;
ALTER TABLE articles ADD COLUMN words INTEGER
    GENERATED ALWAYS AS (length(body) - length(replace(replace(body, ' ', ''), char(10), '')) + (body <> '')) VIRTUAL;

UPDATE articles SET metadata = json_object('season', 'summer', 'sites', json_array('north spit', 'lagoon'))
WHERE slug = 'counting-at-high-tide';

UPDATE articles SET metadata = json_object('season', 'autumn', 'distance', json_object('km', 13560, 'days', 11))
WHERE slug = 'eleven-days-aloft';

-- An index on a generated column makes it as fast as a stored one.
CREATE INDEX articles_season ON articles (season);
