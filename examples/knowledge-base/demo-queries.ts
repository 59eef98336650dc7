import BetterSqlite3 from "better-sqlite3";
import { query } from "./database-contents.ts";

/** Finds articles as the app does, best first. */
export function search(path: string, words: string): readonly string[] {
	return query(path, (database) =>
		database
			.prepare<[string], { title: string }>(
				"SELECT title FROM articles_fts WHERE articles_fts MATCH ? ORDER BY rank, rowid",
			)
			.all(words)
			.map(({ title }) => title),
	);
}

/** How many rows would go, or lose a name, if a table rebuild went through with foreign keys on. */
export interface References {
	/** Comments, tags and revisions of an article. */
	readonly cascading: number;
	/** Articles and comments that name their author. */
	readonly nulling: number;
}

export function countReferences(path: string): References {
	return query(path, (database) => {
		const count = (tables: readonly string[], column: string): number =>
			tables.reduce((sum, name) => {
				const sql = `SELECT count(*) AS count FROM ${name} WHERE ${column} IS NOT NULL`;
				return sum + (database.prepare<[], { count: number }>(sql).get()?.count ?? 0);
			}, 0);
		return {
			cascading: count(["comments", "article_tags", "revisions"], "article_id"),
			nulling: count(["articles", "comments"], "author_id"),
		};
	});
}

/** What a person does after a migration that failed half-way. */
export function repairRatings(path: string): void {
	const database = new BetterSqlite3(path);
	try {
		database.exec("DROP TABLE ratings");
	} finally {
		database.close();
	}
}
