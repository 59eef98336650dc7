import { literal } from "./literal.ts";
import type { OwnStatement } from "./own-statement.ts";
import type { TableNames } from "./table-names.ts";

/**
 * The migration lock: one row with the owner and the end of its lease. A holder keeps the row locked for the length of each
 * of its transactions, so that it is seen to be at work, and so that nobody takes the lock over in the midst of one.
 */
export function createLock(names: TableNames): string {
	const { lock } = names;
	return `CREATE TABLE IF NOT EXISTS ${lock} (id integer PRIMARY KEY CHECK (id = 1), locked boolean NOT NULL DEFAULT FALSE, owner text, acquired_at timestamptz, expires_at timestamptz, step text); ${makeRow(names)}`;
}

/** The row itself, which is missing in a new table, and after a restore of the schema alone. */
export function makeRow({ lock }: TableNames): string {
	return `INSERT INTO ${lock} (id) VALUES (1) ON CONFLICT DO NOTHING`;
}

/** Reads the row, whoever has it locked. */
export function peekLock({ lock }: TableNames): string {
	return `SELECT locked, owner, expires_at > clock_timestamp() AS leased, expires_at, step FROM ${lock} WHERE id = 1`;
}

/** Reads the row, and locks it until the end of the transaction. */
export function selectLock(names: TableNames, wait: "wait" | "nowait"): string {
	return `${peekLock(names)} FOR UPDATE${wait === "wait" ? "" : " NOWAIT"}`;
}

export function takeLock({ lock }: TableNames, owner: string, leaseMs: number): string {
	return `UPDATE ${lock} SET locked = TRUE, owner = ${literal(owner)}, acquired_at = clock_timestamp(), expires_at = ${leaseEnd(leaseMs)}, step = NULL WHERE id = 1`;
}

/** Records under which name the same holder goes on, in a session of its own. */
export function renameOwner({ lock }: TableNames, owner: string): string {
	return `UPDATE ${lock} SET owner = ${literal(owner)} WHERE id = 1`;
}

/** Extends the lease; it changes no row when somebody else has the lock. */
export function extendLease({ lock }: TableNames, owner: string, leaseMs: number): string {
	return `UPDATE ${lock} SET expires_at = ${leaseEnd(leaseMs)} WHERE id = 1 AND locked AND owner = ${literal(owner)}`;
}

/** Notes the token of a change, and extends the lease. */
export function noteStep({ lock }: TableNames, token: string | undefined, leaseMs: number): OwnStatement {
	return {
		name: "note_step",
		values: [["text", token]],
		sql: ([step]) => `UPDATE ${lock} SET expires_at = ${leaseEnd(leaseMs)}, step = ${step} WHERE id = 1`,
	};
}

/** Frees the lock; it changes no row when somebody else has it. */
export function freeLock({ lock }: TableNames, owner: string): string {
	return `UPDATE ${lock} SET locked = FALSE, owner = NULL, expires_at = NULL WHERE id = 1 AND locked AND owner = ${literal(owner)}`;
}

function leaseEnd(leaseMs: number): string {
	return `clock_timestamp() + ${leaseMs} * interval '1 millisecond'`;
}
