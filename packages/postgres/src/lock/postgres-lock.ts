import { hostname } from "node:os";
import {
	cleanUpAfter,
	isMigrateError,
	type LockOptions,
	type LockPrimitives,
	type LockState,
	type Obstacle,
	withBackoff,
} from "@godwit/core";
import type { PostgresConnection, Row } from "../connection/postgres-connection.ts";
import type { Connected, Session } from "../connection/session.ts";
import { inTransaction, rollBack } from "../connection/transaction.ts";
import { isLockNotAvailable, lockLostError } from "../postgres-error.ts";
import { extendLease, freeLock, renameOwner, selectLock, takeLock } from "../tables/lock-row.ts";
import { makeTables } from "../tables/own-tables.ts";
import type { TableNames } from "../tables/table-names.ts";
import { advisoryHolder, releaseAdvisoryLock, tryAdvisoryLock } from "./advisory-lock.ts";

/** The migration lock: golang-migrate's advisory lock, where a session is this driver's own, and the row. */
export interface PostgresLock extends Required<LockPrimitives> {
	/** @param row As `selectLock` gives it. @throws MigrateError `ERR_LOCK_LOST`. */
	assertMine(row: Row | undefined): void;
	/** Outside a transaction; it extends the lease. @throws MigrateError `ERR_LOCK_LOST`. */
	assertHeld(connected: Connected): Promise<void>;
	/** Takes the lock again in a session that came after one that was lost. @throws MigrateError `ERR_LOCK_LOST`. */
	regain(connected: Connected): Promise<void>;
	/** The token of the last change that was committed under the lock. */
	lastToken(connected: Connected): Promise<string | undefined>;
	/** Whether `drop` has deleted all but the lock's table, which is deleted when the lock is given back. */
	dropped: boolean;
}

export interface PostgresLockOptions {
	readonly session: () => Session;
	readonly state: LockState;
	readonly withHistory: boolean;
	readonly leaseMs: number;
}

let holders = 0;

/** Another one for each driver. Two processes of one name and number differ by the time. */
function newHolder(): string {
	return `${Date.now().toString(36)}-${process.pid}-${++holders}`;
}

/** How long a session that was lost may go on at its last statement before another one is said to hold the lock, in milliseconds. */
const REGAIN_MS = 10_000;

