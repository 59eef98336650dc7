DROP INDEX articles_title_any_case;
DROP INDEX articles_month;
DROP INDEX articles_newest;
