import type { SqliteConnection } from "@godwit/sqlite";
import type { Connector } from "./connector.ts";
import type { LibraryFiles } from "./library/library-files.ts";

/**
 * Rolls back the journal that a dead process left beside a file. Others are kept off the file meanwhile.
 *
 * @param open A connection that has the file open already; otherwise one is opened for this.
 * @returns false when the journal stays.
 */
export function rollBackJournal(
	file: string,
	connector: Connector,
	files: LibraryFiles,
	open: SqliteConnection | undefined,
): boolean {
	const connection = open ?? files.call(() => connector.connect(file));
	try {
		// Any read takes SQLite's shared lock, and looks for a journal to roll back.
		files.call(() => connection.query("PRAGMA schema_version"));
		return true;
	} catch {
		return false;
	} finally {
		if (open === undefined) files.call(() => connection.close());
	}
}