export function postgresLock({ session, state, withHistory, leaseMs }: PostgresLockOptions): PostgresLock {
	const holder = newHolder();
	let me = "";
	let dropped = false;

	function nameIn({ connection, advisory }: Connected): string {
		const where = advisory === undefined ? "" : `, backend ${connection.backend}`;
		return `process ${process.pid} on host ${hostname()}${where} (${holder})`;
	}

	async function tryRow(connected: Connected): Promise<Obstacle | undefined> {
		const { connection, names } = connected;
		await makeTables(connection, names, withHistory);
		me = nameIn(connected);
		const begin = { after: [selectLock(names, "nowait")] };
		const blocked: { obstacle?: Obstacle } = {};
		try {
			await inTransaction(connection, begin, async ([found]) => {
				const owner = await otherHolder(connected, found?.rows[0], holder);
				if (owner !== undefined) blocked.obstacle = { owner };
				const last = owner === undefined ? [takeLock(names, me, leaseMs)] : [];
				return { result: undefined, last };
			});
		} catch (error) {
			if (!isLockNotAvailable(error)) throw error;
			return { owner: "a run that is in the midst of a migration" };
		}
		return blocked.obstacle;
	}

	async function tryBoth(connected: Connected): Promise<Obstacle | undefined> {
		const { connection, advisory } = connected;
		if (advisory === undefined) return tryRow(connected);
		if (!(await tryAdvisoryLock(connection, advisory))) {
			const found = await advisoryHolder(connection, advisory);
			return { owner: found?.description ?? "a session that has ended meanwhile" };
		}
		let obstacle: Obstacle | undefined;
		try {
			obstacle = await tryRow(connected);
		} catch (error) {
			throw await cleanUpAfter(error, () => giveAdvisoryBack(connected));
		}
		if (obstacle !== undefined) await giveAdvisoryBack(connected);
		return obstacle;
	}

	async function giveAdvisoryBack({ connection, advisory }: Connected): Promise<void> {
		if (advisory !== undefined && connection.lost === undefined) await releaseAdvisoryLock(connection, advisory);
	}

	async function free({ connection, names }: Connected): Promise<void> {
		const results = await connection.send(dropped ? `DROP TABLE IF EXISTS ${names.lock}` : freeLock(names, me));
		if (!dropped && results[0]?.tag !== "UPDATE 1") throw lockLostError(await ownerNow(connection, names.lock));
		dropped = false;
	}

	return {
		get dropped() {
			return dropped;
		},
		set dropped(value) {
			dropped = value;
		},
		tryLock: () => session().call(tryBoth),
		locked: ({ onNotice }: LockOptions) =>
			session().call(async ({ notice }) => {
				if (notice !== undefined) onNotice?.(notice);
			}),
		releaseLock: () =>
			session().call(async (use) => {
				try {
					await rollBack(use.connection);
					await free(use);
				} catch (error) {
					throw isMigrateError(error, "ERR_LOCK_LOST") ? await cleanUpAfter(error, () => giveAdvisoryBack(use)) : error;
				}
				await giveAdvisoryBack(use);
			}),
		assertMine(row) {
			if (row?.locked !== "t" || row.owner !== me) throw lockLostError(describeOwner(row));
		},
		async assertHeld({ connection, names }) {
			if (!state.held) return;
			const [result] = await connection.send(extendLease(names, me, leaseMs));
			if (result?.tag !== "UPDATE 1") throw lockLostError(await ownerNow(connection, names.lock));
		},
		async regain(use) {
			const { connection, names, advisory } = use;
			const again = await withBackoff(
				async () => {
					if (advisory === undefined || (await tryAdvisoryLock(connection, advisory))) return true;
					// Another run has it, unless the session that was lost has not ended yet.
					await assertOwner(connection, names, me);
					return undefined;
				},
				{ timeoutMs: REGAIN_MS },
			);
			if (again === undefined && advisory !== undefined) {
				throw lockLostError(`held by ${(await advisoryHolder(connection, advisory))?.description}`);
			}
			try {
				await inTransaction(connection, { after: [selectLock(names, "wait")] }, async ([found]) => {
					const [row] = found?.rows ?? [];
					if (row?.locked !== "t" || row.owner !== me) throw lockLostError(describeOwner(row));
					return { result: undefined, last: [renameOwner(names, nameIn(use))] };
				});
			} catch (error) {
				throw await cleanUpAfter(error, () => giveAdvisoryBack(use));
			}
			me = nameIn(use);
		},
		async lastToken({ connection, names }) {
			// Whoever has the row in a transaction may still be about to commit.
			const [found] = await connection.send(selectLock(names, "wait"));
			const [row] = found?.rows ?? [];
			return row?.owner === me ? (row.step ?? undefined) : undefined;
		},
	};
}

/** @throws MigrateError `ERR_LOCK_LOST`. */
async function assertOwner(connection: PostgresConnection, { lock }: TableNames, me: string): Promise<void> {
	const [result] = await connection.send(`SELECT locked, owner FROM ${lock} WHERE id = 1`);
	const [row] = result?.rows ?? [];
	if (row?.locked !== "t" || row.owner !== me) throw lockLostError(describeOwner(row));
}

async function ownerNow(connection: PostgresConnection, lockTable: string): Promise<string> {
	const [result] = await connection.send(`SELECT locked, owner FROM ${lockTable} WHERE id = 1`);
	return describeOwner(result?.rows[0]);
}

function describeOwner(row: Row | undefined): string {
	return row?.locked === "t" ? `held by ${row.owner}` : "free";
}

/** Names the holder in the row, when it may be at work; `undefined` when the lock can be taken. */
async function otherHolder(
	{ connection, advisory }: Connected,
	row: Row | undefined,
	holder: string,
): Promise<string | undefined> {
	if (row?.locked !== "t" || row.owner === null || row.owner === undefined) return undefined;
	// This holder's own row, from a release that failed.
	if (row.owner.endsWith(`(${holder})`)) return undefined;
	const session = /, backend (\d+) \(/.exec(row.owner)?.[1];
	// A holder with a session of its own has the advisory lock for as long as that lives, and this session has it now.
	if (session !== undefined && advisory !== undefined) return undefined;
	if (session !== undefined && !(await hasAdvisoryLock(connection, session))) return undefined;
	if (session === undefined && row.leased !== "t") return undefined;
	const lease = session === undefined ? `, which cannot be checked from here; its lease ends at ${row.expires_at}` : "";
	return `${row.owner}${lease}`;
}

async function hasAdvisoryLock(connection: PostgresConnection, backend: string): Promise<boolean> {
	const sql = `SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND granted AND pid = ${backend} LIMIT 1`;
	const [result] = await connection.send(sql);
	return result !== undefined && result.rows.length > 0;
}
