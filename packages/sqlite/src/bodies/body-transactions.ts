import type { LockState, VersionChange } from "@godwit/core";
import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { KeptJournal } from "../connection/settings/kept-journal.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { LockRow } from "../lock/lock-row.ts";
import type { SqliteLock } from "../lock/sqlite-lock.ts";
import type { VersionGuard } from "../tables/version-guard.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import { bodyFailure } from "./body-failure.ts";

/** The transactions that a driver makes under its lock. After a failure nothing of `work` is left. */
export interface BodyTransactions {
	/** Runs `work` in one transaction. */
	run<T>(work: () => T | Promise<T>): Promise<T>;
	/** As `run`, and whoever has lost the lock cannot commit. */
	fenced<T>(work: () => T | Promise<T>): Promise<T>;
	/** As `run`, for bodies; the error says what the database itself knows of the reason. */
	ofBodies<T>(change: VersionChange | undefined, work: () => T | Promise<T>): Promise<T>;
	/** The error to throw for a body that has failed outside a transaction. */
	failure(error: unknown): Promise<unknown>;
}

export interface BodyTransactionsOptions {
	readonly connection: SqliteConnection;
	readonly config: SqliteConfig;
	/** Whether the connection is the caller's own, whose journal mode stays. */
	readonly borrowed: boolean;
	readonly state: LockState;
	readonly lock: SqliteLock;
	readonly row: LockRow;
	readonly guard: VersionGuard;
	readonly journal: KeptJournal;
}

export function bodyTransactions(options: BodyTransactionsOptions): BodyTransactions {
	const { connection, config, borrowed, state, lock, row, guard, journal } = options;
	const failure = bodyFailure({ connection, state, row, guard, timeouts: config, wanted: lock.wanted });

	// To keep it and to delete it again for each file takes longer than to make it.
	const mayKeepJournal = !borrowed && config.journalMode === undefined && !config.noTxWrap;

	async function run<T>(work: () => T | Promise<T>): Promise<T> {
		if (state.held && mayKeepJournal) {
			await retryWhileBusy(connection, config, () => journal.keep());
		}
		try {
			return await inTransaction(connection, config, work);
		} catch (error) {
			row.lease.forget();
			throw error;
		}
	}

	return {
		run,
		fenced: (work) =>
			run(async () => {
				const result = await work();
				if (state.held) row.fence();
				return result;
			}),
		async ofBodies(change, work) {
			try {
				const result = await run(work);
				lock.wanted.clear();
				return result;
			} catch (error) {
				throw await failure(error, change);
			}
		},
		failure,
	};
}
