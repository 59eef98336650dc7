import type { SqliteConnection, SqlRow } from "../connection/sqlite-connection.ts";
import { canonicalExpression, canonicalTokens, written } from "./canonical.ts";
import { type StoredObject, storedObjects } from "./schema-objects.ts";
import { columnsOf, foreignKeysOf, indexesOf, keyOf, tableKinds } from "./table-pragmas.ts";
import { tableResidue } from "./table-residue.ts";

/**
 * Describes the structure of the main database: a line for each table, column, index, foreign key, view and trigger, and for
 * what no pragma tells, in one spelling and sorted. Databases with the same lines do the same, whatever the text that made
 * them, the order of columns, and the names of constraints.
 *
 * @param isTool Tells the tables of tools, which are left out with their indexes and triggers.
 */
export function readStructure(connection: SqliteConnection, isTool: (table: string) => boolean): readonly string[] {
	const kinds = tableKinds(connection);
	const linesOf = ({ kind, name, sql }: StoredObject): readonly string[] => {
		switch (kind) {
			case "index":
				return [];
			case "view":
			case "trigger":
				return [`${kind} ${named(name)} ${triggerOrView(sql)}`];
			case "virtual":
				return [`virtual ${named(name)} ${written(canonicalTokens(sql))}`];
			case "table":
				return tableLines(connection, name, sql, kinds.get(name));
		}
	};
	return storedObjects(connection, isTool).flatMap(linesOf).toSorted();
}

/** As a word, or in quotes. */
function named(name: SqlRow[string] | undefined): string {
	const lower = String(name).toLowerCase();
	return /^[a-z_][\w$]*$/.test(lower) ? lower : `"${lower.replaceAll('"', '""')}"`;
}

/** A trigger without a time is one BEFORE. */
function triggerOrView(sql: string): string {
	return written(canonicalTokens(sql)).replace(
		/^(create (?:temp )?trigger \S+) (?=delete|insert|update)/,
		"$1 before ",
	);
}

function tableLines(
	connection: SqliteConnection,
	name: string,
	sql: string,
	kind: SqlRow | undefined,
): readonly string[] {
	const table = named(name);
	return [
		`table ${table} wr=${kind?.wr} strict=${kind?.strict}`,
		...columnLines(connection, name, table),
		...indexLines(connection, name, table),
		...foreignKeyLines(connection, name, table),
		...tableResidue(sql).map((line) => `rest ${table} ${line}`),
	];
}

function columnLines(connection: SqliteConnection, name: string, table: string): readonly string[] {
	return columnsOf(connection, name).map((column) => {
		const type = String(column.type ?? "")
			.toLowerCase()
			.replace(/\s+/g, " ")
			.replace(/ ?([(),]) ?/g, "$1");
		const written =
			column.dflt_value === null ? undefined : canonicalExpression(canonicalTokens(String(column.dflt_value)));
		const value = written === undefined || written === "null" ? "none" : written;
		const { notnull, pk, hidden } = column;
		return `column ${table} ${named(column.name)} ${type} notnull=${notnull} default=${value} pk=${pk} hidden=${hidden}`;
	});
}

function indexLines(connection: SqliteConnection, name: string, table: string): readonly string[] {
	return indexesOf(connection, name).map((index) => {
		const columns = keyOf(connection, String(index.name)).map(({ cid, name: column, desc, coll }) => {
			const what = cid === -2n ? "expression" : cid === -1n ? "rowid" : named(column);
			return `${what}${desc === 1n ? " desc" : ""} ${String(coll).toLowerCase()}`;
		});
		const text = index.partial === 1n || columns.some((column) => column.startsWith("expression"));
		const label = index.origin === "c" ? named(index.name) : `(${index.origin})`;
		const rest = text ? ` ${textFromOn(connection, String(index.name))}` : "";
		return `index ${table} ${label} unique=${index.unique} ${columns.join(", ")}${rest}`;
	});
}

/** Of an index with an expression or a condition, which no pragma tells. */
function textFromOn(connection: SqliteConnection, index: string): string {
	const [row] = connection.query("SELECT sql AS sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?", [
		index,
	]);
	const tokens = canonicalTokens(String(row?.sql ?? ""));
	return written(tokens.slice(tokens.findIndex(({ text, bare }) => bare && text === "on")));
}

function foreignKeyLines(connection: SqliteConnection, name: string, table: string): readonly string[] {
	// The same key written twice does nothing twice.
	return [
		...new Set(
			foreignKeysOf(connection, name).map((key) => {
				const [first] = key;
				const from = key.map((row) => named(row.from)).join(", ");
				const to = referencedColumns(connection, key).join(", ");
				return `fk ${table} ${from} to ${named(first?.table)}(${to}) on update ${first?.on_update} on delete ${first?.on_delete}`;
			}),
		),
	];
}

/** Without columns a foreign key refers to the parent's primary key. */
function referencedColumns(connection: SqliteConnection, key: readonly SqlRow[]): readonly string[] {
	if (key.every(({ to }) => to !== null)) return key.map(({ to }) => named(to));
	const parent = columnsOf(connection, String(key[0]?.table));
	const primary = parent.filter(({ pk }) => pk !== 0n).toSorted((a, b) => Number(a.pk) - Number(b.pk));
	return primary.map(({ name }) => named(name));
}
