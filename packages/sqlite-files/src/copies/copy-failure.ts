import { isMigrateError, MigrateError } from "@godwit/core";
import { isBusy, type SqliteConnection } from "@godwit/sqlite";

/**
 * Says what could not be done, and what to do, where SQLite or the system has a reason of a few words.
 *
 * @param what `cannot make the backup app.db...`
 */
export function copyFailure(connection: SqliteConnection, what: string, cause: unknown): unknown {
	if (isMigrateError(cause) || isBusy(connection, cause) || !(cause instanceof Error)) return cause;
	return new MigrateError("ERR_DATABASE", `${what}: ${cause.message}${cureOf(connection, cause)}`, {}, { cause });
}

function cureOf(connection: SqliteConnection, { message, ...cause }: Error & { readonly code?: unknown }): string {
	if (/should this be a string literal|no such column/.test(message)) {
		return "; VACUUM INTO, by which node-sqlite3-wasm copies, cannot read texts in double quotes. Copy with sqlite-native:// or sqlite-node://, and see doctor for the cure";
	}
	if (cause.code === "ENOSPC" || connection.resultCode(cause) === "SQLITE_FULL") return "; make room on the disk";
	return "; check the permissions of the folder, and the room on its disk";
}
