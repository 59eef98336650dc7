import type { LibraryFiles, LibraryFilesOptions } from "../connections/library/library-files.ts";
import { fileHooks } from "./file-hooks.ts";
import { assertNotLockedHere } from "./kernel-lock.ts";
import { kernelLocks } from "./kernel-locks.ts";
import { isUtf16, utf16Refusal } from "./utf16.ts";
import { isWal, walRefusal } from "./wal.ts";

/** The files of a library that locks with folders and works through Node's `fs` object, as node-sqlite3-wasm does. */
export function folderLibrary({ path, name, walAlone, entered, enter }: LibraryFilesOptions): LibraryFiles {
	const locks = kernelLocks(path);
	/** Files in WAL mode, which the caller says nobody else uses (`x-wal=alone`). */
	const walFiles = new Set<string>();
	let reading = false;
	const hooks = fileHooks({
		main: path,
		entered,
		get reading() {
			return reading;
		},
		enter(file) {
			enter(file);
			lockInKernel(file);
		},
		locking: lockInKernel,
		closing: locks.release,
	});

	function lockInKernel(file: string): void {
		if (!reading && !walFiles.has(file)) locks.take(file);
	}

	return {
		call: hooks.call,
		tellNotices: locks.tellNotices,
		use(file) {
			// The checks close the file, which would drop a lock that is held already.
			if (locks.has(file)) return;
			assertNotLockedHere(file);
			if (isUtf16(file)) throw utf16Refusal(file, name);
			if (!isWal(file)) return;
			if (!walAlone) throw walRefusal(file, name);
			walFiles.add(file);
		},
		opened(connection) {
			// Without shared memory only one connection at a time can have it open, see https://sqlite.org/wal.html#noshm
			if (walFiles.has(path)) hooks.call(() => connection.query("PRAGMA locking_mode = EXCLUSIVE"));
			lockInKernel(path);
		},
		reading(work) {
			assertNotLockedHere(path);
			if (isUtf16(path)) throw utf16Refusal(path, name);
			reading = true;
			try {
				return work();
			} finally {
				reading = false;
			}
		},
		assertMayCommit() {
			hooks.assertJournals();
			locks.assertHeld();
		},
		beforeRollback() {
			try {
				hooks.assertJournals();
			} catch {
				// The loss was reported already, or the next commit reports it.
			}
		},
		release() {
			locks.releaseAll();
			walFiles.clear();
		},
	};
}
