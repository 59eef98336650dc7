import type { Statement } from "../statements/statement.ts";

/**
 * Looks out for statements of a body that may change what godwit keeps in the database: its tables, by their names, or a
 * trigger on them. It looks at names only, so it may be wrong; what it finds is looked at more closely, never refused.
 */
export interface OwnTables {
	/** Has to be told of a statement of a body before it runs. */
	watch(statement: Statement): void;
	/** The first statement that names one of the tables, since `forget`. */
	readonly named: Statement | undefined;
	/** Whether what is written to the tables can turn out as something else, since they were named, or a trigger was made. */
	readonly uncertain: boolean;
	/** Whether the body may change the tables: what it has made of the version is no matter then. */
	readonly allowed: boolean;
	/** Belongs before a body that says so. */
	allow(): void;
	/** Belongs before a body. A trigger stays. */
	forget(): void;
}

export function ownTables(migrationsTable: string): OwnTables {
	// The lock's table has the same beginning.
	const name = migrationsTable.toLowerCase();
	let named: Statement | undefined;
	let uncertain = false;
	let allowed = false;
	return {
		get named() {
			return named;
		},
		get allowed() {
			return allowed;
		},
		get uncertain() {
			return uncertain;
		},
		watch(statement) {
			const sql = statement.sql.toLowerCase();
			if (sql.includes(name)) named ??= statement;
			else if (!/trigger|sqlite_(temp_)?(schema|master)/.test(sql)) return;
			uncertain = true;
		},
		allow() {
			allowed = true;
		},
		forget() {
			named = undefined;
			allowed = false;
		},
	};
}
