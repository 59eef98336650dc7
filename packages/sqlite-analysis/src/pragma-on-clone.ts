import type { Statement } from "@godwit/sql";
import { nextToken, readName, type SqliteConnection } from "@godwit/sqlite";

/** PRAGMAs that change what later statements do to the schema, or which of their triggers fire. */
const FOLLOWED: ReadonlySet<string> = new Set(["legacy_alter_table", "recursive_triggers"]);

/** The PRAGMA of a statement: its name in lower case. */
export function pragmaName(sql: string): string | undefined {
	const first = readName(sql, "PRAGMA".length);
	const dot = first === undefined ? undefined : nextToken(sql, first.end);
	const name = dot !== undefined && sql.charAt(dot.start) === "." ? readName(sql, dot.end) : first;
	return name?.name.toLowerCase();
}

/** Runs a PRAGMA on the clone where later statements depend on it. */
export function followPragma(connection: SqliteConnection, { keyword, sql }: Statement): void {
	if (keyword === "PRAGMA" && FOLLOWED.has(pragmaName(sql) ?? "")) connection.run(sql);
}

/** Puts back what a file has changed, as a run does after each file. */
export function restorePragmas(connection: SqliteConnection): void {
	for (const name of FOLLOWED) connection.run(`PRAGMA ${name} = 0`);
}
