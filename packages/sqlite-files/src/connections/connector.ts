import type { SqliteConnection } from "@godwit/sqlite";
import type { SqliteLibrary } from "./library/library.ts";

/** Opens connections of one library. */
export interface Connector {
	readonly library: SqliteLibrary;
	/** Opens a file. One that does not exist is made. */
	connect(path: string): SqliteConnection;
	/** Opens an empty database in memory in place of a file that does not exist. */
	connectInstead(path: string): SqliteConnection;
	/** Opens a file that exists. The connection can neither write it nor roll a journal back. */
	readonly connectReadOnly: ((path: string) => SqliteConnection) | undefined;
	/** The caller's own connection, which stays open; `undefined` where godwit opens the connections. */
	readonly borrowed: SqliteConnection | undefined;
	/** Allows WAL databases to a library that cannot share them. */
	readonly walAlone: boolean;
}
