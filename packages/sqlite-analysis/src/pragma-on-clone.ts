import type { Statement } from "@godwit/sql";
import { dropTemporaryObjects, readPragma, type SqliteConnection } from "@godwit/sqlite";

/** PRAGMAs that change what later statements do to the schema, or which of their triggers fire. `temp_store` drops what is temporary. */
const FOLLOWED: ReadonlySet<string> = new Set(["legacy_alter_table", "recursive_triggers", "temp_store"]);

/** Runs a PRAGMA on the clone where later statements depend on it. */
export function followPragma(connection: SqliteConnection, { keyword, sql }: Statement): void {
	if (keyword === "PRAGMA" && FOLLOWED.has(readPragma(sql)?.name ?? "")) connection.run(sql);
}

/** Puts back what a file has changed in the connection, as a run does after each file. */
export function restoreClone(connection: SqliteConnection): void {
	for (const name of FOLLOWED) connection.run(`PRAGMA ${name} = 0`);
	dropTemporaryObjects(connection, new Set());
}
