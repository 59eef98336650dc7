import type { LockState, VersionState } from "@godwit/core";
import type { LockRow } from "../lock/lock-row.ts";
import { ownTablesError } from "../sqlite-error.ts";
import type { Statement } from "../statements/statement.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionTable } from "./version-table.ts";

/** The version and the stamp beside it. */
export interface RecordedVersion extends VersionState {
	readonly stamp: string | undefined;
}

/** Finds changes that one body makes to godwit's own tables. */
export interface OwnTables {
	/** Called before each statement of the body. */
	beforeStatement(statement: Statement): void;
	/** Whether a later write to the tables has to be read back, since the body named them or a trigger. */
	readonly uncertain: boolean;
	/** Whether the body has the directive to change the version. */
	readonly allowed: boolean;
	/** What the version was before the first statement that names a table, unless the body may change it. */
	readonly before: RecordedVersion | undefined;
	/** Belongs after the body. @throws MigrateError `ERR_OWN_TABLES` when the version, the lock or the history has changed. */
	assertKept(): void;
}

export interface OwnTablesOptions {
	readonly migrationsTable: string;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
	/** Whether the body has the directive to change the version. No body may change the lock or the history. */
	readonly allowed: boolean;
	/** Outside a transaction somebody else can have taken the lock over meanwhile, which the next write finds. */
	readonly inTransaction: boolean;
}

/** Reads the version only for a body that names one of the tables. No body is refused for a name alone. */
export function ownTables({
	migrationsTable,
	state,
	row,
	versions,
	history,
	allowed,
	inTransaction,
}: OwnTablesOptions): OwnTables {
	// The lock's table begins with the same name. A quote in the name is doubled in a statement.
	const name = migrationsTable.toLowerCase().split('"')[0] ?? "";
	/** The first one that may have made a trigger. */
	let first: Statement | undefined;
	let named: { readonly statement: Statement; readonly before: RecordedVersion; readonly events: string } | undefined;

	function assertVersionKept(before: VersionState): void {
		const after = versions.read();
		if (after.version === before.version && after.dirty === before.dirty) return;
		throw new TypeError(`the version was ${before.version} and is ${after.version}`);
	}

	function recorded(): RecordedVersion {
		return { ...versions.read(), stamp: history === undefined ? undefined : versions.stamp() };
	}

	function eventsNow(): string {
		return history?.fingerprint() ?? "";
	}

	return {
		allowed,
		get uncertain() {
			return first !== undefined;
		},
		get before() {
			return allowed ? undefined : named?.before;
		},
		beforeStatement(statement) {
			const sql = statement.sql.toLowerCase();
			if (sql.includes(name)) named ??= { statement, before: recorded(), events: eventsNow() };
			else if (!/trigger|sqlite_(temp_)?(schema|master)/.test(sql)) return;
			first ??= statement;
		},
		assertKept() {
			if (first === undefined) return;
			try {
				if (state.held) row.assertNoTrigger();
				if (named === undefined) return;
				if (!allowed) assertVersionKept(named.before);
				if (state.held && inTransaction) row.assertMine();
				if (eventsNow() !== named.events) throw new TypeError("the history was changed");
			} catch (error) {
				throw ownTablesError(named?.statement ?? first, error);
			}
		},
	};
}
