import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import { attachedExpression, attachedName, pathOfName } from "./attached-path.ts";

/** The port over a database in memory. It attaches no files, since it has no lock that could note them. */
export function memoryConnection(connection: SqliteConnection): SqliteConnection {
	return {
		begin: (mode) => connection.begin(mode),
		commit: () => connection.commit(),
		rollback: () => connection.rollback(),
		query: (sql, parameters) => connection.query(sql, parameters),
		change: (sql, parameters) => connection.change(sql, parameters),
		run(sql) {
			const attached = attachedExpression(sql);
			if (attached !== undefined) assertNoFile(attached);
			connection.run(sql);
		},
		get inTransaction() {
			return connection.inTransaction;
		},
		resultCode: (error) => connection.resultCode(error),
		close: () => connection.close(),
	};

	function assertNoFile(expression: string): void {
		const path = pathOfName(attachedName(connection.query, expression));
		if (path === undefined) return;
		const message = `${path} cannot be attached to a database in memory, where nothing would keep other programs off it; migrate a file, and attach it there`;
		throw new MigrateError("ERR_DATABASE", message, {});
	}
}
