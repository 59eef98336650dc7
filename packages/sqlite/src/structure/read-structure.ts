import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { canonicalTokens, quotedName, written } from "./canonical.ts";
import { type StoredObject, storedObjects } from "./schema-objects.ts";
import {
	type ColumnShape,
	type ForeignKeyShape,
	type IndexShape,
	readTableShape,
	type TableShape,
} from "./table-shape.ts";

/**
 * Describes the structure of the main database: a line for each table, column, index, foreign key, view and trigger, and for
 * what no pragma tells, in one spelling and sorted. Databases with the same lines do the same, whatever the text that made
 * them, the order of columns, and the names of constraints. NOT NULL and the default of a column are `detail` lines.
 *
 * @param isTool Whether a table is a tool's: it is left out, with its indexes and triggers.
 */
export function readStructure(connection: SqliteConnection, isTool: (table: string) => boolean): readonly string[] {
	const linesOf = ({ kind, name, sql }: StoredObject): readonly string[] => {
		switch (kind) {
			case "index":
				return [];
			case "view":
			case "trigger":
				return [`${kind} ${quotedName(name)} ${triggerOrView(sql)}`];
			case "virtual":
				return [`virtual ${quotedName(name)} ${written(canonicalTokens(sql))}`];
			case "table":
				return tableLines(quotedName(name), readTableShape(connection, name));
		}
	};
	return storedObjects(connection, isTool).flatMap(linesOf).toSorted();
}

/** A trigger without a time is one BEFORE. */
function triggerOrView(sql: string): string {
	return written(canonicalTokens(sql)).replace(
		/^(create (?:temp )?trigger \S+) (?=delete|insert|update)/,
		"$1 before ",
	);
}

function tableLines(table: string, shape: TableShape): readonly string[] {
	const keys = shape.foreignKeys.map((key) => foreignKeyLine(table, key));
	return [
		`table ${table} wr=${Number(shape.withoutRowid)} strict=${Number(shape.strict)}`,
		...shape.columns.flatMap((column) => columnLines(table, column)),
		...shape.indexes.map((index) => indexLine(table, index)),
		// The same key written twice does nothing twice.
		...new Set(keys),
		...shape.residue.map((line) => `rest ${table} ${line}`),
	];
}

function columnLines(table: string, column: ColumnShape): readonly string[] {
	const { name, type, notNull, defaultValue = "none", primaryKey, hidden } = column;
	return [
		`column ${table} ${name} ${type} pk=${primaryKey} hidden=${hidden}`,
		`detail ${table} ${name} notnull=${Number(notNull)} default=${defaultValue}`,
	];
}

function indexLine(table: string, { name, origin, unique, columns, text }: IndexShape): string {
	const keys = columns.map((column) => `${column.name}${column.descending ? " desc" : ""} ${column.collation}`);
	const rest = text === undefined ? "" : ` ${text}`;
	return `index ${table} ${name ?? `(${origin})`} unique=${Number(unique)} ${keys.join(", ")}${rest}`;
}

function foreignKeyLine(
	table: string,
	{ columns, parent, parentColumns, onUpdate, onDelete }: ForeignKeyShape,
): string {
	return `fk ${table} ${columns.join(", ")} to ${parent}(${parentColumns.join(", ")}) on update ${onUpdate} on delete ${onDelete}`;
}
