import type { SqliteConnection } from "../connection/sqlite-connection.ts";

/** Without the temporary schema: to read it opens temporary storage, whose settings a body could then no longer change. */
const TRIGGERS =
	"SELECT name AS name FROM main.sqlite_schema WHERE type = 'trigger' AND tbl_name = ? COLLATE NOCASE ORDER BY rowid";

/** Lists the triggers of the main database on a table. */
export function triggersOn(connection: SqliteConnection, table: string): readonly string[] {
	return connection.query(TRIGGERS, [table]).map(({ name }) => String(name));
}
