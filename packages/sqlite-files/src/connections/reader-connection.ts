import { existsSync } from "node:fs";
import { isMigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import type { Connector } from "./connector.ts";
import type { CurrentConnection } from "./current-connection.ts";
import type { LibraryFiles } from "./library/library-files.ts";
import type { UsedFiles } from "./library/one-library.ts";

export interface ReaderConnectionOptions {
	readonly path: string;
	readonly connector: Connector;
	readonly current: CurrentConnection;
	readonly files: LibraryFiles;
	readonly used: UsedFiles;
}

/** Reads through a connection that cannot write. */
export interface ReaderConnection {
	/** Runs a read through the caller's connection, or one that is open for the length of the read. */
	read<T>(work: () => T): T;
	/** As `read`, for one that has to be waited for, of a library with POSIX locks. Not for the caller's connection. */
	readLong(work: () => Promise<void>): Promise<void>;
}

export function readerConnection({ path, connector, current, files, used }: ReaderConnectionOptions): ReaderConnection {
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

	async function readLong(work: () => Promise<void>): Promise<void> {
		used.add(path);
		try {
			const hadWal = existsSync(`${path}-wal`);
			const reader = current.opened(open());
			try {
				await work();
			} finally {
				close(reader, hadWal);
			}
		} finally {
			current.reset();
			used.clear();
		}
	}

	function read<T>(work: () => T): T {
		// Before the library's own checks, which open the file.
		used.add(path);
		try {
			return files.reading(() => (borrowed === undefined ? readThroughOwn(work) : work()));
		} finally {
			current.reset();
			used.clear();
		}
	}

	return { read, readLong };
}
