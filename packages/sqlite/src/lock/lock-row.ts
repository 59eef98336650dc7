import { MigrateError } from "@godwit/core";
import { createLease, type Lease, timestamp } from "@godwit/sql";
import type { Holders } from "../connection/database-access.ts";
import type { SqliteConnection, SqlRow, SqlValue } from "../connection/sqlite-connection.ts";
import { readAtOnce } from "../connection/transaction.ts";
import { foreignTable, type SideTable } from "../tables/foreign/foreign-table.ts";
import { quoteIdentifier } from "../tables/quote-identifier.ts";
import { assertNoTriggerOn } from "../tables/triggers.ts";
import { TABLE_BY_NAME, tableExists } from "../tables/version-table.ts";
import { describeRecorded } from "./describe-recorded.ts";

/**
 * The migration lock: one row with the owner and the end of its lease.
 *
 * A heartbeat could not renew the lease, since a running statement blocks the event loop. Instead every transaction of the
 * holder reads the row before it commits (the fence, and the guard of version-guard.ts). So a holder that has lost the lock
 * cannot commit, for whatever reason the lock was lost.
 *
 * Each method is a few statements. All but `holder` belong into a transaction of the caller's.
 */
export interface LockRow {
	/** The name of its table. */
	readonly table: string;
	/** Names another holder; `undefined` when the lock is free or this holder's, or the owner is dead or past its lease. */
	holder(): string | undefined;
	/** The owner in the row, dead or alive. */
	recorded(): RecordedHolder | undefined;
	/** Makes the table unless it exists, and takes the lock. @throws MigrateError `ERR_DATABASE` when something else has the table's name. */
	take(): void;
	/** @throws MigrateError `ERR_DATABASE` for a trigger on the table. */
	assertNoTrigger(): void;
	/** Changes nothing. Throws SQLite's error when the lock cannot be written: no table, another column, a view. */
	assertWritable(): void;
	/** The token of the last change of the version that this holder has committed. */
	lastToken(): string | undefined;
	/** @throws MigrateError `ERR_LOCK_LOST`. */
	assertMine(): void;
	/** As `assertMine`, and extends the lease when a third of it has passed. */
	fence(): void;
	readonly lease: Lease;
	/** @throws MigrateError `ERR_LOCK_LOST`. */
	release(): void;
	/** Frees the lock, whoever holds it. A holder that is still at work fails at its next fence. */
	clear(): void;
	/** Releases the lock by deleting its table. @throws MigrateError `ERR_LOCK_LOST`. */
	remove(): void;
}

interface CurrentRow {
	readonly locked: boolean;
	readonly owner: string;
	readonly acquiredAt: SqlValue | undefined;
	readonly expiresAt: SqlValue | undefined;
}

export interface RecordedHolder {
	/** For messages. Two holders of one process have the same description. */
	readonly description: string;
	/** Another one each time the lock is taken. */
	readonly key: string;
}

const LOCK_TABLE: SideTable = {
	holds: "lock",
	columns: ["id", "locked", "owner", "acquired_at", "expires_at", "step"],
	otherTools: new Map([
		["index, is_locked", "Knex"],
		["id, locked, lockgranted, lockedby", "Liquibase"],
	]),
};

