import { createRequire } from "node:module";
import { DatabaseSync } from "node:sqlite";
import { Migrate, memorySource } from "@godwit/core";
import { type SqliteBinding, type SqliteConnection, sqliteFactory } from "@godwit/sqlite-files";
import { describe, expect, it } from "vitest";
import { nodeConnection } from "../../packages/sqlite-node/src/node-connection.ts";
import { wasmConnection } from "../../packages/sqlite-wasm/src/wasm-connection.ts";
import { factoryOf } from "./backends.ts";
import { createPlace, query } from "./place.ts";

const { Database } = createRequire(import.meta.url)("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

const source = memorySource({ "1_a.up.sql": "CREATE TABLE a (x)", "2_b.up.sql": "CREATE TABLE b (x)" });

/** Says that it overwrites, and cannot copy. */
function overwriting(connection: SqliteConnection): SqliteConnection {
	return Object.create(connection, { copyTo: { value: undefined }, overwrites: { value: true } });
}

function openNative(path: string, readOnly: boolean): SqliteConnection {
	const database = new DatabaseSync(path, { readOnly });
	return overwriting(nodeConnection(database, () => database.close()));
}

function openWasm(path: string, readOnly: boolean): SqliteConnection {
	const database = new Database(path, { readOnly });
	return overwriting(wasmConnection(database, () => database.close()));
}

function bindingOf(
	locks: "posix" | "folder",
	open: (path: string, readOnly: boolean) => SqliteConnection,
): SqliteBinding<never> {
	return {
		name: "a binding",
		locks,
		connect: (path) => open(path, false),
		connectReadOnly: (path) => open(path, true),
		borrow: (database) => database,
		usability: () => "usable",
	};
}

describe("a binding that overwrites and cannot copy", () => {
	it.each([bindingOf("posix", openNative), bindingOf("folder", openWasm)])(
		"restores nothing, and says so, with $locks locks",
		async (binding) => {
			using place = createPlace();
			const maker = await factoryOf("sqlite-native").open(`sqlite://${place.path}`);
			await using made = new Migrate({ source, driver: maker });
			await made.steps(1);
			const { path } = await made.backup();
			await made.up();
			await made.close();
			const before = place.files();

			const driver = await sqliteFactory(binding).open(`sqlite://${place.path}`);
			await using migrate = new Migrate({ source, driver });
			await expect(migrate.restore(path)).rejects.toMatchObject({
				code: "ERR_UNSUPPORTED",
				message: "this binding cannot copy a database",
			});
			expect(query(place.path, "SELECT version, dirty FROM schema_migrations")).toEqual([[2, 0]]);
			expect(query(place.path, "SELECT name FROM sqlite_schema WHERE name IN ('a', 'b')")).toEqual([["a"], ["b"]]);
			expect(place.files()).toEqual(before);
		},
	);
});
