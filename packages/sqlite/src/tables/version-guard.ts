import { MigrateError, type VersionChange, versionMoved } from "@godwit/core";
import type { Holders } from "../connection/database-access.ts";
import type { SqliteConnection, SqlValue } from "../connection/sqlite-connection.ts";
import type { LockRow } from "../lock/lock-row.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import { isAt, rowsAt } from "./version-row.ts";
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
	const noteAt = `${note} AND ${isAt(table)}`;

	function noted({ from, token }: VersionChange): boolean {
		const values: readonly SqlValue[] = [row.lease.nextExpiry(), token ?? null, holders.me];
		if (from === undefined) return connection.change(note, values) === 1;
		return connection.change(noteAt, [...values, ...rowsAt(from)]) === 1;
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
