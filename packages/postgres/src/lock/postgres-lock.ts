import type { FoundVersion, LockOptions, LockPrimitives, LockState } from "@godwit/core";
import type { Row } from "../connection/postgres-connection.ts";
import { queryRows } from "../connection/query-rows.ts";
import type { Connected, Session } from "../connection/session.ts";
import { lockGivenAwayError, lockLostError } from "../postgres-error.ts";
import { extendLease, selectLock } from "../tables/lock-row.ts";
import { advisoryHolder } from "./advisory-lock.ts";
import { describeOwner, readRow } from "./lock-holders.ts";
import { ownHold } from "./own-hold.ts";
import { regainBoth } from "./regain-lock.ts";
import { releaseBoth } from "./release-lock.ts";
import { readWithHolder } from "./run-under-way.ts";
import { tryBoth } from "./take-lock.ts";

/** The migration lock: golang-migrate's advisory lock, where a session is this driver's own, and the row. */
export interface PostgresLock extends Required<LockPrimitives> {
	/** @param row As `selectLock` gives it. @throws MigrateError `ERR_LOCK_LOST`. */
	assertMine(row: Row | undefined): void;
	/** @param kept What the SQL of `AdvisoryLock.keep` gives; `undefined` when it was not asked for. @throws MigrateError `ERR_LOCK_LOST`. */
	assertKept(connected: Connected, kept: string | null | undefined): Promise<void>;
	/** Outside a transaction; it extends the lease. @throws MigrateError `ERR_LOCK_LOST`. */
	assertHeld(connected: Connected): Promise<void>;
	/** Takes the lock again in a session that came after one that was lost. @throws MigrateError `ERR_LOCK_LOST`. */
	regain(connected: Connected): Promise<void>;
	/** The token of the last change that was committed under the lock. @throws MigrateError `ERR_LOCK_LOST`. */
	lastToken(connected: Connected): Promise<string | undefined>;
	/** Adds who else is at work to what is read of a dirty database; see `readWithHolder`. */
	withHolder<T extends FoundVersion>(connected: Connected, read: () => Promise<T>): Promise<T>;
	/** Tells whoever has called `lock` something while it is held. */
	tell(notice: string): void;
	/** Whether `drop` has deleted all but the lock's table, which is deleted when the lock is given back. */
	dropped: boolean;
}

export interface PostgresLockOptions {
	readonly session: () => Session;
	readonly state: LockState;
	readonly withHistory: boolean;
	readonly leaseMs: number;
}

export function postgresLock({ session, state, withHistory, leaseMs }: PostgresLockOptions): PostgresLock {
	const own = ownHold();
	let onNotice: LockOptions["onNotice"];

	async function assertKept({ connection, advisory }: Connected, kept: string | null | undefined): Promise<void> {
		if (advisory === undefined || kept !== "f") return;
		const holder = await advisoryHolder(connection, advisory.keys);
		throw lockGivenAwayError(holder?.description ?? "a session that has ended meanwhile");
	}

	return {
		assertKept,
		get dropped() {
			return own.dropped;
		},
		set dropped(value) {
			own.dropped = value;
		},
		tryLock: () => session().repeatable((use) => tryBoth(use, own, { withHistory, leaseMs })),
		locked: (options: LockOptions) =>
			session().call(async ({ notice }) => {
				onNotice = options.onNotice;
				if (notice !== undefined) onNotice?.(notice);
			}),
		withHolder: (connected, read) => (state.kept ? read() : readWithHolder(connected, own.holder, read)),
		tell(notice) {
			if (state.held) onNotice?.(notice);
		},
		releaseLock: () => session().repeatable((use) => releaseBoth(use, own)),
		assertMine(row) {
			if (row?.locked !== "t" || row.owner !== own.name) throw lockLostError(describeOwner(row));
		},
		async assertHeld(connected) {
			if (!state.held) return;
			const { connection, names, advisory } = connected;
			const kept = advisory === undefined ? [] : [`SELECT ${advisory.keep()} AS kept`];
			const [extended, found] = await connection.send([extendLease(names, own.name, leaseMs), ...kept].join("; "));
			if (extended?.tag !== "UPDATE 1") throw lockLostError(describeOwner(await readRow(connection, names)));
			await assertKept(connected, found?.rows[0]?.kept);
		},
		async regain(use) {
			if (!own.releasing) await regainBoth(use, own);
		},
		async lastToken({ connection, names }) {
			// Whoever has the row in a transaction may still be about to commit.
			const [row] = await queryRows(connection, selectLock(names, "wait"));
			if (row?.owner === own.name) return row.step ?? undefined;
			if (state.held) throw lockLostError(describeOwner(row));
			return undefined;
		},
	};
}
