import fs from "node:fs";
import { basename, dirname, join } from "node:path";
import { isMigrateError, MigrateError } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import { closeFile } from "./kernel-lock.ts";

/** Runs a call of the library, with its files under guard. */
export type HookedCall = <T>(call: () => T) => T;

/** How the files of a connection may be used at this moment. */
export interface HookedFiles {
	/** The main database's file, as the library names it. */
	readonly main: string;
	/** Tells that others are kept off a database file. */
	entered(path: string): boolean;
	/** A read without a lock: nothing is locked, and nothing rolled back. */
	readonly reading: boolean;
	/** Keeps others off a file that a statement opens, such as that of VACUUM INTO. @throws DatabaseHeldError */
	enter(path: string): void;
	/** Called when the library locks a file that others are kept off. @throws DatabaseHeldError */
	locking(path: string): void;
	/** Called before the library closes a database file for the last time. */
	closing(path: string): void;
}

export interface FileHooks {
	readonly call: HookedCall;
	/**
	 * Checks, before a commit, that the journals are still the ones that this connection made. Otherwise somebody has
	 * rolled them back, and a roll-back of ours would write old pages over theirs: this connection writes nothing more.
	 *
	 * @throws MigrateError `ERR_LOCK_LOST`.
	 */
	assertJournals(): void;
}

const { mkdirSync, rmdirSync, accessSync, openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync } = fs;

/** The library asks for no more than that there is an error. */
const ABSENT = new Error("no such file");
const LOCKED = Object.assign(new Error("file already exists"), { code: "EEXIST" });

const LOCK = ".lock";
const JOURNAL = "-journal";
/** Stands for a folder that cannot be opened. */
const NO_FOLDER = -2;

/**
 * Makes a library that works through the `fs` object, as node-sqlite3-wasm does, safe to kill and to run beside others.
 *
 * Functions of `fs` are replaced while a call of one connection runs, and act on the files that it has opened:
 *
 * - mkdir, by which the library locks with a folder `<file>.lock`, and rmdir, by which it unlocks, do nothing: others
 *   are kept off for the length of the run. For a file that they are not kept off, mkdir says busy;
 * - access, which asks whether somebody is writing before a left journal is rolled back, answers no while others are
 *   kept off. The library's own answer, yes, leaves half a transaction in the database. In a read without a lock it
 *   answers yes, and nothing is rolled back;
 * - the first fsync of a new journal is followed by one of the folder, as the native library does, without which a power
 *   cut can take the journal's name away. A folder that cannot be opened or synced is ignored, as SQLite does;
 * - once the journal was somebody else's, whatever would change a file is an error.
 */
