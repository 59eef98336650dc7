import { isError } from "@godwit/core";
import { quoteIdentifier, type SqliteConnection } from "@godwit/sqlite";
import type { SchemaRow, SchemaSnapshot } from "./schema-snapshot.ts";

/** A schema without rows, in memory. */
export interface SchemaClone {
	readonly connection: SqliteConnection;
	/** What the clone lacks, each in a sentence. */
	readonly gaps: readonly string[];
}

const PLACEHOLDER = "godwit_placeholder";

/**
 * Fills an empty database with a schema, text for text, also one that SQLite would not make any more: a view of a table that is
 * gone, or double quotes around a string.
 *
 * The texts are written into `sqlite_schema`. Before that each table and index gets an empty b-tree from a placeholder of its
 * kind. Virtual tables are made, since their modules keep more than SQLite's text.
 *
 * @param connection See `AnalysedDatabase.openClone`. Foreign keys are off afterwards, which bindings begin with on.
 */
export function fillClone(connection: SqliteConnection, snapshot: SchemaSnapshot): SchemaClone {
	const { rows, withoutRowid, attached } = snapshot;
	connection.run("PRAGMA foreign_keys = 0");
	connection.begin("immediate");
	const gaps = attached.map(
		(name) =>
			`the database ${name}, which the application has attached, is not looked at: statements that name it are not analysed`,
	);
	for (const { type, name, root, sql } of rows) {
		if (type !== "table" || root !== 0n || sql === null) continue;
		const failure = failureOf(() => connection.run(sql));
		if (failure !== undefined) gaps.push(`the virtual table ${name} is not looked at: ${failure}`);
	}
	const shadows = rootsByName(connection);
	const stored = rows.filter(({ name, root }) => root !== 0n && !shadows.has(name));
	connection.run(`CREATE TABLE ${PLACEHOLDER} (a)`);
	for (const [index, row] of stored.entries()) {
		const isIndex = row.type === "index" || withoutRowid.has(row.name);
		const name = quoteIdentifier(`${PLACEHOLDER}_${index}`);
		connection.run(isIndex ? `CREATE INDEX ${name} ON ${PLACEHOLDER} (a)` : `CREATE TABLE ${name} (a)`);
	}
	const placeholders = rootsByName(connection);
	const roots = new Map(
		stored.map(({ name }, index) => [name, placeholders.get(`${PLACEHOLDER}_${index}`) ?? 0n] as const),
	);
	writeSchema(connection, rows, (name) => shadows.get(name) ?? roots.get(name) ?? 0n);
	return { connection, gaps };
}

function writeSchema(connection: SqliteConnection, rows: readonly SchemaRow[], rootOf: (name: string) => bigint): void {
	connection.run("PRAGMA writable_schema = ON");
	connection.change("DELETE FROM sqlite_schema");
	for (const { type, name, table, root, sql } of rows) {
		const newRoot = root === 0n ? 0n : rootOf(name);
		connection.change("INSERT INTO sqlite_schema VALUES (?, ?, ?, ?, ?)", [type, name, table, newRoot, sql]);
	}
	connection.commit();
	// Reads the schema anew, too.
	connection.run("PRAGMA writable_schema = RESET");
}

function rootsByName(connection: SqliteConnection): ReadonlyMap<string, bigint> {
	const rows = connection.query("SELECT name, rootpage FROM sqlite_schema WHERE rootpage > 0");
	return new Map(rows.map(({ name, rootpage }) => [String(name), BigInt(Number(rootpage))]));
}

function failureOf(work: () => void): string | undefined {
	try {
		work();
		return undefined;
	} catch (error) {
		return isError(error) ? error.message : String(error);
	}
}
