import { DatabaseHeldError } from "@godwit/sqlite";
import { type KernelLock, takeKernelLock } from "./kernel-lock.ts";

/** The kernel's locks on the files of one connection: its database and what it has attached. */
export interface KernelLocks {
	has(file: string): boolean;
	/** Does nothing for a file that is locked. @throws DatabaseHeldError, which names an attached file. */
	take(file: string): void;
	/** Does nothing for a file that is not locked. */
	release(file: string): void;
	releaseAll(): void;
	/** @throws MigrateError `ERR_LOCK_LOST` when one of them is gone; DatabaseHeldError for a lock of another process. */
	assertHeld(): void;
	/** As `LibraryFiles.notice`. */
	readonly notice: string | undefined;
}

/** @param main The real path of the database. */
export function kernelLocks(main: string): KernelLocks {
	const locks = new Map<string, KernelLock>();

	function release(file: string): void {
		const lock = locks.get(file);
		locks.delete(file);
		lock?.release();
	}

	return {
		has: (file) => locks.has(file),
		take(file) {
			if (locks.has(file)) return;
			locks.set(file, file === main ? takeKernelLock(file) : takeKernelLockOfAttached(file));
		},
		release,
		releaseAll() {
			for (const file of [...locks.keys()]) release(file);
		},
		assertHeld() {
			for (const lock of locks.values()) lock.assertHeld();
		},
		get notice() {
			return locks.get(main)?.notice;
		},
	};
}

/** @throws DatabaseHeldError, which names the file. */
function takeKernelLockOfAttached(file: string): KernelLock {
	try {
		return takeKernelLock(file);
	} catch (error) {
		if (!(error instanceof DatabaseHeldError)) throw error;
		throw new DatabaseHeldError(error.message, error.holder, file);
	}
}
