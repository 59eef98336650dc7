import fs from "node:fs";
import { dirname } from "node:path";
import { isMigrateError } from "@godwit/core";
import { DatabaseHeldError, type LockFile } from "@godwit/sqlite";
import { type NativeLocks, nativeLocks } from "./native-locks.ts";

/** Runs a call of the binding on one database, with the files beside the database under guard. */
export type VfsGuard = <T>(call: () => T) => T;

const { mkdirSync, rmdirSync, accessSync, openSync, fsyncSync } = fs;

/** The binding asks for no more than that there is an error. */
const ABSENT = new Error("no such file");

/**
 * Makes the binding safe to kill and to run beside others.
 *
 * The binding works on files through the `fs` object. Five of its functions are replaced while a call runs, and act on
 * the files of one database only:
 *
 * - mkdir, by which the binding locks with a folder `<file>.lock`, takes an owned lock instead, which a later process
 *   takes over when this one is killed; it refuses while a native connection holds the file, whose locks the binding
 *   cannot see. rmdir gives the lock back;
 * - access, which asks whether somebody is writing before a left journal is rolled back, answers no: it is asked only
 *   while we hold the lock. The binding's own answer, yes, leaves half a transaction in the database;
 * - the first fsync of a new journal is followed by one of the folder, as the native library does, without which a
 *   power cut can take the journal's name away.
 */
export function guardVfs(databasePath: string, lock: LockFile): VfsGuard {
	const journal = `${databasePath}-journal`;
	const sideFiles: ReadonlySet<string> = new Set([journal, `${databasePath}-wal`]);
	const natives = nativeLocks(databasePath);
	let unsyncedJournal: number | undefined;
	// SQLite passes on a result code alone, and none at all from an unlock.
	let refusal: unknown;

	const guards = {
		mkdirSync(...args: Parameters<typeof mkdirSync>): string | undefined {
			if (args[0] !== lock.path) return mkdirSync(...args);
			try {
				lock.take();
				assertNoNativeConnection(databasePath, natives);
				return undefined;
			} catch (error) {
				refusal = error;
				if (lock.held) lock.release();
				throw error instanceof DatabaseHeldError ? Object.assign(error, { code: "EEXIST" }) : error;
			}
		},
		rmdirSync(...args: Parameters<typeof rmdirSync>): void {
			if (args[0] !== lock.path) {
				rmdirSync(...args);
				return;
			}
			try {
				lock.release();
			} catch (error) {
				// After any other answer than success the binding would go on without asking for the lock again.
				refusal = error;
			}
		},
		accessSync(...args: Parameters<typeof accessSync>): void {
			const [path] = args;
			// Asked before each transaction; making the error of a missing file takes longer than the question.
			if ((path === lock.path && lock.held) || (sideFiles.has(String(path)) && !fs.existsSync(path))) throw ABSENT;
			accessSync(...args);
		},
		openSync(...args: Parameters<typeof openSync>): number {
			const [path, flags] = args;
			const file = openSync(...args);
			if (path === journal && (Number(flags) & fs.constants.O_CREAT) !== 0) unsyncedJournal = file;
			return file;
		},
		fsyncSync(file: number): void {
			fsyncSync(file);
			if (file !== unsyncedJournal) return;
			unsyncedJournal = undefined;
			const folder = openSync(dirname(databasePath), "r");
			try {
				fsyncSync(folder);
			} finally {
				fs.closeSync(folder);
			}
		},
	};

	return (call) => {
		refusal = undefined;
		// A function of the application's may run another guarded call inside this one.
		const { mkdirSync, rmdirSync, accessSync, openSync, fsyncSync } = fs;
		Object.assign(fs, guards);
		try {
			const result = call();
			if (refusal !== undefined) throw refusal;
			return result;
		} catch (error) {
			throw refusal === undefined ? error : explain(error, refusal);
		} finally {
			Object.assign(fs, { mkdirSync, rmdirSync, accessSync, openSync, fsyncSync });
		}
	};
}

/** Gives SQLite's "disk I/O error" the reason that the binding leaves out. */
function explain(error: unknown, refusal: unknown): unknown {
	if (!(error instanceof Error) || refusal instanceof DatabaseHeldError || isMigrateError(refusal)) return refusal;
	const reason = refusal instanceof Error ? refusal.message : String(refusal);
	return Object.assign(error, { message: `${error.message}: ${reason}`, cause: refusal });
}

function assertNoNativeConnection(path: string, natives: NativeLocks): void {
	const holders = natives.holders();
	if (holders.length === 0) return;
	const processes = holders.map((pid) => (pid === 0 ? "a process in another container" : `process ${pid}`)).join(", ");
	throw new DatabaseHeldError(
		`${path} is in use by ${processes} through native SQLite, which node-sqlite3-wasm cannot share a database with`,
	);
}
