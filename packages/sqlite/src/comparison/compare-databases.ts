import type { RowComparison, TableNames } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { readAtOnce } from "../connection/transaction.ts";
import { compareTable, droppedTable, newTable } from "./compare-table.ts";
import { BEFORE, lower, NOW, namesOfType, sameName, tablesOf } from "./compared-names.ts";
import { newDamage, newViolations } from "./new-faults.ts";

/**
 * Compares the rows of the main database with those of the database before, which is attached as `godwit_before`.
 *
 * @param isTool Tells the tables of tools, which are left out.
 */
export function compareDatabases(
	connection: SqliteConnection,
	names: TableNames,
	isTool: (table: string) => boolean,
): Omit<RowComparison, "bytes"> {
	// In one transaction, since a lock costs a library in WebAssembly a folder for each statement.
	return readAtOnce(connection, () => compared(connection, names, isTool));
}

function compared(
	connection: SqliteConnection,
	names: TableNames,
	isTool: (table: string) => boolean,
): Omit<RowComparison, "bytes"> {
	const before = tablesOf(connection, BEFORE, isTool);
	const now = tablesOf(connection, NOW, isTool);
	const known = before.map((name) => ({ name, now: now.find((other) => sameName(other, names.tableNow(name))) }));
	const kept = new Set(known.flatMap((table) => (table.now === undefined ? [] : [table.now])));
	const tables = [
		...known.map((table) =>
			table.now === undefined
				? droppedTable(connection, table.name)
				: compareTable(connection, { before: table.name, now: table.now }, names),
		),
		...now.filter((name) => !kept.has(name)).map((name) => newTable(connection, name)),
	];
	const { violations, gaps } = newViolations(connection, names);
	return {
		tables: tables.toSorted((a, b) => (lower(a.name) < lower(b.name) ? -1 : 1)),
		violations,
		damage: newDamage(connection),
		gaps: [...virtualTables(connection), ...gaps],
	};
}

function virtualTables(connection: SqliteConnection): readonly string[] {
	return namesOfType(connection, BEFORE, "virtual").map(
		(name) => `the rows of the virtual table ${name} are not compared`,
	);
}
