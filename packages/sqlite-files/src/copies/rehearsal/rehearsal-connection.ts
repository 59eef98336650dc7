import type { ReachedFile } from "@godwit/core";
import { cutSql, type SqliteConnection } from "@godwit/sqlite";
import { attachStatement } from "../../connections/attached-path.ts";
import type { AttachedCopies } from "./attached-copies.ts";

const VACUUM_INTO = /^VACUUM\b.*\bINTO\b/is;

/** It would be set for every connection of the process. */
const FOLDER_OF_PROCESS = /^PRAGMA\s+(?:\w+\s*\.\s*)?(?:temp_store_directory|data_store_directory)\b/i;

/** The port over the copy of a database, on which bodies run that may mean other files: they reach copies of these alone. */
export function rehearsalConnection(
	connection: SqliteConnection,
	attached: AttachedCopies,
	reached: ReachedFile[],
): SqliteConnection {
	function refused(sql: string): string | undefined {
		if (VACUUM_INTO.test(sql)) return "VACUUM INTO writes a file outside of the database, and was not run";
		if (FOLDER_OF_PROCESS.test(sql)) return "this PRAGMA is about the whole process, and was not run";
		return undefined;
	}

	return {
		begin: (mode) => connection.begin(mode),
		commit: () => connection.commit(),
		rollback: () => connection.rollback(),
		query: (sql, parameters) => connection.query(sql, parameters),
		change: (sql, parameters) => connection.change(sql, parameters),
		run(sql) {
			const message = refused(sql);
			if (message !== undefined) {
				reached.push({ sql: cutSql(sql), how: "not run", message });
				return;
			}
			const attach = attachStatement(sql);
			if (attach === undefined) connection.run(sql);
			else attached.attach(connection, sql, attach);
		},
		get inTransaction() {
			return connection.inTransaction;
		},
		resultCode: (error) => connection.resultCode(error),
		close: () => connection.close(),
	};
}
