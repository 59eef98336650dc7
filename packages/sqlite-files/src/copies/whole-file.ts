import { closeSync, fsyncSync, openSync, statSync } from "node:fs";
import { MigrateError } from "@godwit/core";
import { isDamage, type SqliteConnection } from "@godwit/sqlite";
import { headerOf } from "../folder-locks/header.ts";

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

/** Opens and closes the file, see `headerOf`. */
export function assertMagic(path: string): void {
	const bytes = headerOf(path, MAGIC.length);
	if (bytes === undefined || String.fromCharCode(...bytes) !== MAGIC) throw notDatabase(path);
}

export function notDatabase(path: string): MigrateError<"ERR_DATABASE"> {
	return notWhole(`${path} is not a SQLite database; name a backup`);
}

/** Reads every page of a database. @throws MigrateError `ERR_DATABASE` for one that is damaged. */
export function assertSound(connection: SqliteConnection, path: string): void {
	const faults = faultsOf(connection);
	if (faults.length === 1 && faults[0] === "ok") return;
	throw damaged(path, faults[0] ?? "SQLite does not say how");
}

/** Damage can keep SQLite from looking for it. */
function faultsOf(connection: SqliteConnection): readonly string[] {
	try {
		return connection.query("PRAGMA quick_check(1)").flatMap((row) => Object.values(row).map(String));
	} catch (error) {
		if (!isDamage(connection, error)) throw error;
		return [error.message];
	}
}

export function damaged(path: string, fault: string): MigrateError<"ERR_DATABASE"> {
	return notWhole(`${path} is damaged: ${fault}; nothing was replaced by it`);
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
