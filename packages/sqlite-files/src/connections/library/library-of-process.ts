import { nodeDatabaseClass } from "../../node-sqlite/database-class.ts";

/** The library that has a file open in this process. */
export interface LibraryOfProcess {
	readonly name: string;
	/** Belongs after the file was closed. */
	forget(): void;
}

/** How long another thread's look may take, in milliseconds: it takes microseconds. */
const BUSY_TIMEOUT_MS = 5000;

/**
 * Notes a library as the one that has a file open in this process, in any of its threads, unless another one is noted.
 *
 * Threads share no variables. But a database in memory with a name is shared by all connections of one copy of SQLite in the process,
 * see https://sqlite.org/inmemorydb.html, and `node:sqlite` is one copy in all threads. Such a database is gone with its last
 * connection, and so also with a thread that is terminated.
 *
 * @param file The file by device and inode.
 * @param name The library's.
 * @returns The one that is noted; `undefined` in a runtime without `node:sqlite`, and on Deno, where it would ask for a permission.
 */
export function libraryOfProcess(file: string, name: string): LibraryOfProcess | undefined {
	const Connection = process.versions.deno === undefined ? nodeDatabaseClass() : undefined;
	if (Connection === undefined) return undefined;
	const noted = new Connection(`file:/godwit-library-of-${file}?vfs=memdb`);
	try {
		noted.exec(`PRAGMA busy_timeout = ${BUSY_TIMEOUT_MS}; CREATE TABLE IF NOT EXISTS library (name TEXT)`);
		noted.prepare("INSERT INTO library SELECT ? WHERE NOT EXISTS (SELECT 1 FROM library)").run(name);
		const { name: first } = noted.prepare("SELECT name FROM library").get() ?? {};
		return { name: String(first), forget: () => noted.close() };
	} catch (error) {
		noted.close();
		throw error;
	}
}
