import { MigrateError } from "@godwit/core";
import type { SqliteConnection } from "@godwit/sqlite";
import { memoryConnection } from "./memory-connection.ts";

const VACUUM_INTO = /^VACUUM\b.*\bINTO\b/is;

/** The port over a database in memory in which something is tried: it reaches no file. */
export function scratchConnection(connection: SqliteConnection): SqliteConnection {
	const inMemory = memoryConnection(connection);
	return Object.create(inMemory, {
		run: {
			value(sql: string) {
				if (VACUUM_INTO.test(sql)) {
					throw new MigrateError(
						"ERR_DATABASE",
						"VACUUM INTO writes a file, which is not done where something is tried",
						{},
					);
				}
				inMemory.run(sql);
			},
		},
	});
}
