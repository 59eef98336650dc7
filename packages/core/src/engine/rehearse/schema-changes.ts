import type { TracedTables } from "../../driver/rehearsal.ts";
import type { Schema, SchemaObject } from "../../driver/schema.ts";

/** An object of the schema that is not as it was. */
export interface SchemaChange {
	readonly change: "added" | "dropped" | "changed";
	readonly kind: SchemaObject["kind"];
	readonly name: string;
	/** The table that it belongs to; its own name for a table or a view. */
	readonly table: string;
	/** The name before, where that was another one. */
	readonly nameBefore?: string | undefined;
	/** The statement that made it before; missing when it is new. */
	readonly before?: string | undefined;
	/** The statement that makes it now; missing when it is gone. */
	readonly after?: string | undefined;
}

/** Compares two schemas object by object. A table that was renamed is one that was changed. */
export function schemaChanges(
	before: Schema,
	after: Schema,
	tables: Pick<TracedTables, "tableNow">,
): readonly SchemaChange[] {
	const now = new Map(after.objects.map((object) => [keyOf(object.kind, object.name), object]));
	const changes: SchemaChange[] = [];
	for (const object of before.objects) {
		const name = object.kind === "table" ? tables.tableNow(object.name) : object.name;
		const found = now.get(keyOf(object.kind, name));
		if (found === undefined) {
			const { kind, table } = object;
			changes.push({ change: "dropped", kind, name: object.name, table, before: object.sql });
			continue;
		}
		now.delete(keyOf(object.kind, name));
		if (found.sql === object.sql) continue;
		const { kind, table } = found;
		const renamed = found.name === object.name ? {} : { nameBefore: object.name };
		changes.push({
			change: "changed",
			kind,
			name: found.name,
			table,
			...renamed,
			before: object.sql,
			after: found.sql,
		});
	}
	const added = [...now.values()].map(
		({ kind, name, table, sql }): SchemaChange => ({ change: "added", kind, name, table, after: sql }),
	);
	return [...changes, ...added];
}

function keyOf(kind: string, name: string): string {
	return `${kind} ${name.toLowerCase()}`;
}
