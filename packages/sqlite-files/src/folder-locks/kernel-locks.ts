import { DatabaseHeldError } from "@godwit/sqlite";
import { notices } from "../files/notices.ts";
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
	/** As `LibraryFiles.tellNotices`. */
	tellNotices(tell: ((notice: string) => void) | undefined): void;
}

/** @param main The real path of the database. */
export function kernelLocks(main: string): KernelLocks {
	const locks = new Map<string, KernelLock>();
	const weaknesses = notices(() => [...locks.values()].map((lock) => lock.notice));

	function release(file: string): void {
		const lock = locks.get(file);
		locks.delete(file);
		lock?.release();
	}

	return {
		has: (file) => locks.has(file),
		take(file) {
			if (locks.has(file)) return;
			const lock = file === main ? takeKernelLock(file) : takeKernelLockOfAttached(file);
			locks.set(file, lock);
			weaknesses.add(lock.notice);
		},
		release,
		releaseAll() {
			weaknesses.listen(undefined);
			for (const file of [...locks.keys()]) release(file);
		},
		assertHeld() {
			for (const lock of locks.values()) lock.assertHeld();
		},
		tellNotices: weaknesses.listen,
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
