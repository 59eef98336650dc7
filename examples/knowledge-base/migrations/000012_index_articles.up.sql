-- The start page shows the newest published articles; drafts need no place in its index.
CREATE INDEX articles_newest ON articles (updated_at DESC) WHERE status = 'published';

-- The archive page groups by month. A query has to use the same expression to find this index.
CREATE INDEX articles_month ON articles (substr(created_at, 1, 7));

-- Two articles whose titles differ in case alone have confused people before.
CREATE UNIQUE INDEX articles_title_any_case ON articles (lower(title));
