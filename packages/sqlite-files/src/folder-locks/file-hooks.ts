import fs from "node:fs";
import { isError, isMigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { descriptorHooks } from "./descriptor-hooks.ts";
import type { HookedFiles } from "./hooked-files.ts";
import { journalCheck } from "./journal-check.ts";
import { lockHooks } from "./lock-hooks.ts";
import { openFiles } from "./open-files.ts";

export interface FileHooks {
	/** Runs a call of the library with the functions of `fs` replaced. */
	call<T>(work: () => T): T;
	/**
	 * Checks, before a commit, that the journals are still the ones that this connection made. Otherwise another program has
	 * rolled them back, and a roll-back by this connection would write old pages over newer ones. So it writes nothing more.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST`.
	 */
	assertJournals(): void;
}

/**
 * Makes a library that works through the `fs` object, as node-sqlite3-wasm does, safe to kill and to run beside others.
 *
 * Functions of `fs` are replaced while a call of one connection runs. They act on the files that it has opened:
 *
 * - mkdir, by which the library locks with a folder `<file>.lock`, and rmdir, by which it unlocks, do nothing: others
 *   are kept off for the length of the run. For a file that they are not kept off, mkdir answers that it is busy.
 * - access, which asks whether another process is writing before an abandoned journal is rolled back, answers no while
 *   others are kept off. The library's own answer, yes, leaves half a transaction in the database. In a read without a
 *   lock it answers yes, and nothing is rolled back.
 * - The first fsync of a new journal is followed by one of the folder, as in the native library. Without it a power cut
 *   can take the journal's name away. A folder that cannot be opened or synced is ignored, as SQLite does.
 * - Once another program has rolled the journal back, whatever would change a file is an error.
 */
export function fileHooks(files: HookedFiles): FileHooks {
	const open = openFiles();
	const journals = journalCheck(files, open);
	// SQLite passes on a result code alone, and none at all from an unlock.
	let refusal: unknown;
	const locks = lockHooks(files, open, (reason) => {
		refusal = reason;
	});
	const hooks = { ...locks, ...descriptorHooks(files, open, journals) };

	return {
		call(work) {
			refusal = undefined;
			const before = pick(fs);
			// A function of the application's may run another call with hooks inside this one.
			Object.assign(fs, hooks);
			try {
				const result = work();
				if (refusal !== undefined) throw refusal;
				return result;
			} catch (error) {
				throw refusal === undefined ? error : explain(error, refusal);
			} finally {
				Object.assign(fs, before);
			}
		},
		assertJournals: journals.assertJournals,
	};
}

function pick(object: typeof fs): Partial<typeof fs> {
	const { mkdirSync, rmdirSync, accessSync, openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync } =
		object;
	return { mkdirSync, rmdirSync, accessSync, openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync };
}

/** Gives SQLite's "disk I/O error" the reason that the library leaves out. */
function explain(error: unknown, refusal: unknown): unknown {
	if (!isError(error) || refusal instanceof DatabaseHeldError || isMigrateError(refusal)) return refusal;
	const reason = isError(refusal) ? refusal.message : String(refusal);
	return Object.assign(error, { message: `${error.message}: ${reason}`, cause: refusal });
}
