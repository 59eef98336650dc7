import type { ColumnShape } from "@godwit/sqlite";
import type { TableState } from "../../schema/schema-state.ts";
import type { RanFile } from "../rule.ts";

/** A column that the file has made, or whose type it has changed. */
export interface NewColumn {
	readonly table: TableState;
	readonly column: ColumnShape;
}

export function newColumns({ before, after }: RanFile): readonly NewColumn[] {
	return [...after.tables].flatMap(([name, table]) => {
		const old = before.tables.get(name)?.shape.columns ?? [];
		const isNew = (column: ColumnShape): boolean =>
			!old.some((other) => other.name === column.name && other.type === column.type);
		return table.shape.columns.filter(isNew).map((column) => ({ table, column }));
	});
}
