import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { NIL_VERSION } from "@godwit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { SqliteConnection, SqlRow } from "../../src/connection/sqlite-connection.ts";
import { historyTable } from "../../src/tables/history-table.ts";
import { recordedState } from "../../src/tables/recorded-state.ts";
import { versionTable } from "../../src/tables/version-table.ts";

let folder: string;
let reader: DatabaseSync;
let other: DatabaseSync;

beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "godwit-recorded-state-"));
	other = new DatabaseSync(join(folder, "app.db"));
	// Beside a writer, a reader in a WAL database sees what there was when it began.
	other.exec("PRAGMA journal_mode=WAL; CREATE TABLE m (version INTEGER, dirty BOOLEAN); INSERT INTO m VALUES (7, 0)");
	reader = new DatabaseSync(join(folder, "app.db"));
});

afterEach(() => {
	reader.close();
	other.close();
	rmSync(folder, { recursive: true });
});

/** Another process drops the table, once, just after the first query. */
function connect(): SqliteConnection {
	let queries = 0;
	const connection: Partial<SqliteConnection> = {
		query(sql, parameters = []) {
			const statement = reader.prepare(sql);
			statement.setReadBigInts(true);
			const rows = statement.all(...parameters) as unknown as readonly SqlRow[];
			if (queries++ === 0) other.exec("DROP TABLE m");
			return rows;
		},
		begin: (mode) => reader.exec(`BEGIN ${mode}`),
		commit: () => reader.exec("COMMIT"),
		rollback: () => reader.exec("ROLLBACK"),
		get inTransaction() {
			return reader.isTransaction;
		},
		resultCode: () => "SQLITE_ERROR",
	};
	return connection as SqliteConnection;
}

describe.each([false, true])("the version and what goes with it, with a history: %s", (keepsHistory) => {
	it("are as they were in one moment when another process drops the table meanwhile", () => {
		const connection = connect();
		const history = keepsHistory ? historyTable(connection, "h", true) : undefined;
		const recorded = recordedState(connection, versionTable(connection, "m"), history);
		expect(recorded.version()).toMatchObject({ version: 7n, dirty: false });
		expect(reader.isTransaction).toBe(false);
		expect(recorded.version()).toMatchObject({ version: NIL_VERSION, dirty: false });
	});
});
