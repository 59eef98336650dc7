import { isError, MigrateError } from "@godwit/core";
import type { Statement } from "@godwit/sql";
import { isBusy } from "../../sqlite-error.ts";
import { nextToken } from "../../statements/split/tokens.ts";
import { quoteIdentifier } from "../../tables/quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "../sqlite-connection.ts";

/**
 * In the order in which they can be dropped: first what has no page of its own, such as virtual tables, whose shadow tables
 * go with them; then the newest, since with foreign keys on a table cannot be dropped before those whose rows refer to it.
 * Without SQLite's own objects, such as a constraint's index, which cannot be dropped.
 */
const OBJECTS = `SELECT rowid AS id, type AS type, name AS name FROM sqlite_temp_schema
	WHERE name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY ifnull(rootpage, 0) <> 0, rowid DESC`;

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

/**
 * Drops the objects that did not exist before.
 *
 * @throws MigrateError `ERR_DATABASE` for a table to which another one's rows refer, with foreign keys on. As SQLite does, when it is busy.
 */
export function dropTemporaryObjects(connection: SqliteConnection, before: TemporaryObjects): void {
	for (const { id, type, name } of connection.query(OBJECTS)) {
		if (before.has(id)) continue;
		// A table takes its indexes, its triggers and, when it is virtual, its shadow tables with it.
		try {
			connection.run(`DROP ${String(type)} IF EXISTS temp.${quoteIdentifier(String(name))}`);
		} catch (cause) {
			if (isBusy(connection, cause)) throw cause;
			throw stays(`${type} ${name}`, cause);
		}
	}
}

function stays(object: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const reason = isError(cause) ? cause.message : String(cause);
	const message = `the temporary ${object} that the file has made cannot be dropped before the next file: ${reason}; drop it at the end of the file`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}
