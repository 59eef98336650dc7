import { readSettings, type Settings, writeSettings } from "./connection-state.ts";
import type { DatabaseAccess } from "./database-access.ts";
import { changeJournalMode, readJournalMode } from "./journal-mode.ts";

/**
 * The rollback journal, kept from one transaction to the next, where SQLite by default makes and deletes the file for
 * each: that takes longer than a small migration. See docs/decisions/0007-the-journal-is-kept-during-a-run.md
 *
 * Inside a transaction, which is too late for either, both methods do nothing.
 */
export interface KeptJournal {
	/** Keeps it from now on, unless the database has another journal mode than SQLite's default. */
	keep(): void;
	/** Deletes it, and goes back to the default. */
	remove(): void;
}

/** What is left of the file after a large transaction, in bytes, so that a rebuilt table does not take its room twice. */
const SIZE_LIMIT: Settings = new Map([["journal_size_limit", 1_048_576n]]);

export function keptJournal(access: DatabaseAccess): KeptJournal {
	const { connection } = access;
	let decided = false;
	/** The settings before, while it is kept. */
	let before: Settings | undefined;
	let generation = -1;

	/** A connection that was closed since has taken its settings with it. */
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
				// A change that was busy is tried again.
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
			// Somebody else may have turned WAL on, which belongs to the database.
			if (readJournalMode(connection) === "persist") changeJournalMode(connection, "delete");
			writeSettings(connection, before);
			before = undefined;
		},
	};
}
