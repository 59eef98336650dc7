import type { Statement } from "../statements/statement.ts";
import { nextToken } from "../statements/tokens.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";

/** Without SQLite's own objects, such as a constraint's index, which cannot be dropped. */
const OBJECTS =
	"SELECT rowid AS id, type, name FROM sqlite_temp_schema WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY rowid";

/** Words that may be between CREATE and the name of the object. */
const BEFORE_NAME: ReadonlySet<string> = new Set(
	"CREATE UNIQUE VIRTUAL TABLE VIEW INDEX TRIGGER IF NOT EXISTS".split(" "),
);

/**
 * Returns whether a statement says that it makes a temporary table, view, trigger or index. An index or a trigger on a
 * temporary table need not say so; it is dropped with the table.
 */
export function makesTemporary({ keyword, sql }: Statement): boolean {
	if (keyword !== "CREATE") return false;
	let token = nextToken(sql, "CREATE".length);
	if (token?.word === "TEMP" || token?.word === "TEMPORARY") return true;
	while (token !== undefined && BEFORE_NAME.has(token.word)) token = nextToken(sql, token.end);
	if (token === undefined || !/^['"`[]?temp['"`\]]?$/i.test(sql.slice(token.start, token.end))) return false;
	const next = nextToken(sql, token.end);
	return next !== undefined && sql.charAt(next.start) === ".";
}

/** Temporary objects by their rowid in the schema, which stays when they are renamed. */
export type TemporaryObjects = ReadonlySet<SqlValue | undefined>;

/** Opens temporary storage, after which `PRAGMA temp_store` cannot be changed inside the same transaction. */
export function readTemporaryObjects(connection: SqliteConnection): TemporaryObjects {
	return new Set(connection.query("SELECT rowid AS id FROM sqlite_temp_schema").map(({ id }) => id));
}

/** Drops the objects that did not exist before. Belongs outside a transaction, with foreign keys off. */
export function dropTemporaryObjects(connection: SqliteConnection, before: TemporaryObjects): void {
	for (const { id, type, name } of connection.query(OBJECTS)) {
		if (before.has(id)) continue;
		// A table takes its indexes, its triggers and, when it is virtual, its shadow tables with it.
		connection.run(`DROP ${String(type)} IF EXISTS temp.${quoteIdentifier(String(name))}`);
	}
}
