import type { SqliteConnection } from "./sqlite-connection.ts";

/** The journal mode of the main database: `delete`, `wal`, … see https://sqlite.org/pragma.html#pragma_journal_mode */
export function readJournalMode(connection: SqliteConnection): string {
	const [row] = connection.query("PRAGMA main.journal_mode");
	return String(row?.journal_mode);
}

/**
 * Asks for another journal mode, which SQLite may refuse without an error. Belongs outside a transaction. Databases that
 * are attached stay as they are.
 *
 * @returns The mode that it is in then.
 */
export function changeJournalMode(connection: SqliteConnection, mode: string): string {
	connection.run(`PRAGMA main.journal_mode = ${mode}`);
	return readJournalMode(connection);
}