export function fileHooks(files: HookedFiles): FileHooks {
	/** Paths by descriptor. */
	const opened = new Map<number, string>();
	const folders = new Set<number>();
	/** A file that is attached twice, or the main database itself, is locked against its other half as ever. */
	const locked = new Set<string>();
	const realFolders = new Map<string, string>();
	let unsyncedJournal: number | undefined;
	let poisoned: MigrateError | undefined;
	// SQLite passes on a result code alone, and none at all from an unlock.
	let refusal: unknown;

	/** The database file whose lock a path is. */
	function lockedBy(path: unknown): string | undefined {
		if (typeof path !== "string" || !path.endsWith(LOCK)) return undefined;
		const file = realName(path.slice(0, -LOCK.length));
		if (files.entered(file) || file === files.main) return file;
		for (const name of opened.values()) if (name === file) return file;
		return undefined;
	}

	/** The library does not follow links; those in the folder's path lead to the same files by another name. */
	function realName(path: string): string {
		const folder = dirname(path);
		const real = realFolders.get(folder) ?? fs.realpathSync(folder);
		realFolders.set(folder, real);
		return join(real, basename(path));
	}

	function assertWritable(): void {
		if (poisoned !== undefined) throw poisoned;
	}

	const hooks = {
		mkdirSync(...args: Parameters<typeof mkdirSync>): string | undefined {
			const file = lockedBy(args[0]);
			if (file === undefined) return mkdirSync(...args);
			if (files.reading) return undefined;
			if (locked.has(file)) throw LOCKED;
			try {
				if (files.entered(file)) files.locking(file);
				else files.enter(file);
				locked.add(file);
				return undefined;
			} catch (error) {
				refusal = error;
				throw error instanceof DatabaseHeldError ? Object.assign(error, { code: "EEXIST" }) : error;
			}
		},
		rmdirSync(...args: Parameters<typeof rmdirSync>): void {
			const file = lockedBy(args[0]);
			if (file === undefined) rmdirSync(...args);
			else locked.delete(file);
		},
		accessSync(...args: Parameters<typeof accessSync>): void {
			const [path] = args;
			if (lockedBy(path) !== undefined) {
				if (files.reading) return;
				throw ABSENT;
			}
			// Asked before each transaction; making the error of a missing file takes longer than the question.
			if (!fs.existsSync(path)) throw ABSENT;
			accessSync(...args);
		},
		openSync(...args: Parameters<typeof openSync>): number {
			const [path, flags] = args;
			const isFolder = flags === "r";
			let file: number;
			try {
				file = openSync(...args);
			} catch (error) {
				if (isFolder) return NO_FOLDER;
				throw error;
			}
			if (isFolder) folders.add(file);
			else opened.set(file, realName(String(path)));
			if (String(path).endsWith(JOURNAL) && (Number(flags) & fs.constants.O_CREAT) !== 0) unsyncedJournal = file;
			return file;
		},
		closeSync(file: number): void {
			if (file === NO_FOLDER) return;
			folders.delete(file);
			const path = opened.get(file);
			opened.delete(file);
			if (opened.size === 0) poisoned = undefined;
			if (path !== undefined && !files.reading && ![...opened.values()].includes(path)) files.closing(path);
			closeFile(file, path ?? "", closeSync);
		},
		fsyncSync(file: number): void {
			if (file === NO_FOLDER || folders.has(file)) {
				syncFolder(file);
				return;
			}
			fsyncSync(file);
			if (file !== unsyncedJournal) return;
			unsyncedJournal = undefined;
			const journal = opened.get(file);
			if (journal !== undefined) syncFolderOf(journal);
		},
		writeSync(...args: unknown[]): number {
			assertWritable();
			return Reflect.apply(writeSync, fs, args) as number;
		},
		ftruncateSync(...args: Parameters<typeof ftruncateSync>): void {
			assertWritable();
			ftruncateSync(...args);
		},
		unlinkSync(...args: Parameters<typeof unlinkSync>): void {
			assertWritable();
			unlinkSync(...args);
		},
	};

	function call<T>(work: () => T): T {
		refusal = undefined;
		const before = { ...pick(fs) };
		// A function of the application's may run another guarded call inside this one.
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
	}

	return {
		call,
		assertJournals() {
			for (const [file, path] of opened) {
				if (!path.endsWith(JOURNAL) || !files.entered(path.slice(0, -JOURNAL.length))) continue;
				const there = fs.statSync(path, { throwIfNoEntry: false, bigint: true });
				if (there !== undefined && there.ino === fs.fstatSync(file, { bigint: true }).ino) continue;
				const message = `the journal ${path} was taken away while it was needed, so another program has rolled this transaction back; nothing more is written. Look at the database before you go on`;
				poisoned ??= new MigrateError("ERR_LOCK_LOST", message, { owner: "another program" });
				throw poisoned;
			}
		},
	};
}

function pick(object: typeof fs): Partial<typeof fs> {
	const { mkdirSync, rmdirSync, accessSync, openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync } =
		object;
	return { mkdirSync, rmdirSync, accessSync, openSync, closeSync, fsyncSync, writeSync, ftruncateSync, unlinkSync };
}

function syncFolderOf(path: string): void {
	let folder: number;
	try {
		folder = openSync(dirname(path), "r");
	} catch {
		// A folder that may not be listed; SQLite ignores it too.
		return;
	}
	try {
		syncFolder(folder);
	} finally {
		closeSync(folder);
	}
}

/** What a system says that cannot sync a folder, as Windows, or may not. A disk that fails says something else. */
const NO_FOLDER_SYNC: ReadonlySet<string> = new Set([
	"EPERM",
	"EACCES",
	"EBADF",
	"EINVAL",
	"EISDIR",
	"ENOSYS",
	"ENOTSUP",
	"EOPNOTSUPP",
]);

function syncFolder(folder: number): void {
	if (folder === NO_FOLDER) return;
	try {
		fsyncSync(folder);
	} catch (error) {
		if (!NO_FOLDER_SYNC.has((error as NodeJS.ErrnoException).code ?? "")) throw error;
	}
}

/** Gives SQLite's "disk I/O error" the reason that the library leaves out. */
function explain(error: unknown, refusal: unknown): unknown {
	if (!(error instanceof Error) || refusal instanceof DatabaseHeldError || isMigrateError(refusal)) return refusal;
	const reason = refusal instanceof Error ? refusal.message : String(refusal);
	return Object.assign(error, { message: `${error.message}: ${reason}`, cause: refusal });
}
