import { cleanUpAfter, type LockState } from "@godwit/core";
import type { ConnectionSession } from "../connection/connection-session.ts";
import type { DatabaseAccess } from "../connection/database-access.ts";
import { DatabaseHeldError } from "../connection/database-held-error.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { HistoryTable } from "../tables/history-table.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { LockRow } from "./lock-row.ts";

export interface TakeLockOptions {
	readonly access: DatabaseAccess;
	readonly session: ConnectionSession;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
}

/**
 * Makes what takes the lock, once and without waiting: the row, under the locks of the database's files.
 *
 * @returns A function that returns who holds it; `undefined` when it is ours, after `taken` was called in the transaction.
 */
export function takeLock(options: TakeLockOptions): (taken: () => void) => Promise<string | undefined> {
	const { access, session, state, row, versions, history } = options;

	/** Somebody who is at work on the file need not be so on this migration table. */
	async function enterOrName(): Promise<string | undefined> {
		try {
			await access.enter();
			return undefined;
		} catch (error) {
			if (!(error instanceof DatabaseHeldError)) throw error;
			const holder = await session.peek(() => row.holder());
			if (holder !== undefined) return holder;
			await access.join();
			return undefined;
		}
	}

	async function takeRow(taken: () => void): Promise<string | undefined> {
		const holder = row.holder();
		if (holder !== undefined) return holder;
		return inTransaction(access.connection, { txMode: "immediate", busyTimeoutMs: 0 }, () => {
			access.assertEntered();
			const winner = row.holder();
			if (winner !== undefined) return winner;
			versions.create(history !== undefined);
			history?.create();
			row.take();
			taken();
			return undefined;
		});
	}

	return async (taken) => {
		const present = await enterOrName();
		if (present !== undefined) return present;
		let holder: string | undefined;
		try {
			await session.prepare();
			holder = await takeRow(taken);
		} catch (error) {
			// A row that is still ours is freed under the lock beside the file.
			throw state.kept ? error : await cleanUpAfter(error, session.leave);
		}
		if (holder !== undefined) await session.leave();
		return holder;
	};
}
