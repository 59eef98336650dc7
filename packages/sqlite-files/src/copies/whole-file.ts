import { closeSync, fsyncSync, openSync, readSync, statSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";

const MAGIC = "SQLite format 3\0";

/**
 * Checks that a file may hold a whole database: what a journal or a write-ahead log beside it has belongs to it, and is not copied
 * with it.
 *
 * @param path The real path, after which these are named.
 * @throws MigrateError `ERR_DATABASE`.
 */
export function assertWholeFile(path: string): void {
	const stat = statSync(path, { throwIfNoEntry: false });
	if (stat === undefined) throw notWhole(`there is no file ${path}; look at the path`);
	if (!stat.isFile()) throw notWhole(`${path} is not a file; name the backup itself`);
	if (stat.size === 0) throw notDatabase(path);
	assertNothingBeside(path);
}

/** Checks that no journal and no write-ahead log holds anything. @throws MigrateError `ERR_DATABASE`. */
export function assertNothingBeside(path: string): void {
	for (const suffix of ["-wal", "-journal"]) {
		const beside = `${path}${suffix}`;
		if ((statSync(beside, { throwIfNoEntry: false })?.size ?? 0) === 0) continue;
		const cure =
			"make a backup of that database, and restore the backup; or, when no program is at work on it, open it once with SQLite and close it, which brings the two together";
		throw notWhole(`${path} is not whole by itself: ${beside} belongs to it; ${cure}`);
	}
}

/** Opens and closes the file, which drops the POSIX locks that a native library of this process holds on it. */
export function assertMagic(path: string): void {
	if (firstBytes(path) !== MAGIC) throw notDatabase(path);
}

export function notDatabase(path: string): MigrateError<"ERR_DATABASE"> {
	return notWhole(`${path} is not a SQLite database; name a backup`);
}

function firstBytes(path: string): string {
	const file = openSync(path, "r");
	try {
		const bytes = new Uint8Array(MAGIC.length);
		const length = readSync(file, bytes, 0, bytes.length, 0);
		return String.fromCharCode(...bytes.subarray(0, length));
	} finally {
		closeSync(file);
	}
}

/** Reads every page of a database. @throws MigrateError `ERR_DATABASE` for one that is damaged. */
export function assertSound(connection: SqliteConnection, path: string): void {
	const faults = connection.query("PRAGMA quick_check(1)").flatMap((row) => Object.values(row).map(String));
	if (faults.length === 1 && faults[0] === "ok") return;
	throw notWhole(`${path} is damaged: ${faults[0]}; nothing was replaced by it`);
}

/** Waits until a file is on its disk. */
export function syncFile(path: string): void {
	const file = openSync(path, "r+");
	try {
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
}

function notWhole(message: string): MigrateError<"ERR_DATABASE"> {
	return new MigrateError("ERR_DATABASE", message, {});
}
