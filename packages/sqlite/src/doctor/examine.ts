import type { Diagnosis } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { type StoredObject, storedObjects } from "../structure/schema-objects.ts";
import { foreignKeysOf } from "../structure/table-pragmas.ts";

const MAX_FAULTS = 20;

/** What one read of the database tells. */
export interface Examined {
	/** All of the schema, for `replaySchema`. */
	readonly objects: readonly StoredObject[];
	/** Whether there are the tables of ANALYZE, which a view may read. */
	readonly analyzed: boolean;
	readonly found: readonly Diagnosis[];
}

/** Reads every page of the main database, and every row with a foreign key. Belongs into one transaction. */
export function examine(connection: SqliteConnection): Examined {
	const objects = storedObjects(connection, () => false);
	const [stat] = connection.query("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'");
	return {
		objects,
		analyzed: stat !== undefined,
		found: [...faults(connection), ...violations(connection, objects)],
	};
}

function faults(connection: SqliteConnection): readonly Diagnosis[] {
	return connection
		.query(`PRAGMA quick_check(${MAX_FAULTS})`)
		.flatMap((row) => Object.values(row).map(String))
		.filter((fault) => fault !== "ok")
		.map((fault) => ({
			kind: "corrupt",
			level: "error",
			message: `the database is damaged: ${fault}; restore a backup, or save what can be read with the sqlite3 shell's .recover`,
		}));
}

function violations(connection: SqliteConnection, objects: readonly StoredObject[]): readonly Diagnosis[] {
	return objects
		.filter(({ kind, name }) => kind === "table" && foreignKeysOf(connection, name).length > 0)
		.flatMap(({ name }) => violationsOf(connection, name));
}

function violationsOf(connection: SqliteConnection, table: string): readonly Diagnosis[] {
	try {
		return connection
			.query(
				"SELECT parent AS parent, count(*) AS count, min(rowid) AS first FROM pragma_foreign_key_check(?) GROUP BY 1 ORDER BY 1",
				[table],
			)
			.map(({ parent, count, first }) => {
				const row = first === null ? "" : `, the first is row ${first}`;
				const rows = count === 1n ? "1 row" : `${count} rows`;
				const message = `${rows} of ${table} point to rows of ${parent} that do not exist${row}; delete them, or add what they point to`;
				return { kind: "foreign-key", level: "error", object: `table ${table}`, message } as const;
			});
	} catch (error) {
		// A key that fits no unique index of its parent, which the replay of the schema finds.
		if (connection.resultCode(error) !== "SQLITE_ERROR") throw error;
		return [];
	}
}
