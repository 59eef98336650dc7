import { existsSync, statSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import type { SqliteLibrary } from "./library.ts";
import { type LibraryOfProcess, libraryOfProcess } from "./library-of-process.ts";

interface OpenFile {
	readonly library: SqliteLibrary;
	readonly ofProcess: LibraryOfProcess | undefined;
	connections: number;
}

/** By device and inode. Shared by all copies of this package in the thread. */
const KEY: unique symbol = Symbol.for("@godwit/sqlite-files/open-files");

function openFiles(): Map<string, OpenFile> {
	const store = globalThis as { [KEY]?: Map<string, OpenFile> };
	store[KEY] ??= new Map();
	return store[KEY];
}

/** The files that one connection has open through its library. */
export interface UsedFiles {
	/** Notes that the library has a file open, if the file exists. @throws MigrateError as `useWithOneLibrary`. */
	add(path: string): void;
	/** Notes that all are closed. */
	clear(): void;
}

export function filesOfOneLibrary(library: SqliteLibrary): UsedFiles {
	/** What has to be called when a file is closed, by path. */
	const closed = new Map<string, () => void>();
	return {
		add(path) {
			if (!closed.has(path) && existsSync(path)) closed.set(path, useWithOneLibrary(path, library));
		},
		clear() {
			for (const forget of closed.values()) forget();
			closed.clear();
		},
	};
}

/**
 * Notes that a library has a file open, until the returned function is called.
 *
 * When a copy of SQLite closes a file, the locks of every other copy in the process are dropped, and none of them keeps
 * the other out, see https://sqlite.org/howtocorrupt.html#posix_close_bug
 *
 * Known are all connections of this package in the process: by copy in this thread, and by name in the others.
 *
 * @throws MigrateError `ERR_DATABASE`, which names the other library that has the file open.
 */
export function useWithOneLibrary(path: string, library: SqliteLibrary): () => void {
	const stat = statSync(path, { bigint: true, throwIfNoEntry: false });
	if (stat === undefined) return () => {};
	const key = `${stat.dev}:${stat.ino}`;
	const files = openFiles();
	const file = files.get(key) ?? firstUse(path, key, library);
	if (file.library.copy !== library.copy) throw twoLibraries(path, "in this process", file.library, library);
	file.connections++;
	files.set(key, file);
	let used = true;
	return () => {
		if (used && --file.connections === 0) {
			files.delete(key);
			file.ofProcess?.forget();
		}
		used = false;
	};
}

function firstUse(path: string, key: string, library: SqliteLibrary): OpenFile {
	const ofProcess = libraryOfProcess(key, library.name);
	if (ofProcess !== undefined && ofProcess.name !== library.name) {
		ofProcess.forget();
		throw twoLibraries(path, "in another thread of this process", ofProcess, library);
	}
	return { library, ofProcess, connections: 0 };
}

type Named = Pick<SqliteLibrary, "name">;

function twoLibraries(path: string, where: string, first: Named, second: Named): MigrateError<"ERR_DATABASE"> {
	const message = `${path} is open ${where} through ${first.name}, and would be through ${second.name} too: two SQLite libraries in one process drop each other's locks on a file. Close it there first, or use one of them`;
	return new MigrateError("ERR_DATABASE", message, {});
}
