import { MigrateError } from "@godwit/core";
import {
	currentOwner,
	describeOwner,
	formatOwner,
	ownerLiveness,
	type ProcessOwner,
	parseOwner,
} from "./process-owner.ts";
import { quoteIdentifier } from "./quote-identifier.ts";
import type { SqliteConnection, SqlValue } from "./sqlite-connection.ts";
import { tableExists } from "./version-table.ts";

/**
 * The migration lock: one row, which says who holds it and until when, whatever happens to the holder.
 *
 * A heartbeat could not renew it, since a running statement blocks the event loop. Instead every migration's own
 * transaction reads the row first (the fence): whoever lost the lock cannot commit, for whatever reason it was lost.
 * Each method is a few statements; all but `holder` belong into a transaction of the caller's.
 */
export interface LockRow {
	/** Names a holder who keeps us out; `undefined` when the lock is free, or its owner dead or past its lease. */
	holder(): string | undefined;
	/** Names whoever the row says holds the lock, dead or alive. */
	recordedHolder(): string | undefined;
	/** Makes the table unless it is there, and takes the lock. */
	take(): void;
	/** @throws MigrateError `ERR_LOCK_LOST`. Extends the lease when a part of it has passed. */
	fence(): void;
	/** Tells that a part of the lease has passed, so that the next fence writes. */
	leaseIsDue(): boolean;
	/** @throws MigrateError `ERR_LOCK_LOST`. */
	release(): void;
	/** Frees the lock, whoever holds it: the holder, if there still is one, fails at its next fence. */
	clear(): void;
	/** Releases the lock by deleting its table. @throws MigrateError `ERR_LOCK_LOST`. */
	remove(): void;
}

export function lockRow(connection: SqliteConnection, name: string, leaseMs: number): LockRow {
	const table = `main.${quoteIdentifier(name)}`;
	// Made once: the fence reads it in each migration.
	const select = `SELECT locked AS locked, owner AS owner, expires_at AS expires_at FROM ${table} WHERE id = 1`;
	let known: { readonly me: ProcessOwner; readonly owner: string } | undefined;
	let extendAt = 0;

	/** Made at the first use: a command that takes no lock needs none. */
	function self(): { readonly me: ProcessOwner; readonly owner: string } {
		if (known === undefined) {
			const me = currentOwner();
			known = { me, owner: formatOwner(me) };
		}
		return known;
	}

	function currentRow(): { locked: boolean; owner: string; expiresAt: SqlValue | undefined } | undefined {
		const [row] = connection.all(select);
		return row && { locked: row.locked !== 0n, owner: String(row.owner), expiresAt: row.expires_at };
	}

	function assertMine(): void {
		const row = currentRow();
		if (row?.locked && row.owner === self().owner) return;
		const thief = row?.locked ? `held by ${describe(row.owner)}` : "free";
		throw new MigrateError(
			"ERR_LOCK_LOST",
			`the migration lock was lost while this process did not answer, and is now ${thief}; run the command again`,
			{ owner: thief },
		);
	}

	function leaseIsDue(): boolean {
		return Date.now() >= extendAt;
	}

	function clear(): void {
		connection.all(`UPDATE ${table} SET locked = FALSE, owner = NULL, expires_at = NULL WHERE id = 1`);
	}

	function extend(): void {
		const now = Date.now();
		extendAt = now + leaseMs / 3;
		connection.all(`UPDATE ${table} SET expires_at = ? WHERE id = 1`, [timestamp(now + leaseMs)]);
	}

	return {
		holder() {
			const row = tableExists(connection, name) ? currentRow() : undefined;
			if (row === undefined || !row.locked) return undefined;
			const parsed = parseOwner(row.owner);
			const liveness = parsed === undefined ? "unknown" : ownerLiveness(parsed, self().me);
			if (liveness === "dead") return undefined;
			if (liveness === "unknown" && !(Date.parse(String(row.expiresAt)) > Date.now())) return undefined;
			return describe(row.owner);
		},
		recordedHolder() {
			const row = tableExists(connection, name) ? currentRow() : undefined;
			return row?.locked ? describe(row.owner) : undefined;
		},
		take() {
			connection.exec(
				`CREATE TABLE IF NOT EXISTS ${table} (id INTEGER PRIMARY KEY CHECK (id = 1), locked BOOLEAN NOT NULL DEFAULT FALSE, owner TEXT, acquired_at TIMESTAMP, expires_at TIMESTAMP)`,
			);
			const now = Date.now();
			const values = [self().owner, timestamp(now), timestamp(now + leaseMs)];
			connection.all(
				`REPLACE INTO ${table} (id, locked, owner, acquired_at, expires_at) VALUES (1, TRUE, ?, ?, ?)`,
				values,
			);
			extendAt = now + leaseMs / 3;
		},
		fence() {
			assertMine();
			if (leaseIsDue()) extend();
		},
		leaseIsDue,
		release() {
			assertMine();
			clear();
		},
		clear,
		remove() {
			assertMine();
			connection.exec(`DROP TABLE ${table}`);
		},
	};
}

function describe(owner: string): string {
	const parsed = parseOwner(owner);
	return parsed === undefined ? owner : describeOwner(parsed);
}

function timestamp(milliseconds: number): string {
	return new Date(milliseconds).toISOString();
}
