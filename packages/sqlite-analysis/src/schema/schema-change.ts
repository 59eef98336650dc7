import type { RenamedPart, SchemaPart } from "@godwit/core";
import type { SchemaRow } from "./schema-snapshot.ts";

/** How a statement has changed a schema. */
export interface SchemaChange {
	readonly creates: readonly SchemaPart[];
	/** Also tables, and what went with them. */
	readonly drops: readonly SchemaPart[];
	/** Whose text is another one. */
	readonly alters: readonly SchemaPart[];
	/** Tables that kept their rows. */
	readonly renames: readonly RenamedPart[];
}

export const UNCHANGED: SchemaChange = { creates: [], drops: [], alters: [], renames: [] };

/** Compares the rows of `sqlite_schema` before and after a statement. A table that kept its b-tree under another name was renamed. */
export function schemaChange(before: readonly SchemaRow[], after: readonly SchemaRow[]): SchemaChange {
	const old = byKey(before);
	const now = byKey(after);
	const gone = before.filter((row) => !now.has(keyOf(row)));
	const made = after.filter((row) => !old.has(keyOf(row)));
	const renames = renamedTables(gone, made);
	const left = new Set(renames.map(({ from }) => from));
	const came = new Map(renames.map(({ from, to }) => [to, from]));
	const isTableOf = (names: { has(name: string): boolean }, { type, name }: SchemaRow): boolean =>
		type === "table" && names.has(name);
	return {
		creates: objects(made.filter((row) => !isTableOf(came, row))),
		drops: objects(gone.filter((row) => !isTableOf(left, row))),
		// What follows its table's new name is the same as before.
		alters: objects(
			before.filter((row) => {
				const other = now.get(keyOf(row));
				return other !== undefined && other.sql !== row.sql && !left.has(row.table);
			}),
		),
		renames,
	};
}

function renamedTables(gone: readonly SchemaRow[], made: readonly SchemaRow[]): readonly RenamedPart[] {
	const tables = gone.filter(({ type }) => type === "table");
	const byRoot = new Map(
		made.filter(({ type, root }) => type === "table" && root !== 0n).map((row) => [row.root, row]),
	);
	const virtual = (rows: readonly SchemaRow[]): readonly SchemaRow[] =>
		rows.filter(({ type, root }) => type === "table" && root === 0n);
	const [onlyGone, ...moreGone] = virtual(gone);
	const [onlyMade, ...moreMade] = virtual(made);
	// A virtual table has no b-tree. One statement renames one.
	const oneVirtual = moreGone.length === 0 && moreMade.length === 0;
	return tables.flatMap((row) => {
		const to = row.root === 0n ? (oneVirtual && row === onlyGone ? onlyMade : undefined) : byRoot.get(row.root);
		return to === undefined ? [] : [{ type: "table", from: row.name, to: to.name }];
	});
}

function keyOf({ type, name }: SchemaRow): string {
	return `${type} ${name}`;
}

function byKey(rows: readonly SchemaRow[]): ReadonlyMap<string, SchemaRow> {
	return new Map(rows.map((row) => [keyOf(row), row]));
}

/** The index of a constraint belongs to its table, and so do SQLite's own tables to SQLite. */
function objects(rows: readonly SchemaRow[]): readonly SchemaPart[] {
	return rows.filter(({ name }) => !/^sqlite_/i.test(name)).map(({ type, name }) => ({ type, name }));
}
