import type { DatabaseAccess } from "../database-access.ts";
import { readSettings, type Settings, writeSettings } from "./connection-state.ts";
import { changeJournalMode, readJournalMode } from "./journal-mode.ts";

/**
 * The rollback journal, which is kept from one transaction to the next. By default SQLite makes and deletes the file for each
 * transaction, which takes longer than a small migration. See docs/decisions/0007-the-journal-is-kept-during-a-run.md
 *
 * Inside a transaction the mode cannot be changed, so both methods do nothing.
 */
export interface KeptJournal {
	/** Keeps the journal from now on, unless the database has another journal mode than SQLite's default. */
	keep(): void;
	/** Deletes the journal, and goes back to the default. */
	remove(): void;
}

/** To this many bytes the file is cut after a large transaction, so that a rebuilt table does not take twice its space. */
const SIZE_LIMIT: Settings = new Map([["journal_size_limit", 1_048_576n]]);

export function keptJournal(access: DatabaseAccess): KeptJournal {
	const { connection } = access;
	let decided = false;
	/** The settings from before the journal was kept. */
	let before: Settings | undefined;
	let generation = -1;

	/** A new connection has SQLite's default settings. */
	function forget(): void {
		if (generation === access.generation) return;
		generation = access.generation;
		decided = false;
		before = undefined;
	}

	return {
		keep() {
			forget();
			if (decided || connection.inTransaction) return;
			if (readJournalMode(connection) === "delete") {
				// Kept when the change of the mode is busy and tried again.
				before ??= readSettings(connection, SIZE_LIMIT.keys());
				writeSettings(connection, SIZE_LIMIT);
				changeJournalMode(connection, "persist");
			}
			decided = true;
		},
		remove() {
			forget();
			if (connection.inTransaction) return;
			decided = false;
			if (before === undefined) return;
			// A body or another process may have turned WAL on, which is a property of the database.
			if (readJournalMode(connection) === "persist") changeJournalMode(connection, "delete");
			writeSettings(connection, before);
			before = undefined;
		},
	};
}
