import { copyToFile, type DatabaseCopy } from "./database-copy.ts";
import { type DatabaseClass, type OptionsOf, openInMemory } from "./open-in-memory.ts";

/**
 * A database on which all migrations of a source have run, to be copied for each test. A copy has everything that is in it, the
 * version and the history too, so that `up` finds nothing to do.
 *
 * It is held in memory: what happens to the folder of the templates afterwards does not matter to it, and there is nothing to close.
 */
export interface Template {
	/**
	 * Makes a copy in a file of its own, in the system's folder for temporary files. Any library can open it.
	 *
	 * @throws MigrateError `ERR_DATABASE` when that folder cannot be written.
	 */
	copy(): Promise<DatabaseCopy>;

	/**
	 * Opens a copy in memory with a class of yours, so that no second SQLite library is loaded: `Database` of better-sqlite3,
	 * `DatabaseSync` of node:sqlite, or `Database` of bun:sqlite. You close it.
	 *
	 * @param options Of the class's own constructor, or of `Database.deserialize` of bun:sqlite.
	 * @throws TypeError for another class. @throws MigrateError `ERR_RUNTIME` where node:sqlite has no `deserialize`, as in Node
	 *   22.18; `copy` works there.
	 */
	open<Class extends DatabaseClass>(databaseClass: Class, options?: OptionsOf<Class>): Promise<InstanceType<Class>>;
}

/** Makes a template of the bytes of a SQLite database. */
export function templateOf(bytes: Buffer): Template {
	return {
		copy: async () => copyToFile(bytes),
		open: async (databaseClass, options) => openInMemory(bytes, databaseClass, options),
	};
}
