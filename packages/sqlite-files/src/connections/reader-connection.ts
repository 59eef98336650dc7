import { existsSync } from "node:fs";
import { isMigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import type { Connector } from "./connector.ts";
import type { CurrentConnection } from "./current-connection.ts";
import type { LibraryFiles } from "./library-files.ts";
import type { UsedFiles } from "./one-library.ts";

export interface ReaderConnectionOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly current: CurrentConnection;
	readonly files: LibraryFiles;
	readonly used: UsedFiles;
}

/**
 * Reads through a connection that cannot write: the caller's, or one that is open for the length of one read.
 *
 * @returns A function that runs such a read.
 */
export function readerConnection({
	path,
	connector,
	current,
	files,
	used,
}: ReaderConnectionOptions): <T>(work: () => T) => T {
	const { library, borrowed } = connector;

	/** Where there is no file, an empty database in memory is read. */
	function open(): SqliteConnection {
		const { connectReadOnly = connector.connect } = connector;
		return files.call(() => (existsSync(path) ? connectReadOnly(path) : connector.connectInstead(path)));
	}

	/** Only a connection that can write removes the files that WAL keeps beside the database, when it is the last to close. */
	function close(reader: SqliteConnection, hadWal: boolean): void {
		let writer: SqliteConnection | undefined;
		try {
			if (library.locks === "posix" && !hadWal && existsSync(`${path}-wal`)) writer = connector.connect(path);
			writer?.query("PRAGMA schema_version");
		} catch (error) {
			// What was read is valid, and the next connection that closes removes the files.
			if (!isMigrateError(error) && reader.resultCode(error) === undefined) throw error;
		} finally {
			files.call(() => reader.close());
			writer?.close();
		}
	}

	function readThroughOwn<T>(work: () => T): T {
		const hadWal = existsSync(`${path}-wal`);
		const reader = current.opened(open());
		try {
			return work();
		} finally {
			close(reader, hadWal);
		}
	}

	return (work) =>
		files.reading(() => {
			used.add(path);
			try {
				return borrowed === undefined ? readThroughOwn(work) : work();
			} finally {
				current.reset();
				used.clear();
			}
		});
}
