import { DatabaseSync } from "node:sqlite";
import { type SqliteConnection, type SqliteFactory, type SqlRow, sqliteFactory } from "@godwit/sqlite-files";

/** A SQLite backend for Node's own binding: `node-sqlite://path/to/app.db`. Everything but these lines is shared. */
export const nodeSqlite: SqliteFactory<DatabaseSync> = sqliteFactory<DatabaseSync>({
	name: "node:sqlite",
	connect: (path) => open(path, false),
	connectReadOnly: (path) => open(path, true),
	borrow: (database) => nodeConnection(database, () => {}),
	usability: ({ isOpen }) => (isOpen ? "usable" : "closed"),
});

function open(path: string, readOnly: boolean): SqliteConnection {
	const database = new DatabaseSync(path, { readBigInts: true, readOnly });
	return nodeConnection(database, () => database.close());
}

function nodeConnection(database: DatabaseSync, close: () => void): SqliteConnection {
	return {
		begin: (mode) => database.exec(`BEGIN ${mode}`),
		commit: () => database.exec("COMMIT"),
		rollback: () => database.exec("ROLLBACK"),
		run: (sql) => database.exec(sql),
		change: (sql, parameters = []) => Number(database.prepare(sql).run(...parameters).changes),
		query: (sql, parameters = []) => {
			const statement = database.prepare(sql);
			// A borrowed database may have been opened without the option above.
			statement.setReadBigInts(true);
			return statement.all(...parameters) as readonly SqlRow[];
		},
		get inTransaction() {
			return database.isTransaction;
		},
		resultCode(error) {
			const { errcode } = error as { errcode?: unknown };
			// The primary code is the low byte, see https://sqlite.org/rescode.html#primary_result_codes_versus_extended_result_codes
			return typeof errcode === "number" ? `SQLITE_${PRIMARY_CODES[errcode & 0xff]}` : undefined;
		},
		close,
	};
}

/** In the order of their numbers. */
const PRIMARY_CODES =
	`OK ERROR INTERNAL PERM ABORT BUSY LOCKED NOMEM READONLY INTERRUPT IOERR CORRUPT NOTFOUND FULL CANTOPEN PROTOCOL EMPTY
	SCHEMA TOOBIG CONSTRAINT MISMATCH MISUSE NOLFS AUTH FORMAT RANGE NOTADB`.split(/\s+/);
