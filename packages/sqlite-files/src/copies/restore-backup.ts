import { closeSync, existsSync, openSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { MigrateError, type RestoreSteps } from "@godwit/core";
import { inTransaction, lockRow, retryWhileBusy, type SqliteConnection } from "@godwit/sqlite";
import { copyBy } from "../connections/copy-by.ts";
import { UnsyncedSwapError } from "../connections/swap-file.ts";
import { cannotOpen } from "../files/file-errors.ts";
import { realDatabasePath } from "../files/real-path.ts";
import { copyFailure } from "./copy-failure.ts";
import { copyWholeFile } from "./copy-whole-file.ts";
import type { CopiesOptions } from "./database-copies.ts";
import { takeOwnership } from "./file-ownership.ts";
import { removeFiles, removeFilesAfter } from "./remove-files.ts";
import { assertSound, assertWholeFile, syncFile } from "./whole-file.ts";

/** The copy that becomes the database, its side files, and the lock that a killed node-sqlite3-wasm leaves on it. */
const SUFFIXES = ["", "-journal", "-wal", "-shm", ".lock"];

/**
 * Replaces the database by a backup. A copy of the backup is made beside the database, checked, and given the event and this
 * holder's lock; then it becomes the database in one step. So nobody comes between, and whoever is killed leaves the old database
 * or the new one, with the lock of a dead holder.
 *
 * @throws MigrateError that says so where the database is the backup by then, and the disk failed to sync its folder.
 */
export async function restoreBackup(options: CopiesOptions, file: string, steps: RestoreSteps): Promise<void> {
	const { access, path } = options;
	const { swap = false } = steps;
	const backup = realPathOf(file);
	if (isSameFile(backup, path)) throw refused(`${backup} is the database itself; name a backup of it`);
	if (swap) assertMaySwap(options);
	else if (!options.isOwnCopy) throw otherCopy(options);
	else if (access.connection.overwrites !== true) throw onlySwap(options);
	assertWholeFile(backup);
	const staged = `${path}.restoring`;
	const remains = SUFFIXES.map((suffix) => `${staged}${suffix}`);
	removeFiles(remains);
	try {
		// Nobody reads it who may not read the database.
		closeSync(openSync(staged, "wx", 0o600));
		await copyWholeFile(options, backup, staged);
		// The new file is to be used by whoever used the old one.
		if (swap && !takeOwnership(staged, { of: path })) throw otherOwner(options);
		await prepareStaged(options, staged, steps);
		if (swap) await swapIn(options, { staged, backup });
		else await overwrite(options, staged);
	} catch (error) {
		const failed = { what: `cannot restore ${backup}`, room: dirname(path) };
		const isUnsynced = error instanceof UnsyncedSwapError;
		const reason = isUnsynced ? unsynced(path, backup, error) : copyFailure(access.connection, failed, error);
		throw removeFilesAfter(reason, remains);
	}
	removeFiles(remains);
}

async function prepareStaged(options: CopiesOptions, staged: string, { prepare }: RestoreSteps): Promise<void> {
	const { access, config, connect, driverOver } = options;
	const connection = connect(staged);
	try {
		assertSound(connection, "the backup");
		await prepare(driverOver(connection, staged));
		const row = lockRow(connection, `${config.migrationsTable}_lock`, config.lockLeaseMs, access.holders);
		await inTransaction(connection, { ...config, txMode: "immediate" }, () => row.take());
	} finally {
		connection.close();
	}
}

/** Through SQLite: whoever has the database open, or replicates its write-ahead log, sees one more transaction. */
async function overwrite({ access, config, connect, path }: CopiesOptions, staged: string): Promise<void> {
	const { connection } = access;
	const source = connect(staged);
	try {
		assertEncoding(connection, source, path);
		assertPageSize(connection, source, path);
		await retryWhileBusy(connection, config, async () => copyBy(source, path));
	} finally {
		source.close();
	}
}

/** See https://sqlite.org/c3ref/backup_finish.html#sqlite3backupstep */
function assertPageSize(database: SqliteConnection, source: SqliteConnection, path: string): void {
	const [mode, size, other] = [
		value(database, "journal_mode"),
		value(database, "page_size"),
		value(source, "page_size"),
	];
	if (mode !== "wal" || size === other) return;
	const message = `the backup has pages of ${other} bytes and ${path} of ${size}, which cannot be changed in WAL mode while programs have it open; stop them, and restore with -swap, or the option swap`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
}

/** A connection keeps the encoding that it has found first, so that whoever has the database open could not read it any more. */
function assertEncoding(database: SqliteConnection, source: SqliteConnection, path: string): void {
	const [encoding, other] = [value(database, "encoding"), value(source, "encoding")];
	if (encoding === other) return;
	const message = `the backup has its texts in ${other} and ${path} in ${encoding}, which cannot be changed while programs have it open; stop them, and restore with -swap, or the option swap`;
	throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
}

function value(connection: SqliteConnection, pragma: string): string {
	const [row = {}] = connection.query(`PRAGMA main.${pragma}`);
	return String(Object.values(row)[0]);
}

/** By the names of files, once nobody else has the database open. */
async function swapIn(
	{ access, config, path }: CopiesOptions,
	{ staged, backup }: { readonly staged: string; readonly backup: string },
): Promise<void> {
	const { connection } = access;
	syncFile(staged);
	const wasWal = value(connection, "journal_mode") === "wal";
	// Succeeds only for the one connection that has it open, and then leaves no log behind.
	if (wasWal) await retryWhileBusy(connection, config, () => connection.run("PRAGMA main.journal_mode = delete"));
	let unsyncedSwap: UnsyncedSwapError | undefined;
	try {
		await retryWhileBusy(connection, config, () => access.swap(staged));
	} catch (error) {
		if (!(error instanceof UnsyncedSwapError)) {
			if (wasWal && access.entered) connection.run("PRAGMA main.journal_mode = wal");
			throw error;
		}
		unsyncedSwap = error;
	}
	// Also after that: the lock to be given back is in the new database.
	try {
		// Opening would make an empty one.
		if (!existsSync(path)) throw new Error("the file is not there any more");
		await retryWhileBusy(connection, config, access.reopen);
		// Opening alone reads nothing.
		await retryWhileBusy(connection, config, () => value(connection, "schema_version"));
	} catch (cause) {
		throw unopened(path, backup, cause);
	}
	if (unsyncedSwap !== undefined) throw unsyncedSwap;
}

function assertMaySwap({ access, path }: CopiesOptions): void {
	if (access.isBorrowed) {
		const message = `${path} is open through your own connection, and cannot be put another file in its place; close it, and restore by URL`;
		throw new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
	}
	const replica = join(dirname(path), `.${basename(path)}-litestream`);
	if (!existsSync(replica)) return;
	throw refused(
		`${replica} says that Litestream replicates ${path}, which a new file in its place would break off; restore without -swap`,
	);
}

/** Two copies of SQLite in one process drop each other's locks on a file. */
function otherCopy({ path, library }: CopiesOptions): MigrateError<"ERR_UNSUPPORTED"> {
	const message = `${path} is open through another copy of ${library.name} than godwit has; close it, and restore by URL`;
	return new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
}

function onlySwap({ path, library }: CopiesOptions): MigrateError<"ERR_UNSUPPORTED"> {
	const message = `${library.name} cannot replace what is in ${path} while other programs have it open; stop them, and restore with -swap, or the option swap; or use sqlite-native:// or sqlite-node://`;
	return new MigrateError("ERR_UNSUPPORTED", message, { capability: "restore" });
}

function otherOwner({ path, access }: CopiesOptions): MigrateError<"ERR_DATABASE"> {
	const otherwise = access.connection.overwrites === true ? "restore without -swap, or " : "";
	return refused(
		`the system does not let the user of this process give a file to the owner of ${path}, which a new file in its place needs; ${otherwise}restore as that owner or as root`,
	);
}

function unsynced(path: string, backup: string, cause: UnsyncedSwapError): MigrateError<"ERR_DATABASE"> {
	const message = `${path} is restored from ${backup}, but its folder could not be synced: ${cause.message}; a power cut may bring the old database back. Check the disk, and restore again`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

function unopened(path: string, backup: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const reason = cause instanceof Error ? cause.message : String(cause);
	const message = `${path} was restored from ${backup}, and could not be opened right after that: ${reason}. Another program may have moved or replaced it: look what is there, and restore again`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

/** Journal, log and locks are named after it. @throws MigrateError `ERR_DATABASE`. */
function realPathOf(file: string): string {
	try {
		return realDatabasePath(file);
	} catch (cause) {
		throw cannotOpen(file, cause);
	}
}

function isSameFile(one: string, other: string): boolean {
	const [a, b] = [one, other].map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }));
	return a !== undefined && b !== undefined && a.dev === b.dev && a.ino === b.ino;
}

function refused(message: string): MigrateError<"ERR_DATABASE"> {
	return new MigrateError("ERR_DATABASE", message, {});
}
