import { cleanUpAfter, isMigrateError, type LockOptions, MigrateError } from "@godwit/core";
import createDebug from "debug";
import type { CallFrame } from "../call-frame.ts";
import { retryWhileBusy } from "../connection/busy-retry.ts";
import type { DatabaseAccess } from "../connection/database-access.ts";
import { DatabaseHeldError } from "../connection/database-held-error.ts";
import type { KeptJournal } from "../connection/kept-journal.ts";
import { inTransaction } from "../connection/transaction.ts";
import type { VersionTable } from "../tables/version-table.ts";
import type { SqliteConfig } from "../url/sqlite-config.ts";
import type { LockRow } from "./lock-row.ts";
import { waitForLock } from "./wait-for-lock.ts";

const debug = createDebug("godwit:sqlite");

/** The migration lock as one driver holds it: the row, under the locks of the database's files. */
export interface MigrationLock {
	readonly held: boolean;
	/** Tells that others stay kept off: the lock is held, or could not be given back. */
	readonly stays: boolean;
	/** `drop` deletes all but the lock's table, which then goes with the lock. */
	readonly dropped: boolean;
	/** Takes the lock, and waits for it. @throws MigrateError `ERR_LOCK_TIMEOUT`. */
	take(options: LockOptions): Promise<void>;
	/** Waits for an attached file's lock with everything given back, and takes the lock again. @throws MigrateError `ERR_LOCK_LOST` when the version is another one by then. */
	takeAgainWith(file: string): Promise<void>;
	/** Gives it back. It stays ours when that fails, to be taken or given back later. @throws MigrateError `ERR_NOT_LOCKED`, `ERR_LOCK_LOST`, `ERR_BUSY`. */
	release(): Promise<void>;
	/** Gives back, once, what an earlier call could not. Whoever called it was told. */
	settle(): Promise<void>;
	/** Has to be told when everything was dropped. */
	forgetTables(): void;
}

export interface MigrationLockOptions {
	readonly access: DatabaseAccess;
	readonly frame: () => CallFrame;
	readonly row: LockRow;
	readonly versions: VersionTable;
	readonly journal: KeptJournal;
	/** The database's file, for messages. */
	readonly path: string;
	readonly config: SqliteConfig;
}

/** `"forgone"`: it was given back to wait for an attached file, and could not be had again. */
type State = "free" | "held" | "stranded" | "forgone";

export function migrationLock({
	access,
	frame,
	row,
	versions,
	journal,
	path,
	config,
}: MigrationLockOptions): MigrationLock {
	const { connection } = access;
	const { busyTimeoutMs, lockTimeoutMs } = config;
	let state: State = "free";
	let dropped = false;
	/** Only the locks of the files are left to be given back. */
	let rowFreed = false;
	/** How long to wait, as the caller of `take` said. */
	let waiting: LockOptions & { readonly timeoutMs: number } = { timeoutMs: lockTimeoutMs };

	/** Takes the row under the locks of the files; waits outside of them. @returns Who holds it. */
	async function tryLock(): Promise<string | undefined> {
		const present = await enterOrName();
		if (present !== undefined) return present;
		let holder: string | undefined;
		try {
			await frame().prepare();
			holder = await takeRow();
		} catch (error) {
			// A row that is still ours is freed under the lock beside the file.
			throw state === "stranded" ? error : await cleanUpAfter(error, frame().leave);
		}
		if (holder !== undefined) await frame().leave();
		return holder;
	}

	/** Somebody who is at work on the file need not be so on this migration table. */
	async function enterOrName(): Promise<string | undefined> {
		try {
			await access.enter();
			return undefined;
		} catch (error) {
			if (!(error instanceof DatabaseHeldError)) throw error;
			const holder = await frame().peek(() => row.holder());
			if (holder !== undefined) return holder;
			await access.join();
			return undefined;
		}
	}

	async function takeRow(): Promise<string | undefined> {
		const holder = row.holder();
		if (holder !== undefined) return holder;
		return inTransaction(connection, { txMode: "immediate", busyTimeoutMs: 0 }, () => {
			access.assertEntered();
			const winner = row.holder();
			if (winner !== undefined) return winner;
			versions.create();
			row.take();
			rowFreed = false;
			return undefined;
		});
	}

	/** Frees the row, then the locks of the files: the other way round others would meet the transaction that frees it. */
	async function giveBack(waitMs: number): Promise<void> {
		state = "stranded";
		try {
			if (!rowFreed && access.entered) await freeRow(waitMs);
			rowFreed = true;
		} catch (error) {
			// It is somebody else's now.
			throw isMigrateError(error, "ERR_LOCK_LOST") ? await cleanUpAfter(error, leave) : error;
		}
		await leave();
	}

	async function freeRow(waitMs: number): Promise<void> {
		// The last body may have made the connection one that cannot write.
		await frame().prepare();
		await retryWhileBusy(connection, waitMs, () => journal.remove());
		await inTransaction(connection, { txMode: "immediate", busyTimeoutMs: waitMs }, () =>
			dropped ? row.remove() : row.release(),
		);
	}

	async function leave(): Promise<void> {
		await frame().leave();
		dropped = false;
		state = "free";
	}

	return {
		get held() {
			return state === "held";
		},
		get stays() {
			return state === "held" || state === "stranded";
		},
		get dropped() {
			return dropped;
		},
		async take({ timeoutMs = lockTimeoutMs, signal }) {
			if (state === "held")
				throw new MigrateError("ERR_LOCKED", "this instance holds the migration lock already", undefined);
			waiting = { timeoutMs, signal };
			await waitForLock(connection, path, tryLock, waiting);
			state = "held";
			debug("locked %s", path);
		},
		async takeAgainWith(file) {
			const before = await retryWhileBusy(connection, busyTimeoutMs, versions.read);
			await giveBack(busyTimeoutMs);
			state = "forgone";
			access.include(file);
			await waitForLock(connection, path, tryLock, waiting);
			state = "held";
			const now = await retryWhileBusy(connection, busyTimeoutMs, versions.read);
			if (now.version === before.version && now.dirty === before.dirty) return;
			const owner = "another process";
			const message = `while ${file} was waited for, another process migrated the database; run the command again`;
			throw new MigrateError("ERR_LOCK_LOST", message, { owner });
		},
		async release() {
			const before = state;
			if (before === "free") {
				throw new MigrateError("ERR_NOT_LOCKED", "this instance does not hold the migration lock", undefined);
			}
			if (before === "forgone") state = "free";
			else await giveBack(busyTimeoutMs);
			debug("unlocked %s", path);
		},
		async settle() {
			if (state !== "stranded") return;
			try {
				await giveBack(0);
			} catch (error) {
				debug("the lock of %s still cannot be given back: %s", path, error);
			}
		},
		forgetTables() {
			dropped = state === "held";
		},
	};
}
