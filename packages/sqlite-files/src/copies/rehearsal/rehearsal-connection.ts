import type { ReachedFile } from "@godwit/core";
import { cutSql, nextToken, readPragma, type SqliteConnection } from "@godwit/sqlite";
import { attachStatement } from "../../connections/attached-path.ts";
import type { AttachedCopies } from "./attached-copies.ts";

/** They would be set for every connection of the process. */
const FOLDERS_OF_PROCESS: ReadonlySet<string> = new Set(["temp_store_directory", "data_store_directory"]);

/** The port over the copy of a database, on which bodies run that may mean other files: they reach copies of these alone. */
export function rehearsalConnection(
	connection: SqliteConnection,
	attached: AttachedCopies,
	reached: ReachedFile[],
): SqliteConnection {
	function refused(sql: string): string | undefined {
		if (isVacuumInto(sql)) return "VACUUM INTO writes a file outside of the database, and was not run";
		if (FOLDERS_OF_PROCESS.has(readPragma(sql)?.name ?? ""))
			return "this PRAGMA is about the whole process, and was not run";
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

function isVacuumInto(sql: string): boolean {
	const vacuum = nextToken(sql, 0);
	if (vacuum?.word !== "VACUUM") return false;
	for (let token = nextToken(sql, vacuum.end); token !== undefined; token = nextToken(sql, token.end)) {
		if (token.word === "INTO") return true;
	}
	return false;
}
