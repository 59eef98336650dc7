import { existsSync } from "node:fs";
import type { Driver } from "@godwit/core";
import type { DatabaseCopies, SqliteConfig, SqliteConnection } from "@godwit/sqlite";
import type { SqliteLibrary } from "../connections/library/library.ts";
import type { FileAccess } from "../files/file-access.ts";

export interface CopiesOptions {
	/** To the database, which is entered for a run. */
	readonly access: FileAccess;
	/** The real path of the database. */
	readonly path: string;
	readonly config: SqliteConfig;
	readonly library: SqliteLibrary;
	/** Whether `connect` opens with the same copy of the library that has the database open. */
	readonly isOwnCopy: boolean;
	/**
	 * Access to another database, which others may know.
	 *
	 * @param path The real path.
	 * @param use `"read"`: the connection cannot write the file, where the library can open such a one.
	 */
	readonly accessTo: (path: string, use: "read" | "write") => FileAccess;
	/** Opens a copy, which nobody else knows. */
	readonly connect: (path: string) => SqliteConnection;
	/** A driver over a copy that is open. */
	readonly driverOver: (connection: SqliteConnection, path: string) => Driver;
}

/** The copies of a database in a file. What makes one is loaded with the first, as most runs make none. */
export function databaseCopies(options: CopiesOptions): DatabaseCopies {
	return {
		missingFile: () => (existsSync(options.path) ? undefined : options.path),
		backup: async (version, wanted) => (await import("./make-backup.ts")).makeBackup(options, version, wanted),
		restore: async (file, steps) => (await import("./restore-backup.ts")).restoreBackup(options, file, steps),
		rehearsal: async (wanted, isTool) =>
			(await import("./rehearsal/make-rehearsal.ts")).makeRehearsal(options, wanted, isTool),
	};
}
