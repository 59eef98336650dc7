import type { Diagnosis } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { isDamage } from "../sqlite-error.ts";
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
	const damage = new Set<string>();

	/** Damage can keep SQLite from reading a part at all. */
	function readable<T>(read: () => T, instead: T): T {
		try {
			return read();
		} catch (error) {
			if (!isDamage(connection, error)) throw error;
			damage.add(error.message);
			return instead;
		}
	}

	const objects = readable(() => storedObjects(connection, () => false), []);
	const analyzed = readable(() => hasStatistics(connection), false);
	const faults = readable(() => faultsOf(connection), []);
	const violations = objects
		.filter(({ kind }) => kind === "table")
		.flatMap(({ name }) => readable(() => violationsOf(connection, name), []));
	return { objects, analyzed, found: [...[...faults, ...damage].map(damaged), ...violations] };
}

function hasStatistics(connection: SqliteConnection): boolean {
	return connection.query("SELECT 1 FROM main.sqlite_schema WHERE name = 'sqlite_stat1'").length > 0;
}

function faultsOf(connection: SqliteConnection): readonly string[] {
	return connection
		.query(`PRAGMA quick_check(${MAX_FAULTS})`)
		.flatMap((row) => Object.values(row).map(String))
		.filter((fault) => fault !== "ok");
}

function damaged(fault: string): Diagnosis {
	const message = `the database is damaged: ${fault}; restore a backup, or save what can be read with the sqlite3 shell's .recover`;
	return { kind: "corrupt", level: "error", message };
}

function violationsOf(connection: SqliteConnection, table: string): readonly Diagnosis[] {
	if (foreignKeysOf(connection, table).length === 0) return [];
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
