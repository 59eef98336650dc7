import type { LockState, VersionState } from "@godwit/core";
import type { Directive, Statement } from "@godwit/sql";
import { type OfAllBodies, OwnTablesOfBody } from "../bodies/own-tables-of-body.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionTable } from "./version-table.ts";

/** The version and the stamp beside it. */
export interface RecordedVersion extends VersionState {
	readonly stamp: string | undefined;
}

/** Finds changes that one body makes to godwit's own tables. */
export interface OwnTables {
	/** Called before each statement of the body. @throws MigrateError `ERR_OWN_TABLES` for one that writes to the tables. */
	beforeStatement(statement: Statement): void;
	/** Whether a later write to the tables has to be read back, since the body named them or a trigger. */
	readonly uncertain: boolean;
	/** Whether the body has the directive to change the version. */
	readonly allowed: boolean;
	/** What the version was before the first statement that names a table, unless the body may change it. */
	readonly before: RecordedVersion | undefined;
	/** Belongs after the body. @throws MigrateError `ERR_OWN_TABLES` when the version, the lock or the history has changed, or cannot be written any more. */
	assertKept(): void;
}

export interface OwnTablesOptions {
	readonly connection: SqliteConnection;
	readonly migrationsTable: string;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
}

/** What is to be known of one body. */
export interface OwnTablesBody {
	/** May have the one to change the version. No body may change the lock or the history. */
	readonly directives: ReadonlySet<Directive>;
	/** Outside a transaction somebody else can have taken the lock over meanwhile, which the next write finds. */
	readonly inTransaction: boolean;
}

/**
 * Returns a function to call before each body. The version is read only for a body that names one of the tables. No body is
 * refused for a name alone, and a table may be made anew.
 */
export function ownTables(options: OwnTablesOptions): (body: OwnTablesBody) => OwnTables {
	// The lock's table begins with the same name. A quote in the name is doubled in a statement.
	const name = options.migrationsTable.toLowerCase().split('"')[0] ?? "";
	const all: OfAllBodies = { name, indirect: false };
	return (body) => new OwnTablesOfBody(options, all, body);
}
