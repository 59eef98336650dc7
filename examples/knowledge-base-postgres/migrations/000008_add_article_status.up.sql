CREATE TYPE article_status AS ENUM ('draft', 'published');

ALTER TABLE articles ADD COLUMN status article_status NOT NULL DEFAULT 'published';

-- A change of an article is noted. The body of the function has semicolons of its own.
CREATE FUNCTION note_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.created_at = OLD.created_at;
    RETURN NEW;
END;
$$;

CREATE TRIGGER articles_keep_their_date BEFORE UPDATE ON articles FOR EACH ROW EXECUTE FUNCTION note_change();
