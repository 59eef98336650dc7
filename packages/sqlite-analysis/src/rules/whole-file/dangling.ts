import type { FileFinding } from "@godwit/core";
import { missedColumn, quoteIdentifier, type SqliteConnection } from "@godwit/sqlite";
import type { SchemaState, TableState } from "../../schema/schema-state.ts";
import { doubleQuotedMessage } from "../double-quoted.ts";
import type { RanFile } from "../rule.ts";
import { placedAt } from "./placed-at.ts";

/** What cannot be used, and why. */
export interface BrokenObject {
	readonly type: "view" | "triggers of" | "foreign keys of";
	readonly name: string;
	readonly reason: string;
}

/** Views, triggers and foreign keys that SQLite takes as they are made, and refuses when they are used. */
export function brokenObjects(connection: SqliteConnection, { rows, tables }: SchemaState): readonly BrokenObject[] {
	const views = rows.filter(({ type }) => type === "view");
	const broken: BrokenObject[] = [];
	const look = (type: BrokenObject["type"], name: string, sql: readonly string[]): void => {
		const reason = sql.map((text) => failureOf(connection, text)).find((failure) => failure !== undefined);
		if (reason !== undefined) broken.push({ type, name, reason });
	};
	for (const { name } of views) look("view", name, [`SELECT * FROM ${quoteIdentifier(name)}`]);
	for (const table of tables.values())
		if (table.triggers.length > 0) look("triggers of", table.name, writes(connection, table));
	connection.run("PRAGMA foreign_keys = 1");
	try {
		for (const { name, shape } of tables.values()) {
			if (shape.foreignKeys.length === 0) continue;
			look("foreign keys of", name, [`INSERT INTO ${quoteIdentifier(name)} DEFAULT VALUES`]);
		}
	} finally {
		connection.run("PRAGMA foreign_keys = 0");
	}
	return broken;
}

/** What uses every trigger of a table. */
function writes(connection: SqliteConnection, { name }: TableState): readonly string[] {
	const table = quoteIdentifier(name);
	const sql = "SELECT name AS name FROM pragma_table_xinfo(?, 'main') WHERE hidden = 0";
	const columns = connection.query(sql, [name]).map((column) => quoteIdentifier(String(column.name)));
	const updates = columns.map((column) => `UPDATE ${table} SET ${column} = ${column}`);
	return [`INSERT INTO ${table} DEFAULT VALUES`, `DELETE FROM ${table}`, ...updates];
}

function failureOf(connection: SqliteConnection, sql: string): string | undefined {
	try {
		connection.query(`EXPLAIN ${sql}`);
		return undefined;
	} catch (error) {
		if (connection.resultCode(error) === undefined) throw error;
		const message = (error as Error).message;
		// What the clone does not have, the database may.
		return /^no such (function|collation sequence|module)\b/.test(message) ? undefined : message;
	}
}

/** What was whole before the file, or broken otherwise, and is broken after it. */
export function dangling(
	file: RanFile,
	before: readonly BrokenObject[],
	after: readonly BrokenObject[],
): readonly FileFinding[] {
	const known = new Set(before.map((object) => JSON.stringify(object)));
	return after
		.filter((object) => !known.has(JSON.stringify(object)))
		.map(({ type, name, reason }) => {
			const place = placedAt(file, name);
			const text = missedColumn(reason);
			if (text !== undefined) {
				const message = `${doubleQuotedMessage(text)}, in the ${type} ${name}`;
				return { ...place, rule: "double-quoted-literal", level: "error", message };
			}
			const message = `the ${type} ${name} cannot be used after this file: ${reason}; correct what it names, or drop it`;
			return { ...place, rule: "dangling", level: "error", message };
		});
}