export function lockRow(connection: SqliteConnection, name: string, leaseMs: number, holders: Holders): LockRow {
	const table = `main.${quoteIdentifier(name)}`;
	const currentRow = rowReader(connection, name);
	const lease = createLease(leaseMs);

	function assertWritable(): void {
		connection.run(
			`EXPLAIN UPDATE ${table} SET locked = TRUE, owner = NULL, acquired_at = NULL, expires_at = NULL, step = NULL WHERE id = 1`,
		);
	}

	function assertMine(): void {
		const row = currentRow();
		if (row?.locked && row.owner === holders.me) return;
		const state = row?.locked ? `held by ${holders.describe(row.owner)}` : "free";
		throw new MigrateError(
			"ERR_LOCK_LOST",
			`the migration lock was lost, since this process did not answer or something changed the table ${name}; it is now ${state}; run the command again`,
			{ owner: state },
		);
	}

	function clear(): void {
		connection.change(`UPDATE ${table} SET locked = FALSE, owner = NULL, expires_at = NULL WHERE id = 1`);
	}

	return {
		table: name,
		holder: () => otherHolder(currentRow(), holders),
		recorded() {
			const row = currentRow();
			if (!row?.locked) return undefined;
			return { description: describeRecorded(row, holders), key: `${row.owner} ${row.acquiredAt}` };
		},
		take() {
			connection.run(
				`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY CHECK (id = 1), locked BOOLEAN NOT NULL DEFAULT FALSE, owner TEXT, acquired_at TIMESTAMP, expires_at TIMESTAMP, step TEXT)`,
			);
			assertNoTriggerOn(connection, name);
			const values = [holders.me, timestamp(Date.now()), lease.nextExpiry()];
			try {
				assertWritable();
				connection.change(
					`REPLACE INTO ${table} (id, locked, owner, acquired_at, expires_at) VALUES (1, TRUE, ?, ?, ?)`,
					values,
				);
			} catch (error) {
				throw foreignTable(connection, name, LOCK_TABLE, error) ?? error;
			}
		},
		assertWritable,
		lastToken() {
			const [row] = tableExists(connection, name)
				? connection.query(`SELECT step AS step FROM ${table} WHERE id = 1 AND owner = ?`, [holders.me])
				: [];
			return typeof row?.step === "string" ? row.step : undefined;
		},
		assertMine,
		assertNoTrigger: () => assertNoTriggerOn(connection, name),
		lease,
		fence() {
			assertMine();
			if (lease.isDue()) connection.change(`UPDATE ${table} SET expires_at = ? WHERE id = 1`, [lease.nextExpiry()]);
		},
		release() {
			assertMine();
			clear();
		},
		clear,
		remove() {
			assertMine();
			connection.run(`DROP TABLE ${table}`);
		},
	};
}

/** Returns a function that reads the row; it returns `undefined` when there is no table, or no row in it. */
function rowReader(connection: SqliteConnection, name: string): () => CurrentRow | undefined {
	// One statement, since the fence runs it in each migration, and outside a transaction each statement is a transaction.
	const select = `SELECT locked AS locked, owner AS owner, acquired_at AS acquired_at, expires_at AS expires_at
		FROM main.${quoteIdentifier(name)} WHERE id = 1 AND EXISTS (${TABLE_BY_NAME})`;

	function read(): SqlRow | undefined {
		try {
			return connection.query(select, [name])[0];
		} catch (error) {
			if (connection.resultCode(error) !== "SQLITE_ERROR") throw error;
			return readAtOnce(connection, readIfThere);
		}
	}

	/** Another run may have made the table since the statement that failed. */
	function readIfThere(): SqlRow | undefined {
		if (!tableExists(connection, name)) return undefined;
		try {
			return connection.query(select, [name])[0];
		} catch (error) {
			throw foreignTable(connection, name, LOCK_TABLE, error) ?? error;
		}
	}

	return () => {
		const row = read();
		if (row === undefined) return undefined;
		const { locked, owner, acquired_at: acquiredAt, expires_at: expiresAt } = row;
		return { locked: locked !== 0n, owner: String(owner), acquiredAt, expiresAt };
	};
}

function otherHolder(row: CurrentRow | undefined, holders: Holders): string | undefined {
	if (row === undefined || !row.locked) return undefined;
	// This holder's own row, from a release that failed.
	if (row.owner === holders.me) return undefined;
	const liveness = holders.liveness(row.owner);
	if (liveness === "dead") return undefined;
	if (liveness === "alive") return holders.describe(row.owner);
	if (!(Date.parse(String(row.expiresAt)) > Date.now())) return undefined;
	return `${holders.describe(row.owner)}, which cannot be checked from here; its lease ends at ${row.expiresAt}`;
}
