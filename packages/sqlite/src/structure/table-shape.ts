import type { SqliteConnection, SqlRow } from "../connection/sqlite-connection.ts";
import { canonicalExpression, canonicalTokens, quotedName, written } from "./canonical.ts";
import { columnsOf, foreignKeysOf, indexesOf, keyOf } from "./table-pragmas.ts";
import { tableResidue } from "./table-residue.ts";

/** What a table of the main database is, in one spelling: names in lower case, and in quotes where they are no plain words. */
export interface TableShape {
	readonly withoutRowid: boolean;
	readonly strict: boolean;
	/** In their order; hidden ones too. */
	readonly columns: readonly ColumnShape[];
	readonly indexes: readonly IndexShape[];
	readonly foreignKeys: readonly ForeignKeyShape[];
	/** What no pragma tells, see `tableResidue`. */
	readonly residue: readonly string[];
}

export interface ColumnShape {
	readonly name: string;
	/** As it is declared, in one spelling; empty for none. */
	readonly type: string;
	readonly notNull: boolean;
	/** `undefined` for none, and for NULL. */
	readonly defaultValue: string | undefined;
	/** 1-based place in the primary key; 0 for none. */
	readonly primaryKey: number;
	/** See https://sqlite.org/pragma.html#pragma_table_xinfo */
	readonly hidden: number;
}

export interface IndexShape {
	/** `undefined` for the index of a constraint. */
	readonly name: string | undefined;
	/** `c`: CREATE INDEX, `u`: UNIQUE, `pk`: PRIMARY KEY. */
	readonly origin: string;
	readonly unique: boolean;
	readonly columns: readonly IndexColumn[];
	/** The text from ON, of an index with an expression or a condition, which no pragma tells. */
	readonly text: string | undefined;
}

export interface IndexColumn {
	/** `expression` and `rowid` for what is no column. */
	readonly name: string;
	readonly isColumn: boolean;
	readonly descending: boolean;
	readonly collation: string;
}

export interface ForeignKeyShape {
	readonly columns: readonly string[];
	readonly parent: string;
	/** The parent's primary key where the text names none. */
	readonly parentColumns: readonly string[];
	readonly onUpdate: string;
	readonly onDelete: string;
}

/** Reads the shape of an ordinary table. */
export function readTableShape(connection: SqliteConnection, table: string): TableShape {
	const [kind] = connection.query("SELECT wr AS wr, strict AS strict FROM pragma_table_list(?) WHERE schema = 'main'", [
		table,
	]);
	const [object] = connection.query("SELECT sql AS sql FROM main.sqlite_schema WHERE type = 'table' AND name = ?", [
		table,
	]);
	return {
		withoutRowid: kind?.wr === 1n,
		strict: kind?.strict === 1n,
		columns: columnsOf(connection, table).map(columnShape),
		indexes: indexesOf(connection, table).map((index) => indexShape(connection, index)),
		foreignKeys: foreignKeysOf(connection, table).map((key) => foreignKeyShape(connection, key)),
		residue: tableResidue(String(object?.sql ?? "")),
	};
}

function columnShape(column: SqlRow): ColumnShape {
	const type = String(column.type ?? "")
		.toLowerCase()
		.replace(/\s+/g, " ")
		.replace(/ ?([(),]) ?/g, "$1");
	const value = column.dflt_value === null ? "null" : canonicalExpression(canonicalTokens(String(column.dflt_value)));
	return {
		name: quotedName(column.name),
		type,
		notNull: column.notnull === 1n,
		defaultValue: value === "null" ? undefined : value,
		primaryKey: Number(column.pk),
		hidden: Number(column.hidden),
	};
}

function indexShape(connection: SqliteConnection, index: SqlRow): IndexShape {
	const columns = keyOf(connection, String(index.name)).map(({ cid, name, desc, coll }) => ({
		name: cid === -2n ? "expression" : cid === -1n ? "rowid" : quotedName(name),
		isColumn: cid !== -2n && cid !== -1n,
		descending: desc === 1n,
		collation: String(coll).toLowerCase(),
	}));
	const needsText = index.partial === 1n || columns.some(({ name, isColumn }) => !isColumn && name === "expression");
	return {
		name: index.origin === "c" ? quotedName(index.name) : undefined,
		origin: String(index.origin),
		unique: index.unique === 1n,
		columns,
		text: needsText ? textFromOn(connection, String(index.name)) : undefined,
	};
}

function textFromOn(connection: SqliteConnection, index: string): string {
	const [row] = connection.query("SELECT sql AS sql FROM main.sqlite_schema WHERE type = 'index' AND name = ?", [
		index,
	]);
	const tokens = canonicalTokens(String(row?.sql ?? ""));
	return written(tokens.slice(tokens.findIndex(({ text, bare }) => bare && text === "on")));
}

function foreignKeyShape(connection: SqliteConnection, key: readonly SqlRow[]): ForeignKeyShape {
	return {
		columns: key.map(({ from }) => quotedName(from)),
		parent: quotedName(key[0]?.table),
		parentColumns: referencedColumns(connection, key),
		onUpdate: String(key[0]?.on_update),
		onDelete: String(key[0]?.on_delete),
	};
}

/** Without columns a foreign key refers to the parent's primary key. */
function referencedColumns(connection: SqliteConnection, key: readonly SqlRow[]): readonly string[] {
	if (key.every(({ to }) => to !== null)) return key.map(({ to }) => quotedName(to));
	const parent = columnsOf(connection, String(key[0]?.table));
	const primary = parent.filter(({ pk }) => pk !== 0n).toSorted((a, b) => Number(a.pk) - Number(b.pk));
	return primary.map(({ name }) => quotedName(name));
}
