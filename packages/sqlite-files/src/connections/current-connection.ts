import type { SqliteConnection } from "@godwit/sqlite";
import { nodeResultCode } from "../node-sqlite/result-code.ts";

/** The connection that is open now: the caller's, which always is, or one that godwit has opened. */
export interface CurrentConnection {
	/** `undefined` when nothing is open. */
	readonly connection: SqliteConnection | undefined;
	/** Counts the connections that were opened. */
	readonly generation: number;
	/** Makes a connection that was just opened the current one. @returns It. */
	opened(connection: SqliteConnection): SqliteConnection;
	/** Makes the caller's connection the current one again, or none. @returns The one that godwit has opened, to be closed. */
	reset(): SqliteConnection | undefined;
	/** As that of the port, also for an error of a connection that is closed by now. */
	resultCode(error: unknown): string | undefined;
}

/** @param borrowed The caller's connection, if there is one. */
export function currentConnection(borrowed: SqliteConnection | undefined): CurrentConnection {
	let current = borrowed;
	let last = borrowed;
	let generation = 0;
	return {
		get connection() {
			return current;
		},
		get generation() {
			return generation;
		},
		opened(connection) {
			current = connection;
			last = connection;
			generation++;
			return connection;
		},
		reset() {
			const own = current === borrowed ? undefined : current;
			current = borrowed;
			return own;
		},
		resultCode: (error) => last?.resultCode(error) ?? nodeResultCode(error),
	};
}
