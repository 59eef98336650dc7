DROP TRIGGER articles_keep_their_date ON articles;

DROP FUNCTION note_change();

ALTER TABLE articles DROP COLUMN status;

DROP TYPE article_status;
