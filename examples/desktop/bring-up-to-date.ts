import { readdirSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { isMigrateError, Migrate, type MigrationReport, type Source } from "godwit";

/**
 * Brings the app's database up to date, before the app opens it. A backup is made before the first migration that runs.
 *
 * When it rejects, the app must not open the database. After a migration that failed the database is as it was when this start
 * began: without one, there is none. One that a newer release has migrated is refused with `ERR_DATABASE_NEWER`, and stays as it is.
 *
 * Only one process of the app may run, which a desktop app's single-instance lock sees to, and nothing else may migrate the database.
 *
 * @param path Of the database. The first start makes it.
 * @param migrations A source, or the URL of a folder.
 * @throws AggregateError When a migration has failed, and then the restore; its message has the path of the backup.
 */
export async function bringUpToDate(path: string, migrations: Source | URL): Promise<MigrationReport> {
	const isThere = (statSync(path, { throwIfNoEntry: false })?.size ?? 0) > 0;
	return isThere ? migrateExisting(path, migrations) : makeNew(path, migrations);
}

/** Has its name only when it is whole. Of a start that failed, or was killed, there is nothing to restore, and the next one begins anew. */
async function makeNew(path: string, migrations: Source | URL): Promise<MigrationReport> {
	const unfinished = `${path}.new`;
	removeDatabase(unfinished);
	try {
		const report = await migrateNew(unfinished, migrations);
		if (statSync(unfinished, { throwIfNoEntry: false }) !== undefined) renameSync(unfinished, path);
		return report;
	} catch (error) {
		removeDatabase(unfinished);
		throw error;
	}
}

async function migrateNew(path: string, migrations: Source | URL): Promise<MigrationReport> {
	await using migrate = await Migrate.open(migrations, pathToFileURL(path));
	return await migrate.up();
}

function removeDatabase(path: string): void {
	for (const suffix of ["", "-journal", "-wal", "-shm"]) rmSync(`${path}${suffix}`, { force: true });
}

async function migrateExisting(path: string, migrations: Source | URL): Promise<MigrationReport> {
	let backup: string | undefined;
	await using migrate = await Migrate.open(migrations, pathToFileURL(path), {
		backup: true,
		onEvent(event) {
			if (event.type === "backup") backup = event.path;
		},
	});
	try {
		return await migrate.up();
	} catch (error) {
		if (isMigrateError(error, "ERR_DIRTY")) {
			// An earlier start was killed in a migration that runs outside a transaction. The app has stored nothing since.
			const newest = newestBackup(path);
			if (newest === undefined) throw error;
			await restore(migrate, newest, error);
			return await migrate.up();
		}
		if (isMigrateError(error, "ERR_MIGRATION_FAILED") && backup !== undefined) await restore(migrate, backup, error);
		throw error;
	}
}

async function restore(migrate: Migrate, backup: string, failure: Error): Promise<void> {
	try {
		await migrate.restore(backup);
	} catch (error) {
		const message = `${failure.message}\nand the database could not be restored from its backup ${backup}`;
		throw new AggregateError([failure, error], message);
	}
}

/** By the time in its name: `notes.db.v2.20261127T041241123Z.backup`. */
function newestBackup(path: string): string | undefined {
	const timeOf = (name: string): string => name.split(".").at(-2) ?? "";
	const backups = readdirSync(dirname(path)).filter(
		(name) => name.startsWith(`${basename(path)}.v`) && name.endsWith(".backup"),
	);
	const [newest] = backups.sort((a, b) => timeOf(b).localeCompare(timeOf(a)));
	return newest === undefined ? undefined : join(dirname(path), newest);
}
