import type { VersionState } from "./version-state.ts";

/** What a database consists of, without its rows and without the tables of the driver, and its version in the same moment. */
export interface Schema extends VersionState {
	/** Sorted: tables, indexes, views and triggers, each by name. Run in this order on an empty database they make the same schema. */
	readonly objects: readonly SchemaObject[];
	/** Sorted by name, without views. */
	readonly tables: readonly SchemaTable[];
}

/** What a database on a server has besides, after those that every database has. */
export type ServerObjectKind = "schema" | "extension" | "type" | "sequence" | "function" | "rule" | "policy";

/** Something that one statement makes. */
export interface SchemaObject {
	readonly kind: "table" | "index" | "view" | "trigger" | ServerObjectKind;
	readonly name: string;
	/** The table that it belongs to; its own name for a table or a view. */
	readonly table: string;
	/** The statement, without a semicolon at its end; a description for `ServerObjectKind`. */
	readonly sql: string;
}

export interface SchemaTable {
	readonly name: string;
	/** In their order. Empty where the database does not tell. */
	readonly columns: readonly SchemaColumn[];
	/** Sorted by their columns. */
	readonly foreignKeys: readonly SchemaForeignKey[];
	/** The columns of each unique index over columns alone that covers every row, the primary key's too; sorted. */
	readonly uniques: readonly (readonly string[])[];
}

export interface SchemaColumn {
	readonly name: string;
	/** As it is declared; may be empty. */
	readonly type: string;
	readonly notNull: boolean;
	/** The expression as it is declared; missing when there is none. */
	readonly default?: string;
	/** The place in the primary key, from 1; 0 for a column that is not in it. */
	readonly primaryKey: number;
	/** Whether its value is worked out from other columns. */
	readonly generated: boolean;
}

export interface SchemaForeignKey {
	readonly columns: readonly string[];
	readonly parent: string;
	/** As they are declared; empty for the primary key of the parent. */
	readonly parentColumns: readonly string[];
	/** In upper case: `NO ACTION`, `CASCADE`. */
	readonly onUpdate: string;
	readonly onDelete: string;
}
