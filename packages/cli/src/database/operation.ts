import type { BackupOptions, Migrate, Source } from "@godwit/core";
import type { WantedRehearsal } from "../command-line/flags/rehearse-flags.ts";
import type { Question } from "./confirm.ts";

/** What a command does with an open database. */
export interface Operation {
	/** Whether it reads migrations, and whether there must be some; otherwise the source is left alone. */
	readonly source: "unread" | "read" | "not empty";
	/** Whether the database has to be there: there would be nothing to report, or to revert. Default false. */
	readonly needsDatabase?: boolean;
	/** Whether and how a backup is made before the first migration. */
	readonly backup?: BackupOptions | undefined;
	/** Whether and how the migrations are rehearsed before the first of them runs, and where the page of that goes. */
	readonly rehearsal?: WantedRehearsal | undefined;
	/** Asked first. */
	readonly question?: Question | undefined;
	/** What is said when a signal asks to stop, unless that is in the midst of rounds; without it a signal ends the process, as nothing is written. */
	readonly stopping?: string;
	/**
	 * Resolves to the exit code.
	 *
	 * @param source Empty when it is left alone.
	 * @param database Its URL.
	 */
	run(migrate: Migrate, source: Source, database: string): Promise<number>;
}

/** Of a command that runs migrations. */
export const STOPPING_AFTER_MIGRATION = "Stopping after this running migration ...";
