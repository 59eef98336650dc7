import type { LockState, VersionState } from "@godwit/core";
import type { LockRow } from "../lock/lock-row.ts";
import { ownTablesError } from "../sqlite-error.ts";
import type { Statement } from "../statements/statement.ts";
import type { HistoryTable } from "./history-table.ts";
import type { VersionTable } from "./version-table.ts";

/** Looks out for what one body, in a transaction, does to what godwit keeps in the database. */
export interface OwnTables {
	/** Has to be told of a statement of the body before it runs. */
	watch(statement: Statement): void;
	/** Whether what is written to the tables later can turn out as something else: they were named, or a trigger was. */
	readonly uncertain: boolean;
	/** Belongs after the body. @throws MigrateError `ERR_OWN_TABLES` when version, lock or history are not as they were. */
	assertKept(): void;
}

export interface OwnTablesOptions {
	readonly migrationsTable: string;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
	/** The body says that it may change the version. The lock and the history are never its own. */
	readonly allowed: boolean;
}

/** Looks at names, so only a body that names a table is looked at more closely, and none is refused for a name. */
export function ownTables({ migrationsTable, state, row, versions, history, allowed }: OwnTablesOptions): OwnTables {
	// The lock's table has the same beginning; a quote in the name is doubled in a statement.
	const name = migrationsTable.toLowerCase().split('"')[0] ?? "";
	let uncertain = false;
	let named: { readonly statement: Statement; readonly before: VersionState; readonly events: string } | undefined;

	function assertVersionKept(before: VersionState): void {
		const after = versions.read();
		if (after.version === before.version && after.dirty === before.dirty) return;
		throw new TypeError(`the version was ${before.version} and is ${after.version}`);
	}

	function eventsNow(): string {
		return history?.fingerprint() ?? "";
	}

	return {
		get uncertain() {
			return uncertain;
		},
		watch(statement) {
			const sql = statement.sql.toLowerCase();
			if (sql.includes(name)) named ??= { statement, before: versions.read(), events: eventsNow() };
			else if (!/trigger|sqlite_(temp_)?(schema|master)/.test(sql)) return;
			uncertain = true;
		},
		assertKept() {
			if (named === undefined) return;
			try {
				if (!allowed) assertVersionKept(named.before);
				if (state.held) row.assertMine();
				if (eventsNow() !== named.events) throw new TypeError("the history was changed");
			} catch (error) {
				throw ownTablesError(named.statement, error);
			}
		},
	};
}
