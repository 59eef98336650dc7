import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Holders } from "../../src/connection/database-access.ts";
import type { SqliteConnection, SqlRow } from "../../src/connection/sqlite-connection.ts";
import { lockRow } from "../../src/lock/lock-row.ts";

const HOLDERS: Holders = {
	me: "me",
	liveness: () => "alive",
	describe: (owner) => owner,
};

const TABLE =
	"CREATE TABLE l (id INTEGER PRIMARY KEY CHECK (id = 1), locked BOOLEAN NOT NULL DEFAULT FALSE, owner TEXT, acquired_at TIMESTAMP, expires_at TIMESTAMP, step TEXT)";

let folder: string;
let reader: DatabaseSync;
let other: DatabaseSync;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-lock-row-"));
	other = new DatabaseSync(join(folder, "app.db"));
	other.exec("CREATE TABLE t (a)");
	reader = new DatabaseSync(join(folder, "app.db"));
});

afterEach(() => {
	reader.close();
	other.close();
	rmSync(folder, { recursive: true });
});

/** @param afterFailure Runs once, when a query has failed. */
function connect(database: DatabaseSync, afterFailure: () => void): SqliteConnection {
	let left = 1;
	const connection: Partial<SqliteConnection> = {
		query(sql, parameters = []) {
			try {
				const statement = database.prepare(sql);
				statement.setReadBigInts(true);
				return statement.all(...parameters) as unknown as readonly SqlRow[];
			} catch (error) {
				if (left-- > 0) afterFailure();
				throw error;
			}
		},
		begin: (mode) => database.exec(`BEGIN ${mode}`),
		commit: () => database.exec("COMMIT"),
		rollback: () => database.exec("ROLLBACK"),
		get inTransaction() {
			return database.isTransaction;
		},
		resultCode: () => "SQLITE_ERROR",
	};
	return connection as SqliteConnection;
}

describe("the row of the lock", () => {
	it("has no holder where there is no table", () => {
		expect(
			lockRow(
				connect(reader, () => {}),
				"l",
				1000,
				HOLDERS,
			).holder(),
		).toBeUndefined();
		expect(reader.isTransaction).toBe(false);
	});

	it("is read when another run makes the table just after a read has failed", () => {
		const later = "2999-01-01 00:00:00";
		const connection = connect(reader, () => {
			other.exec(`${TABLE}; INSERT INTO l VALUES (1, TRUE, 'the other', '${later}', '${later}', NULL)`);
		});
		expect(lockRow(connection, "l", 1000, HOLDERS).holder()).toContain("the other");
		expect(reader.isTransaction).toBe(false);
	});
});
