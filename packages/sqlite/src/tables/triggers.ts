import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "../connection/sqlite-connection.ts";
import { quoteIdentifier } from "./quote-identifier.ts";

/** Without the temporary schema: to read it opens temporary storage, whose settings a body could then no longer change. */
const TRIGGERS =
	"SELECT name AS name FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid";

/** Lists the triggers of the main database on a table. */
export function triggersOn(connection: SqliteConnection, table: string): readonly string[] {
	return connection.query(TRIGGERS, [table]).map(({ name }) => String(name));
}

/** @throws MigrateError `ERR_DATABASE` for a trigger on the table, which could change the version behind godwit's last look at it. */
export function assertNoTriggerOn(connection: SqliteConnection, table: string): void {
	const [trigger] = triggersOn(connection, table);
	if (trigger === undefined) return;
	const message = `the trigger ${trigger} is on the table ${table}, where it could change what godwit records; drop it: DROP TRIGGER ${quoteIdentifier(trigger)}`;
	throw new MigrateError("ERR_DATABASE", message, {});
}
