import { cleanUpAfter, type LockState } from "@godwit/core";
import { ONCE } from "../connection/busy-retry.ts";
import type { DatabaseAccess } from "../connection/database-access.ts";
import { DatabaseHeldError } from "../connection/database-held-error.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
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
 * Takes the lock: the locks of the database's files, then the row. Tries once.
 *
 * @returns A function that takes the lock, and calls `taken` in the transaction that takes the row. It returns another
 *   holder's name when it could not take the lock, and `undefined` when it could.
 */
export function takeLock(options: TakeLockOptions): (taken: () => void) => Promise<string | undefined> {
	const { access, session, state, row, versions, history } = options;

	/** A run that is at work on the file may be at work on another migration table, and can then be joined. */
	async function enterOrName(): Promise<string | undefined> {
		try {
			await access.enter();
			return undefined;
		} catch (error) {
			if (!(error instanceof DatabaseHeldError)) throw error;
			const holder = await session.readOnce(() => row.holder());
			if (holder !== undefined) return holder;
			await access.join();
			return undefined;
		}
	}

	async function takeRow(taken: () => void): Promise<string | undefined> {
		const holder = row.holder();
		if (holder !== undefined) return holder;
		return inTransaction(access.connection, { txMode: "immediate", ...ONCE }, () => {
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
			await session.prepare(ONCE);
			holder = await takeRow(taken);
		} catch (error) {
			// A row that this driver still holds is freed under the lock beside the file.
			throw state.kept ? error : await cleanUpAfter(error, session.leave);
		}
		if (holder !== undefined) await session.leave();
		return holder;
	};
}
