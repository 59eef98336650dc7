import { createRequire } from "node:module";
import { DatabaseSync } from "node:sqlite";
import type { Driver } from "@godwit/core";
import type { SqliteConfig, SqliteFactory } from "@godwit/sqlite-files";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteNode } from "@godwit/sqlite-node";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import BetterSqlite3 from "better-sqlite3";

const require = createRequire(import.meta.url);
const { Database: WasmDatabase } = require("node-sqlite3-wasm") as typeof import("node-sqlite3-wasm");

/** What the tests do with an engine without godwit: prepare a database, look at it, be its other user. */
export interface Connection extends Disposable {
	exec(sql: string): void;
	/** Integers are bigint. */
	all(sql: string): readonly Readonly<Record<string, unknown>>[];
	define(name: string, implementation: (value: string) => string): void;
	/** godwit over this very connection. */
	withInstance(options?: Partial<SqliteConfig>): Driver;
	close(): void;
}

export interface Backend {
	readonly name: string;
	readonly factory: Pick<SqliteFactory<never>, "open" | "breakLocks">;
	connect(path: string): Connection;
}

export const native: Backend = {
	name: "sqlite-native",
	factory: sqliteNative,
	connect(path) {
		const database = new BetterSqlite3(path, { timeout: 0 });
		return {
			exec: (sql) => void database.exec(sql),
			all: (sql) => database.prepare(sql).safeIntegers().all() as Record<string, unknown>[],
			define: (name, implementation) => void database.function(name, (value) => implementation(String(value))),
			withInstance: (options) => sqliteNative.withInstance(database, options),
			close: () => void database.close(),
			[Symbol.dispose]: () => void database.close(),
		};
	},
};

export const wasm: Backend = {
	name: "sqlite-wasm",
	factory: sqliteWasm,
	connect(path) {
		const database = new WasmDatabase(path);
		const close = (): void => {
			if (database.isOpen) database.close();
		};
		return {
			exec: (sql) => database.exec(sql),
			all: (sql) =>
				database.all(sql).map((row) =>
					Object.fromEntries(
						Object.entries(row).map(([name, value]) => {
							const integer = typeof value === "number" && Number.isInteger(value);
							return [name, integer ? BigInt(value) : value];
						}),
					),
				),
			define: (name, implementation) => void database.function(name, (value) => implementation(String(value))),
			withInstance: (options) => sqliteWasm.withInstance(database, options),
			close,
			[Symbol.dispose]: close,
		};
	},
};

export const node: Backend & { connect(path: string, options?: { doubleQuotedStrings: true }): Connection } = {
	name: "sqlite-node",
	factory: sqliteNode,
	connect(path, { doubleQuotedStrings = false }: { doubleQuotedStrings?: boolean } = {}) {
		const enableDoubleQuotedStringLiterals = doubleQuotedStrings;
		const database = new DatabaseSync(path, { readBigInts: true, enableDoubleQuotedStringLiterals });
		const close = (): void => {
			if (database.isOpen) database.close();
		};
		return {
			exec: (sql) => database.exec(sql),
			all: (sql) => database.prepare(sql).all(),
			define: (name, implementation) => void database.function(name, (value) => implementation(String(value))),
			withInstance: (options) => sqliteNode.withInstance(database, options),
			close,
			[Symbol.dispose]: close,
		};
	},
};

export const backends: readonly Backend[] = [native, wasm, node];
