import { openNatively } from "./torture-case.ts";

/** Rows in the table `accounts`. */
export const ACCOUNTS = 300;

/** Marks all rows as changed, with a cache so small that most of them reach the database's file before the commit. */
export const CHANGE_ACCOUNTS = "PRAGMA cache_size = 5; UPDATE accounts SET note = 'changed ' || note;";

export function createAccounts(path: string): void {
	using database = openNatively(path);
	database.exec(`CREATE TABLE accounts (id INTEGER PRIMARY KEY, note TEXT);
		INSERT INTO accounts (note) WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${ACCOUNTS})
		SELECT printf('%.*c', 500, 'x') FROM n`);
}

/** How many rows there are, and how many of them are changed. */
export function countAccounts(path: string): unknown {
	using database = openNatively(path);
	return database.prepare("SELECT count(*) AS accounts, sum(note LIKE 'changed%') AS changed FROM accounts").get();
}
