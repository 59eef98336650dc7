import { closeSync, openSync, renameSync, statSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { type Backup, type BackupOptions, MigrateError, type Version } from "@godwit/core";
import { inTransaction, lockRow, retryWhileBusy, type SqliteConnection } from "@godwit/sqlite";
import { syncFolderOf } from "../folder-locks/sync-folder.ts";
import { backupFiles, unfinishedNames } from "./backup-files.ts";
import { copyFailure } from "./copy-failure.ts";
import type { CopiesOptions } from "./database-copies.ts";
import { takeGroup, takeOwnership } from "./file-ownership.ts";
import { removeFiles, removeFilesAfter } from "./remove-files.ts";
import { assertSound, syncFile } from "./whole-file.ts";

const DEFAULT_KEEP = 3;

const ELSEWHERE = "name another folder with -backup-dir, or the option directory";

/**
 * Makes a backup, which has its name only when it is whole, is on its disk, and has no lock of anybody. It may be read by whoever may
 * read the database; the notice says where the system does not let this user see to that.
 *
 * @throws MigrateError `ERR_DATABASE`, `ERR_BUSY`. Then nothing is left.
 */
export async function makeBackup(
	options: CopiesOptions,
	version: Version,
	{ directory, keep = DEFAULT_KEEP }: BackupOptions,
): Promise<Backup> {
	const { access, path: database, config } = options;
	const { connection } = access;
	const files = backupFiles(database, directory === undefined ? dirname(database) : existingFolder(directory));
	files.removeUnfinished();
	const path = files.next(version);
	const { copying, checking } = unfinishedNames(path);
	let notice: string | undefined;
	try {
		// Until it is the database's owner's, nobody else may read it.
		closeSync(openSync(copying, "wx", 0o600));
		await retryWhileBusy(connection, config, async () => connection.copyTo(copying));
		renameSync(copying, checking);
		await freeLock(options, checking);
		notice = giveAway(checking, path, database);
		syncFile(checking);
		nameFinished(checking, path);
	} catch (error) {
		const failed = { what: `cannot make the backup ${path}`, room: dirname(path), elsewhere: ELSEWHERE };
		throw removeFilesAfter(copyFailure(connection, failed, error), [copying, checking]);
	}
	// Also when a name beside it says a later time.
	const older = files.finished().filter((file) => file !== path);
	const removed = older.slice(keep - 1);
	removeFiles(removed);
	return { path, bytes: statSync(path).size, removed, ...(notice !== undefined && { notice }) };
}

/** A disk that fails to sync the folder has no finished backup. */
function nameFinished(file: string, path: string): void {
	renameSync(file, path);
	try {
		syncFolderOf(path);
	} catch (error) {
		throw removeFilesAfter(error, [path]);
	}
}

/** @returns What of the owner, the group and the mode of the database the backup does not have, as a sentence. */
function giveAway(file: string, path: string, database: string): string | undefined {
	if (takeOwnership(file, { of: database })) return undefined;
	const reason = `since the system does not let that user give it to the owner of ${database}`;
	return takeGroup(file, { of: database })
		? `${path} belongs to the user of this process, ${reason}; it has the group and the mode of the database. Change its owner`
		: `${path} belongs to the user of this process, who alone may read it, ${reason}; change its owner and mode`;
}

/** Whoever restores the copy, or opens it, must not wait for the run that made it. */
async function freeLock({ access, config, connect }: CopiesOptions, path: string): Promise<void> {
	const copy: SqliteConnection = connect(path);
	try {
		const row = lockRow(copy, `${config.migrationsTable}_lock`, config.lockLeaseMs, access.holders);
		await inTransaction(copy, { ...config, txMode: "immediate" }, () => row.clear());
		assertSound(copy, path);
	} finally {
		copy.close();
	}
}

function existingFolder(directory: string): string {
	const folder = resolve(directory);
	if (statSync(folder, { throwIfNoEntry: false })?.isDirectory()) return folder;
	throw new MigrateError("ERR_DATABASE", `there is no folder ${folder} for the backup; make it first`, {});
}
