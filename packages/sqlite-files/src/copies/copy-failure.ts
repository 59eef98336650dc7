import { isMigrateError, MigrateError } from "@godwit/core";
import { isBusy, type SqliteConnection } from "@godwit/sqlite";

/** A copy of a database that is being made. */
export interface FailedCopy {
	/** `cannot make the backup app.db...` */
	readonly what: string;
	/** Where room is needed: a folder, or words for one. */
	readonly room: string;
	/** How to have it elsewhere: `name another folder with -backup-dir`. */
	readonly elsewhere?: string;
}

/** Of the file system, where a disk, or what a user may have of it, is full. */
const FULL: ReadonlySet<unknown> = new Set(["ENOSPC", "EDQUOT"]);

/** Says what could not be done, and what to do, where SQLite or the system has a reason of a few words. */
export function copyFailure(connection: SqliteConnection, copy: FailedCopy, cause: unknown): unknown {
	if (isMigrateError(cause) || isBusy(connection, cause) || !(cause instanceof Error)) return cause;
	const message = `${copy.what}: ${cause.message}; ${cureOf(connection, copy, cause)}`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

function cureOf(connection: SqliteConnection, copy: FailedCopy, cause: Error): string {
	if (/should this be a string literal|no such column/.test(cause.message)) {
		return "VACUUM INTO, by which node-sqlite3-wasm copies, cannot read texts in double quotes. Copy with sqlite-native:// or sqlite-node://, and see doctor for the cure";
	}
	const code = connection.resultCode(cause);
	// All that node-sqlite3-wasm says of a full disk.
	if (code?.startsWith("SQLITE_IOERR") === true)
		return `the disk of ${copy.room} may be full, or broken: ${roomIn(copy)}`;
	return cureOfSystem(copy, code === "SQLITE_FULL" ? "ENOSPC" : codeOf(cause)) ?? CHECK_FOLDER;
}

const CHECK_FOLDER = "check the permissions of the folder, and the room on its disk";

/** @param code What the file system says. @returns undefined where that says nothing of what to do. */
export function cureOfSystem(copy: Omit<FailedCopy, "what">, code: unknown): string | undefined {
	if (FULL.has(code)) return roomIn(copy);
	const shorter = "give the database a shorter name, or a folder with a shorter path";
	return code === "ENAMETOOLONG" ? `${shorter}${orElsewhere(copy)}` : undefined;
}

function roomIn(copy: Omit<FailedCopy, "what">): string {
	return `make room on the disk of ${copy.room}${orElsewhere(copy)}`;
}

function orElsewhere({ elsewhere }: Omit<FailedCopy, "what">): string {
	return elsewhere === undefined ? "" : `, or ${elsewhere}`;
}

export function codeOf(cause: unknown): unknown {
	return cause instanceof Error && "code" in cause ? cause.code : undefined;
}
