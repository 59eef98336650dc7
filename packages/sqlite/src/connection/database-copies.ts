import type { Backup, BackupOptions, RehearsalCopy, RehearsalOptions, RestoreSteps, Version } from "@godwit/core";

/** What only a database in a file has: copies of it. */
export interface DatabaseCopies {
	/** As `Driver.missingFile`. */
	missingFile(): string | undefined;
	/** As `Driver.backup`; belongs under the migration lock. @param version The database's, for the name of the file. */
	backup(version: Version, options: BackupOptions): Promise<Backup>;
	/** As `Driver.restore`; belongs under the migration lock. The lock row of the database is this holder's afterwards. */
	restore(file: string, steps: RestoreSteps): Promise<void>;
	/** As `Driver.rehearsal`. @param isTool Whether a table is a tool's, whose rows are not compared. */
	rehearsal(options: RehearsalOptions, isTool: (table: string) => boolean): Promise<RehearsalCopy>;
}
