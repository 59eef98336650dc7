import {
	cleanUpAfter,
	createTrace,
	isMigrateError,
	type LockOptions,
	type LockPrimitives,
	type LockState,
	type MigrateError,
	type Obstacle,
	type ReleaseReason,
} from "@godwit/core";
import { type BusyTimeouts, ONCE, retryWhileBusy } from "../connection/busy-retry.ts";
import type { DatabaseAccess } from "../connection/database-access.ts";
import { DatabaseHeldError } from "../connection/database-held-error.ts";
import type { ConnectionSession } from "../connection/settings/connection-session.ts";
import { setJournalMode } from "../connection/settings/journal-mode.ts";
import type { KeptJournal } from "../connection/settings/kept-journal.ts";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { inTransaction } from "../connection/transaction.ts";
import { isBusy } from "../sqlite-error.ts";
import type { HistoryTable } from "../tables/history-table.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import type { LockRow } from "./lock-row.ts";
import { takeLock } from "./take-lock.ts";
import { type WantedFiles, wantedFiles } from "./wanted-files.ts";

const trace = createTrace("godwit:sqlite");

/** The migration lock of a SQLite database: the row, under the locks of the database's files. */
export interface SqliteLock extends Required<LockPrimitives> {
	/**
	 * Whether the next version that is written has to be read back: the first one under the lock, since the table may keep it
	 * in another form, and every one when the table had a trigger as the lock was taken.
	 */
	readonly uncertain: boolean;
	/** Belongs after a version was read back. */
	noteReadBack(): void;
	/** Whether `drop` has deleted all but the lock's table, which is deleted when the lock is released. */
	readonly dropped: boolean;
	readonly wanted: WantedFiles;
	/** Belongs after everything was dropped. */
	forgetTables(): void;
}

export interface SqliteLockOptions {
	readonly access: DatabaseAccess;
	readonly session: ConnectionSession;
	readonly state: LockState;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly history: HistoryTable | undefined;
	readonly journal: KeptJournal;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
}

export function sqliteLock(options: SqliteLockOptions): SqliteLock {
	const { access, session, state, row, versions, history, journal, path, config } = options;
	const { connection } = access;
	const take = takeLock({ access, session, state, row, versions, history });
	let dropped = false;
	let triggered = false;
	let readBack = false;
	const wanted = wantedFiles(access);
	/** The row is freed, but not yet the locks of the files. */
	let rowFreed = false;

	function taken(): void {
		rowFreed = false;
		triggered = versions.hasTrigger();
		readBack = false;
	}

	async function takeWithWanted(attempt: number): Promise<string | undefined> {
		wanted.include(attempt);
		return take(taken);
	}

	/** Frees the row first and the locks of the files second. In the other order other runs would meet the transaction that frees the row. */
	async function release(timeouts: BusyTimeouts): Promise<void> {
		try {
			if (!rowFreed && access.entered) await freeRow(timeouts);
			rowFreed = true;
		} catch (error) {
			// Another run has the row now, and only the locks of the files remain.
			throw isMigrateError(error, "ERR_LOCK_LOST") ? await cleanUpAfter(error, leave) : error;
		}
		await leave();
	}

	async function freeRow(timeouts: BusyTimeouts): Promise<void> {
		// The last body may have set query_only.
		await session.prepare(timeouts);
		await retryWhileBusy(connection, timeouts, () => journal.remove());
		await inTransaction(connection, { ...timeouts, txMode: "immediate" }, () =>
			dropped ? row.remove() : row.release(),
		);
	}

	async function leave(): Promise<void> {
		await session.leave();
		dropped = false;
	}

	return {
		wanted,
		get uncertain() {
			return triggered || !readBack;
		},
		noteReadBack() {
			readBack = true;
		},
		get dropped() {
			return dropped;
		},
		tryLock: (options, attempt) => session.call(() => obstacleTo(connection, () => takeWithWanted(attempt)), options),
		locked: ({ onNotice }: LockOptions) =>
			session.call(async () => {
				access.tellNotices(onNotice);
				await setJournalMode(connection, path, config);
			}),
		async releaseLock(reason: ReleaseReason) {
			try {
				await session.call(() => release(reason === "again" ? ONCE : config));
			} catch (error) {
				// A holder that has ended counts as dead, so a row that stays keeps nobody out.
				if (reason !== "closing" || !hasWaited(error)) throw error;
				trace("closing %s without having freed the lock row: %s", path, error);
			}
		},
		forgetTables() {
			dropped = state.held;
		},
	};
}

/** @param take Resolves to the holder that is in the way. */
async function obstacleTo(
	connection: SqliteConnection,
	take: () => Promise<string | undefined>,
): Promise<Obstacle | undefined> {
	try {
		const owner = await take();
		return owner === undefined ? undefined : { owner };
	} catch (error) {
		const obstacle = obstacleOf(connection, hasWaited(error) ? error.cause : error);
		if (obstacle === undefined) throw error;
		return obstacle;
	}
}

/** Returns whether somebody else was in the way until a timeout was over. */
function hasWaited(error: unknown): error is MigrateError<"ERR_BUSY" | "ERR_LOCK_TIMEOUT"> {
	return isMigrateError(error, "ERR_BUSY") || isMigrateError(error, "ERR_LOCK_TIMEOUT");
}

function obstacleOf(connection: SqliteConnection, error: unknown): Obstacle | undefined {
	if (error instanceof DatabaseHeldError) return { owner: error.message, reason: error.message };
	return isBusy(connection, error) ? { owner: "a transaction of another connection" } : undefined;
}
