import type { Backup, BackupOptions, RestoreSteps, Version } from "@godwit/core";

/** What only a database in a file has: copies of it. All of it belongs under the migration lock. */
export interface DatabaseCopies {
	/** As `Driver.backup`. @param version The database's, for the name of the file. */
	backup(version: Version, options: BackupOptions): Promise<Backup>;
	/** As `Driver.restore`. The lock row of the database is this holder's afterwards. */
	restore(file: string, steps: RestoreSteps): Promise<void>;
}
