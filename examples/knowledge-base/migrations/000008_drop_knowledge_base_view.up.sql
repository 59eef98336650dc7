-- The last copy of the app that knew the old name was updated in June.
DROP VIEW knowledge_base;
