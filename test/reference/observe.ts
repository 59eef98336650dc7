import { existsSync } from "node:fs";
import BetterSqlite3 from "better-sqlite3";
import { isOwnTable } from "./own-tables.ts";
import type { State } from "./tool.ts";

/** Reads a database file beside the tool that works on it; a missing one is empty. */
export function observe(path: string): Pick<State, "rows" | "schema"> {
	if (!existsSync(path)) return { rows: [], schema: [] };
	const database = new BetterSqlite3(path, { readonly: true });
	try {
		const objects = database
			.prepare<[], { type: string; name: string; tbl_name: string; sql: string }>(
				`SELECT type, name, tbl_name, coalesce(sql, '') AS sql FROM sqlite_schema
				WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type, name`,
			)
			.all();
		const versionTable = objects.some(({ name }) => name === "schema_migrations");
		return {
			rows: versionTable ? versionRows(database) : [],
			schema: objects
				.filter(({ tbl_name }) => !isOwnTable(tbl_name))
				.map(({ type, name, tbl_name, sql }) => [type, name, tbl_name, sql] as const),
		};
	} finally {
		database.close();
	}
}

function versionRows(database: BetterSqlite3.Database): State["rows"] {
	return database
		.prepare<[], { version: bigint; dirty: bigint }>("SELECT version, dirty FROM schema_migrations ORDER BY version")
		.safeIntegers()
		.all()
		.map(({ version, dirty }) => ({ version, dirty: dirty !== 0n }));
}
