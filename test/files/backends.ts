import type { SqliteFactory } from "@godwit/sqlite-files";
import { sqliteNative } from "@godwit/sqlite-native";
import { sqliteNode } from "@godwit/sqlite-node";
import { sqliteWasm } from "@godwit/sqlite-wasm";
import { nodeSqlite } from "../../examples/third-party-driver/node-sqlite.ts";

/** The scheme of a URL; the last one is a binding that is made as docs/drivers.md says. */
export type BackendName = "sqlite-native" | "sqlite-wasm" | "sqlite-node" | "node-sqlite";

export const BACKENDS: readonly BackendName[] = ["sqlite-native", "sqlite-wasm", "sqlite-node", "node-sqlite"];

/** Those over a library that locks with the kernel's locks. */
export const NATIVE: readonly BackendName[] = ["sqlite-native", "sqlite-node", "node-sqlite"];

/** Who comes before whom. What holds between two libraries with the kernel's locks holds between all of them. */
export const PAIRS: readonly (readonly [BackendName, BackendName])[] = [
	["sqlite-native", "sqlite-native"],
	["sqlite-native", "sqlite-wasm"],
	["sqlite-wasm", "sqlite-native"],
	["sqlite-wasm", "sqlite-wasm"],
	["sqlite-wasm", "sqlite-node"],
	["sqlite-node", "sqlite-wasm"],
	["sqlite-wasm", "node-sqlite"],
	["node-sqlite", "sqlite-wasm"],
];

export function factoryOf(name: BackendName): Pick<SqliteFactory<never>, "open" | "breakLocks"> {
	return {
		"sqlite-native": sqliteNative,
		"sqlite-wasm": sqliteWasm,
		"sqlite-node": sqliteNode,
		"node-sqlite": nodeSqlite,
	}[name];
}
