import type { ComparedTable, RowComparison, TracedTables } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { readAtOnce } from "../connection/transaction.ts";
import { lower } from "../tables/lower.ts";
import { compareTable, droppedTable, newTable, sameCounts } from "./compare-table.ts";
import { BEFORE, type Compared, NOW, namesOfType, sameName, tablesOf } from "./compared-names.ts";
import { newDamage, newViolations } from "./new-faults.ts";

/** Compares the main database with the database before, which is attached as `godwit_before`. */
export function compareDatabases(connection: SqliteConnection, compared: Compared): Omit<RowComparison, "bytes"> {
	// In one transaction, since a lock costs a library in WebAssembly a folder for each statement.
	return readAtOnce(connection, () => {
		const { isTool } = compared;
		const tables = tracedTables(connection, compared);
		const { violations, gaps } = newViolations(connection, tables);
		return {
			tables: comparedTables(connection, { tables, isTool }),
			violations,
			damage: newDamage(connection, { tables, isTool }),
			gaps: [...virtualTables(connection), ...gaps],
		};
	});
}

/** As `compareDatabases`, of the rows alone. */
export function compareRows(connection: SqliteConnection, compared: Compared): readonly ComparedTable[] {
	return readAtOnce(connection, () => {
		return comparedTables(connection, { ...compared, tables: tracedTables(connection, compared) });
	});
}

/** What is known of the tables. What a trigger on a table of godwit's or of another tool writes is in no statement of a migration. */
function tracedTables(connection: SqliteConnection, { tables, isTool }: Compared): TracedTables {
	const onTool = ([BEFORE, NOW] as const).some((side) => {
		const sql = `SELECT tbl_name AS name FROM ${side}.sqlite_schema WHERE type = 'trigger'`;
		return connection.query(sql).some(({ name }) => isTool(String(name)));
	});
	if (!onTool) return tables;
	return {
		isUntouched: () => false,
		tableNow: (table) => tables.tableNow(table),
		columnNow: (table, column) => tables.columnNow(table, column),
	};
}

function comparedTables(connection: SqliteConnection, { tables, isTool }: Compared): readonly ComparedTable[] {
	const before = tablesOf(connection, BEFORE, isTool);
	const now = tablesOf(connection, NOW, isTool);
	const known = before.map((name) => ({ name, now: now.find((other) => sameName(other, tables.tableNow(name))) }));
	const kept = new Set(known.flatMap((table) => (table.now === undefined ? [] : [table.now])));
	const compared = known.map((table) => {
		if (table.now === undefined) return droppedTable(connection, table.name);
		const names = { before: table.name, now: table.now };
		const same = tables.isUntouched(table.name) ? sameCounts(connection, names) : undefined;
		return same ?? compareTable(connection, names, tables);
	});
	const added = now.filter((name) => !kept.has(name)).map((name) => newTable(connection, name));
	return [...compared, ...added].toSorted((a, b) => (lower(a.name) < lower(b.name) ? -1 : 1));
}

/** Also those that are new: nobody says then what is in them. */
function virtualTables(connection: SqliteConnection): readonly string[] {
	const names = ([BEFORE, NOW] as const).flatMap((side) => namesOfType(connection, side, "virtual"));
	return [...new Map(names.map((name) => [lower(name), name])).values()].map(
		(name) => `the rows of the virtual table ${name} are not compared`,
	);
}
