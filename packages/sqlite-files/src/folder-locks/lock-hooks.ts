import fs from "node:fs";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { HookedFiles } from "./hooked-files.ts";
import type { OpenFiles } from "./open-files.ts";

const { mkdirSync, rmdirSync, accessSync } = fs;

export type LockHooks = Pick<typeof fs, "rmdirSync"> & {
	mkdirSync(...args: Parameters<typeof fs.mkdirSync>): string | undefined;
	accessSync(...args: Parameters<typeof fs.accessSync>): void;
};

const LOCK = ".lock";

/** The library asks for no more than that there is an error. */
const ABSENT = new Error("no such file");
const LOCKED = Object.assign(new Error("file already exists"), { code: "EEXIST" });

/**
 * In place of the functions by which the library locks with a folder.
 *
 * @param refused Called with the reason when a lock is refused: SQLite passes on no more than a result code.
 */
export function lockHooks(files: HookedFiles, open: OpenFiles, refused: (reason: unknown) => void): LockHooks {
	/** A file that is attached twice, or attached to itself, is locked against its other half as without hooks. */
	const locked = new Set<string>();

	/** The database file whose lock a path is. */
	function lockedBy(path: unknown): string | undefined {
		if (typeof path !== "string" || !path.endsWith(LOCK)) return undefined;
		const file = open.realName(path.slice(0, -LOCK.length));
		return files.entered(file) || file === files.main || open.has(file) ? file : undefined;
	}

	return {
		mkdirSync(...args) {
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
				refused(error);
				throw error instanceof DatabaseHeldError ? Object.assign(error, { code: "EEXIST" }) : error;
			}
		},
		rmdirSync(...args) {
			const file = lockedBy(args[0]);
			if (file === undefined) rmdirSync(...args);
			else locked.delete(file);
		},
		accessSync(...args) {
			const [path] = args;
			if (lockedBy(path) !== undefined) {
				if (files.reading) return;
				throw ABSENT;
			}
			// Asked before each transaction, and the error of a missing file takes longer to make than this answer.
			if (!fs.existsSync(path)) throw ABSENT;
			accessSync(...args);
		},
	};
}
