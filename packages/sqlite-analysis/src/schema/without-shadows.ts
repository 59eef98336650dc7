import type { SchemaChange } from "./schema-change.ts";
import type { ShadowTables } from "./shadow-tables.ts";

/** Leaves out the shadow tables that are made, dropped or renamed with their virtual table, since they belong to it. */
export function withoutShadows(change: SchemaChange, before: ShadowTables, after: ShadowTables): SchemaChange {
	const { creates, drops, alters, renames } = change;
	return {
		creates: without(creates, after, ({ name }) => name),
		drops: without(drops, before, ({ name }) => name),
		alters,
		renames: without(renames, before, ({ from }) => from),
	};
}

function without<Part extends { readonly type: string }>(
	parts: readonly Part[],
	shadows: ShadowTables,
	nameOf: (part: Part) => string,
): readonly Part[] {
	const tables = new Set(parts.filter(({ type }) => type === "table").map(nameOf));
	return parts.filter((part) => {
		const owner = part.type === "table" ? shadows.get(nameOf(part)) : undefined;
		return owner === undefined || !tables.has(owner);
	});
}
