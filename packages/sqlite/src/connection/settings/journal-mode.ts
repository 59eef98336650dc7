import { MigrateError } from "@godwit/core";
import { quoteIdentifier } from "../../tables/quote-identifier.ts";
import type { SqliteConfig } from "../../url/sqlite-config.ts";
import { retryWhileBusy } from "../busy-retry.ts";
import type { SqliteConnection } from "../sqlite-connection.ts";

/** The journal mode of a database: `delete`, `wal`, … see https://sqlite.org/pragma.html#pragma_journal_mode */
export function readJournalMode(connection: SqliteConnection, schema = "main"): string {
	const [row] = connection.query(`PRAGMA ${quoteIdentifier(schema)}.journal_mode`);
	return String(row?.journal_mode);
}

/**
 * Asks for another journal mode of the main database. SQLite can refuse it without an error. Belongs outside a
 * transaction.
 *
 * @returns The mode afterwards.
 */
export function changeJournalMode(connection: SqliteConnection, mode: string): string {
	connection.run(`PRAGMA main.journal_mode = ${mode}`);
	return readJournalMode(connection);
}

/**
 * Changes to the mode that the options ask for, if any.
 *
 * @throws MigrateError `ERR_INVALID_OPTION` when SQLite refuses.
 */
export async function setJournalMode(connection: SqliteConnection, path: string, config: SqliteConfig): Promise<void> {
	const { journalMode } = config;
	if (journalMode === undefined) return;
	const mode = await retryWhileBusy(connection, config, () => changeJournalMode(connection, journalMode));
	if (mode === journalMode) return;
	throw new MigrateError(
		"ERR_INVALID_OPTION",
		`${path} cannot be changed to x-journal-mode=${journalMode}; it stays in ${mode}`,
		{ option: "x-journal-mode", value: journalMode },
	);
}
