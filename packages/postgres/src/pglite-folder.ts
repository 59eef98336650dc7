import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, realpathSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { cleanUpAfter, MigrateError } from "@godwit/core";
import { pgliteConnection } from "./connection/pglite-connection.ts";
import type { PostgresConnection } from "./connection/postgres-connection.ts";

type PGliteModule = typeof import("@electric-sql/pglite");

/** Returns the absolute path of a folder, the same by whatever links it is named. They are followed as far as there is something. */
export function realFolder(path: string): string {
	const folder = resolve(path);
	if (existsSync(folder)) return realpathSync(folder);
	const above = dirname(folder);
	return above === folder ? folder : join(realFolder(above), basename(folder));
}

/**
 * Returns the absolute path of a database that is not there.
 *
 * @throws MigrateError `ERR_DATABASE` when something else is there, into which PGlite would write its files.
 */
export function missingDatabase(path: string): string | undefined {
	const folder = resolve(path);
	const found = statSync(folder, { throwIfNoEntry: false });
	if (found === undefined) {
		// In a file there is nothing, which lstat would throw for.
		if (!isFolder(dirname(folder)) || lstatSync(folder, { throwIfNoEntry: false }) === undefined) return folder;
		throw refused(`${path} is a symbolic link to something that is not there; make that folder, or correct the link`);
	}
	if (!found.isDirectory()) {
		throw refused(`${path} is a file, and a database of PGlite is a folder; name a folder in the database URL`);
	}
	if (existsSync(join(folder, "PG_VERSION"))) return undefined;
	const [first] = readdirSync(folder);
	if (first === undefined) return folder;
	throw refused(
		`${path} is a folder with other files in it, such as ${first}, and no database of PGlite; name a new folder, or an empty one`,
	);
}

/**
 * Opens the database in a folder, and makes it where it is missing.
 *
 * @param timeoutMs How long to wait for another driver that has it open.
 * @throws MigrateError `ERR_DATABASE`, `ERR_LOCK_TIMEOUT`.
 */
export async function connectFolder(
	library: PGliteModule,
	path: string,
	timeoutMs: number,
): Promise<PostgresConnection> {
	missingDatabase(path);
	// PGlite does not follow a link, and each of two links would have a lock of its own.
	const folder = realFolder(path);
	makeFolderAbove(path, folder);
	// PGlite itself lets two processes write into one folder, and the rows of one of them are gone.
	const { lockFolder } = await import("./lock/folder-lock.ts");
	const release = await lockFolder(folder, timeoutMs);
	try {
		const database = await library.PGlite.create(folder);
		return pgliteConnection(database, async () => {
			try {
				await database.close();
			} finally {
				release();
			}
		});
	} catch (error) {
		throw await cleanUpAfter(notOpened(path, folder, error), async () => release());
	}
}

function isFolder(path: string): boolean {
	return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

function makeFolderAbove(path: string, folder: string): void {
	const above = dirname(folder);
	if (isFolder(above)) return;
	try {
		mkdirSync(above, { recursive: true });
	} catch (cause) {
		throw refused(`${path}: its folder cannot be made: ${said(cause)}; name another one in the database URL`, cause);
	}
}

function notOpened(path: string, folder: string, cause: unknown): MigrateError<"ERR_DATABASE"> {
	const version = join(folder, "PG_VERSION");
	const of = existsSync(version) ? `, as a database of PostgreSQL ${readFileSync(version, "utf8").trim()}` : "";
	const advice =
		"the folder must be one that PGlite has made, with the same version of PostgreSQL, and this user must be able to write into it";
	return refused(`${path}: PGlite cannot open it${of}: ${said(cause)}; ${advice}`, cause);
}

/** What the file system of PGlite throws is no Error, and has no message. */
function said(cause: unknown): string {
	if (cause instanceof Error) return cause.message;
	const { name, errno } = cause as { readonly name?: string; readonly errno?: number };
	return `${name ?? String(cause)}${errno === undefined ? "" : ` ${errno}`}`;
}

function refused(message: string, cause?: unknown): MigrateError<"ERR_DATABASE"> {
	return new MigrateError("ERR_DATABASE", message, {}, cause === undefined ? {} : { cause });
}
