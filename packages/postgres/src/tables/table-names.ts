import { quoteIdentifier } from "./literal.ts";

/** The names of godwit's own tables, with their schema and quoted: a body may have set another search path. */
export interface TableNames {
	readonly schema: string;
	/** Of the version table, without quotes. */
	readonly table: string;
	readonly versions: string;
	readonly lock: string;
	readonly history: string;
}

export function tableNames(schema: string, table: string): TableNames {
	const qualified = (suffix: string): string => `${quoteIdentifier(schema)}.${quoteIdentifier(table + suffix)}`;
	return { schema, table, versions: qualified(""), lock: qualified("_lock"), history: qualified("_history") };
}
