import { missedColumn, quoteIdentifier, type SqliteConnection } from "@godwit/sqlite";
import { columnNames } from "../effects/altered-columns.ts";
import { unseen } from "../effects/unseen.ts";
import { readSchemaRows, type SchemaRow } from "../schema/schema-snapshot.ts";

/** Where statements are tried. */
export interface TrialSchema {
	/** The clone of the schema. */
	readonly connection: SqliteConnection;
	/** Opens an empty database in memory; the caller closes it. */
	openEmpty(): SqliteConnection;
}

/**
 * Tries a statement and takes it back. What it makes is used too, since SQLite looks into views, triggers and conditions only
 * when they are used.
 *
 * @returns What SQLite says against it; `undefined` for nothing.
 */
export function tryStatement(trial: TrialSchema, sql: string, keyword: string): string | undefined {
	const { connection } = trial;
	if (unseen({ sql, keyword, line: 1, column: 1 }) !== undefined) return undefined;
	connection.run("SAVEPOINT trial");
	try {
		if (keyword !== "CREATE" && keyword !== "ALTER")
			return failureOf(connection, () => connection.query(`EXPLAIN ${sql}`));
		const before = new Map(readSchemaRows(connection).map((row) => [`${row.type} ${row.name}`, row.sql]));
		const failure = failureOf(connection, () => connection.run(sql));
		if (failure !== undefined) return failure;
		const changed = readSchemaRows(connection).filter((row) => before.get(`${row.type} ${row.name}`) !== row.sql);
		for (const row of changed) {
			const inUse = useFailure(trial, row, keyword);
			if (inUse !== undefined) return inUse;
		}
		return undefined;
	} finally {
		connection.run("ROLLBACK TO trial");
		connection.run("RELEASE trial");
	}
}

function useFailure({ connection, openEmpty }: TrialSchema, row: SchemaRow, keyword: string): string | undefined {
	const { type, name, table, sql } = row;
	if (type === "view")
		return failureOf(connection, () => connection.query(`EXPLAIN SELECT * FROM ${quoteIdentifier(name)}`));
	if (type === "trigger") return writeFailure(connection, table);
	if (type !== "table" || row.root === 0n || sql === null) return undefined;
	const alone = keyword === "ALTER" ? aloneFailure(openEmpty(), sql) : undefined;
	return alone ?? writeFailure(connection, name);
}

/** Only what is said of double quotes counts: the rest is another fault, or none. */
function writeFailure(connection: SqliteConnection, name: string): string | undefined {
	const table = quoteIdentifier(name);
	const updates = columnNames(connection, name).map((column) => {
		const quoted = quoteIdentifier(column);
		return `UPDATE ${table} SET ${quoted} = NULL`;
	});
	for (const sql of [`INSERT INTO ${table} DEFAULT VALUES`, `DELETE FROM ${table}`, ...updates]) {
		const failure = failureOf(connection, () => connection.query(`EXPLAIN ${sql}`));
		if (failure !== undefined && missedColumn(failure) !== undefined) return failure;
	}
	return undefined;
}

/** ALTER TABLE takes double quotes in a CHECK that CREATE TABLE refuses. */
function aloneFailure(connection: SqliteConnection, sql: string): string | undefined {
	try {
		const failure = failureOf(connection, () => connection.run(sql));
		return failure !== undefined && missedColumn(failure) !== undefined ? failure : undefined;
	} finally {
		connection.close();
	}
}

function failureOf(connection: SqliteConnection, work: () => unknown): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		return (error as Error).message;
	}
}
