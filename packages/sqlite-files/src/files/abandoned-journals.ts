import { existsSync } from "node:fs";
import { DatabaseHeldError } from "@godwit/sqlite";
import type { Session } from "../connections/session.ts";
import type { FileSet } from "./file-set.ts";
import { hasJournal } from "./journal.ts";

/** Attached files of holders that died, each of which may have a journal to be rolled back. */
export interface AbandonedJournals {
	/** Takes over the files that the lock names. */
	note(): void;
	/** Rolls back the journals of all noted files. @throws MigrateError; the file system's own error: the files stay noted. */
	rollBack(): void;
	/** Returns whether a file is noted that has not been looked at. */
	readonly remain: boolean;
}

export function abandonedJournals(files: FileSet, session: Session): AbandonedJournals {
	let noted: readonly string[] = [];
	return {
		note() {
			noted = files.abandoned;
		},
		rollBack() {
			for (const file of noted) {
				try {
					if (existsSync(file)) files.attach(file);
					if (files.has(file) && hasJournal(file)) session.rollBack(file);
				} catch (error) {
					// Another process has the file by now, and has rolled it back.
					if (!(error instanceof DatabaseHeldError)) throw error;
				}
			}
			noted = [];
		},
		get remain() {
			return noted.length > 0;
		},
	};
}
