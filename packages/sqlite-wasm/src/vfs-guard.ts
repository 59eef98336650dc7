import fs from "node:fs";
import { DatabaseHeldError, type LockFile } from "@godwit/sqlite";
import { nativeLockHolders } from "./native-locks.ts";

/** Runs a call of the binding on one database, with the lock that it makes beside the file under guard. */
export type VfsGuard = <T>(call: () => T) => T;

const original = { mkdirSync: fs.mkdirSync, rmdirSync: fs.rmdirSync, accessSync: fs.accessSync };

/** The binding asks for no more than that there is an error. */
const ABSENT = new Error("no such file");

/**
 * Makes the binding's lock one that survives its owner.
 *
 * The binding locks a database by making the folder `<file>.lock` for a transaction, through the `fs` object; these
 * three functions are replaced while a call runs, and act on that one path only:
 *
 * - mkdir takes an owned lock instead, which a later process takes over when this one is killed, and refuses while a
 *   native connection holds the file, whose locks the binding cannot see;
 * - access, which asks whether somebody is writing before a left journal is rolled back, answers no: it is asked only
 *   while we hold the lock. The binding's own answer, yes, leaves half a transaction in the database;
 * - rmdir gives the lock back.
 */
export function guardVfs(databasePath: string, lock: LockFile): VfsGuard {
	const sideFiles: ReadonlySet<string> = new Set([`${databasePath}-journal`, `${databasePath}-wal`]);
	// SQLite passes on a result code alone, and none at all from an unlock.
	let refusal: unknown;

	function mkdirSync(...args: Parameters<typeof fs.mkdirSync>): string | undefined {
		if (args[0] !== lock.path) return original.mkdirSync(...args);
		try {
			lock.take();
			assertNoNativeConnection(databasePath);
		} catch (error) {
			refusal = error;
			if (lock.held) lock.release();
			throw error instanceof DatabaseHeldError ? Object.assign(error, { code: "EEXIST" }) : error;
		}
		return undefined;
	}

	function rmdirSync(...args: Parameters<typeof fs.rmdirSync>): void {
		if (args[0] !== lock.path) {
			original.rmdirSync(...args);
			return;
		}
		try {
			lock.release();
		} catch (error) {
			// After any other answer than success the binding would go on without asking for the lock again.
			refusal = error;
		}
	}

	function accessSync(...args: Parameters<typeof fs.accessSync>): void {
		const [path] = args;
		// Asked before each transaction; making the error of a missing file takes longer than the question.
		if ((path === lock.path && lock.held) || (sideFiles.has(String(path)) && !fs.existsSync(path))) throw ABSENT;
		original.accessSync(...args);
	}

	return (call) => {
		refusal = undefined;
		Object.assign(fs, { mkdirSync, rmdirSync, accessSync });
		try {
			const result = call();
			if (refusal !== undefined) throw refusal;
			return result;
		} catch (error) {
			throw refusal ?? error;
		} finally {
			Object.assign(fs, original);
		}
	};
}

function assertNoNativeConnection(path: string): void {
	const holders = nativeLockHolders(path);
	if (holders.length === 0) return;
	const processes = holders.map((pid) => (pid === 0 ? "a process in another container" : `process ${pid}`)).join(", ");
	throw new DatabaseHeldError(
		`${path} is in use by ${processes} through native SQLite, which node-sqlite3-wasm cannot share a database with`,
	);
}
