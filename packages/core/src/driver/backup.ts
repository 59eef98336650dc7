import type { Driver } from "./driver.ts";

export interface BackupOptions {
	/**
	 * The folder for the backup, absolute or from the working directory; it has to be there. Default: the database's own. In another
	 * one the name of a backup tells its database from others of the same name.
	 */
	readonly directory?: string | undefined;
	/** How many backups of the database stay in the folder, the new one among them, at least 1; `Infinity` keeps all. Default 3. */
	readonly keep?: number | undefined;
}

/** A backup that was made. */
export interface Backup {
	/** Absolute. */
	readonly path: string;
	readonly bytes: number;
	/** The older backups that were deleted, by path. */
	readonly removed: readonly string[];
	/** What is not with the backup as with the database, as a sentence: who may read it. */
	readonly notice?: string | undefined;
}

export interface RestoreOptions {
	/**
	 * Puts the backup in the place of the database's file, which nobody else may have open. Without it, the default, the
	 * database's content is replaced in one transaction, and programs that have it open go on.
	 */
	readonly swap?: boolean | undefined;
}

export interface RestoreSteps extends RestoreOptions {
	/** Is given the copy that the database is going to be, before it is that, to record in it what belongs there. */
	readonly prepare: (restored: Driver) => Promise<void>;
}
