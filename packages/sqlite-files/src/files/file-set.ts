import { statSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { MigrateError, suppress, withBackoff } from "@godwit/core";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { LinkKind } from "../lock-file/link.ts";
import { type LockFile, lockFile } from "../lock-file/lock-file.ts";
import type { Holder } from "../owners/holder.ts";
import { realDatabasePath } from "./real-path.ts";

/** The locks of a main database and of every file that is attached to it, by real path. */
export interface FileSet {
	readonly main: LockFile;
	/** Tells whether others are kept off a file, by its real path. */
	has(path: string): boolean;
	/** Adds a file to those that `enter` takes. */
	include(path: string): void;
	/**
	 * Takes all locks in the order of their paths: two who wait for each other's second one would wait for ever. Tries once.
	 * Belongs together with a `leave` when it fails half-way.
	 *
	 * @param entering A run that shares an attached file can meet the transaction of the other one in it, so only the main
	 *   database's lock is ever taken beside a living native holder. Default `"run"`: none.
	 * @throws DatabaseHeldError
	 */
	enter(entering?: Entering): void;
	/**
	 * Takes the lock of one more file while the others are held, and notes it with the main database's, so that whoever takes
	 * that one over rolls this one back. Tries once.
	 *
	 * @returns The real path.
	 * @throws DatabaseHeldError, which names the file.
	 */
	attach(path: string): string;
	/** Files that those who died have noted, by path. */
	readonly left: readonly string[];
	/** Gives all back, the main database's last. @param asLast As that of `LockFile.leave`, for each file. */
	leave(asLast: (path: string) => boolean): Promise<void>;
}

/** `"join"`: the main database's also beside living native holders. `"read"`: as that, and no other file's. */
export type Entering = "run" | "join" | "read";

export interface FileSetOptions {
	readonly path: string;
	readonly kind: LinkKind;
	readonly holder: Holder;
	/** The SQLite library that works on the files, for messages. */
	readonly library: string;
	readonly leaseMs: number;
	/** How long `leave` waits for another process that changes the lock in that moment. */
	readonly waitMs: number;
}

export function fileSet({ path: mainPath, kind, holder, library, leaseMs, waitMs }: FileSetOptions): FileSet {
	const make = (databasePath: string): LockFile => lockFile({ databasePath, kind, holder, library, leaseMs });
	const main = make(mainPath);
	const locks = new Map<string, LockFile>([[mainPath, main]]);
	/** All were taken. Before that, whatever is included stays for the next try. */
	let complete = false;

	async function leaveOne(path: string, lock: LockFile, asLast: (path: string) => boolean): Promise<void> {
		const left = await withBackoff(() => (lock.leave(() => asLast(path)) ? true : undefined), { timeoutMs: waitMs });
		if (left === undefined) {
			throw new MigrateError("ERR_BUSY", `${lock.path} was being changed by another process for ${waitMs} ms`, {
				waitedMs: waitMs,
			});
		}
		if (path !== mainPath && !lock.entered && complete) locks.delete(path);
	}

	function note(path: string): void {
		if (main.note(relative(dirname(mainPath), path))) return;
		throw new DatabaseHeldError(`${main.path} is just changing hands`, "godwit");
	}

	return {
		main,
		has: (path) => locks.get(path)?.entered === true,
		include(path) {
			if (!locks.has(path)) locks.set(path, make(path));
		},
		enter(entering = "run") {
			const wanted = entering === "read" ? [[mainPath, main] as const] : [...locks];
			for (const [path, lock] of wanted.sort(([one], [other]) => (one < other ? -1 : 1))) {
				assertOneName(path);
				lock.enter(entering !== "run" && path === mainPath);
			}
			if (entering === "read") return;
			for (const path of locks.keys()) if (path !== mainPath) note(path);
			complete = true;
		},
		attach(name) {
			const path = realDatabasePath(name);
			const lock = locks.get(path) ?? make(path);
			if (lock.entered) return path;
			assertOneName(path);
			try {
				note(path);
				lock.enter();
			} catch (error) {
				if (!(error instanceof DatabaseHeldError)) throw error;
				throw new DatabaseHeldError(error.message, error.holder, path);
			}
			locks.set(path, lock);
			complete = true;
			return path;
		},
		get left() {
			return main.noted.map((file) => resolve(dirname(mainPath), file));
		},
		async leave(asLast) {
			const failures: unknown[] = [];
			const attached = [...locks].filter(([path]) => path !== mainPath).reverse();
			for (const [path, lock] of attached) {
				await leaveOne(path, lock, asLast).catch((error: unknown) => failures.push(error));
			}
			// The main database's notes those that stay.
			if (!attached.some(([, lock]) => lock.entered)) {
				await leaveOne(mainPath, main, asLast).catch((error: unknown) => failures.push(error));
			}
			complete &&= main.entered;
			if (failures.length > 0) throw failures.reduce((first, later) => suppress(first, later));
		},
	};
}

/** Two names are two journals and two locks, see https://sqlite.org/howtocorrupt.html#_multiple_links_to_the_same_file */
function assertOneName(path: string): void {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined || stat.isDirectory() || stat.nlink <= 1) return;
	const message = `${path} has ${stat.nlink} names (hard links), and SQLite keeps a journal for each, so that a crash under one name is not rolled back under the other; copy the file instead`;
	throw new MigrateError("ERR_DATABASE", message, {});
}
