import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { columnsOf, OWN_TABLE } from "./foreign-version-table.ts";

const COLUMNS = ["id", "locked", "owner", "acquired_at", "expires_at", "step"];

/** Other tools that keep a lock in a table of such a name, by its columns. */
const OWNERS: ReadonlyMap<string, string> = new Map([
	["index, is_locked", "Knex"],
	["id, locked, lockgranted, lockedby", "Liquibase"],
]);

/**
 * Explains why a statement on the table of the lock failed, when something else has its name.
 *
 * @returns An error that says what was found; `undefined` when the table is as godwit makes it, or the failure is another one.
 */
export function foreignLockTable(
	connection: SqliteConnection,
	name: string,
	cause: unknown,
): MigrateError<"ERR_DATABASE"> | undefined {
	// Any other error, such as a busy database, has nothing to do with the columns.
	if (!/^SQLITE_(ERROR|CONSTRAINT)/.test(connection.resultCode(cause) ?? "")) return undefined;
	const found = whatIsFound(connection, name);
	if (found === undefined) return undefined;
	const message = `${name}, in which godwit keeps its lock, is not godwit's: it ${found}; ${OWN_TABLE}, and the lock is in NAME_lock then`;
	return new MigrateError("ERR_DATABASE", message, {}, { cause });
}

function whatIsFound(connection: SqliteConnection, name: string): string | undefined {
	const sql = "SELECT type AS type FROM main.sqlite_schema WHERE type IN ('table', 'view') AND name = ? COLLATE NOCASE";
	const [row] = connection.query(sql, [name]);
	if (row === undefined) return undefined;
	if (row.type === "view") return "is a view";
	const list = columnsOf(connection, name).join(", ");
	if (list === COLUMNS.join(", ")) return undefined;
	const owner = OWNERS.get(list);
	const hint = owner === undefined ? "" : `, as a table of ${owner} has`;
	return `has the columns ${list}${hint}, and not ${COLUMNS.join(", ")}`;
}
