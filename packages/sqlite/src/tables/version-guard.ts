import { MigrateError, NIL_VERSION, type VersionChange, type VersionState, versionMoved } from "@godwit/core";
import type { Holders } from "../connection/database-access.ts";
import type { SqliteConnection, SqlValue } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { isAt } from "./version-row.ts";
import type { VersionTable } from "./version-table.ts";

/**
 * What has to be true when a change of the version is committed: the database is at the version from which the change starts,
 * and this driver still holds the migration lock. The check is at the end of the change's transaction. SQLite lets one
 * transaction write at a time, so it is worth as much there as at the start, and also sees what a body has done to the tables.
 */
export interface VersionGuard {
	/**
	 * Checks both under the lock, in one statement, which also notes the token and extends the lease.
	 *
	 * @throws MigrateError `ERR_VERSION_MOVED`, `ERR_LOCK_LOST`.
	 */
	assertLocked(change: VersionChange): void;
	/** Checks the version where no lock is held. @throws MigrateError `ERR_VERSION_MOVED`. */
	assert(change: VersionChange): void;
}

export interface VersionGuardOptions {
	readonly connection: SqliteConnection;
	readonly migrationsTable: string;
	readonly lockTable: string;
	readonly versions: VersionTable;
	readonly row: LockRow;
	readonly holders: Holders;
}

export function versionGuard(options: VersionGuardOptions): VersionGuard {
	const { connection, versions, row, holders } = options;
	const table = `main.${quoteIdentifier(options.migrationsTable)}`;
	const lockTable = `main.${quoteIdentifier(options.lockTable)}`;
	const note = `UPDATE ${lockTable} SET expires_at = ?, step = ? WHERE id = 1 AND locked AND owner = ?`;
	// Written once, since one of them runs in each migration.
	const noteAtClean = `${note} AND ${isAt(table, { version: 0n, dirty: false })}`;
	const noteAtDirty = `${note} AND ${isAt(table, { version: 0n, dirty: true })}`;
	const noteAtNone = `${note} AND ${isAt(table, { version: NIL_VERSION, dirty: false })}`;

	function statementFor(from: VersionState): string {
		if (from.dirty) return noteAtDirty;
		return from.version === NIL_VERSION ? noteAtNone : noteAtClean;
	}

	function noted({ from, token }: VersionChange): boolean {
		const { me } = holders;
		const sql = from === undefined ? note : statementFor(from);
		const start: readonly SqlValue[] = from === undefined ? [] : [from.version];
		return connection.change(sql, [row.lease.nextExpiry(), token ?? null, me, ...start]) === 1;
	}

	function assert({ from }: VersionChange): void {
		if (from === undefined) return;
		const found = versions.read();
		if (found.version !== from.version || found.dirty !== from.dirty) throw versionMoved(from, found);
	}

	return {
		assert,
		assertLocked(change) {
			let failure: unknown;
			try {
				if (noted(change)) return;
			} catch (error) {
				failure = error;
			}
			row.assertMine();
			assert(change);
			// A view in place of a table, or a trigger that keeps the lock's row as it is. Only a person can correct that.
			const message = `the tables ${options.migrationsTable} and ${options.lockTable} do not take what is written to them; look for a view or a trigger of that name`;
			throw failure ?? new MigrateError("ERR_DATABASE", message, {});
		},
	};
}
